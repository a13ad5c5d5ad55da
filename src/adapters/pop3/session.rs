//! What is said to a POP3 server, from greeting to farewell, over a stream that is TLS already.

use super::Timing;
use super::conversation::{Answer, Conversation, LetterFailure};
use crate::adapters::tls;
use crate::app::job::{Step, Watch};
use crate::app::port::{FetchFailure, Fetched, Reply, Stage, SubmitFailure};
use crate::base::{Passphrase, limits};
use crate::settings::Account;
use std::collections::{HashMap, HashSet};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

/// Most letters in a mailbox that is dealt with.
const LETTERS: usize = 200_000;

/// A letter to be fetched.
struct Wanted {
    number: u64,
    uid: String,
    size: u64,
}

/// A stream on which letters may be asked for.
pub(super) struct Secured<S> {
    /// TLS, the server's certificate checked.
    pub stream: S,
    /// Whether the greeting came already, before STLS.
    pub greeted: bool,
    /// Until when the login must be done.
    pub patience: tls::Patience,
}

/// Logs in, lists, fetches what is not known, and leaves. Removes nothing.
pub(super) async fn fetch<S: AsyncRead + AsyncWrite + Unpin>(
    secured: Secured<S>,
    account: &Account,
    password: &Passphrase,
    known: &dyn Fn(&str) -> bool,
    timing: &Timing,
    watch: &Watch,
) -> Result<Vec<Fetched>, FetchFailure> {
    let mut talk = Conversation::new(secured.stream, secured.patience);
    watch.progress(Step::LoggingIn, 0, 0);
    if !secured.greeted {
        yes(talk.answer().await?, Stage::Greeting)?;
    }
    log_in(&mut talk, &account.login, password).await?;
    talk.stage = Stage::Fetch;
    watch.progress(Step::Fetching, 0, 0);
    let batch = list(&mut talk, known).await?;
    let total: u64 = batch.wanted.iter().map(|w| w.size).sum();
    talk.patience.deadline = Instant::now() + timing.for_letters(batch.wanted.len(), total);
    let mut fetched = Vec::with_capacity(batch.wanted.len());
    let mut done = 0;
    for wanted in batch.wanted {
        let bytes = retrieve(&mut talk, &wanted, |now| {
            watch.progress(Step::Fetching, done + now.min(wanted.size), total);
        })
        .await?;
        done += wanted.size;
        fetched.push(Fetched {
            uid: wanted.uid,
            bytes,
        });
    }
    // All is here; a server that fails at the farewell takes nothing away.
    let farewell = Instant::now() + timing.farewell;
    talk.patience.deadline = talk.patience.deadline.min(farewell);
    let _ = talk.ask("QUIT").await;
    match batch.too_large {
        Some(size) if fetched.is_empty() => Err(FetchFailure::TooLarge { size }),
        Some(_) | None => Ok(fetched),
    }
}

async fn log_in<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Conversation<S>,
    login: &str,
    password: &Passphrase,
) -> Result<(), SubmitFailure> {
    talk.stage = Stage::Hello;
    let (mut user, mut plain, mut offered) = (false, false, Vec::new());
    match talk.ask("CAPA").await? {
        // A server from before RFC 2449 knows USER.
        Answer::No(_) => user = true,
        Answer::Yes(_) => {
            talk.list(|line| {
                let line = line.to_ascii_uppercase();
                let mut words = line.split(' ');
                match words.next() {
                    Some("USER") => user = true,
                    Some("SASL") => {
                        plain |= words.clone().any(|w| w == "PLAIN");
                        offered.extend(words.map(str::to_owned));
                    }
                    Some(_) | None => {}
                }
                offered.len() <= 100
            })
            .await?;
        }
    }
    talk.stage = Stage::Login;
    // USER and PASS have no way to write a control, nor a rule for what is not ASCII.
    let texts = || login.chars().chain(password.expose().chars());
    let simple = texts().all(|c| c.is_ascii() && !c.is_ascii_control());
    let speakable = !texts().any(char::is_control);
    let answer = if user && (simple || (speakable && !plain)) {
        match talk.ask(&format!("USER {login}")).await? {
            Answer::Yes(_) => {
                let mut line = zeroize::Zeroizing::new(String::new());
                line.reserve(5 + password.expose().len());
                line.push_str("PASS ");
                line.push_str(password.expose());
                talk.ask(&line).await?
            }
            no => no,
        }
    } else if plain {
        auth_plain(talk, login, password).await?
    } else {
        if user {
            offered.push("USER".to_owned());
        }
        return Err(SubmitFailure::NoLoginMethod { offered });
    };
    match answer {
        Answer::Yes(_) => Ok(()),
        Answer::No(text) => Err(SubmitFailure::LoginRefused(reply(text))),
    }
}

/// RFC 5034 §4 with the mechanism of RFC 4616.
async fn auth_plain<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Conversation<S>,
    login: &str,
    password: &Passphrase,
) -> Result<Answer, SubmitFailure> {
    use base64::Engine;
    talk.say("AUTH PLAIN").await?;
    let line = talk.line().await?;
    if let Some(text) = line.strip_prefix("-ERR") {
        return Ok(Answer::No(text.trim_start().to_owned()));
    }
    if !(line == "+" || line.starts_with("+ ")) {
        return Err(talk.garbage());
    }
    let mut message = zeroize::Zeroizing::new(Vec::new());
    message.reserve(2 + login.len() + password.expose().len());
    message.push(0);
    message.extend_from_slice(login.as_bytes());
    message.push(0);
    message.extend_from_slice(password.expose().as_bytes());
    let encoded = base64::engine::general_purpose::STANDARD.encode(message.as_slice());
    talk.ask(&zeroize::Zeroizing::new(encoded)).await
}

/// What is to be fetched now.
struct Batch {
    wanted: Vec<Wanted>,
    /// The size of a letter that is passed over because it is larger than any may be.
    too_large: Option<u64>,
}

/// Asks for names and sizes (UIDL, LIST) and picks what is not known, oldest first. What would not
/// fit into memory together waits for the next time.
async fn list<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Conversation<S>,
    known: &dyn Fn(&str) -> bool,
) -> Result<Batch, SubmitFailure> {
    yes(talk.ask("UIDL").await?, Stage::Fetch)?;
    let mut names: Vec<(u64, String)> = Vec::new();
    talk.list(|line| {
        let Some((number, uid)) = line.split_once(' ') else {
            return false;
        };
        let uid = uid.trim_end();
        // RFC 1939 §7: one to 70 characters from 0x21 to 0x7E.
        let sound = (1..=70).contains(&uid.len()) && uid.bytes().all(|b| b.is_ascii_graphic());
        let number = number.parse().ok().filter(|n| *n > 0);
        names.extend(number.map(|n| (n, uid.to_owned())));
        sound && number.is_some() && names.len() <= LETTERS
    })
    .await?;
    let mut seen = HashSet::new();
    names.retain(|(_, uid)| seen.insert(uid.clone()) && !known(uid));
    let mut batch = Batch {
        wanted: Vec::new(),
        too_large: None,
    };
    if names.is_empty() {
        return Ok(batch);
    }
    yes(talk.ask("LIST").await?, Stage::Fetch)?;
    let mut sizes: HashMap<u64, u64> = HashMap::new();
    talk.list(|line| {
        let mut words = line.split(' ').map(str::parse);
        let (Some(Ok(number)), Some(Ok(size))) = (words.next(), words.next()) else {
            return false;
        };
        sizes.insert(number, size);
        sizes.len() <= LETTERS
    })
    .await?;
    let mut total: u64 = 0;
    for (number, uid) in names {
        let size = *sizes.get(&number).ok_or_else(|| talk.garbage())?;
        if size > limits::MESSAGE_BYTES {
            batch.too_large = Some(size);
            continue;
        }
        total = total.saturating_add(size);
        if total > limits::MESSAGE_BYTES {
            break;
        }
        batch.wanted.push(Wanted { number, uid, size });
    }
    Ok(batch)
}

async fn retrieve<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Conversation<S>,
    wanted: &Wanted,
    arrived: impl FnMut(u64),
) -> Result<Vec<u8>, FetchFailure> {
    let answer = talk.ask(&format!("RETR {}", wanted.number)).await?;
    yes(answer, Stage::Fetch)?;
    // Some servers count a line end as one byte; a server that sends more than that explains has
    // lied, and is not followed any further.
    let limit = wanted.size.saturating_mul(2).saturating_add(1 << 16);
    let limit = limit.min(limits::MESSAGE_BYTES);
    let letter = talk.letter(limit, arrived).await;
    letter.map_err(|failure| match failure {
        LetterFailure::Conversation(failure) => failure.into(),
        LetterFailure::TooLong => talk.garbage().into(),
    })
}

fn yes(answer: Answer, stage: Stage) -> Result<(), SubmitFailure> {
    match answer {
        Answer::Yes(_) => Ok(()),
        Answer::No(text) => Err(SubmitFailure::Refused {
            stage,
            reply: reply(text),
        }),
    }
}

/// POP3 answers have no digits; zero stands for them.
fn reply(text: String) -> Reply {
    Reply { code: 0, text }
}

impl From<SubmitFailure> for FetchFailure {
    fn from(failure: SubmitFailure) -> Self {
        FetchFailure::Connection(failure)
    }
}
