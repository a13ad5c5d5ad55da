//! The first bytes of the other side, remembered so that a refused handshake can say what came.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A record header, a handshake header and the version in a ServerHello.
const FIRST: usize = 11;

/// A TCP stream that remembers how the other side began.
pub(super) struct First {
    tcp: TcpStream,
    seen: Vec<u8>,
}

impl First {
    pub fn new(tcp: TcpStream) -> Self {
        First {
            tcp,
            seen: Vec::with_capacity(FIRST),
        }
    }

    /// Whether what came begins as a TLS record: an alert or a handshake of version 3.x
    /// (RFC 8446 §5.1). Nothing at all is no sign against it.
    pub fn looks_like_tls(&self) -> bool {
        match *self.seen.as_slice() {
            [] => true,
            [kind] => matches!(kind, 21 | 22),
            [kind, major, ..] => matches!(kind, 21 | 22) && major == 3,
        }
    }

    /// The version that the other side chose in its ServerHello (RFC 5246 §7.4.1.3). An alert says
    /// nothing about it: servers put any version at its head.
    pub fn version(&self) -> Option<String> {
        match *self.seen.as_slice() {
            [22, _, _, _, _, 2, _, _, _, 3, 0] => Some("SSL 3.0".to_owned()),
            [22, _, _, _, _, 2, _, _, _, 3, minor] => Some(format!("TLS 1.{}", minor - 1)),
            _ => None,
        }
    }
}

impl AsyncRead for First {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(cx, buf))?;
        let missing = FIRST.saturating_sub(self.seen.len());
        if missing > 0 {
            let new = buf.filled().get(before..).unwrap_or_default();
            self.seen.extend(new.iter().take(missing));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for First {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
