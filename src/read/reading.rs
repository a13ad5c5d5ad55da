//! One message as a person reads it: the verdict, and what it covers.

use super::structure::{self, PartRow};
use super::verdict::{Claims, Policy, Summary, Verdict, judge};
use crate::address::{Address, Mailbox};
use crate::base::{Time, Untrusted};
use crate::cert::{Acceptance, Scheme};
use crate::mime::{
    AttachmentHead, Author, Content, Cover, Errant, ErrantKind, HeaderCaution, HeaderMode,
    HiddenText, Link, MimeProblem, ProtectedField, ProtectedHeaders, Thread, Tree, author,
};
use crate::protect::evidence::{Evidence, Layer};
use crate::protect::inline;
use std::sync::Arc;

/// A message that was opened and judged. It owns its payload; nothing of it was written anywhere.
pub struct Reading {
    verdict: Verdict,
    evidence: Evidence,
    author: Author,
    headers: Vec<ProtectedField>,
    cautions: Vec<Caution>,
    content: Content,
    thread: Thread,
    structure: Vec<PartRow>,
    payload: Vec<u8>,
    original: Option<Arc<Vec<u8>>>,
}

/// Something worth a second look, apart from the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caution {
    /// The From outside is another than inside, and no signature vouches for the inner (rule 36).
    FromDiffers,
    /// The letter says that its header was hidden, and it was not encrypted (rule 38).
    CipherWithoutEncryption,
    /// The signing time is far from the Date field (rule 14).
    DateDiffers,
    /// The encryption does not keep it from being altered (rule 17).
    NoIntegrity,
    /// It is unclear who wrote it (rule 10).
    SenderUnclear,
    /// Parts with a protection of their own stand inside and are not shown (rules 3, 4 and 23).
    ErrantParts,
    /// It holds text that its own style keeps from being seen (rule 34).
    HiddenText,
    /// A link leads elsewhere than it shows, or is odd in another way (rule 70).
    OddLink,
    /// Its structure was mixed up on its way, and was put in order to be read (rule 29).
    Repaired,
    /// The person blocked whoever sent it.
    Blocked,
}

impl Caution {
    /// A lasting word for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Caution::FromDiffers => "from-differs",
            Caution::CipherWithoutEncryption => "hp-cipher-without-encryption",
            Caution::DateDiffers => "date-differs",
            Caution::NoIntegrity => "no-integrity",
            Caution::SenderUnclear => "sender-unclear",
            Caution::ErrantParts => "errant-parts",
            Caution::HiddenText => "hidden-text",
            Caution::OddLink => "link-differs",
            Caution::Repaired => "repaired",
            Caution::Blocked => "blocked-sender",
        }
    }
}

impl Reading {
    /// The judgement.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// By which standard it is protected; `None` when it is not.
    pub fn scheme(&self) -> Option<Scheme> {
        self.evidence.scheme()
    }

    /// The facts about its protection.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The layers of the envelope, outermost first.
    pub fn layers(&self) -> &[Layer] {
        &self.evidence.layers
    }

    /// Who wrote it, as far as that may be shown.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// The author's addresses; several when it is unclear.
    pub fn from(&self) -> Vec<&Mailbox> {
        self.author.mailboxes()
    }

    /// The header fields, each with its protection.
    pub fn headers(&self) -> &[ProtectedField] {
        &self.headers
    }

    /// The first field of that name.
    pub fn header(&self, name: &str) -> Option<&Untrusted> {
        let named = |field: &&ProtectedField| field.name.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map(|field| &field.value)
    }

    /// What deserves a second look.
    pub fn cautions(&self) -> &[Caution] {
        &self.cautions
    }

    /// The text of the payload that the verdict covers, as it came: escape before showing.
    pub fn text(&self) -> &str {
        &self.content.text
    }

    /// The text that may be quoted: what the verdict covers (rule 33). Of what may have been altered
    /// on its way nothing is: a reply must not carry it back to whoever altered it.
    pub fn quotable(&self) -> Option<&str> {
        let vouched = match self.verdict.summary() {
            Summary::Verified(_) | Summary::Confidential(_) => true,
            Summary::Unprotected | Summary::EncryptedUnverified => false,
        };
        (vouched || !self.verdict.without_integrity()).then_some(&self.content.text)
    }

    /// Whether anything of it was decrypted to be read, whatever its summary (rule 31).
    pub fn was_decrypted(&self) -> bool {
        self.evidence.encryptions().next().is_some()
    }

    /// What a reply takes from it (rule 35).
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// The message as it came, while it is kept.
    pub fn original(&self) -> Option<&Arc<Vec<u8>>> {
        self.original.as_ref()
    }

    /// The same reading, of a message that was put in order first.
    pub fn with_repair(mut self) -> Self {
        self.cautions.push(Caution::Repaired);
        self
    }

    /// The same reading, of a message from somebody whom the person blocked.
    pub fn of_blocked(mut self) -> Self {
        self.cautions.push(Caution::Blocked);
        self
    }

    /// The same reading, with the message as it came kept beside it.
    pub fn with_original(self, original: Arc<Vec<u8>>) -> Self {
        Reading {
            original: Some(original),
            ..self
        }
    }

    /// Links in the text, each with where it truly leads.
    pub fn links(&self) -> &[Link] {
        &self.content.links
    }

    /// Text that its style keeps from being seen; no part of [`Reading::text`].
    pub fn hidden_text(&self) -> &HiddenText {
        &self.content.hidden
    }

    /// Files that travelled along.
    pub fn attachments(&self) -> &[AttachmentHead] {
        &self.content.attachments
    }

    /// Every part of the payload, the whole first, each with what covers it.
    pub fn structure(&self) -> &[PartRow] {
        &self.structure
    }

    /// Parts with a protection of their own: they open alone (rule 23).
    pub fn errant(&self) -> &[Errant] {
        &self.content.errant
    }

    /// One attachment's content, decoded; `None` when there is no such attachment.
    pub fn attachment(&self, index: usize) -> Option<Vec<u8>> {
        let head = self.content.attachments.get(index)?;
        // The payload is not taken apart again: of thousands of attachments that would take long.
        let body = self.payload.get(head.range.clone())?;
        Some(head.encoding.decode(body).bytes.into_owned())
    }

    /// An errant part as a message of its own.
    pub fn errant_part(&self, index: usize) -> Option<Vec<u8>> {
        let errant = self.content.errant.get(index)?;
        let tree = Tree::parse(&self.payload).ok()?;
        let part = tree.part(errant.index)?;
        if part.media() == "text/plain" {
            // The text around it is another part, and protected by nothing (rule 20).
            let text = part.decoded().bytes;
            let block = inline::find(&text)?;
            return text.get(block).map(<[u8]>::to_vec);
        }
        Some(part.bytes().to_vec())
    }

    /// The cryptographic payload, for comparing it with what was written (rule 46).
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// Reads a message whose envelope was taken off: `message` as it came, `evidence` and `payload`
/// as [`crate::protect::open`] gave them.
pub fn reading(
    message: &[u8],
    evidence: Evidence,
    payload: Vec<u8>,
    acceptance: &Acceptance,
    policy: &Policy,
    now: Time,
) -> Result<Reading, MimeProblem> {
    let outer_tree = Tree::parse(message)?;
    let outer = outer_tree.root().header();
    let tree = Tree::parse(&payload)?;
    let encrypted = evidence.encryptions().next().is_some();
    let content = Content::of(tree.root(), encrypted);
    // What the author meant is asked first as if every layer held; the judgement then says
    // which do.
    let meant = match (!evidence.is_protected(), encrypted) {
        (true, _) => ProtectedHeaders::unprotected(&outer),
        (false, true) => ProtectedHeaders::of(tree.root(), &outer, Cover::SignedAndEncrypted),
        (false, false) => ProtectedHeaders::of(tree.root(), &outer, Cover::Signed),
    };
    let inner_from = meant.mode != HeaderMode::None && tree.root().header().count("From") > 0;
    let claimed = if inner_from {
        author(&tree.root().header())
    } else {
        author(&outer)
    };
    let date = match meant.mode {
        HeaderMode::None => outer.date(),
        HeaderMode::Clear | HeaderMode::Cipher => tree.root().header().date(),
    };
    let from: Option<Address> = claimed.clear().map(|mailbox| mailbox.address.clone());
    let claims = Claims {
        from: from.as_ref(),
        date,
        partly_signed: content.errant.iter().any(|e| is_signed(e.kind)),
    };
    let verdict = judge(&evidence, &claims, acceptance, policy, now);
    let vouched = match verdict.summary() {
        Summary::Verified(_) | Summary::Confidential(_) => true,
        Summary::Unprotected | Summary::EncryptedUnverified => false,
    };
    let cover = match (vouched, encrypted) {
        (true, true) => Cover::SignedAndEncrypted,
        (true, false) => Cover::Signed,
        (false, true) => Cover::Encrypted,
        (false, false) => Cover::None,
    };
    let shown = if !evidence.is_protected() {
        meant
    } else {
        ProtectedHeaders::of(tree.root(), &outer, cover)
    };
    let differs = !vouched && shown.cautions.contains(&HeaderCaution::FromDiffers);
    let author = if differs { author(&outer) } else { claimed };
    let thread = match shown.mode {
        HeaderMode::None => Thread::of(&outer, &shown.fields),
        HeaderMode::Clear | HeaderMode::Cipher => Thread::of(&tree.root().header(), &shown.fields),
    };
    let cautions = cautions(&verdict, &shown, differs, &author, &content);
    let structure = structure::rows(&tree, &content, structure::cover(&verdict));
    drop(tree);
    Ok(Reading {
        verdict,
        evidence,
        author,
        headers: shown.fields,
        cautions,
        content,
        thread,
        structure,
        payload,
        original: None,
    })
}

fn is_signed(kind: ErrantKind) -> bool {
    match kind {
        ErrantKind::OpenPgpSigned | ErrantKind::SmimeSigned => true,
        ErrantKind::OpenPgpEncrypted
        | ErrantKind::SmimeEnveloped
        | ErrantKind::SmimeAuthEnveloped
        | ErrantKind::SmimeCompressed => false,
    }
}

fn cautions(
    verdict: &Verdict,
    headers: &ProtectedHeaders,
    from_differs: bool,
    author: &Author,
    content: &Content,
) -> Vec<Caution> {
    let cipher = headers
        .cautions
        .contains(&HeaderCaution::CipherWithoutEncryption);
    [
        (from_differs, Caution::FromDiffers),
        (cipher, Caution::CipherWithoutEncryption),
        (verdict.date_differs(), Caution::DateDiffers),
        (verdict.without_integrity(), Caution::NoIntegrity),
        (author.clear().is_none(), Caution::SenderUnclear),
        (!content.errant.is_empty(), Caution::ErrantParts),
        (content.hidden.characters > 0, Caution::HiddenText),
        (
            content.links.iter().any(|link| link.warning.is_some()),
            Caution::OddLink,
        ),
    ]
    .into_iter()
    .filter_map(|(applies, caution)| applies.then_some(caution))
    .collect()
}
