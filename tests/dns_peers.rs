//! The resolver and a real BIND on loopback: a root of our own, zones that are signed well, signed and
//! then altered, and not signed at all.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use waxwing::adapters::dns::NetworkResolvers;
use waxwing::app::job::Cancel;
use waxwing::app::port::{Resolver, Resolvers};
use waxwing::checkup::{self, Facts, Finding, FindingId, Outcome, Subject};
use waxwing::dns::{Kind, Name, NotKnown, Question, Reply, Snapshot};

/// A zone with which nothing is wrong.
const ZONE: &str = "\
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
@ TXT \"v=spf1 mx -all\"
_dmarc TXT \"v=DMARC1; p=reject\"
@ MX 10 mx
mx A 192.0.2.1
";

/// A running name server; ends with the value.
struct Named {
    at: SocketAddr,
    process: Child,
    folder: tempfile::TempDir,
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let done = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} is installed: {error}"));
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {args:?}: {told}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// Signs a zone: its file is called as it, with `.signed` behind. The base name of its key's files.
fn sign(folder: &Path, zone: &str, file: &str) -> String {
    let key = run(
        folder,
        "dnssec-keygen",
        &["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", zone],
    );
    run(folder, "dnssec-signzone", &["-S", "-z", "-o", zone, file]);
    key
}

/// Serves a root of our own and the zones below it.
fn serve() -> Named {
    let folder = tempfile::Builder::new().prefix("ns").tempdir().unwrap();
    let at = folder.path();
    let mut root = String::from(
        "$TTL 300\n. SOA ns.root. hostmaster.root. 1 3600 600 86400 300\n. NS ns.root.\nns.root. A 127.0.0.1\n",
    );
    for zone in ["good.test", "bad.test", "plain.test"] {
        fs::write(at.join(zone), ZONE).unwrap();
        root.push_str(&format!("{zone}. NS ns.{zone}.\nns.{zone}. A 127.0.0.1\n"));
        if zone != "plain.test" {
            sign(at, zone, zone);
            root.push_str(&fs::read_to_string(at.join(format!("dsset-{zone}."))).unwrap());
        }
    }
    // What is altered after signing.
    let signed = at.join("bad.test.signed");
    let text = fs::read_to_string(&signed).unwrap();
    assert!(text.contains("v=spf1 mx -all"));
    fs::write(&signed, text.replace("v=spf1 mx -all", "v=spf1 mx +all")).unwrap();
    fs::rename(at.join("plain.test"), at.join("plain.test.signed")).unwrap();
    fs::write(at.join("root"), root).unwrap();
    let key = sign(at, ".", "root");
    let key = fs::read_to_string(at.join(format!("{key}.key"))).unwrap();
    // The key in one piece: the tools of BIND write it in two.
    let record = key.lines().find(|line| !line.starts_with(';')).unwrap();
    let words: Vec<&str> = record.split_ascii_whitespace().collect();
    let records = format!("{} {}\n", words[..6].join(" "), words[6..].concat());
    fs::write(at.join("anchor"), records).unwrap();
    for _ in 0..5 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut conf = format!(
            "options {{ directory \"{d}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
             recursion no; pid-file \"{d}/pid\"; session-keyfile \"{d}/session\"; managed-keys-directory \"{d}\"; }};\n\
             controls {{ }};\nzone \".\" {{ type primary; file \"root.signed\"; }};\n",
            d = at.display()
        );
        for zone in ["good.test", "bad.test", "plain.test"] {
            conf.push_str(&format!(
                "zone \"{zone}\" {{ type primary; file \"{zone}.signed\"; }};\n"
            ));
        }
        fs::write(at.join("named.conf"), conf).unwrap();
        let mut process = Command::new("/usr/sbin/named")
            .args(["-g", "-c"])
            .arg(at.join("named.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(at.join("log")).unwrap())
            .spawn()
            .expect("bind9 is installed");
        let by = Instant::now() + Duration::from_secs(60);
        while process.try_wait().unwrap().is_none() && Instant::now() < by {
            let ready = fs::read_to_string(at.join("log"))
                .is_ok_and(|log| log.contains("all zones loaded"));
            if ready && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Named {
                    at: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
                    process,
                    folder,
                };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = process.kill();
        let _ = process.wait();
    }
    let log = fs::read_to_string(at.join("log")).unwrap_or_default();
    panic!("named does not start: {log}");
}

fn ask(names: &dyn Resolver, name: &str, kind: Kind) -> Reply {
    let question = Question::new(Name::parse(name).unwrap(), kind);
    let questions = BTreeSet::from([question]);
    names.ask(&questions, &Cancel::default()).remove(0).1
}

fn check(names: &dyn Resolver, domain: &str) -> Vec<Finding> {
    let subject = Subject {
        domain: Name::parse(domain).unwrap(),
        selectors: Vec::new(),
        lists: Vec::new(),
    };
    let mut snapshot = Snapshot::default();
    loop {
        let facts = Facts::new(&snapshot);
        let report = checkup::domain(&subject, &facts);
        let wanted = facts.wanted();
        if wanted.is_empty() {
            return report.findings;
        }
        for (question, reply) in names.ask(&wanted, &Cancel::default()) {
            snapshot.keep(question, reply);
        }
    }
}

#[test]
fn rule_68_signed_altered_and_unsigned_zones_are_told_apart() {
    let named = serve();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let anchor = named.folder.path().join("anchor");
    let names: Arc<dyn Resolver> = NetworkResolvers::with_anchor(runtime.handle().clone(), anchor)
        .find(Some(named.at))
        .unwrap();

    let secure = |reply: &Reply| match reply {
        Reply::Records(answer) => Some(answer.secure),
        _ => None,
    };
    let good = ask(&*names, "good.test", Kind::Txt);
    assert_eq!(secure(&good), Some(true), "{good:?}");
    let plain = ask(&*names, "plain.test", Kind::Txt);
    assert_eq!(secure(&plain), Some(false), "{plain:?}");
    assert_eq!(ask(&*names, "no.good.test", Kind::A), Reply::NoName);
    assert_eq!(ask(&*names, "good.test", Kind::Srv), Reply::NoData);
    assert_eq!(ask(&*names, "no.plain.test", Kind::A), Reply::NoName);
    let bogus = Reply::Unknown(NotKnown::Bogus);
    assert_eq!(ask(&*names, "bad.test", Kind::Txt), bogus);

    let failed = |domain| -> Vec<FindingId> {
        let findings = check(&*names, domain);
        let failed = findings.iter().filter(|f| f.outcome == Outcome::Fail);
        failed.map(|f| f.id).collect()
    };
    // Nothing names the address of the server in these zones.
    assert_eq!(failed("good.test"), [FindingId::RdnsMissing]);
    assert_eq!(failed("plain.test"), [FindingId::RdnsMissing]);
    let bad = failed("bad.test");
    assert!(bad.contains(&FindingId::DnssecBogus), "{bad:?}");
    assert!(!bad.contains(&FindingId::SpfPlusAll), "{bad:?}");
}

/// A way to the name server that takes 20 ms for each question and its answer, and keeps the questions.
fn far_away(server: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<Vec<u8>>>>) {
    let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    let at = socket.local_addr().unwrap();
    let asked: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let kept = asked.clone();
    std::thread::spawn(move || {
        let mut packet = [0; 4_096];
        while let Ok((count, from)) = socket.recv_from(&mut packet) {
            let question = packet[..count].to_vec();
            // The name as it was asked, without the number and the flags before it.
            kept.lock()
                .unwrap()
                .push(question[12..].to_ascii_lowercase());
            let socket = socket.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                let beyond = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                beyond.send_to(&question, server).unwrap();
                let mut answer = [0; 65_535];
                if let Ok(count) = beyond.recv(&mut answer) {
                    let _ = socket.send_to(&answer[..count], from);
                }
            });
        }
    });
    (at, asked)
}

#[test]
#[ignore = "measured by tests/bench"]
fn bench_check_of_a_domain_whose_names_are_20_ms_away() {
    let named = serve();
    let (at, asked) = far_away(named.at);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let anchor = named.folder.path().join("anchor");
    let resolvers = NetworkResolvers::with_anchor(runtime.handle().clone(), anchor);
    let names: Arc<dyn Resolver> = resolvers.find(Some(at)).unwrap();
    let began = Instant::now();
    let findings = check(&*names, "good.test");
    let took = began.elapsed().as_secs_f64();
    assert!(findings.len() > 10, "{findings:?}");
    // The library asks for the keys of a zone each time that it checks a signature; what the check-up
    // itself wants to know is asked once.
    let keys = |question: &Vec<u8>| {
        let end = question.iter().position(|byte| *byte == 0).unwrap();
        question[end + 1..end + 3] == [0, 48]
    };
    let asked = asked.lock().unwrap();
    let own: Vec<&Vec<u8>> = asked.iter().filter(|question| !keys(question)).collect();
    let once: BTreeSet<&&Vec<u8>> = own.iter().collect();
    assert_eq!(own.len(), once.len(), "something was asked twice");
    println!("check: {took:.3} s, {} questions", asked.len());
}
