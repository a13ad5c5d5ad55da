//! Asking for a passphrase on the terminal, without echo.

use crate::app::port::Question;
use crate::base::Passphrase;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};

/// Asks; `None` without a terminal, or when nothing was typed.
pub fn passphrase(question: Question) -> Option<Passphrase> {
    match question {
        Question::NewVault => {
            let first = ask("Choose a passphrase that protects your keys: ")?;
            let second = ask("Once more: ")?;
            if first.expose() == second.expose() {
                Some(first)
            } else {
                super::report::tell(format_args!("The two differ.\n"));
                None
            }
        }
        Question::OpenVault => ask("Passphrase: "),
        Question::LetterPassword => ask("This letter is sealed for a password: "),
        Question::OpenVaultAgain => ask("That is not it. Passphrase: "),
    }
}

/// Asks for an account's or key's password.
pub fn password(words: &str) -> Option<Passphrase> {
    ask(words)
}

fn ask(words: &str) -> Option<Passphrase> {
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .ok()?;
    let before = tcgetattr(&terminal).ok()?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    terminal.write_all(words.as_bytes()).ok()?;
    tcsetattr(&terminal, OptionalActions::Flush, &silent).ok()?;
    let typed = read_line(&terminal);
    // A terminal that refuses leaves nothing else to try.
    let _ = tcsetattr(&terminal, OptionalActions::Flush, &before);
    typed.filter(|passphrase| !passphrase.expose().is_empty())
}

fn read_line(terminal: &File) -> Option<Passphrase> {
    // Room for every line that a terminal gives, so that the text never moves.
    let mut line = Passphrase::new(String::with_capacity(8192));
    BufReader::with_capacity(1, terminal)
        .read_line(line.expose_mut())
        .ok()?;
    let text = line.expose_mut();
    while text.ends_with(['\n', '\r']) {
        text.pop();
    }
    Some(line)
}
