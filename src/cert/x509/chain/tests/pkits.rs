//! NIST's Public Key Interoperability Test Suite, every run by name. The files are not ours: they
//! are read where `WAXWING_VECTORS` says.

use super::super::*;
use crate::base::Time;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn certificate(path: &Path) -> Option<Arc<Certificate>> {
    Certificate::from_der(&std::fs::read(path).unwrap())
        .ok()
        .map(Arc::new)
}

#[test]
fn every_run_of_pkits() {
    let Some(vectors) = std::env::var_os("WAXWING_VECTORS") else {
        return;
    };
    let folder = PathBuf::from(vectors).join("nist-pkits");
    let text = std::fs::read(folder.join("expected.json")).unwrap();
    let suite: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let mut anchors = Anchors::default();
    anchors.add(Anchor {
        certificate: certificate(&folder.join("certs/TrustAnchorRootCertificate.crt")).unwrap(),
        counts_for: AnchorFor::Anybody,
        strict: true,
    });
    // All certificates and lists of the suite at once: each run must find its own.
    let mut kept = Pool::default();
    for file in std::fs::read_dir(folder.join("certs")).unwrap() {
        if let Some(found) = certificate(&file.unwrap().path()) {
            kept.add(found);
        }
    }
    let mut crls = Crls::default();
    for file in std::fs::read_dir(folder.join("crls")).unwrap() {
        if let Ok(crl) = Crl::from_der(&std::fs::read(file.unwrap().path()).unwrap()) {
            crls.add(Arc::new(crl));
        }
    }
    let at: Time = "2010-06-01T00:00:00Z".parse().unwrap();
    let mut runs = 0;
    let mut wrong = Vec::new();
    for test in suite["tests"].as_array().unwrap() {
        for run in test["runs"].as_array().unwrap() {
            runs += 1;
            let name = run["end_entity"].as_str().unwrap();
            let expected = run["expected"] == "PASS";
            let bytes = std::fs::read(folder.join("certs").join(name)).unwrap();
            let outcome = match Certificate::from_der(&bytes) {
                Err(why) => Err(format!("{why:?}")),
                Ok(leaf) => {
                    let mut wish = Wish::mail(When::at(at), Purpose::Any, None);
                    wish.allow_weak = true;
                    let sources = Sources {
                        anchors: &anchors,
                        kept: &kept,
                        along: &Pool::default(),
                        crls: Some(&crls),
                    };
                    match build(&Arc::new(leaf), sources, &wish).fault {
                        None => Ok(()),
                        Some(fault) => Err(format!("{fault:?}")),
                    }
                }
            };
            println!("{} {name}: {outcome:?}", test["test"]);
            if outcome.is_ok() != expected {
                wrong.push(format!("{} {name}: {outcome:?}", test["test"]));
            }
        }
    }
    assert_eq!(runs, 179);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
