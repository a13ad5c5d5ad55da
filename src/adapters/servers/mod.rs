//! Mail servers and web pages, looked at from outside.
//!
//! Nothing secret is ever said here, so a connection may be made to whatever certificate is shown: it
//! is looked at, not trusted. Logins and letters travel over [`tls`](crate::adapters::tls) alone.

mod crowd;
mod inject;
mod old;
mod page;
mod probe;
mod relay;
mod talk;
mod watching;

#[cfg(test)]
mod tests;

use crate::app::job::Cancel;
use crate::app::port::{Met, PageVisit, Servers, Visit, Vouching};
use crate::checkup::relay::{Envelope, Relayed};
use crate::checkup::servers::{PageSeen, Probed};
use crate::dns::NotKnown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::Instant;
use watching::Roots;

/// How long everything together may take; what is not done then is not known.
const WHOLE: Duration = Duration::from_secs(20);
/// How long one address may take to connect.
const CONNECT: Duration = Duration::from_secs(4);
/// Most addresses of one host that are tried.
const ADDRESSES: usize = 3;

/// Looks at servers over this machine's network.
pub struct NetworkServers {
    runtime: Handle,
    whole: Duration,
}

impl NetworkServers {
    /// Runs on this runtime; calls must come from threads that are not its workers.
    pub fn new(runtime: Handle) -> Self {
        NetworkServers {
            runtime,
            whole: WHOLE,
        }
    }

    /// The same, with another bound for everything together.
    pub fn within(runtime: Handle, whole: Duration) -> Self {
        NetworkServers { runtime, whole }
    }
}

/// What one task found.
enum Done {
    Place(usize, Probed),
    Page(usize, PageSeen),
}

impl Servers for NetworkServers {
    fn meet(
        &self,
        visits: &[Visit],
        pages: &[PageVisit],
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Met {
        let roots = Arc::new(Roots::new(vouching));
        let until = Instant::now() + self.whole;
        let mut met = Met {
            places: visits
                .iter()
                .map(|visit| (visit.place.clone(), Probed::Not(NotKnown::Deadline)))
                .collect(),
            pages: pages
                .iter()
                .map(|visit| (visit.ask.clone(), PageSeen::Not(NotKnown::Deadline)))
                .collect(),
        };
        self.runtime.block_on(async {
            let mut running = JoinSet::new();
            for (number, visit) in visits.iter().cloned().enumerate() {
                let roots = roots.clone();
                running.spawn(async move {
                    Done::Place(number, probe::probe(&visit, &roots, until).await)
                });
            }
            for (number, visit) in pages.iter().cloned().enumerate() {
                let roots = roots.clone();
                running.spawn(async move { Done::Page(number, page::fetch(&visit, &roots).await) });
            }
            // Tasks that are still under way when this ends are given up.
            let gather = async {
                while let Some(done) = running.join_next().await {
                    match done {
                        Ok(Done::Place(number, found)) => {
                            if let Some(place) = met.places.get_mut(number) {
                                place.1 = found;
                            }
                        }
                        Ok(Done::Page(number, found)) => {
                            if let Some(page) = met.pages.get_mut(number) {
                                page.1 = found;
                            }
                        }
                        Err(_) => {}
                    }
                }
            };
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                () = tokio::time::sleep_until(until + Duration::from_secs(1)) => {}
                () = gather => {}
            }
        });
        met
    }

    fn relay(
        &self,
        visit: &Visit,
        envelopes: &[Envelope],
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Relayed {
        let roots = Roots::new(vouching);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Relayed::Not(NotKnown::NotAsked),
                asked = relay::ask(visit, envelopes, &roots) => asked,
            }
        })
    }

    fn keeps_injected(
        &self,
        visit: &Visit,
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Result<bool, NotKnown> {
        let roots = Roots::new(vouching);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Err(NotKnown::NotAsked),
                kept = inject::keeps(visit, &roots) => kept,
            }
        })
    }

    fn crowd(
        &self,
        visit: &Visit,
        count: usize,
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Result<usize, NotKnown> {
        let roots = Arc::new(Roots::new(vouching));
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Err(NotKnown::NotAsked),
                greeted = crowd::greeted(visit, count, &roots) => greeted,
            }
        })
    }
}

/// Connects to the first of the addresses that takes it.
async fn connect(at: &[SocketAddr]) -> Result<TcpStream, NotKnown> {
    let mut why = NotKnown::Closed;
    for address in at.iter().take(ADDRESSES) {
        match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A socket that cannot do it is slow and still good.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(_)) => {}
            Err(_) => why = NotKnown::Deadline,
        }
    }
    Err(why)
}
