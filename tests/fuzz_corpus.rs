//! Replays the corpora of the fuzz targets: what was found once is tried with every test run.

#[path = "fuzz/targets.rs"]
mod targets;

/// Every file of a target's corpus; there must be some.
#[track_caller]
fn replay(target: &str, run: impl Fn(&[u8])) {
    let folder = format!("{}/tests/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        println!("{}", path.display());
        run(&bytes);
        // What is cut off, and what has one bit turned, is as hostile as anything.
        for cut in [
            1,
            2,
            bytes.len() / 3,
            bytes.len() / 2,
            bytes.len().saturating_sub(1),
        ] {
            run(&bytes[..cut.min(bytes.len())]);
        }
        for place in (0..bytes.len()).step_by(1 + bytes.len() / 200) {
            let mut turned = bytes.clone();
            turned[place] ^= 1 << (place % 8);
            run(&turned);
        }
        count += 1;
    }
    assert!(count > 0, "no corpus for {target}");
}

#[test]
fn certificates() {
    replay("certificate", targets::certificate);
}

#[test]
fn revocation_lists() {
    replay("crl", targets::crl);
}

#[test]
fn chains() {
    replay("chain", targets::chain);
}

#[test]
fn ocsp_answers() {
    replay("ocsp", targets::ocsp);
}

#[test]
fn cms_messages() {
    replay("cms", targets::cms);
}

#[test]
fn messages() {
    replay("message", targets::message);
}

#[test]
fn header_sections() {
    replay("headers", targets::headers);
}

#[test]
fn armor() {
    replay("armor", targets::armor);
}

#[test]
fn html_letters() {
    replay("html", targets::html);
}

#[test]
fn key_files() {
    replay("keyfile", targets::keyfile);
}
