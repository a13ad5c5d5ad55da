//! ClamAV's daemon, over its local socket (clamd(8), command `INSTREAM`).

use crate::app::job::Cancel;
use crate::app::port::{Scan, ScanFailure, Scanner};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Names another socket than the usual ones; an empty value: none.
pub const SOCKET_VARIABLE: &str = "WAXWING_CLAMD";

/// Where distributions put the socket: folders that only the system writes to.
const USUAL: [&str; 3] = [
    "/run/clamav/clamd.ctl",
    "/run/clamd.scan/clamd.sock",
    "/run/clamav/clamd.sock",
];

/// How long one file may take.
const WHOLE: Duration = Duration::from_secs(120);
/// How long one read or write may wait before it is looked whether to stop.
const STEP: Duration = Duration::from_millis(250);
/// Bytes that are handed over at a time.
const CHUNK: usize = 64 << 10;
/// Longest answer, in bytes.
const ANSWER: usize = 4_096;

/// The daemon, if it runs.
pub struct Clamd {
    sockets: Vec<PathBuf>,
}

impl Clamd {
    /// The system's daemon, or the one that the environment names.
    pub fn of_system() -> Self {
        match std::env::var_os(SOCKET_VARIABLE) {
            Some(named) if named.is_empty() => Clamd::at(Vec::new()),
            Some(named) => Clamd::at(vec![named.into()]),
            None => Clamd::at(USUAL.iter().map(PathBuf::from).collect()),
        }
    }

    /// The daemon behind the first of these sockets that exists.
    pub fn at(sockets: Vec<PathBuf>) -> Self {
        Clamd { sockets }
    }
}

impl Scanner for Clamd {
    #[cfg(unix)]
    fn scan(&self, bytes: &[u8], cancel: &Cancel) -> Result<Scan, ScanFailure> {
        use std::os::unix::net::UnixStream;
        let Some(socket) = self.sockets.iter().find(|path| path.exists()) else {
            return Ok(Scan::NoScanner);
        };
        let stream = match UnixStream::connect(socket) {
            Ok(stream) => stream,
            // A socket that nobody listens to is left over: no scanner runs.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return Ok(Scan::NoScanner);
            }
            Err(error) => return Err(ScanFailure::Unreachable(error.to_string())),
        };
        let step = |result: io::Result<()>| {
            result.map_err(|error| ScanFailure::Unreachable(error.to_string()))
        };
        step(stream.set_read_timeout(Some(STEP)))?;
        step(stream.set_write_timeout(Some(STEP)))?;
        Talk {
            stream,
            cancel,
            until: Instant::now() + WHOLE,
        }
        .scan(bytes)
    }

    #[cfg(not(unix))]
    fn scan(&self, _: &[u8], _: &Cancel) -> Result<Scan, ScanFailure> {
        Ok(Scan::NoScanner)
    }
}

struct Talk<'a, S> {
    stream: S,
    cancel: &'a Cancel,
    until: Instant,
}

impl<S: Read + Write> Talk<'_, S> {
    fn scan(mut self, bytes: &[u8]) -> Result<Scan, ScanFailure> {
        let handed = self.hand_over(bytes);
        // Where it refused to take more it says why before it hangs up.
        match (self.answer(), handed) {
            (Ok(answer), _) => answer,
            (Err(_), Err(handing)) => Err(handing),
            (Err(failure), Ok(())) => Err(failure),
        }
    }

    fn hand_over(&mut self, bytes: &[u8]) -> Result<(), ScanFailure> {
        self.write(b"zINSTREAM\0")?;
        for chunk in bytes.chunks(CHUNK) {
            let length = u32::try_from(chunk.len()).unwrap_or_default();
            self.write(&length.to_be_bytes())?;
            self.write(chunk)?;
        }
        self.write(&0_u32.to_be_bytes())
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<(), ScanFailure> {
        while !bytes.is_empty() {
            let written = self.stream.write(bytes);
            let count = self.step(written)?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// Zero where the step has to be tried again.
    fn step(&self, result: io::Result<usize>) -> Result<usize, ScanFailure> {
        if self.cancel.is_cancelled() {
            return Err(ScanFailure::Cancelled);
        }
        if Instant::now() > self.until {
            return Err(ScanFailure::Deadline);
        }
        match result {
            Ok(0) => Err(ScanFailure::Unreachable("it hung up".to_owned())),
            Ok(count) => Ok(count),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock
                | io::ErrorKind::TimedOut
                | io::ErrorKind::Interrupted => Ok(0),
                _ => Err(ScanFailure::Unreachable(error.to_string())),
            },
        }
    }

    fn answer(&mut self) -> Result<Result<Scan, ScanFailure>, ScanFailure> {
        let mut answer = Vec::new();
        let mut buffer = [0; 512];
        loop {
            let read = self.stream.read(&mut buffer);
            let count = self.step(read)?;
            answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if let Some(end) = answer.iter().position(|b| *b == 0) {
                answer.truncate(end);
                return Ok(meaning(&String::from_utf8_lossy(&answer)));
            }
            if answer.len() > ANSWER {
                return Ok(Err(ScanFailure::Refused("an endless answer".to_owned())));
            }
        }
    }
}

/// What an answer says. Only the exact words for it count as nothing found.
fn meaning(answer: &str) -> Result<Scan, ScanFailure> {
    let answer = answer.trim();
    if answer == "stream: OK" {
        return Ok(Scan::NothingFound);
    }
    let found = answer
        .strip_prefix("stream: ")
        .and_then(|rest| rest.strip_suffix(" FOUND"));
    match found {
        Some(name) => Ok(Scan::Found(name.to_owned())),
        None if answer.contains("size limit exceeded") => Err(ScanFailure::TooLarge),
        None => Err(ScanFailure::Refused(answer.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_for_it_count_as_nothing_found() {
        assert_eq!(meaning("stream: OK"), Ok(Scan::NothingFound));
        let found = Scan::Found("Eicar-Signature".to_owned());
        assert_eq!(meaning("stream: Eicar-Signature FOUND"), Ok(found));
        let large = meaning("INSTREAM size limit exceeded. ERROR");
        assert_eq!(large, Err(ScanFailure::TooLarge));
        for odd in ["", "OK", "stream: OK FOUND ERROR", "stream: ERROR", "PONG"] {
            assert!(
                matches!(meaning(odd), Err(ScanFailure::Refused(_))),
                "{odd}"
            );
        }
    }

    #[test]
    fn without_a_socket_there_is_no_scanner() {
        let nowhere = Clamd::at(vec!["/nonexistent/clamd.ctl".into()]);
        let scan = nowhere.scan(b"x", &Cancel::default());
        assert_eq!(scan, Ok(Scan::NoScanner));
    }
}
