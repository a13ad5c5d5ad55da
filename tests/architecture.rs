//! Reads the sources and fails on what the crate header forbids: an arrow between modules that is
//! not in its tables, an effect in the core, a crypto library outside its folder, a file grown too
//! large, a stub, a path of somebody's machine, a rule without a test.
//!
//! The scanner knows comments, literals, `use` groups, `super::` and `#[cfg(test)]`; the samples
//! at the end show it bad sources and what it says.

#[path = "support/sources.rs"]
mod sources;

use sources::{Source, Table, read_tree};

/// Names that would give a pure module an effect. A path offends when it holds one of these runs
/// of segments anywhere, so that `use std::time; time::Instant::now()` is seen too.
const EFFECTS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "std::os",
    "std::*",
    "fs::File",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Time::now",
    "Zoned::now",
    "TimeZone::system",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "tokio",
    "egui",
    "eframe",
    "rfd",
    "rustls",
    "tokio_rustls",
    "lettre",
    "keyring",
    "rusqlite",
    "rustix",
    "clap",
];

/// Addresses are plain data, though the standard library keeps them beside its sockets.
const NO_EFFECTS: &[&str] = &[
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::net::SocketAddr",
];

/// Crates, and `std::fs`, that stand only in the folders named, each a prefix of a module path.
const HOMES: &[(&str, &[&str])] = &[
    (
        "sequoia_openpgp",
        &[
            "cert::openpgp",
            "protect::openpgp",
            "adapters::store",
            "adapters::agent",
        ],
    ),
    (
        "sequoia_cert_store",
        &[
            "cert::openpgp",
            "protect::openpgp",
            "adapters::store",
            "adapters::agent",
        ],
    ),
    (
        "openssl",
        &["cert::x509", "protect::smime", "protect::openpgp"],
    ),
    ("openssl_sys", &["cert::x509", "protect::smime"]),
    ("foreign_types", &["cert::x509", "protect::smime"]),
    ("cms", &["cert::x509", "protect::smime"]),
    ("x509_cert", &["cert::x509", "protect::smime"]),
    ("const_oid", &["cert::x509", "protect::smime"]),
    (
        "std::fs",
        // Files that a person names go through `app::files`, private and never overwritten.
        &["adapters", "app::files", "cli::run::prompt", "bin"],
    ),
    ("egui", &["gui", "bin"]),
    ("eframe", &["gui", "bin"]),
    ("rfd", &["gui", "adapters"]),
    ("clap", &["cli", "bin"]),
    ("lettre", &["adapters"]),
    ("rustls", &["adapters"]),
    ("tokio_rustls", &["adapters"]),
    ("rcgen", &["adapters"]),
    ("keyring", &["adapters"]),
    ("zbus", &["adapters"]),
    ("rusqlite", &["adapters"]),
    ("krilla", &["app::print"]),
    ("ttf_parser", &["app::print"]),
    ("mail_parser", &["mime", "headers"]),
    ("mail_builder", &["mime", "compose"]),
];

/// What is left neither in sources nor in tests.
const STUBS: &[&str] = &["todo!", "unimplemented!"];

/// Most lines of a source file, and of a program's.
const FILE_LINES: usize = 700;
const BIN_LINES: usize = 80;

/// The rules of behaviour that hold already; each has a test named `rule_NN_…`.
const RULES: &[u8] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 54,
    55, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71,
];

#[test]
fn modules_use_only_what_the_table_allows() {
    let table = table();
    none(each("src", |source| arrows(&table, source)));
}

#[test]
fn the_core_has_no_effects() {
    let table = table();
    none(each("src", |source| effects(&table, source)));
}

#[test]
fn libraries_stay_in_their_folders() {
    none(each("src", homes));
}

#[test]
fn files_stay_small() {
    none(each("src", sizes).chain(each("tests", sizes)));
}

#[test]
fn nothing_is_stubbed_or_silenced() {
    none(each("src", stubs).chain(each("tests", stubs)));
}

#[test]
fn no_path_of_a_machine_and_no_registry_host() {
    none(
        ["src", "tests", "packaging", ".ci"]
            .into_iter()
            .flat_map(|folder| each(folder, places)),
    );
}

#[test]
fn the_tables_keep_the_great_lines() {
    let table = table();
    let never = |from: &str, to: &str| {
        let bad = table
            .allowed(from)
            .is_some_and(|all| all.iter().any(|m| m.split("::").next() == Some(to)));
        assert!(!bad, "{from} may not use {to}");
    };
    for core in table.core() {
        for shell in table.shell() {
            never(core, shell);
        }
    }
    never("compose", "protect");
    never("protect", "compose");
    for face in ["gui", "cli"] {
        never(face, "adapters");
        never(face, "protect");
        never("app", face);
        never("adapters", face);
        never("wording", face);
    }
    never("gui", "cli");
    never("cli", "gui");
    never("app", "adapters");
    never("app", "wording");
}

#[test]
fn every_module_has_a_row() {
    let table = table();
    let lib = Source::new("src/lib.rs", include_str!("../src/lib.rs")).code();
    assert!(lib.contains("#![forbid(unsafe_code)]"));
    for line in lib.lines() {
        let module = line.trim().strip_prefix("pub mod ");
        if let Some(module) = module.and_then(|m| m.strip_suffix(';')) {
            assert!(
                table.allowed(module).is_some(),
                "module {module} has no row in the header: decide what it may use"
            );
        }
    }
}

#[test]
fn every_rule_that_holds_has_a_test() {
    let mut sources = read_tree("src");
    sources.extend(read_tree("tests"));
    let missing = rules_without_test(&sources);
    assert!(missing.is_empty(), "no test named rule_NN_…: {missing:?}");
}

/// Every complaint that `check` has about the files under `folder`.
fn each(folder: &str, check: impl Fn(&Source) -> Vec<String>) -> impl Iterator<Item = String> {
    read_tree(folder)
        .into_iter()
        .flat_map(move |source| check(&source))
}

#[track_caller]
fn none(complaints: impl Iterator<Item = String>) {
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The tables of the crate header.
fn table() -> Table {
    let header = include_str!("../src/lib.rs");
    Table::read(header)
}

fn arrows(table: &Table, source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(from) = module.first() else {
        return Vec::new(); // lib.rs only lists modules
    };
    if from == "bin" {
        return Vec::new(); // programs wire everything together
    }
    let Some(allowed) = table.allowed(from) else {
        return vec![format!(
            "{}: module {from} has no row in the header of src/lib.rs",
            source.path
        )];
    };
    source
        .uses()
        .filter_map(|(line, path)| {
            let path = path.strip_prefix("crate::")?;
            let to = path.split("::").next()?;
            let within = |place: &str| {
                let rest = path.strip_prefix(place);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            let ours = to == from || allowed.iter().any(|place| within(place));
            let known = to == "*" || table.allowed(to).is_some();
            (known && !ours).then(|| format!("{}:{line}: {from} → {to} ({path})", source.path))
        })
        .collect()
}

fn effects(table: &Table, source: &Source) -> Vec<String> {
    let pure = source.module().first().is_some_and(|m| table.is_core(m));
    if !pure {
        return Vec::new();
    }
    source
        .uses()
        .filter_map(|(line, path)| {
            let effect = EFFECTS.iter().find(|e| holds_run(&path, e))?;
            let plain = NO_EFFECTS.iter().any(|plain| holds_run(&path, plain));
            let ours = path.split("::").next().is_some_and(|m| source.declares(m));
            if plain || ours {
                return None;
            }
            Some(format!(
                "{}:{line}: {effect} in the core ({path})",
                source.path
            ))
        })
        .collect()
}

fn homes(source: &Source) -> Vec<String> {
    let module = source.module().join("::");
    source
        .uses()
        .filter_map(|(line, path)| {
            let first = path.split("::").next()?;
            let (_, folders) = HOMES
                .iter()
                .find(|(name, _)| *name == first || path.starts_with(&format!("{name}::")))?;
            let at_home = folders.iter().any(|f| {
                module == *f
                    || module
                        .strip_prefix(f)
                        .is_some_and(|rest| rest.starts_with("::"))
            });
            (!at_home && !source.declares(first)).then(|| {
                format!(
                    "{}:{line}: {path} outside {}",
                    source.path,
                    folders.join(", ")
                )
            })
        })
        .collect()
}

fn sizes(source: &Source) -> Vec<String> {
    let most = if source.path.starts_with("src/bin/") {
        BIN_LINES
    } else {
        FILE_LINES
    };
    let lines = source.text.lines().count();
    if !source.is_rust() || lines <= most {
        return Vec::new();
    }
    vec![format!(
        "{}: {lines} lines, at most {most}: split it by what it does",
        source.path
    )]
}

fn stubs(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in source.code().lines().enumerate() {
        let dense: String = line.split_whitespace().collect();
        let silenced = dense.contains("allow(") && dense.contains("dead_code");
        if silenced || STUBS.iter().any(|stub| dense.contains(stub)) {
            found.push(format!(
                "{}:{}: {}",
                source.path,
                number + 1,
                source.text.lines().nth(number).unwrap_or_default().trim()
            ));
        }
    }
    found
}

fn places(source: &Source) -> Vec<String> {
    // Put together here, so that this file does not hold what it looks for.
    let banned = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["crates", ".io"].concat(),
        ["pypi", ".org"].concat(),
        ["deb.debian", ".org"].concat(),
    ];
    let mut found = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        if let Some(word) = banned.iter().find(|word| line.contains(word.as_str())) {
            found.push(format!("{}:{}: holds {word}", source.path, number + 1));
        }
    }
    found
}

/// Whether `path` holds the segments of `run` one after another. A single segment counts only at
/// the start, where it names a crate or a macro.
fn holds_run(path: &str, run: &str) -> bool {
    let segments: Vec<&str> = path.split("::").collect();
    let run: Vec<&str> = run.split("::").collect();
    if run.len() == 1 {
        return segments.first() == run.first();
    }
    segments.windows(run.len()).any(|window| window == run)
}

/// The rules that no test under `src` or `tests` is named after.
fn rules_without_test(sources: &[Source]) -> Vec<u8> {
    let rust = sources.iter().filter(|source| source.is_rust());
    let code: String = rust.map(Source::code_with_tests).collect();
    let tested = |rule: u8| code.contains(&format!("fn rule_{rule:02}_"));
    RULES
        .iter()
        .copied()
        .filter(|rule| !tested(*rule))
        .collect()
}

mod samples {
    use super::*;

    const HEADER: &str = "\
//! # Core (pure)
//! | module | what it is | may use |
//! |---|---|---|
//! | [`base`] | a | – |
//! | [`cert`] | a | base |
//! | [`mime`] | a | base |
//! | [`protect`] | a | base, cert, mime |
//! | [`read`] | a | base, cert, mime, protect |
//! # Shell
//! | [`app`] | a | the core |
//! | [`adapters`] | a | base, `protect::Outgoing`, app |
//! | [`gui`] | a | base, app |
//! | [`cli`] | a | base, app |
";

    fn complaints(check: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) -> usize {
        check(&Source::new(path, text)).len()
    }

    fn arrows(source: &Source) -> Vec<String> {
        super::arrows(&Table::read(HEADER), source)
    }

    fn effects(source: &Source) -> Vec<String> {
        super::effects(&Table::read(HEADER), source)
    }

    #[test]
    fn a_forbidden_arrow_is_seen_however_it_is_written() {
        for text in [
            "use crate::cert::Cert;",
            "use crate::{base::Secret, cert::{Cert}};",
            "use crate::{\n  base,\n  protect,\n};",
            "fn f() { let c = crate::cert::Cert::new(); }",
            "type C = Vec<crate :: app :: Event>;",
            "use super::cert;",
            "pub(crate) use crate::gui as face;",
            "use crate::*;",
        ] {
            assert_eq!(complaints(arrows, "src/mime/mod.rs", text), 1, "{text}");
        }
        assert_eq!(
            complaints(arrows, "src/mime/tree.rs", "use super::super::cert::Cert;"),
            1
        );
        assert_eq!(
            complaints(
                arrows,
                "src/gui/pages/keys.rs",
                "use crate::adapters::store;"
            ),
            1
        );
        assert_eq!(
            complaints(arrows, "src/cli/run.rs", "use crate::{gui, adapters};"),
            2
        );
        assert_eq!(
            complaints(
                arrows,
                "src/adapters/smtp.rs",
                "use crate::protect::{Outgoing, plan};"
            ),
            1,
            "one item of a module is no leave to use the others"
        );
        assert_eq!(
            complaints(arrows, "src/elsewhere/mod.rs", "fn f() {}"),
            1,
            "a module without a row"
        );
    }

    #[test]
    fn lawful_arrows_pass() {
        for text in [
            "use crate::base::Secret;\nuse crate::mime::tree;",
            "// use crate::cert::Cert;",
            "/* crate::cert /* nested */ crate::app */",
            "const S: &str = \"crate::cert\"; const R: &str = r#\"crate::\"app\"#;",
            "#[cfg(test)]\nmod tests { use crate::cert::Cert; fn f() { if true { } } }",
            "#[cfg(test)]\nuse crate::cert::Cert;",
            "use super::tree::Node;",
            "fn f<'a>(x: &'a str) -> char { '\"' }",
            "fn app() {} fn g() { self::app() }",
        ] {
            assert_eq!(complaints(arrows, "src/mime/mod.rs", text), 0, "{text}");
        }
        assert_eq!(
            complaints(arrows, "src/mime/tests.rs", "use crate::cert::Cert;"),
            0
        );
        assert_eq!(
            complaints(arrows, "src/bin/wax.rs", "use waxwing::adapters;"),
            0
        );
    }

    #[test]
    fn code_after_a_test_module_is_read_again() {
        let text = "#[cfg(test)]\nmod tests { fn f() {} }\nuse crate::cert::Cert;";
        assert_eq!(complaints(arrows, "src/mime/mod.rs", text), 1);
        let text = "#[cfg(all(test, unix))]\nfn f() { crate::cert::x() }\nfn g() {}";
        assert_eq!(complaints(arrows, "src/mime/mod.rs", text), 0);
        let text = "#[cfg(not(test))]\nfn f() { crate::cert::x() }";
        assert_eq!(complaints(arrows, "src/mime/mod.rs", text), 1);
    }

    #[test]
    fn an_effect_in_the_core_is_seen() {
        for text in [
            "use std::fs;",
            "use std::{io::Read, fs::File};",
            "fn f() { std::env::var(\"HOME\"); }",
            "use std::time; fn f() { time::Instant::now(); }",
            "fn f() -> base::Time { crate::base::Time::now() }",
            "fn f() { jiff::Timestamp::now(); }",
            "fn f() { println!(\"x\"); }",
            "use tokio::io::AsyncRead;",
            "use ::egui;",
            "use std::*;",
        ] {
            assert_eq!(complaints(effects, "src/read/mod.rs", text), 1, "{text}");
            assert_eq!(
                complaints(effects, "src/adapters/smtp/mod.rs", text),
                0,
                "{text}"
            );
        }
        let lawful = "use std::io::{Read, Write}; use std::time::Duration; fn now(now: Time) {} \
                      fn ip() -> std::net::IpAddr { std::net::Ipv4Addr::LOCALHOST.into() }";
        assert_eq!(complaints(effects, "src/read/mod.rs", lawful), 0);
    }

    #[test]
    fn a_library_outside_its_folder_is_seen() {
        let text = "use sequoia_openpgp::{cert::Cert, parse::Parse as _};";
        assert_eq!(complaints(homes, "src/read/mod.rs", text), 2);
        assert_eq!(complaints(homes, "src/protect/mod.rs", text), 2);
        for home in [
            "src/cert/openpgp.rs",
            "src/cert/openpgp/mod.rs",
            "src/protect/openpgp/seal.rs",
            "src/adapters/store/certs.rs",
        ] {
            assert_eq!(complaints(homes, home, text), 0, "{home}");
        }
        let text = "fn f() { openssl::rand::rand_bytes(&mut []); }";
        assert_eq!(complaints(homes, "src/app/mod.rs", text), 1);
        let text = "fn f() { let _ = std::fs::remove_file(path); }";
        assert_eq!(complaints(homes, "src/cli/run/letter.rs", text), 1);
        assert_eq!(complaints(homes, "src/app/files.rs", text), 0);
        let text = "mod keyring; pub use keyring::SecretKeys;";
        assert_eq!(complaints(homes, "src/cert/openpgp/mod.rs", text), 0);
    }

    #[test]
    fn size_stubs_and_places_are_seen() {
        let long = "fn f() {}\n".repeat(701);
        assert_eq!(complaints(sizes, "src/read/mod.rs", &long), 1);
        assert_eq!(complaints(sizes, "src/bin/wax.rs", &long[..810]), 1);
        assert_eq!(complaints(sizes, "src/bin/wax.rs", &long[..800]), 0);
        for text in [
            "fn f() { todo!() }",
            "fn f() { unimplemented ! () }",
            "#[allow(dead_code)]",
            "#![allow(unused, dead_code)]",
        ] {
            assert_eq!(complaints(stubs, "src/read/mod.rs", text), 1, "{text}");
        }
        assert_eq!(
            complaints(stubs, "src/read/mod.rs", "// todo!() is banned"),
            0
        );
        let path = ["cd /wo", "rk/x"].concat();
        assert_eq!(complaints(places, "packaging/start", &path), 1);
    }

    #[test]
    fn a_rule_without_a_test_is_named() {
        let all: String = RULES
            .iter()
            .map(|r| format!("fn rule_{r:02}_x() {{}}\n"))
            .collect();
        let tests = format!("#[cfg(test)]\nmod tests {{\n{all}}}");
        assert!(rules_without_test(&[Source::new("src/read/mod.rs", &tests)]).is_empty());
        let less = tests.replace("fn rule_07_x", "fn rule_7_x");
        assert_eq!(
            rules_without_test(&[Source::new("src/read/mod.rs", &less)]),
            [7]
        );
    }
}
