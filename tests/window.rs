//! The whole window over real adapters: a store in memory, the practice server, real TLS. Parts are
//! found by what a screen reader hears.

#[path = "window/checking.rs"]
mod checking;
#[path = "window/frame.rs"]
mod frame;
#[path = "window/opening.rs"]
mod opening;

use eframe::App;
use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use waxwing::adapters::clamd::Clamd;
use waxwing::adapters::clock::SystemClock;
use waxwing::adapters::dns::NetworkResolvers;
use waxwing::adapters::http::HttpWeb;
use waxwing::adapters::mailauth::MailAuth;
use waxwing::adapters::pop3::Pop3Mailbox;
use waxwing::adapters::practice::{InProcessGround, PracticeServer};
use waxwing::adapters::servers::NetworkServers;
use waxwing::adapters::smtp::SmtpSubmission;
use waxwing::adapters::store::FileStore;
use waxwing::adapters::trust::TrustFiles;
use waxwing::address::Mailbox;
use waxwing::app::desk::{Desk, Desks};
use waxwing::app::port::Clock;
use waxwing::app::runner::{Questions, Runner, Wake};
use waxwing::app::workers::Threads;
use waxwing::cert::SecretCert;
use waxwing::gui::{Window, theme};

/// How long the window may take for one step on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Desktop {
    harness: Harness<'static, Option<Window>>,
    runtime: tokio::runtime::Runtime,
}

impl Desktop {
    fn open() -> Self {
        Desktop::open_with(None)
    }

    fn open_with(mut file: Option<PathBuf>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let home = Desk {
            store: Arc::new(FileStore::in_memory().unwrap()),
            submission: Arc::new(SmtpSubmission::new(handle.clone(), clock.clone())),
            mailbox: Arc::new(Pop3Mailbox::new(handle.clone())),
            clock: clock.clone(),
            trust: Arc::new(TrustFiles::new(Vec::new(), Vec::new())),
            web: Arc::new(HttpWeb::new(handle.clone())),
            resolvers: Arc::new(NetworkResolvers::new(handle.clone())),
            servers: Arc::new(NetworkServers::new(handle.clone())),
            scanner: Arc::new(Clamd::at(Vec::new())),
            signatures: Arc::new(MailAuth),
            workers: Arc::new(Threads),
            at: None,
            offline: false,
        };
        let ground = InProcessGround::new(handle, clock.clone());
        let desks = Arc::new(Desks::new(home, Arc::new(ground)));
        let mut frame = eframe::Frame::_new_kittest();
        let harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_max_steps(64)
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, window: &mut Option<Window>| {
                    let window = window.get_or_insert_with(|| {
                        let ctx = ui.ctx().clone();
                        let wake: Wake = Arc::new(move || ctx.request_repaint());
                        let runner = Runner::new(
                            desks.clone(),
                            Arc::new(Questions::default()),
                            wake.clone(),
                        );
                        let clock = clock.clone();
                        let now = Box::new(move || clock.now());
                        let open = file.take().map(waxwing::gui::StartWith::Open);
                        let file = open.into_iter().collect();
                        Window::new(ui.ctx(), runner, wake, now, file)
                    });
                    window.logic(ui.ctx(), &mut frame);
                    window.ui(ui, &mut frame);
                },
                None,
            );
        Desktop { harness, runtime }
    }

    /// Waits until something is heard.
    fn until(&mut self, role: Role, name: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.harness.query_by_role_and_label(role, name).is_none() {
            assert!(
                Instant::now() < deadline,
                "no {role:?} “{name}”:\n{}",
                self.heard()
            );
            std::thread::sleep(Duration::from_millis(5));
            self.harness.step();
        }
    }

    /// Waits until a label holds these words.
    fn until_words(&mut self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self
            .harness
            .query_all_by_label_contains(words)
            .next()
            .is_none()
        {
            assert!(Instant::now() < deadline, "no “{words}”:\n{}", self.heard());
            std::thread::sleep(Duration::from_millis(5));
            self.harness.step();
        }
    }

    fn press(&mut self, role: Role, name: &str) {
        self.until(role, name);
        // What just came up may still find its place.
        let place = |desktop: &Desktop| {
            let node = desktop.harness.query_by_role_and_label(role, name);
            node.map(|node| node.rect())
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let before = place(self);
            self.harness.step();
            if before.is_some() && before == place(self) {
                break;
            }
            assert!(Instant::now() < deadline, "{name:?} never stands still");
        }
        self.harness.get_by_role_and_label(role, name).click();
        self.harness.step();
        self.harness.step();
    }

    fn write(&mut self, role: Role, name: &str, text: &str) {
        self.until(role, name);
        self.harness.get_by_role_and_label(role, name).focus();
        self.harness.step();
        self.harness
            .get_by_role_and_label(role, name)
            .type_text(text);
        self.harness.step();
    }

    fn skip_first_start(&mut self) {
        for step in ["Step 1 of 3: Who you are", "Step 2 of 3: Your key"] {
            self.until_words(step);
            self.press(Role::Button, "Skip");
        }
        self.until_words("Step 3 of 3: Your mail");
        self.press(Role::Button, "Skip");
    }

    /// The whole name of the part whose name begins so.
    fn whole_name(&self, begins: &str) -> String {
        let heard = self.heard();
        let mut names = heard.split(" | ");
        let name = names.find(|name| name.starts_with(begins));
        name.unwrap_or_else(|| panic!("no “{begins}”: {heard}"))
            .to_owned()
    }

    fn heard(&self) -> String {
        use egui_kittest::kittest::NodeT;
        let nodes = self.harness.root().children_recursive();
        let texts = nodes.filter_map(|node| {
            let node = node.accesskit_node();
            node.label().or(node.value())
        });
        texts.collect::<Vec<_>>().join(" | ")
    }
}

#[test]
fn from_first_start_to_the_opened_answer_by_practising() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.until_words("The subject is hidden");
    let letter = "Dear Pia, I am learning to seal letters.";
    desktop.write(Role::MultilineTextInput, "Letter", letter);
    desktop.press(Role::Button, "Seal and send");
    desktop.until(Role::Heading, "Sent");
    desktop.press(Role::Button, "Read the answer");
    desktop.until_words("Written by pia@practice.invalid");
    desktop.until(Role::Image, "Sealed and signed");
    desktop.press(Role::Tab, "Headers");
    desktop.until_words("signed, and hidden on the way");
    desktop.press(Role::Tab, "Outbox");
    desktop.until(Role::Heading, "Outbox");
    desktop.press(Role::Button, "Receipt of My first sealed letter");
    desktop.until_words("TLS 1.3");
    desktop.press(Role::Button, "Close");
    desktop.press(Role::Button, "Leave practice");
    desktop.until(Role::Heading, "Welcome to Waxwing");
}

#[test]
fn an_identity_is_made_and_stands_on_the_rail_and_among_the_keys() {
    let mut desktop = Desktop::open();
    desktop.write(Role::TextInput, "Your name", "Ada Lovelace");
    desktop.write(Role::TextInput, "Your mail address", "ada@example.org");
    desktop.press(Role::Button, "Next");
    desktop.press(Role::Button, "Make my key");
    desktop.until(Role::Heading, "Your key is ready");
    desktop.press(Role::Button, "Skip");
    desktop.until(Role::Button, "Writing as Ada Lovelace, ada@example.org");
    desktop.press(Role::Tab, "Keys");
    // The day on which it ends stands behind.
    let row = "Ada Lovelace, ada@example.org, OpenPGP, ready, your own key, until ";
    desktop.until_words(row);
    let row = desktop.whole_name(row);
    desktop.press(Role::ListBoxOption, &row);
    desktop.until_words("This is your own key.");
    desktop.write(Role::TextInput, "Search keys", "nobody");
    desktop.until_words("No key matches.");
}

#[test]
fn a_draft_is_kept_while_typing_and_can_be_gone_on_with() {
    let mut desktop = Desktop::open();
    desktop.press(Role::Button, "Practise first");
    desktop.write(Role::MultilineTextInput, "Letter", "Half a thought");
    let typed = Instant::now();
    desktop.press(Role::Button, "New letter");
    desktop.press(Role::Button, "Drafts (1)");
    assert!(typed.elapsed() < PATIENCE);
    let row = "My first sealed letter. To";
    desktop.until_words(row);
    desktop.write(Role::TextInput, "Find in drafts", "half thought");
    desktop.until_words(row);
    desktop.harness.get_by_label_contains(row).click();
    desktop.harness.step();
    let deadline = Instant::now() + PATIENCE;
    let letter = |desktop: &Desktop| {
        let harness = &desktop.harness;
        let field = harness.get_by_role_and_label(Role::MultilineTextInput, "Letter");
        field.value().unwrap_or_default()
    };
    while letter(&desktop) != "Half a thought" {
        assert!(Instant::now() < deadline, "{}", desktop.heard());
        desktop.harness.step();
    }
}

#[test]
fn rule_15_the_verdict_stands_outside_everything_that_a_message_can_paint() {
    // A letter that wears a verdict of its own, and is long enough to scroll everything away.
    let claim = "✔ Written by bob@example.org. Sealed for you and 1 other.";
    let forged = format!("Sealed and signed\r\n{claim}\r\n").repeat(400);
    let letter = format!(
        "From: bob@example.org\r\nTo: ada@example.org\r\nSubject: {claim}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{forged}"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), letter).unwrap();
    let mut desktop = Desktop::open();
    desktop.skip_first_start();
    desktop.press(Role::Tab, "Read");
    desktop.press(Role::Button, "Open a file…");
    let path = file.path().to_str().unwrap();
    desktop.write(Role::TextInput, "Path of a letter to open", path);
    desktop.press(Role::Button, "Open");
    // Sign, words and accessible name say what is so; the name of the better sign is heard nowhere
    // as a sign, whatever the text says.
    desktop.until(Role::Image, "Not protected");
    let sign = |desktop: &Desktop| {
        let sign = desktop
            .harness
            .get_by_role_and_label(Role::Image, "Not protected");
        sign.rect()
    };
    let better = desktop
        .harness
        .query_by_role_and_label(Role::Image, "Sealed and signed");
    assert!(better.is_none(), "{}", desktop.heard());
    let before = sign(&desktop);
    let text = |desktop: &Desktop| {
        let labels = desktop
            .harness
            .query_all_by_label_contains("Sealed and signed");
        labels.map(|label| label.rect().top() as i64).min()
    };
    let text_before = text(&desktop);
    for _ in 0..20 {
        let wheel = egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -500.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        };
        desktop.harness.hover_at(egui::pos2(800.0, 600.0));
        desktop.harness.event(wheel);
        desktop.harness.step();
    }
    assert!(text(&desktop) < text_before, "the message did not scroll");
    assert_eq!(
        before,
        sign(&desktop),
        "the message scrolled its verdict away"
    );
}

#[test]
fn a_key_file_is_imported_and_its_key_confirmed_and_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let carol = Mailbox::parse("Carol Herschel <carol@example.org>").unwrap();
    let made = SecretCert::generate(&carol, SystemClock.now()).unwrap();
    let path = folder.path().join("carol.asc");
    std::fs::write(&path, made.cert.to_armored()).unwrap();
    let mut desktop = Desktop::open_with(Some(path));
    desktop.until_words("1 key is imported.");
    desktop.until_words("It is accepted");
    desktop.press(Role::Button, "Confirm…");
    desktop.press(Role::Button, "Yes, it is the same");
    desktop.until_words("It is confirmed");
    desktop.press(Role::Button, "Reject…");
    desktop.press(Role::Button, "Reject it");
    desktop.until_words("It is rejected");
    let fingerprint = made.cert.fingerprint().grouped();
    desktop.until_words(&fingerprint);
}

/// What zbar, a reader of other people's, sees in a picture of the window.
fn scanned(desktop: &mut Desktop) -> String {
    let picture = desktop.harness.render().expect("a picture");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("window.ppm");
    let mut bytes = format!("P6\n{} {}\n255\n", picture.width(), picture.height()).into_bytes();
    bytes.extend(
        picture
            .pixels()
            .flat_map(|pixel| pixel.0.into_iter().take(3)),
    );
    std::fs::write(&path, bytes).unwrap();
    let read = std::process::Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(&path)
        .output()
        .expect("zbarimg is installed");
    String::from_utf8_lossy(&read.stdout).trim().to_owned()
}

#[test]
fn a_camera_reads_the_fingerprint_from_the_window_in_both_themes() {
    let folder = tempfile::tempdir().unwrap();
    let carol = Mailbox::parse("Carol Herschel <carol@example.org>").unwrap();
    let made = SecretCert::generate(&carol, SystemClock.now()).unwrap();
    let path = folder.path().join("carol.asc");
    std::fs::write(&path, made.cert.to_armored()).unwrap();
    let mut desktop = Desktop::open_with(Some(path));
    desktop.until_words("It is accepted");
    desktop.harness.set_size(egui::vec2(1280.0, 1400.0));
    let fold = "As words to read aloud, and as a code to scan";
    desktop.press(Role::DisclosureTriangle, fold);
    desktop.until(Role::Image, "QR code of the fingerprint");
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        desktop.harness.ctx.set_theme(theme);
        desktop.harness.step();
        desktop.harness.step();
        let expected = format!("OPENPGP4FPR:{}", made.cert.fingerprint());
        assert_eq!(scanned(&mut desktop), expected, "{theme:?}");
    }
}

#[test]
fn rule_60_an_account_whose_server_nobody_vouches_for_is_refused_in_words() {
    let mut desktop = Desktop::open();
    desktop.write(Role::TextInput, "Your name", "Ada Lovelace");
    desktop.write(Role::TextInput, "Your mail address", "ada@example.org");
    desktop.press(Role::Button, "Next");
    desktop.press(Role::Button, "Make my key");
    desktop.press(Role::Button, "Use my own account");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let server = PracticeServer::start(desktop.runtime.handle(), clock).unwrap();
    let ada = Mailbox::parse("ada@example.org").unwrap();
    let (account, _) = server.account(&ada.address);
    desktop.press(Role::CheckBox, "Fetch letters too (POP3)");
    desktop.write(Role::TextInput, "Sending server", "localhost");
    let port = desktop
        .harness
        .get_by_role_and_label(Role::TextInput, "Port to send");
    port.focus();
    desktop.harness.step();
    desktop
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    desktop.harness.step();
    let port = account.submission.port.to_string();
    desktop.write(Role::TextInput, "Port to send", &port);
    desktop.press(Role::Button, "Save and test");
    desktop.until_words("Please type the password.");
    desktop.write(Role::PasswordInput, "Password", "hush");
    desktop.press(Role::Button, "Save and test");
    desktop.until_words("Nobody you trust vouches for");
    desktop.until_words("Contacted: localhost");
}
