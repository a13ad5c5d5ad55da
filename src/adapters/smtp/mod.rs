//! Handing letters in by SMTP submission (RFC 6409) over TLS that was verified, or not at all.
//!
//! lettre speaks the protocol, by its low-level calls, and everything else is ours: the TCP and TLS
//! connection ([`tls`](crate::adapters::tls)), the STARTTLS upgrade (`upgrade`: lettre keeps what
//! it read before TLS, so that forged replies would count after it), and a guard around the stream
//! (`guard`: lettre has no bound in time, believes any 2xx or 3xx, and passes lone CR and LF on).
//!
//! The conversation: TLS, EHLO, AUTH, MAIL, RCPT for each, the caller's word that DATA may begin,
//! DATA, the letter, the final dot. Up to the dot every failure is definite; from it on only the
//! server's answer is, and without one the letter is "maybe sent" (rule 62).

mod body;
mod guard;
mod offer;
mod reply;
mod talk;
mod upgrade;

#[cfg(test)]
mod tests;

use crate::adapters::tls::{Patience, connect_tcp, handshake};
use crate::app::job::{Step, Watch};
use crate::app::port::{Clock, Connected, Receipt, Submission, SubmitFailure, Surveyed};
use crate::base::Passphrase;
use crate::checkup::account::Sender;
use crate::protect::Copy;
use crate::settings::{Account, Security};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use talk::Talk;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// What we call ourselves in EHLO: an address literal that says nothing about this computer.
const HELLO_ADDRESS: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// [`HELLO_ADDRESS`] as EHLO has it.
const HELLO: &str = "[127.0.0.1]";

/// How long a conversation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For everything but the letter's own bytes.
    pub whole: Duration,
    /// The slowest acceptable transfer, in bytes a second: the time grows with the letter.
    pub rate: u64,
    /// The longest time in which nothing at all moves, before the final dot.
    pub idle: Duration,
    /// How long the server may think after the final dot, at the least, however much time a slow
    /// line took before: an answer that nobody hears makes a letter "maybe sent".
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            whole: Duration::from_secs(60),
            rate: 8 << 10,
            idle: Duration::from_secs(30),
            answer: Duration::from_secs(60),
        }
    }
}

/// Hands letters to submission servers.
pub struct SmtpSubmission {
    runtime: Handle,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

impl SmtpSubmission {
    /// Uses this runtime for the network; calls must come from threads that are not its workers.
    pub fn new(runtime: Handle, clock: Arc<dyn Clock>) -> Self {
        SmtpSubmission::with_limits(runtime, clock, Limits::default())
    }

    /// As [`SmtpSubmission::new`], with other limits.
    pub fn with_limits(runtime: Handle, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        SmtpSubmission {
            runtime,
            clock,
            limits,
        }
    }

    /// The patience for a letter of `size` bytes.
    fn patience(&self, size: usize, watch: &Watch) -> Patience {
        let transfer = (size as u64) / self.limits.rate.max(1);
        Patience {
            deadline: Instant::now() + self.limits.whole + Duration::from_secs(transfer),
            cancel: watch.cancel.clone(),
        }
    }

    /// Connects, makes TLS and logs in.
    async fn reach<'a>(
        &self,
        account: &Account,
        password: &Passphrase,
        patience: &'a Patience,
        watch: &Watch,
    ) -> Result<Talk<'a>, SubmitFailure> {
        let mut talk = self.meet(account, patience, watch).await?;
        watch.progress(Step::LoggingIn, 0, 0);
        match talk.log_in(account, password).await {
            Ok(()) => Ok(talk),
            Err(failure) => {
                talk.leave().await;
                Err(failure)
            }
        }
    }

    /// Connects, makes TLS and says EHLO.
    async fn meet<'a>(
        &self,
        account: &Account,
        patience: &'a Patience,
        watch: &Watch,
    ) -> Result<Talk<'a>, SubmitFailure> {
        let endpoint = &account.submission;
        watch.progress(Step::Connecting, 0, 0);
        let tcp = connect_tcp(endpoint, patience).await?;
        let (stream, greeted) = match endpoint.security {
            Security::Implicit => (handshake(tcp, endpoint, patience).await?, false),
            Security::StartTls => {
                let stream = upgrade::upgrade(tcp, endpoint, patience, &self.limits).await?;
                (stream, true)
            }
        };
        Talk::begin(stream, greeted, patience, &self.limits).await
    }

    async fn look(
        &self,
        talk: &mut Talk<'_>,
        account: &Account,
        password: &Passphrase,
        senders: &[Sender],
        watch: &Watch,
    ) -> Result<Surveyed, SubmitFailure> {
        let asked = talk.about_mailboxes(&account.address).await?;
        watch.progress(Step::LoggingIn, 0, 0);
        talk.log_in(account, password).await?;
        watch.progress(Step::Checking, 0, 0);
        let mut answers = Vec::with_capacity(senders.len());
        for sender in senders {
            // A server that hangs up at one leaves the others unknown.
            let code = talk.would_take(sender, &account.address).await.ok();
            answers.push((sender.clone(), code));
        }
        Ok(Surveyed {
            tls: talk.tls().clone(),
            size: talk.stated_size(),
            asked,
            senders: answers,
        })
    }

    async fn hand_over(
        &self,
        talk: &mut Talk<'_>,
        account: &Account,
        copy: &Copy,
        watch: &Watch,
        on_data: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure> {
        watch.progress(Step::Sending, 0, copy.bytes().len() as u64);
        talk.sender(&account.address, copy).await?;
        let envelope = talk.recipients(copy.envelope_to()).await?;
        if watch.cancel.is_cancelled() {
            return Err(SubmitFailure::Cancelled);
        }
        if !on_data() {
            return Err(SubmitFailure::NotRecorded);
        }
        let last = talk.letter(copy, watch).await?;
        Ok(Receipt {
            tls: talk.tls().clone(),
            taken: envelope.taken,
            refused: envelope.refused,
            last,
            at: self.clock.now(),
        })
    }
}

impl Submission for SmtpSubmission {
    fn submit(
        &self,
        account: &Account,
        password: &Passphrase,
        copy: &Copy,
        watch: &Watch,
        on_data: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure> {
        self.runtime.block_on(async {
            let patience = self.patience(copy.bytes().len(), watch);
            let mut talk = self.reach(account, password, &patience, watch).await?;
            let result = self
                .hand_over(&mut talk, account, copy, watch, on_data)
                .await;
            // A letter whose answer is open must not be followed by anything.
            if !matches!(
                result,
                Err(SubmitFailure::MaybeSent { .. }
                    | SubmitFailure::Cancelled
                    | SubmitFailure::Deadline { .. })
            ) {
                talk.leave().await;
            }
            result
        })
    }

    fn test(
        &self,
        account: &Account,
        password: &Passphrase,
        watch: &Watch,
    ) -> Result<Connected, SubmitFailure> {
        self.runtime.block_on(async {
            let patience = self.patience(0, watch);
            let talk = self.reach(account, password, &patience, watch).await?;
            let connected = Connected {
                tls: talk.tls().clone(),
                size: talk.size_limit(),
            };
            talk.leave().await;
            Ok(connected)
        })
    }

    fn survey(
        &self,
        account: &Account,
        password: &Passphrase,
        senders: &[Sender],
        watch: &Watch,
    ) -> Result<Surveyed, SubmitFailure> {
        self.runtime.block_on(async {
            let patience = self.patience(0, watch);
            let mut talk = self.meet(account, &patience, watch).await?;
            let surveyed = self
                .look(&mut talk, account, password, senders, watch)
                .await;
            talk.leave().await;
            surveyed
        })
    }
}
