//! Distribution points (RFC 5280 §4.2.1.13, §5.2.5): where a certificate's CRLs are, and which part
//! of the certificates a CRL speaks of.

use super::super::name::Name;
use super::super::tlv::{self, NotDer, Tlv, tag};
use super::general::GeneralName;

const POINTS: usize = 256;

/// Reasons for revocation as bits (RFC 5280 §4.2.1.13), first bit highest; bit 0 is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reasons(u16);

impl Reasons {
    /// All that there are.
    pub const ALL: Reasons = Reasons(0x7F80);
    /// None.
    pub const NONE: Reasons = Reasons(0);

    /// Those in both.
    pub fn and(self, other: Reasons) -> Reasons {
        Reasons(self.0 & other.0)
    }

    /// Those in either.
    pub fn or(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    /// Whether `self` has some that are not in `known`.
    pub fn adds_to(self, known: Reasons) -> bool {
        self.0 & !known.0 != 0
    }

    fn read(of: &Tlv<'_>) -> Result<Reasons, NotDer> {
        let (_, octets) = of.value.split_first().ok_or(NotDer)?;
        let high = octets.first().copied().unwrap_or(0);
        let low = octets.get(1).copied().unwrap_or(0);
        Ok(Reasons(u16::from_be_bytes([high, low])).and(Reasons::ALL))
    }
}

/// Name of a distribution point.
#[derive(Clone, PartialEq, Eq)]
pub enum PointName {
    /// Any of these names.
    Full(Vec<GeneralName>),
    /// What stands behind the CRL issuer's name: the content of one RDN, a SET.
    Relative(Vec<u8>),
}

impl PointName {
    fn read(of: &Tlv<'_>) -> Result<PointName, NotDer> {
        let mut inside = of.inside();
        let name = inside.any()?;
        inside.finish()?;
        match name.tag {
            0xA0 => Ok(PointName::Full(GeneralName::read_all(name.inside())?)),
            0xA1 => Ok(PointName::Relative(name.value.to_vec())),
            _ => Err(NotDer),
        }
    }

    /// All its names, a relative one under `issuer`.
    pub fn names(&self, issuer: &Name) -> Vec<GeneralName> {
        match self {
            PointName::Full(names) => names.clone(),
            PointName::Relative(rdn) => {
                let above = tlv::only(issuer.der(), tag::SEQUENCE).map(|n| n.value);
                let set = tlv::write(tag::SET, rdn);
                let whole = tlv::write_all(tag::SEQUENCE, &[above.unwrap_or_default(), &set]);
                let name = Name::from_der(&whole).ok();
                name.map(|name| GeneralName::Directory(Box::new(name)))
                    .into_iter()
                    .collect()
            }
        }
    }
}

/// One distribution point of a certificate.
#[derive(Clone)]
pub struct Point {
    /// Its name.
    pub name: Option<PointName>,
    /// For which reasons; `None` for all.
    pub reasons: Option<Reasons>,
    /// Who issues its CRL, when it is not the certificate's issuer.
    pub issuer: Vec<GeneralName>,
}

impl Point {
    /// Places over http or https.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let names = match &self.name {
            Some(PointName::Full(names)) => names.as_slice(),
            Some(PointName::Relative(_)) | None => &[],
        };
        names.iter().filter_map(GeneralName::uri)
    }
}

/// Reads a list of points.
pub fn read(value: &[u8]) -> Result<Vec<Point>, NotDer> {
    let mut reader = tlv::only(value, tag::SEQUENCE)?.inside();
    let mut points = Vec::new();
    while !reader.is_empty() {
        if points.len() >= POINTS {
            return Err(NotDer);
        }
        let mut inside = reader.expect(tag::SEQUENCE)?.inside();
        let name = match inside.optional(tag::constructed(0))? {
            Some(name) => Some(PointName::read(&name)?),
            None => None,
        };
        let reasons = match inside.optional(tag::context(1))? {
            Some(reasons) => Some(Reasons::read(&reasons)?),
            None => None,
        };
        let issuer = match inside.optional(tag::constructed(2))? {
            Some(issuer) => GeneralName::read_all(issuer.inside())?,
            None => Vec::new(),
        };
        inside.finish()?;
        if name.is_none() && issuer.is_empty() {
            return Err(NotDer);
        }
        points.push(Point {
            name,
            reasons,
            issuer,
        });
    }
    if points.is_empty() {
        return Err(NotDer);
    }
    Ok(points)
}

/// issuingDistributionPoint of a CRL (RFC 5280 §5.2.5): of which certificates it speaks.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The point's name.
    pub name: Option<PointName>,
    /// Only end entities.
    pub only_users: bool,
    /// Only authorities.
    pub only_authorities: bool,
    /// Only attribute certificates: none of ours.
    pub only_attributes: bool,
    /// Only these reasons.
    pub reasons: Option<Reasons>,
    /// Entries may be of other issuers.
    pub indirect: bool,
}

impl Scope {
    /// Reads the extension's value.
    pub fn read(value: &[u8]) -> Result<Scope, NotDer> {
        let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
        let mut scope = Scope::default();
        if let Some(name) = inside.optional(tag::constructed(0))? {
            scope.name = Some(PointName::read(&name)?);
        }
        let mut flag = |number| -> Result<bool, NotDer> {
            let found = inside.optional(tag::context(number))?;
            found.map_or(Ok(false), |found| tlv::boolean(&found))
        };
        scope.only_users = flag(1)?;
        scope.only_authorities = flag(2)?;
        if let Some(reasons) = inside.optional(tag::context(3))? {
            scope.reasons = Some(Reasons::read(&reasons)?);
        }
        let mut flag = |number| -> Result<bool, NotDer> {
            let found = inside.optional(tag::context(number))?;
            found.map_or(Ok(false), |found| tlv::boolean(&found))
        };
        scope.indirect = flag(4)?;
        scope.only_attributes = flag(5)?;
        inside.finish()?;
        Ok(scope)
    }
}
