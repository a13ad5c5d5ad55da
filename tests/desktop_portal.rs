//! Light and dark as the desktop says, over a private bus with a portal that the test plays.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use waxwing::adapters::desktop::PortalLook;
use waxwing::app::port::{ColorScheme, SystemLook};
use zbus::blocking::{Connection, connection};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::Value;

const PATIENCE: Duration = Duration::from_secs(20);
const PATH: &str = "/org/freedesktop/portal/desktop";
const APPEARANCE: &str = "org.freedesktop.appearance";

/// A bus of the test's own.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon (Debian: dbus-daemon)");
        let mut address = String::new();
        let out = daemon.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "the bus did not start");
        Bus { daemon, address }
    }

    fn portal(&self, portal: Portal) -> Connection {
        connection::Builder::address(self.address.as_str())
            .unwrap()
            .name("org.freedesktop.portal.Desktop")
            .unwrap()
            .serve_at(PATH, portal)
            .unwrap()
            .build()
            .unwrap()
    }

    /// What a window hears.
    fn hear(&self) -> (PortalLook, Receiver<ColorScheme>) {
        let began = Instant::now();
        let look = PortalLook::start(Some(self.address.clone()));
        let (sender, heard) = channel();
        look.follow(Box::new(move |scheme| sender.send(scheme).unwrap()));
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "the window waited"
        );
        (look, heard)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// The settings part of a portal.
struct Portal {
    scheme: u32,
    /// Asked, it says nothing for ever, and notes that it was asked.
    silent: Option<Arc<AtomicBool>>,
    /// Knows only what portals knew before version 2.
    old: bool,
}

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Portal {
    async fn read_one(&self, namespace: &str, key: &str) -> zbus::fdo::Result<Value<'static>> {
        if let Some(asked) = &self.silent {
            asked.store(true, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        if self.old || (namespace, key) != (APPEARANCE, "color-scheme") {
            return Err(zbus::fdo::Error::UnknownMethod("not here".to_owned()));
        }
        Ok(Value::U32(self.scheme))
    }

    async fn read(&self, _namespace: &str, _key: &str) -> zbus::fdo::Result<Value<'static>> {
        Ok(Value::Value(Box::new(Value::U32(self.scheme))))
    }

    #[zbus(signal)]
    async fn setting_changed(
        emitter: &SignalEmitter<'_>,
        namespace: &str,
        key: &str,
        value: Value<'_>,
    ) -> zbus::Result<()>;
}

fn portal(scheme: u32) -> Portal {
    Portal {
        scheme,
        silent: None,
        old: false,
    }
}

/// The portal says that something changed.
fn change(portal: &Connection, namespace: &str, value: u32) {
    let emitter = SignalEmitter::new(portal.inner(), PATH).unwrap();
    let signal = Portal::setting_changed(&emitter, namespace, "color-scheme", Value::U32(value));
    zbus::block_on(signal).unwrap();
}

#[test]
fn the_desktops_choice_is_heard_and_each_change_of_it() {
    let bus = Bus::start();
    let playing = bus.portal(portal(1));
    let (_look, heard) = bus.hear();
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(ColorScheme::Dark));
    change(&playing, "org.example.other", 0);
    change(&playing, APPEARANCE, 2);
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(ColorScheme::Light));
    change(&playing, APPEARANCE, 0);
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(ColorScheme::NoPreference));
}

#[test]
fn an_older_portal_is_understood() {
    let bus = Bus::start();
    let _playing = bus.portal(Portal {
        old: true,
        ..portal(1)
    });
    let (_look, heard) = bus.hear();
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(ColorScheme::Dark));
}

#[test]
fn a_portal_that_answers_nothing_costs_nothing_and_is_heard_when_it_speaks() {
    let bus = Bus::start();
    let asked = Arc::new(AtomicBool::new(false));
    let playing = bus.portal(Portal {
        silent: Some(asked.clone()),
        ..portal(1)
    });
    let (_look, heard) = bus.hear();
    let deadline = Instant::now() + PATIENCE;
    while !asked.load(Ordering::SeqCst) {
        assert!(Instant::now() < deadline, "it was never asked");
        std::thread::yield_now();
    }
    assert!(heard.try_recv().is_err(), "it said nothing");
    // The question is still open, and the change is queued behind it, not lost.
    change(&playing, APPEARANCE, 1);
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(ColorScheme::Dark));
}

#[test]
fn without_a_portal_or_a_bus_nothing_is_heard() {
    let bus = Bus::start();
    let (_look, heard) = bus.hear();
    // One that comes later is heard, whether it is asked before it speaks or not.
    let playing = bus.portal(portal(2));
    let deadline = Instant::now() + PATIENCE;
    loop {
        change(&playing, APPEARANCE, 1);
        match heard.recv_timeout(Duration::from_millis(50)) {
            Ok(ColorScheme::Dark) => break,
            Ok(_) | Err(_) => assert!(Instant::now() < deadline, "never heard"),
        }
    }
    let nowhere = PortalLook::start(Some("unix:path=/nonexistent/bus".to_owned()));
    let (sender, heard) = channel::<ColorScheme>();
    nowhere.follow(Box::new(move |scheme| sender.send(scheme).unwrap()));
    assert!(heard.try_recv().is_err());
}
