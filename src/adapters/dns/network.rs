//! A resolver on the network, by hickory, which checks DNSSEC itself.

use crate::app::job::Cancel;
use crate::app::port::Resolver;
use crate::dns::{
    Answer, Kind, Mx, Name, NotKnown, Question, RECORDS, Record, Reply, Srv, TEXT_BYTES, Tlsa,
};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{self, RData, RecordType};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How long one question may take, with its second try.
const ONE: Duration = Duration::from_secs(6);
/// Most questions under way at once.
const AT_ONCE: usize = 32;

/// Asks a resolver: the system's, or one that the person names.
pub struct NetworkNames {
    runtime: Handle,
    resolver: TokioResolver,
    asks: Vec<String>,
}

/// The system names no resolver, or its settings cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoResolver;

impl NetworkNames {
    /// Asks the system's resolver.
    pub fn system(runtime: Handle) -> Result<Self, NoResolver> {
        let (config, _) = hickory_resolver::system_conf::read_system_conf().map_err(|_| NoResolver)?;
        if config.name_servers.is_empty() {
            return Err(NoResolver);
        }
        Self::with(runtime, config)
    }

    /// Asks this resolver alone.
    pub fn at(runtime: Handle, address: SocketAddr) -> Result<Self, NoResolver> {
        let mut server = NameServerConfig::udp_and_tcp(address.ip());
        for connection in &mut server.connections {
            connection.port = address.port();
        }
        Self::with(runtime, ResolverConfig::from_parts(None, Vec::new(), vec![server]))
    }

    fn with(runtime: Handle, mut config: ResolverConfig) -> Result<Self, NoResolver> {
        // What is asked is meant as it stands: no search list, no hosts file.
        config = ResolverConfig::from_parts(None, Vec::new(), config.name_servers().to_vec());
        let asks = config
            .name_servers()
            .iter()
            .map(|server| {
                let port = server.connections.first().map_or(53, |c: &ConnectionConfig| c.port);
                SocketAddr::new(server.ip, port).to_string()
            })
            .collect();
        let mut builder =
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
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
        Ok(NetworkNames { runtime, resolver, asks })
    }
}

impl Resolver for NetworkNames {
    fn ask(&self, questions: &BTreeSet<Question>, cancel: &Cancel) -> Vec<(Question, Reply)> {
        self.runtime.block_on(async {
            let mut replies = Vec::with_capacity(questions.len());
            let mut waiting = questions.iter();
            let mut running = JoinSet::new();
            loop {
                while running.len() < AT_ONCE && !cancel.is_cancelled() {
                    let Some(question) = waiting.next() else { break };
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
    let looked = resolver.lookup(name, wire_kind(question.kind));
    match tokio::time::timeout(ONE, looked).await {
        Err(_) => Reply::Unknown(NotKnown::Deadline),
        Ok(Ok(lookup)) => answer(&lookup, question),
        Ok(Err(error)) => failure(&error),
    }
}

fn wire_kind(kind: Kind) -> RecordType {
    match kind {
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
        Kind::Cname => RecordType::CNAME,
        Kind::Mx => RecordType::MX,
        Kind::Ns => RecordType::NS,
        Kind::Ptr => RecordType::PTR,
        Kind::Srv => RecordType::SRV,
        Kind::Tlsa => RecordType::TLSA,
        Kind::Txt => RecordType::TXT,
    }
}

/// Sorts an answer: aliases apart from records, and nothing that belongs to another name.
fn answer(lookup: &Lookup, question: &Question) -> Reply {
    let mut answer = Answer { secure: true, ..Answer::default() };
    let mut at = question.name.clone();
    let records = lookup.answers();
    // Aliases may stand in any order.
    for _ in 0..crate::dns::ALIASES {
        let next = records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if name_of(&record.name).as_ref() == Some(&at) => name_of(&target.0),
            _ => None,
        });
        match next {
            Some(next) if question.kind != Kind::Cname && !answer.aliases.contains(&next) => {
                answer.aliases.push(next.clone());
                at = next;
            }
            _ => break,
        }
    }
    for record in records {
        if record.proof == Proof::Bogus {
            return Reply::Unknown(NotKnown::Bogus);
        }
        answer.secure &= record.proof == Proof::Secure;
        if name_of(&record.name).as_ref() != Some(&at) || answer.records.len() >= RECORDS {
            continue;
        }
        answer.records.extend(record_of(&record.data).filter(|found| found.kind() == question.kind));
    }
    if answer.records.is_empty() {
        return Reply::NoData;
    }
    Reply::Records(answer)
}

fn name_of(name: &rr::Name) -> Option<Name> {
    if name.is_root() {
        return Some(Name::root());
    }
    Name::parse(&name.to_ascii()).ok()
}

fn record_of(data: &RData) -> Option<Record> {
    Some(match data {
        RData::A(address) => Record::A(address.0),
        RData::AAAA(address) => Record::Aaaa(address.0),
        RData::CNAME(name) => Record::Cname(name_of(&name.0)?),
        RData::NS(name) => Record::Ns(name_of(&name.0)?),
        RData::PTR(name) => Record::Ptr(name_of(&name.0)?),
        RData::MX(mx) => Record::Mx(Mx {
            preference: mx.preference,
            exchange: name_of(&mx.exchange)?,
        }),
        RData::SRV(srv) => Record::Srv(Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: name_of(&srv.target)?,
        }),
        RData::TLSA(tlsa) => Record::Tlsa(Tlsa {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            data: tlsa.cert_data.clone(),
        }),
        RData::TXT(text) => {
            let mut whole: Vec<u8> = text.txt_data.concat();
            whole.truncate(TEXT_BYTES);
            Record::Txt(whole)
        }
        _ => return None,
    })
}

fn failure(error: &NetError) -> Reply {
    match error {
        NetError::Timeout => Reply::Unknown(NotKnown::Deadline),
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NoError => Reply::NoData,
            ResponseCode::NXDomain => Reply::NoName,
            ResponseCode::Refused => Reply::Unknown(NotKnown::Refused),
            _ => Reply::Unknown(NotKnown::ServerFailure),
        },
        NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused)) => {
            Reply::Unknown(NotKnown::Refused)
        }
        NetError::Dns(DnsError::DnssecBogus) => Reply::Unknown(NotKnown::Bogus),
        NetError::Dns(DnsError::Nsec { proof, response, .. }) => match proof {
            Proof::Bogus => Reply::Unknown(NotKnown::Bogus),
            _ if response.response_code == ResponseCode::NXDomain => Reply::NoName,
            _ => Reply::NoData,
        },
        NetError::Proto(_) => Reply::Unknown(NotKnown::Garbage),
        _ => Reply::Unknown(NotKnown::ServerFailure),
    }
}
