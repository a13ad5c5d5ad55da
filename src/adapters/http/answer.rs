//! Reading an HTTP/1.1 answer (RFC 9112) within bounds.

use crate::app::port::WebFailure;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Largest head, and largest line of a chunk.
const HEAD: usize = 64 << 10;

/// What a server answered.
pub(super) struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// How long the body is.
enum Length {
    Known(usize),
    Chunked,
    UntilClosed,
}

/// Reads one whole answer.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> Result<Answer, WebFailure> {
    let mut input = Input {
        stream,
        bytes: Vec::new(),
    };
    let head = input.head().await?;
    let text = std::str::from_utf8(&head).map_err(|_| WebFailure::Garbage)?;
    let mut lines = text.split("\r\n");
    let status = status(lines.next().unwrap_or_default())?;
    let mut length = Length::UntilClosed;
    let mut location = None;
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(WebFailure::Garbage)?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" if !matches!(length, Length::Chunked) => {
                length = Length::Known(value.parse().map_err(|_| WebFailure::Garbage)?);
            }
            "transfer-encoding" if value.eq_ignore_ascii_case("chunked") => {
                length = Length::Chunked;
            }
            "transfer-encoding" => return Err(WebFailure::Garbage),
            "content-encoding" if !value.eq_ignore_ascii_case("identity") => {
                return Err(WebFailure::Garbage);
            }
            "location" => location = Some(value.to_owned()),
            _ => {}
        }
    }
    let body = match length {
        Length::Known(length) if length > most => return Err(WebFailure::TooLarge),
        Length::Known(length) => input.exactly(length).await?,
        Length::Chunked => input.chunks(most).await?,
        Length::UntilClosed => input.rest(most).await?,
    };
    Ok(Answer {
        status,
        location,
        body,
    })
}

fn status(line: &str) -> Result<u16, WebFailure> {
    let mut words = line.split(' ');
    let version = words.next().unwrap_or_default();
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") {
        return Err(WebFailure::Garbage);
    }
    words
        .next()
        .and_then(|code| code.parse().ok())
        .filter(|code| (200..600).contains(code))
        .ok_or(WebFailure::Garbage)
}

struct Input<'a, S> {
    stream: &'a mut S,
    bytes: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Input<'_, S> {
    /// Reads some more; false at the end.
    async fn more(&mut self) -> Result<bool, WebFailure> {
        let mut piece = [0; 16 << 10];
        match self.stream.read(&mut piece).await {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.bytes
                    .extend_from_slice(piece.get(..count).unwrap_or_default());
                Ok(true)
            }
            // TLS that ends without a goodbye: a body that says its length is whole all the same.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(WebFailure::Unreachable(error.to_string())),
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(count.min(self.bytes.len()));
        std::mem::replace(&mut self.bytes, rest)
    }

    async fn head(&mut self) -> Result<Vec<u8>, WebFailure> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.bytes, b"\r\n\r\n") {
                let head = self.take(end);
                self.take(4);
                return Ok(head);
            }
            if self.bytes.len() > HEAD || !self.more().await? {
                return Err(WebFailure::Garbage);
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, WebFailure> {
        while self.bytes.len() < length {
            if !self.more().await? {
                return Err(WebFailure::Garbage);
            }
        }
        Ok(self.take(length))
    }

    async fn line(&mut self) -> Result<Vec<u8>, WebFailure> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.bytes, b"\r\n") {
                let line = self.take(end);
                self.take(2);
                return Ok(line);
            }
            if self.bytes.len() > HEAD || !self.more().await? {
                return Err(WebFailure::Garbage);
            }
        }
    }

    async fn chunks(&mut self, most: usize) -> Result<Vec<u8>, WebFailure> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let digits = std::str::from_utf8(&line).map_err(|_| WebFailure::Garbage)?;
            let digits = digits.split(';').next().unwrap_or_default().trim();
            let length = usize::from_str_radix(digits, 16).map_err(|_| WebFailure::Garbage)?;
            if length == 0 {
                return Ok(body);
            }
            if length > most.saturating_sub(body.len()) {
                return Err(WebFailure::TooLarge);
            }
            body.extend(self.exactly(length).await?);
            if !self.line().await?.is_empty() {
                return Err(WebFailure::Garbage);
            }
        }
    }

    async fn rest(&mut self, most: usize) -> Result<Vec<u8>, WebFailure> {
        while self.bytes.len() <= most {
            if !self.more().await? {
                return Ok(std::mem::take(&mut self.bytes));
            }
        }
        Err(WebFailure::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(text: &str, most: usize) -> Result<(u16, Vec<u8>), WebFailure> {
        let mut bytes = text.as_bytes();
        read(&mut bytes, most).await.map(|a| (a.status, a.body))
    }

    #[tokio::test]
    async fn bodies_end_where_they_say() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloxx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n",
            "HTTP/1.0 200\r\n\r\nhello",
        ] {
            assert_eq!(
                answer(text, 5).await,
                Ok((200, b"hello".to_vec())),
                "{text}"
            );
            assert_eq!(answer(text, 4).await, Err(WebFailure::TooLarge), "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_no_answer_is_garbage() {
        for text in [
            "",
            "220 mail.example ESMTP\r\n\r\n",
            "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        ] {
            assert_eq!(answer(text, 100).await, Err(WebFailure::Garbage), "{text}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(HEAD));
        assert_eq!(answer(&endless, 100).await, Err(WebFailure::Garbage));
    }
}
