//! Does what was typed, and says it: as text for people, or as one JSON document.

mod account;
mod block;
mod bulk;
mod chain;
mod check;
mod evidence;
mod headers;
mod identity;
mod key;
mod letter;
mod open;
mod practice;
mod prompt;
mod reading_json;
mod reply;
mod report;
mod settings;
mod storage;
mod training;

use crate::app::command::{Command as Job, Outcome};
use crate::app::desk::Desks;
use crate::app::failure::{Failure, FileFailure};
use crate::app::files;
use crate::app::job::Progress;
use crate::app::port::Question;
use crate::app::runner::{Questions, Runner};
use crate::base::{Passphrase, Time};
use crate::cli::args::{Cli, Command, Global, KeyCommand};
use clap::Parser;
use report::{Report, print_failure, print_report, print_usage, tell};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What the wiring needs to know.
pub struct HomeChoice {
    /// `--home` or `$WAXWING_HOME`.
    pub home: Option<PathBuf>,
    /// What `--passphrase-file` holds.
    pub passphrase: Option<Passphrase>,
    /// `--offline`.
    pub offline: bool,
    /// `--at`.
    pub at: Option<Time>,
    /// Nothing is kept: a home in memory.
    pub in_memory: bool,
}

/// Makes desks out of adapters; the programs' `main` has one.
pub type Wire = dyn Fn(HomeChoice, Arc<Questions>) -> Result<Arc<Desks>, Failure>;

/// Runs one command line to its exit code.
pub fn main(line: impl IntoIterator<Item = OsString>, wire: &Wire) -> ExitCode {
    let line: Vec<OsString> = line.into_iter().collect();
    let json = line.iter().any(|word| word == "--json");
    let cli = match Cli::try_parse_from(&line) {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error, json),
    };
    let conflict = if cli.global.at.is_some() && !takes_time(&cli.command) {
        Some("--at goes with open, reply, evidence, chain, headers, key list and key show only\n")
    } else {
        None
    };
    if let Some(why) = conflict {
        let error = clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, why);
        return print_usage(&error, json);
    }
    let json = cli.global.json;
    match run(&cli, wire) {
        Ok(report) => print_report(&report, json),
        Err(failure) => print_failure(&failure, json),
    }
}

fn takes_time(command: &Command) -> bool {
    match command {
        Command::Open(_)
        | Command::Reply(_)
        | Command::Chain(_)
        | Command::Headers(_)
        | Command::Evidence(_) => true,
        Command::Key(KeyCommand::List { .. } | KeyCommand::Show { .. }) => true,
        Command::Key(_)
        | Command::Identity(_)
        | Command::Account(_)
        | Command::Storage
        | Command::Seal(_)
        | Command::Preflight { .. }
        | Command::Send(_)
        | Command::Outbox(_)
        | Command::Check(_)
        | Command::Block(_)
        | Command::Fetch
        | Command::Inbox { .. }
        | Command::Settings(_)
        | Command::Practice { .. } => false,
    }
}

/// A desk with a runner, and what the person typed for every command.
struct Session {
    runner: Runner,
    global: Global,
    home: Option<PathBuf>,
    /// File whose first line is the password of the letter that is opened.
    letter_password: Option<PathBuf>,
}

impl Session {
    fn run(&self, job: Job) -> Result<Outcome, Failure> {
        let loud = !self.global.quiet && std::io::stderr().is_terminal();
        let mut shown = Shown::default();
        let began = std::time::Instant::now();
        let result = self.runner.wait(
            job,
            |progress| {
                if loud {
                    shown.show(progress);
                }
            },
            |question| self.answer(question),
        );
        shown.clear();
        if self.global.verbose {
            self.say_more(&result, began.elapsed());
        }
        result
    }

    /// What the person gave on the command line for this, else what they type.
    fn answer(&self, question: Question) -> Option<Passphrase> {
        match (&self.letter_password, question) {
            (Some(file), Question::LetterPassword) => first_line(file).ok(),
            _ => prompt::passphrase(question),
        }
    }

    /// `-v`: how long it took, where things are kept, and how the server was reached.
    fn say_more(&self, result: &Result<Outcome, Failure>, took: std::time::Duration) {
        let home = self.home.as_ref().map_or_else(
            || "the platform's folders".to_owned(),
            |home| crate::base::untrusted::escape_line(&home.to_string_lossy()),
        );
        eprintln!("  took {} ms; home: {home}", took.as_millis());
        let connections = match result {
            Ok(Outcome::Sent(report)) => report.receipts.iter().map(|r| &r.tls).collect(),
            Ok(Outcome::AccountWorks(connected)) => vec![&connected.tls],
            Ok(_) | Err(_) => Vec::new(),
        };
        for tls in connections {
            eprintln!(
                "  contacted {} at {}: {}, {}, certificate SHA-256 {}",
                tls.host, tls.peer, tls.version, tls.key_exchange, tls.certificate
            );
        }
    }

    fn key_password(&self) -> Result<Option<Passphrase>, Failure> {
        let file = self.global.key_password_file.as_deref();
        file.map(first_line).transpose().map_err(Failure::File)
    }
}

fn run(cli: &Cli, wire: &Wire) -> Result<Report, Failure> {
    let global = &cli.global;
    let passphrase_file = global
        .passphrase_file
        .clone()
        .or_else(|| from_environment("WAXWING_PASSPHRASE_FILE"));
    let practice = matches!(cli.command, Command::Practice { .. });
    let passphrase = match passphrase_file {
        // Practice has a throw-away home that needs none.
        Some(_) if practice => None,
        Some(file) => Some(first_line(&file)?),
        None => None,
    };
    let questions = Arc::new(Questions::default());
    let home = global
        .home
        .clone()
        .or_else(|| from_environment("WAXWING_HOME"));
    let choice = HomeChoice {
        home: home.clone(),
        passphrase,
        offline: global.offline,
        at: global.at,
        in_memory: practice,
    };
    let desks = wire(choice, questions.clone())?;
    let session = Session {
        runner: Runner::new(desks, questions, Arc::new(|| {})),
        global: global.clone(),
        home,
        letter_password: letter_password(&cli.command).map(Path::to_owned),
    };
    if let Some(file) = &session.letter_password {
        first_line(file)?;
    }
    match &cli.command {
        Command::Identity(command) => identity::run(&session, command),
        Command::Key(command) => key::run(&session, command),
        Command::Storage => storage::run(&session),
        Command::Account(command) => account::run(&session, command),
        Command::Seal(args) => letter::seal(&session, args),
        Command::Preflight { draft } => letter::preflight(&session, draft),
        Command::Send(args) => letter::send(&session, args),
        Command::Outbox(command) => letter::outbox(&session, command),
        Command::Open(args) => open::run(&session, args),
        Command::Reply(args) => reply::run(&session, args),
        Command::Chain(args) => chain::run(&session, args),
        Command::Evidence(command) => evidence::run(&session, command),
        Command::Headers(args) => headers::run(&session, args),
        Command::Check(args) => check::run(&session, args),
        Command::Block(command) => block::run(&session, command),
        Command::Fetch => open::fetch(&session),
        Command::Inbox { number, blocked } => open::inbox(&session, *number, *blocked),
        Command::Settings(command) => settings::run(&session, command),
        Command::Practice { keep, tricks: true } => training::run(&session, keep.as_deref()),
        Command::Practice {
            keep,
            tricks: false,
        } => practice::run(&session, keep.as_deref()),
    }
}

fn letter_password(command: &Command) -> Option<&Path> {
    match command {
        Command::Open(args) => args.message_password_file.as_deref(),
        Command::Reply(args) => args.message_password_file.as_deref(),
        _ => None,
    }
}

fn from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The first line of a file, without its line end.
fn first_line(path: &Path) -> Result<Passphrase, FileFailure> {
    let mut bytes = crate::base::Secret::new(files::read(path, 64 << 10)?);
    let bytes = bytes.expose_mut();
    let end = bytes
        .iter()
        .position(|b| *b == b'\n')
        .unwrap_or(bytes.len());
    let line = bytes.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => Ok(Passphrase::new(text.to_owned())),
        Err(_) => Err(FileFailure::Other(
            path.to_owned(),
            "its first line is not UTF-8 text".to_owned(),
        )),
    }
}

/// Reads a file of at most `limit` bytes; `-` is standard input.
fn read_input(path: &Path, limit: u64) -> Result<Vec<u8>, FileFailure> {
    if path == Path::new("-") {
        files::read_from(std::io::stdin().lock(), path, 0, limit)
    } else {
        files::read(path, limit)
    }
}

/// Reads a message; `-` is standard input.
fn read_message(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        files::read_message_from(std::io::stdin().lock(), path, 0)
    } else {
        files::read_message(path)
    }
}

/// Reading of the arguments went well and the runner gave an answer to another question: a
/// mistake of ours.
fn unexpected() -> Failure {
    Failure::Bug("the job gave another kind of answer".to_owned())
}

#[derive(Default)]
struct Shown(bool);

impl Shown {
    fn show(&mut self, progress: Progress) {
        let words = crate::wording::step(progress.step);
        let percent = progress
            .done
            .saturating_mul(100)
            .checked_div(progress.total)
            .map(|p| format!(" {p} %"))
            .unwrap_or_default();
        tell(format_args!("\r{words}{percent}\u{1b}[K"));
        self.0 = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.0) {
            tell(format_args!("\r\u{1b}[K"));
        }
    }
}
