//! The wire log: each line of each conversation, so that a person can see what was said. It holds
//! no password and no letter, is bounded, and is safe to print.

use crate::base::untrusted::escape_line;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a client came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Handing letters in, TLS from the first byte.
    Submission,
    /// Handing letters in, TLS after STARTTLS.
    SubmissionStartTls,
    /// Fetching letters.
    Mailbox,
}

/// Whose words a line has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The client's.
    Client,
    /// The server's.
    Server,
    /// Nobody's: what happened.
    Note,
}

/// One line of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireLine {
    /// Which connection, from 1.
    pub connection: u32,
    /// What it was for.
    pub service: Service,
    /// Whether TLS stood.
    pub encrypted: bool,
    /// Who said it.
    pub speaker: Speaker,
    /// What, without line end, passwords blanked and controls escaped.
    pub text: String,
}

impl fmt::Display for WireLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = match self.service {
            Service::Submission => "smtps",
            Service::SubmissionStartTls => "smtp",
            Service::Mailbox => "pop3s",
        };
        let cover = if self.encrypted { "tls" } else { "clear" };
        let speaker = match self.speaker {
            Speaker::Client => "C:",
            Speaker::Server => "S:",
            Speaker::Note => "--",
        };
        let (connection, text) = (self.connection, &self.text);
        write!(f, "{connection} {service} {cover} {speaker} {text}")
    }
}

/// Most lines and most bytes of text that are kept.
const LINES: usize = 20_000;
const BYTES: usize = 4 << 20;

/// All lines so far.
#[derive(Default)]
pub(super) struct WireLog(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    lines: Vec<WireLine>,
    bytes: usize,
    connections: u32,
}

impl WireLog {
    /// A number for a new connection.
    pub fn connection(&self) -> u32 {
        let mut kept = self.kept();
        kept.connections = kept.connections.saturating_add(1);
        kept.connections
    }

    /// Adds a line; its text is escaped here.
    pub fn add(&self, line: WireLine) {
        let text = escape_line(&line.text);
        let mut kept = self.kept();
        if kept.lines.len() < LINES && kept.bytes + text.len() <= BYTES {
            kept.bytes += text.len();
            kept.lines.push(WireLine { text, ..line });
        }
    }

    /// What was kept.
    pub fn lines(&self) -> Vec<WireLine> {
        self.kept().lines.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
