//! A resolver on the network, by hickory, which checks DNSSEC itself.

use super::answer;
use crate::app::job::Cancel;
use crate::app::port::{NoResolver, Resolver, Resolvers};
use crate::dns::{NotKnown, Question, Reply};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::dnssec::TrustAnchors;
use hickory_resolver::proto::rr;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How long one question may take, with its second try.
const ONE: Duration = Duration::from_secs(6);
/// How long those may take that are asked again.
const AGAIN: Duration = Duration::from_secs(10);
/// Most questions under way at once.
const AT_ONCE: usize = 32;

/// The resolvers that this machine reaches.
pub struct NetworkResolvers {
    runtime: Handle,
    anchor: Option<PathBuf>,
}

impl NetworkResolvers {
    /// Asks on this runtime.
    pub fn new(runtime: Handle) -> Self {
        NetworkResolvers {
            runtime,
            anchor: None,
        }
    }

    /// The same below a root of one's own: a file with its DNSKEY records, instead of the Internet's.
    pub fn with_anchor(runtime: Handle, anchor: PathBuf) -> Self {
        NetworkResolvers {
            runtime,
            anchor: Some(anchor),
        }
    }
}

impl Resolvers for NetworkResolvers {
    fn find(&self, at: Option<SocketAddr>) -> Result<Arc<dyn Resolver>, NoResolver> {
        let names = match at {
            Some(address) => NetworkNames::at(self, address),
            None => NetworkNames::system(self),
        };
        names.map(|names| Arc::new(names) as Arc<dyn Resolver>)
    }
}

/// Asks a resolver: the system's, or one that the person names.
struct NetworkNames {
    runtime: Handle,
    resolver: TokioResolver,
    config: ResolverConfig,
    anchor: Option<PathBuf>,
    asks: Vec<String>,
}

impl NetworkNames {
    /// Asks the system's resolver.
    fn system(from: &NetworkResolvers) -> Result<Self, NoResolver> {
        let (config, _) =
            hickory_resolver::system_conf::read_system_conf().map_err(|_| NoResolver)?;
        if config.name_servers.is_empty() {
            return Err(NoResolver);
        }
        Self::with(from, config)
    }

    /// Asks this resolver alone.
    fn at(from: &NetworkResolvers, address: SocketAddr) -> Result<Self, NoResolver> {
        let mut server = NameServerConfig::udp_and_tcp(address.ip());
        for connection in &mut server.connections {
            connection.port = address.port();
        }
        Self::with(
            from,
            ResolverConfig::from_parts(None, Vec::new(), vec![server]),
        )
    }

    fn with(from: &NetworkResolvers, mut config: ResolverConfig) -> Result<Self, NoResolver> {
        let runtime = from.runtime.clone();
        // What is asked is meant as it stands: no search list, no hosts file.
        config = ResolverConfig::from_parts(None, Vec::new(), config.name_servers().to_vec());
        let asks = config
            .name_servers()
            .iter()
            .map(|server| {
                let port = server
                    .connections
                    .first()
                    .map_or(53, |c: &ConnectionConfig| c.port);
                SocketAddr::new(server.ip, port).to_string()
            })
            .collect();
        let resolver = build(&runtime, config.clone(), from.anchor.as_deref())?;
        Ok(NetworkNames {
            runtime,
            resolver,
            config,
            anchor: from.anchor.clone(),
            asks,
        })
    }

    /// Asks those again that DNSSEC is said to forbid, with nothing remembered: a key that did not come
    /// makes the library say so as well as a bad signature does.
    async fn sure(&self, replies: &mut [(Question, Reply)]) {
        let bogus = Reply::Unknown(NotKnown::Bogus);
        if !replies.iter().any(|(_, reply)| *reply == bogus) {
            return;
        }
        let Ok(fresh) = build(&self.runtime, self.config.clone(), self.anchor.as_deref()) else {
            return;
        };
        let until = Instant::now() + AGAIN;
        for (question, reply) in replies.iter_mut().filter(|(_, reply)| *reply == bogus) {
            *reply = match tokio::time::timeout_at(until, one(&fresh, question)).await {
                Ok(again) => again,
                Err(_) => Reply::Unknown(NotKnown::Deadline),
            };
        }
    }
}

/// A resolver that validates and has nothing in mind yet.
fn build(
    runtime: &Handle,
    config: ResolverConfig,
    anchor: Option<&Path>,
) -> Result<TokioResolver, NoResolver> {
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    if let Some(anchor) = anchor {
        let anchors = TrustAnchors::from_file(anchor).map_err(|_| NoResolver)?;
        builder = builder.with_trust_anchor(Arc::new(anchors));
    }
    let options: &mut ResolverOpts = builder.options_mut();
    options.timeout = Duration::from_secs(3);
    options.attempts = 2;
    options.validate = true;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    options.edns_payload_len = 1_232;
    let entered = runtime.enter();
    let resolver = builder.build().map_err(|_| NoResolver)?;
    drop(entered);
    Ok(resolver)
}

impl Resolver for NetworkNames {
    fn ask(&self, questions: &BTreeSet<Question>, cancel: &Cancel) -> Vec<(Question, Reply)> {
        self.runtime.block_on(async {
            let mut replies = Vec::with_capacity(questions.len());
            let mut waiting = questions.iter();
            let mut running = JoinSet::new();
            loop {
                while running.len() < AT_ONCE && !cancel.is_cancelled() {
                    let Some(question) = waiting.next() else {
                        break;
                    };
                    let (resolver, question) = (self.resolver.clone(), question.clone());
                    running.spawn(async move {
                        let reply = one(&resolver, &question).await;
                        (question, reply)
                    });
                }
                match running.join_next().await {
                    Some(Ok(found)) => replies.push(found),
                    Some(Err(_)) => {}
                    None => break,
                }
            }
            self.sure(&mut replies).await;
            // Those that were never asked, or whose task came to nothing.
            for question in questions {
                if !replies.iter().any(|(asked, _)| asked == question) {
                    replies.push((question.clone(), Reply::Unknown(NotKnown::ServerFailure)));
                }
            }
            replies
        })
    }

    fn asks(&self) -> Vec<String> {
        self.asks.clone()
    }
}

async fn one(resolver: &TokioResolver, question: &Question) -> Reply {
    let Ok(name) = rr::Name::from_ascii(format!("{}.", question.name.as_str())) else {
        return Reply::Unknown(NotKnown::Garbage);
    };
    let looked = resolver.lookup(name, answer::wire_kind(question.kind));
    match tokio::time::timeout(ONE, looked).await {
        Err(_) => Reply::Unknown(NotKnown::Deadline),
        Ok(Ok(lookup)) => answer::read(&lookup, question),
        Ok(Err(error)) => answer::failure(&error),
    }
}
