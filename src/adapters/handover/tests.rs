use super::socket::*;
use super::{First, Meeting, meet};
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixStream as Plain;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use tokio::task::AbortHandle;

struct Ground {
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::Builder::new().prefix("meet").tempdir().unwrap();
        Ground { runtime, folder }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn meet(&self, arguments: &[&str]) -> Meeting {
        let arguments: Vec<OsString> = arguments.iter().map(Into::into).collect();
        meet(self.runtime.handle(), &self.home(), None, &arguments)
    }

    fn alone(&self) -> First {
        match self.meet(&[]) {
            Meeting::First(first) => first,
            Meeting::HandedOver | Meeting::Alone => panic!("not the first"),
        }
    }

    fn first(&self) -> (AbortHandle, Receiver<Vec<OsString>>) {
        let first = self.alone();
        let (sender, came) = channel();
        let take = move |arguments| sender.send(arguments).unwrap();
        (first.listen(self.runtime.handle(), take).unwrap(), came)
    }
}

#[test]
fn a_second_start_hands_its_arguments_over() {
    let ground = Ground::new();
    let (first, came) = ground.first();
    for arguments in [
        &[][..],
        &["mailto:bob@example.org?subject=ä"],
        &["/a b", "/c"],
    ] {
        assert!(matches!(ground.meet(arguments), Meeting::HandedOver));
        let taken = came.recv_timeout(PATIENCE).unwrap();
        assert_eq!(
            taken,
            arguments.iter().map(OsString::from).collect::<Vec<_>>()
        );
    }
    first.abort();
    assert!(matches!(ground.meet(&[]), Meeting::First(_)));
}

#[test]
fn a_socket_that_a_dead_one_left_is_recovered() {
    let ground = Ground::new();
    std::fs::create_dir(ground.home()).unwrap();
    drop(std::os::unix::net::UnixListener::bind(ground.home().join("window.sock")).unwrap());
    let (_first, came) = ground.first();
    assert!(matches!(ground.meet(&["x"]), Meeting::HandedOver));
    assert_eq!(came.recv_timeout(PATIENCE).unwrap(), ["x"]);
}

#[test]
fn the_socket_is_for_its_owner_alone_and_lies_in_the_runtime_folder_if_that_is_too() {
    let ground = Ground::new();
    let first = ground.alone();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        first.socket,
        ground.home().canonicalize().unwrap().join("window.sock")
    );
    assert_eq!(mode(&first.socket), 0o600);
    assert_eq!(mode(&ground.home()), 0o700);
    drop(first);
    let runtime_dir = ground.folder.path().join("run");
    for (wanted, in_home) in [(0o700, false), (0o755, true)] {
        let _ = std::fs::remove_dir_all(&runtime_dir);
        DirBuilder::new().mode(wanted).create(&runtime_dir).unwrap();
        let meeting = meet(
            ground.runtime.handle(),
            &ground.home(),
            Some(&runtime_dir),
            &[],
        );
        let Meeting::First(first) = meeting else {
            panic!("somebody is here already");
        };
        assert_eq!(
            !first.socket.starts_with(&runtime_dir),
            in_home,
            "{:?}",
            first.socket
        );
    }
}

#[test]
fn attack_handover_noise_is_not_taken_and_stops_nobody() {
    let ground = Ground::new();
    let (_first, came) = ground.first();
    let socket = ground.home().join("window.sock");
    let mut too_long = GREETING.to_vec();
    too_long.extend_from_slice(&u32::MAX.to_be_bytes());
    let mut wrong = message(&["x".into()]).unwrap();
    wrong[0] = b'w';
    for noise in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        too_long,
        wrong,
        Vec::new(),
    ] {
        let mut stream = Plain::connect(&socket).unwrap();
        stream.write_all(&noise).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // Closed with bytes unread is a reset.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
    // Some who never say anything hold up nobody.
    let silent: Vec<Plain> = (0..AT_ONCE - 1)
        .map(|_| Plain::connect(&socket).unwrap())
        .collect();
    assert!(matches!(ground.meet(&["y"]), Meeting::HandedOver));
    assert_eq!(came.recv_timeout(PATIENCE).unwrap(), ["y"]);
    assert!(came.try_recv().is_err());
    drop(silent);
    let large = "z".repeat(MOST_BYTES + 1);
    assert!(matches!(ground.meet(&[&large]), Meeting::Alone));
}

#[test]
fn many_starts_at_once_make_one_first() {
    let ground = Ground::new();
    let firsts = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| match ground.meet(&["m"]) {
                    Meeting::First(first) => {
                        Some(first.listen(ground.runtime.handle(), |_| {}).unwrap())
                    }
                    Meeting::HandedOver => None,
                    Meeting::Alone => panic!("alone"),
                })
            })
            .collect();
        let firsts: Vec<_> = starts.into_iter().map(|s| s.join().unwrap()).collect();
        firsts.into_iter().flatten().count()
    });
    assert_eq!(firsts, 1);
}

#[test]
fn a_home_that_cannot_be_written_to_is_no_place_to_meet() {
    let ground = Ground::new();
    std::fs::write(ground.home(), "a file").unwrap();
    assert!(matches!(ground.meet(&[]), Meeting::Alone));
}
