//! A real gnome-keyring under a bus of its own, and machines without one.

use crate::child::{Running, command};
use std::path::Path;
use std::process::Command;

/// A home folder, a runtime folder and a Waxwing home for one test. The runtime folder's path is
/// short: sockets lie in it.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["h", "run"] {
            let path = dir.path().join(folder);
            std::fs::create_dir(&path).unwrap();
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        Desk { dir }
    }

    fn home(&self) -> std::path::PathBuf {
        self.dir.path().join("wax")
    }

    fn environment(&self, command: &mut Command) {
        command
            .env("HOME", self.dir.path().join("h"))
            .env("XDG_RUNTIME_DIR", self.dir.path().join("run"))
            .env_remove("XDG_DATA_HOME")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
    }

    /// Runs the child in a session with a keyring that `unlock` starts; `after` is run behind it.
    fn with_keyring(&self, unlock: &str, answer: Option<&str>, after: &str) -> Vec<String> {
        let script = format!("{unlock}; \"$@\" || exit 1; {after}");
        let before = ["dbus-run-session", "--", "bash", "-c", &script, "bash"];
        let mut command = command("keyring", &self.home(), &before);
        self.environment(&mut command);
        if let Some(answer) = answer {
            command.env("STORE_ANSWER", answer);
        }
        Running::start(command).finish()
    }

    fn without_bus(&self, answer: Option<&str>) -> Vec<String> {
        let mut command = command("keyring", &self.home(), &[]);
        self.environment(&mut command);
        if let Some(answer) = answer {
            command.env("STORE_ANSWER", answer);
        }
        Running::start(command).finish()
    }
}

/// Starts the daemon with the login keyring made and open.
const UNLOCKED: &str =
    "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
/// Starts it without opening anything.
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";

#[test]
fn a_keyring_holds_the_vault_key_from_one_session_to_the_next() {
    let desk = Desk::new();
    let first = desk.with_keyring(UNLOCKED, None, "true");
    assert_eq!(first, ["draft false", "put_draft ok", "asked []"]);
    // secret-tool sees the entry under our name.
    let seen = desk.dir.path().join("seen");
    let look = format!(
        "secret-tool search --all service waxwing >{0} 2>&1",
        seen.display()
    );
    let again = desk.with_keyring(UNLOCKED, None, &look);
    assert_eq!(again, ["draft true", "put_draft ok", "asked []"]);
    // The secret itself stands in there too, and is no text.
    let seen = std::fs::read(seen).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("attribute.service = waxwing"), "{seen}");
}

#[test]
fn another_keyring_is_a_mismatch_and_gets_no_new_key() {
    let desk = Desk::new();
    desk.with_keyring(UNLOCKED, None, "true");
    std::fs::remove_dir_all(desk.dir.path().join("h/.local/share/keyrings")).unwrap();
    for _ in 0..2 {
        let said = desk.with_keyring(UNLOCKED, Some("answer"), "true");
        let all = [
            "draft KeyringMismatch",
            "put_draft KeyringMismatch",
            "asked []",
        ];
        assert_eq!(said, all);
    }
}

#[test]
fn a_locked_keyring_is_said_for_an_old_home_and_asked_around_for_a_new_one() {
    let desk = Desk::new();
    desk.with_keyring(UNLOCKED, None, "true");
    let said = desk.with_keyring(LOCKED, Some("answer"), "true");
    assert!(said[0].starts_with("draft KeyringUnavailable"), "{said:?}");
    assert_eq!(said[2], "asked []");

    std::fs::remove_dir_all(desk.home()).unwrap();
    let said = desk.with_keyring(LOCKED, Some("answer"), "true");
    assert_eq!(said, ["draft false", "put_draft ok", "asked [NewVault]"]);
    let said = desk.with_keyring(UNLOCKED, Some("answer"), "true");
    assert_eq!(said, ["draft true", "put_draft ok", "asked [OpenVault]"]);
}

#[test]
fn without_a_bus_a_person_is_asked() {
    let desk = Desk::new();
    let said = desk.without_bus(None);
    let all = [
        "draft VaultLocked",
        "put_draft VaultLocked",
        "asked [NewVault, NewVault]",
    ];
    assert_eq!(said, all);
    let said = desk.without_bus(Some("answer"));
    assert_eq!(said, ["draft false", "put_draft ok", "asked [NewVault]"]);
    let said = desk.without_bus(Some("answer"));
    assert_eq!(said, ["draft true", "put_draft ok", "asked [OpenVault]"]);
    let said = desk.without_bus(Some("other"));
    assert_eq!(said[0], "draft WrongPassphrase");
}

#[test]
fn an_old_home_in_a_keyring_says_so_when_there_is_no_bus() {
    let desk = Desk::new();
    desk.with_keyring(UNLOCKED, None, "true");
    let said = desk.without_bus(Some("answer"));
    assert!(said[0].starts_with("draft KeyringUnavailable"), "{said:?}");
    assert_eq!(said[2], "asked []");
}

#[test]
fn with_a_passphrase_file_the_bus_is_never_called() {
    let desk = Desk::new();
    let socket = desk.dir.path().join("run/bus");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    listener.set_nonblocking(true).unwrap();
    let run = |home: &Path| {
        let mut command = command("file", home, &[]);
        desk.environment(&mut command);
        let address = format!("unix:path={}", socket.display());
        command.env("DBUS_SESSION_BUS_ADDRESS", address);
        assert_eq!(Running::start(command).finish(), ["put_draft ok"]);
    };
    run(&desk.home());
    run(&desk.home());
    let called = listener.accept().err().map(|error| error.kind());
    assert_eq!(called, Some(std::io::ErrorKind::WouldBlock));
}
