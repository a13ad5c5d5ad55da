//! The practice server: a mail server in this process, on loopback alone, to learn and to test with.
//!
//! It takes letters by SMTP submission (RFC 6409), on implicit TLS and on STARTTLS, and hands them
//! out by POP3S (RFC 1939, RFC 8314). Its certificate authority is made when it starts and is good
//! for nothing else. Whoever speaks to it uses the same adapters as with any other server: the
//! account that [`PracticeServer::account`] gives is an ordinary one whose authority is pinned.
//!
//! It faces whatever runs on the same machine, so every line, letter, connection and wait is
//! bounded ([`Bounds`]), nobody is heard before TLS and login, and it relays nothing.

mod authority;
mod command;
mod data;
mod ground;
mod log;
mod office;
mod pop3;
mod smtp;
mod wire;

#[cfg(test)]
mod tests;

pub use authority::HOST;
pub use ground::InProcessGround;
pub use log::{Service, Speaker, WireLine};
pub use office::Bounds;

use crate::address::Address;
use crate::app::port::Clock;
use crate::base::Passphrase;
use crate::settings::{Account, Endpoint, Security, Trust};
use office::Office;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A running practice server. Dropping it ends its listeners and every connection at once.
pub struct PracticeServer {
    office: Arc<Office>,
    authority: Vec<u8>,
    submission: SocketAddr,
    submission_starttls: SocketAddr,
    mailbox: SocketAddr,
    listeners: Vec<AbortHandle>,
}

impl PracticeServer {
    /// Makes the authority and listens on free ports of 127.0.0.1. The server runs on `handle`'s
    /// runtime; the clock gives its certificates and trace fields their times.
    ///
    /// # Errors
    /// When no port can be had, or the certificates cannot be made.
    pub fn start(handle: &Handle, clock: Arc<dyn Clock>) -> io::Result<Self> {
        PracticeServer::start_within(handle, clock, Bounds::default())
    }

    /// As [`PracticeServer::start`], with other bounds.
    ///
    /// # Errors
    /// As [`PracticeServer::start`].
    pub fn start_within(
        handle: &Handle,
        clock: Arc<dyn Clock>,
        bounds: Bounds,
    ) -> io::Result<Self> {
        let made = authority::make(clock.now()).map_err(io::Error::other)?;
        let office = Arc::new(Office::new(clock, bounds).map_err(io::Error::other)?);
        let mut server = PracticeServer {
            office,
            authority: made.authority,
            submission: UNKNOWN,
            submission_starttls: UNKNOWN,
            mailbox: UNKNOWN,
            listeners: Vec::new(),
        };
        server.submission = server.listen(handle, &made.tls, Service::Submission)?;
        server.submission_starttls =
            server.listen(handle, &made.tls, Service::SubmissionStartTls)?;
        server.mailbox = server.listen(handle, &made.tls, Service::Mailbox)?;
        Ok(server)
    }

    /// Makes a mail user of this address, with a password that nobody can guess, and gives the
    /// account to reach it with. Asked again for the same address, it gives the same.
    pub fn account(&self, address: &Address) -> (Account, Passphrase) {
        let password = self.office.admit(address);
        let account = Account {
            address: address.clone(),
            login: address.as_str().to_owned(),
            submission: self.endpoint(self.submission, Security::Implicit),
            mailbox: Some(self.endpoint(self.mailbox, Security::Implicit)),
        };
        (account, password)
    }

    /// The second way to hand letters in: plaintext greeting, then STARTTLS.
    pub fn submission_by_starttls(&self) -> Endpoint {
        self.endpoint(self.submission_starttls, Security::StartTls)
    }

    /// The letters of a user, oldest first, each as it came over the wire: without the trace
    /// fields that delivery puts on top.
    pub fn received(&self, address: &Address) -> Vec<Arc<Vec<u8>>> {
        self.office.received(address)
    }

    /// What was said so far, passwords blanked and letters replaced by their sizes.
    pub fn wire_log(&self) -> Vec<WireLine> {
        self.office.log().lines()
    }

    fn endpoint(&self, at: SocketAddr, security: Security) -> Endpoint {
        Endpoint {
            host: HOST.to_owned(),
            port: at.port(),
            security,
            trust: Trust::Pinned(vec![self.authority.clone()]),
            connect_to: Some(at.ip()),
        }
    }

    fn listen(
        &mut self,
        handle: &Handle,
        tls: &TlsAcceptor,
        service: Service,
    ) -> io::Result<SocketAddr> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let at = listener.local_addr()?;
        let listener = {
            let _in_runtime = handle.enter();
            TcpListener::from_std(listener)?
        };
        let work = accept(listener, tls.clone(), service, self.office.clone());
        self.listeners.push(handle.spawn(work).abort_handle());
        Ok(at)
    }
}

impl Drop for PracticeServer {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Takes connections until it is aborted; its connections end with it, because they live in its
/// [`JoinSet`].
async fn accept(listener: TcpListener, tls: TlsAcceptor, service: Service, office: Arc<Office>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((stream, _)) => {
                    // Over the bound: closed without a word, which no client takes for a yes.
                    if let Ok(place) = office.places().clone().try_acquire_owned() {
                        let work = serve(stream, tls.clone(), service, office.clone());
                        connections.spawn(async move {
                            work.await;
                            drop(place);
                        });
                    }
                }
                // Out of file descriptors: let connections end before asking again.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, service: Service, office: Arc<Office>) {
    // Without it each short reply waits for the other side's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let wire = wire::Wire::new(stream, service, &office);
    match service {
        Service::Submission => {
            if let Ok(wire) = wire.encrypt(&tls).await {
                smtp::serve(wire, None, office).await;
            }
        }
        Service::SubmissionStartTls => smtp::serve(wire, Some(tls), office).await,
        Service::Mailbox => {
            if let Ok(wire) = wire.encrypt(&tls).await {
                pop3::serve(wire, office).await;
            }
        }
    }
}
