//! What makes a certificate one that is not taken in.

/// What is wrong with a certificate that can be read. Chains of certificates are judged by RFC 5280;
/// what stands here keeps a certificate from being imported and used (rules 54 and 56).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CertProblem {
    /// The serial number is negative (RFC 5280 §4.1.2.2).
    NegativeSerial,
    /// The serial number has more than 20 octets.
    LongSerial {
        /// How many.
        octets: usize,
    },
    /// It ends before it begins, or begins before there were certificates.
    AbsurdDates,
    /// An address in it has a NUL, so that programs may read two different ones.
    NulInAddress,
    /// One extension stands in it twice, so that programs may follow either.
    DuplicateExtension {
        /// Which, with dots.
        oid: String,
    },
    /// An extension that must be understood and is not known here.
    UnknownCritical {
        /// Which, with dots.
        oid: String,
    },
    /// More names than anybody has.
    TooManyNames,
    /// More extensions than any certificate needs.
    TooManyExtensions,
    /// A key so large that using it would take very long.
    KeyTooLarge {
        /// The algorithm with its size, as in `RSA-16384`.
        what: String,
    },
    /// The key is damaged.
    BadKey,
    /// The outer and the inner signature algorithm differ (RFC 5280 §4.1.1.2).
    AlgorithmsDiffer,
}

impl CertProblem {
    /// One word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            CertProblem::NegativeSerial => "negative-serial",
            CertProblem::LongSerial { .. } => "long-serial",
            CertProblem::AbsurdDates => "absurd-dates",
            CertProblem::NulInAddress => "nul-in-address",
            CertProblem::DuplicateExtension { .. } => "duplicate-extension",
            CertProblem::UnknownCritical { .. } => "unknown-critical-extension",
            CertProblem::TooManyNames => "too-many-names",
            CertProblem::TooManyExtensions => "too-many-extensions",
            CertProblem::KeyTooLarge { .. } => "key-too-large",
            CertProblem::BadKey => "bad-key",
            CertProblem::AlgorithmsDiffer => "algorithms-differ",
        }
    }
}
