//! What hickory gives back, sorted into our own words.

use crate::dns::{
    ALIASES, Answer, Kind, Mx, Name, NotKnown, Question, RECORDS, Record, Reply, Srv, TEXT_BYTES,
    Tlsa,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{self, RData, RecordType};

pub(super) fn wire_kind(kind: Kind) -> RecordType {
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
pub(super) fn read(lookup: &Lookup, question: &Question) -> Reply {
    let mut answer = Answer {
        secure: true,
        ..Answer::default()
    };
    let mut at = question.name.clone();
    let records = lookup.answers();
    // Aliases may stand in any order.
    for _ in 0..ALIASES {
        let next = records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if name_of(&record.name).as_ref() == Some(&at) => {
                name_of(&target.0)
            }
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
        answer
            .records
            .extend(record_of(&record.data).filter(|found| found.kind() == question.kind));
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

pub(super) fn failure(error: &NetError) -> Reply {
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
        NetError::Dns(DnsError::Nsec {
            proof, response, ..
        }) => match proof {
            Proof::Bogus => Reply::Unknown(NotKnown::Bogus),
            _ if response.response_code == ResponseCode::NXDomain => Reply::NoName,
            _ => Reply::NoData,
        },
        NetError::Proto(_) => Reply::Unknown(NotKnown::Garbage),
        _ => Reply::Unknown(NotKnown::ServerFailure),
    }
}
