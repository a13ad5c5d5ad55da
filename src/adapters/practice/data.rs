//! A letter as it comes after DATA (RFC 5321 §4.5.2): dots unstuffed, its end found, its lines
//! checked. No sockets here.

use super::wire::LINE;

/// Why a letter is refused. It is read to its end all the same, so that its rest is never taken
/// for commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A CR or LF that stands alone (RFC 5321 §2.3.8): what one server reads as the end of a
    /// letter, another reads as text, and the rest becomes somebody else's commands.
    BareLineEnd,
    /// A line of more than 1,000 bytes.
    LongLine,
    /// More bytes than a letter may have.
    TooLarge,
    /// The store has no more room.
    StoreFull,
}

/// Takes a letter in.
pub(super) struct Intake {
    state: State,
    letter: Vec<u8>,
    line: usize,
    flaw: Option<Flaw>,
    refused: u64,
}

/// What came last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    /// A dot at the start of a line.
    Dot,
    /// The same, and CR.
    DotCr,
    /// Inside a line.
    Text,
    /// CR inside a line.
    Cr,
    /// The dot on a line of its own was seen.
    End,
}

/// What to do after a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of it was used, and more is to come.
    All,
    /// So many bytes were used, and the letter is complete.
    End(usize),
}

impl Intake {
    /// Nothing yet.
    pub fn new() -> Self {
        Intake {
            state: State::LineStart,
            letter: Vec::new(),
            line: 0,
            flaw: None,
            refused: 0,
        }
    }

    /// Takes a piece; pieces may be cut anywhere.
    pub fn take(&mut self, piece: &[u8]) -> Taken {
        let mut rest = piece;
        while let Some((&first, behind)) = rest.split_first() {
            rest = match self.state {
                State::Text => {
                    let run = rest.iter().position(|b| matches!(b, b'\r' | b'\n'));
                    let (run, behind) = rest
                        .split_at_checked(run.unwrap_or(rest.len()))
                        .unwrap_or((rest, &[]));
                    self.keep(run);
                    match behind.split_first() {
                        Some((&end, behind)) => {
                            self.text(end);
                            behind
                        }
                        None => behind,
                    }
                }
                State::LineStart | State::Dot | State::DotCr | State::Cr | State::End => {
                    self.step(first);
                    behind
                }
            };
            if self.state == State::End {
                return Taken::End(piece.len() - rest.len());
            }
        }
        Taken::All
    }

    /// Bytes that are kept so far.
    pub fn len(&self) -> usize {
        self.letter.len()
    }

    /// Bytes that came and were thrown away.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Refuses the letter; what came and what comes is thrown away. The first flaw stays.
    pub fn refuse(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
        self.refused += self.letter.len() as u64;
        self.letter = Vec::new();
    }

    /// The letter, or why it is refused.
    pub fn finish(self) -> Result<Vec<u8>, Flaw> {
        match self.flaw {
            Some(flaw) => Err(flaw),
            None => Ok(self.letter),
        }
    }

    /// One byte that is not in the middle of a run of text.
    fn step(&mut self, byte: u8) {
        match (self.state, byte) {
            (State::LineStart, b'.') => self.state = State::Dot,
            (State::Dot, b'\r') => self.state = State::DotCr,
            (State::DotCr, b'\n') => self.state = State::End,
            (State::DotCr, _) => {
                self.refuse(Flaw::BareLineEnd);
                self.keep(b"\r");
                self.text(byte);
            }
            (State::Cr, b'\n') => {
                self.keep(b"\n");
                self.line = 0;
                self.state = State::LineStart;
            }
            (State::Cr, _) => {
                self.refuse(Flaw::BareLineEnd);
                self.text(byte);
            }
            (State::LineStart | State::Dot | State::Text | State::End, _) => self.text(byte),
        }
    }

    fn text(&mut self, byte: u8) {
        self.state = match byte {
            b'\r' => State::Cr,
            b'\n' => {
                self.refuse(Flaw::BareLineEnd);
                State::Text
            }
            _ => State::Text,
        };
        self.keep(&[byte]);
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.line = self.line.saturating_add(bytes.len());
        if self.line > LINE {
            self.refuse(Flaw::LongLine);
        }
        if self.flaw.is_some() {
            self.refused += bytes.len() as u64;
        } else {
            self.letter.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(pieces: &[&[u8]]) -> (Result<Vec<u8>, Flaw>, Vec<u8>) {
        let mut intake = Intake::new();
        let mut pieces = pieces.iter();
        for piece in pieces.by_ref() {
            if let Taken::End(used) = intake.take(piece) {
                let mut rest = piece[used..].to_vec();
                pieces.for_each(|p| rest.extend_from_slice(p));
                return (intake.finish(), rest);
            }
        }
        panic!("no end");
    }

    fn every_cut(bytes: &[u8]) -> (Result<Vec<u8>, Flaw>, Vec<u8>) {
        let whole = take(&[bytes]);
        for at in 0..bytes.len() {
            let (a, b) = bytes.split_at(at);
            assert_eq!(take(&[a, b]), whole, "cut at {at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(take(&single), whole, "byte by byte");
        whole
    }

    #[test]
    fn dots_are_unstuffed_and_the_end_is_found_wherever_it_is_cut() {
        for (wire, letter) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (
                b"..\r\n...b\r\na..\r\n.c\r\n.\r\n",
                b".\r\n..b\r\na..\r\nc\r\n",
            ),
            (b"\r\n\r\n..\r\n.\r\n", b"\r\n\r\n.\r\n"),
        ] {
            let mut all = wire.to_vec();
            all.extend_from_slice(b"QUIT\r\n");
            let (taken, rest) = every_cut(&all);
            assert_eq!(taken.unwrap(), letter);
            assert_eq!(rest, b"QUIT\r\n");
        }
    }

    #[test]
    fn attack_smuggling_smtp_bare_line_ends_never_end_a_letter() {
        for end in [
            &b"\n.\n"[..],
            b"\n.\r\n",
            b"\r.\r",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n.\rx",
            b"\n.\r",
            b"\r\r\n.x",
        ] {
            let mut all = b"text".to_vec();
            all.extend_from_slice(end);
            all.extend_from_slice(b"MAIL FROM:<x@y>\r\n.\r\nQUIT\r\n");
            let (taken, rest) = every_cut(&all);
            assert_eq!(taken, Err(Flaw::BareLineEnd), "{end:?}");
            assert_eq!(rest, b"QUIT\r\n", "{end:?}");
        }
    }

    #[test]
    fn long_lines_are_refused_and_take_no_memory() {
        let line = vec![b'x'; LINE - 2];
        let fits = [&line[..], b"\r\n.\r\n"].concat();
        assert_eq!(take(&[&fits]).0.unwrap().len(), LINE);
        let over = [&line[..], b"x\r\n.\r\n"].concat();
        assert_eq!(take(&[&over]).0, Err(Flaw::LongLine));
        let mut intake = Intake::new();
        for _ in 0..100 {
            intake.take(&[b'x'; 10_000]);
        }
        assert_eq!((intake.len(), intake.refused()), (0, 1_000_000));
    }
}
