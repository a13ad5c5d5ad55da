//! The stream that lettre speaks through. lettre keeps the conversation's grammar; the guard holds
//! what it does not: bounds on replies, exact replies kept word by word, no byte ahead of a
//! command, a wait that ends, and a connection that is dead from its first error on, so that
//! nothing, least of all a final dot, leaves after it.

use super::reply::{Heard, Incoming, plain};
use crate::app::job::Cancel;
use crate::app::port::{Reply, Stage, SubmitFailure};
use lettre::transport::smtp::client::AsyncTokioStream;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How far the letter itself is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    /// Its bytes are not being sent: commands and replies take turns.
    Not,
    /// Its bytes are being sent; no reply is due.
    Body,
    /// What is written next is the final dot.
    Dot,
    /// The final dot may have left, not before this.
    MaybeGone(Instant),
}

/// What guard and conversation both know.
struct State {
    stage: Stage,
    letter: Letter,
    last: Option<Reply>,
    failure: Option<SubmitFailure>,
}

/// The conversation's hold on its guard.
#[derive(Clone)]
pub(super) struct Control(Arc<Mutex<State>>);

impl Control {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What follows belongs to this stage.
    pub fn enter(&self, stage: Stage) {
        let mut state = self.state();
        state.stage = stage;
        state.last = None;
    }

    /// What is written next is the letter.
    pub fn letter_begins(&self) {
        self.state().letter = Letter::Body;
    }

    /// What is written next is the final dot.
    pub fn letter_ends(&self) {
        self.state().letter = Letter::Dot;
    }

    /// Whether the final dot may have left.
    pub fn maybe_gone(&self) -> bool {
        self.gone_since().is_some()
    }

    /// When the final dot may have left, at the earliest.
    pub fn gone_since(&self) -> Option<Instant> {
        match self.state().letter {
            Letter::MaybeGone(since) => Some(since),
            Letter::Not | Letter::Body | Letter::Dot => None,
        }
    }

    /// The reply of this stage, once.
    pub fn take_reply(&self) -> Option<Reply> {
        self.state().last.take()
    }

    /// Where the conversation is.
    pub fn stage(&self) -> Stage {
        self.state().stage
    }

    /// Why the connection is dead, if it is.
    pub fn failure(&self) -> Option<SubmitFailure> {
        self.state().failure.clone()
    }

    /// Kills the connection; the first reason stays.
    fn fail(&self, failure: SubmitFailure) -> io::Error {
        self.state().failure.get_or_insert(failure);
        dead()
    }
}

fn dead() -> io::Error {
    io::Error::other("the conversation is over")
}

/// A verified connection under guard.
pub(super) struct Guard<S> {
    inner: S,
    peer: SocketAddr,
    control: Control,
    cancel: Cancel,
    incoming: Incoming,
    /// Whether a command left whose reply is not whole yet.
    awaiting: bool,
    /// What lettre has still to read, and from where.
    ready: Vec<u8>,
    read: usize,
    idle: Duration,
    patience: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guard<S> {
    /// Guards a connection. With `greeted` the greeting was heard before TLS, and since lettre
    /// always reads one, it gets one that says nothing.
    pub fn new(
        inner: S,
        peer: SocketAddr,
        greeted: bool,
        idle: Duration,
        cancel: Cancel,
    ) -> (Self, Control) {
        let control = Control(Arc::new(Mutex::new(State {
            stage: if greeted {
                Stage::Hello
            } else {
                Stage::Greeting
            },
            letter: Letter::Not,
            last: None,
            failure: None,
        })));
        let ready = if greeted { &b"220 TLS\r\n"[..] } else { b"" };
        let guard = Guard {
            inner,
            peer,
            control: control.clone(),
            cancel,
            incoming: Incoming::default(),
            awaiting: !greeted,
            ready: ready.to_vec(),
            read: 0,
            idle,
            patience: Box::pin(tokio::time::sleep(idle)),
        };
        (guard, control)
    }

    /// Something moved: the wait starts anew.
    fn moved(&mut self) {
        self.patience.as_mut().reset(Instant::now() + self.idle);
    }

    /// Nothing moved: ends the conversation when that has lasted too long. After the final dot the
    /// server may think for as long as the whole conversation lasts.
    fn stuck<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if !self.control.maybe_gone() {
            ready!(self.patience.as_mut().poll(cx));
            let stage = self.control.stage();
            return Poll::Ready(Err(self.control.fail(SubmitFailure::Deadline { stage })));
        }
        Poll::Pending
    }

    fn alive(&self) -> io::Result<()> {
        match self.control.failure() {
            Some(_) => Err(dead()),
            None => Ok(()),
        }
    }

    /// Looks whether the server spoke when it was not its turn.
    fn unasked(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut piece = [0; 1024];
        let mut buf = ReadBuf::new(&mut piece);
        let stage = self.control.stage();
        let failure = match Pin::new(&mut self.inner).poll_read(cx, &mut buf) {
            Poll::Pending => return Ok(()),
            Poll::Ready(Ok(())) => match Incoming::default().take(buf.filled()) {
                // Servers say so before they hang up: on a timeout, or in the middle of DATA.
                Heard::Whole(reply) if reply.code >= 400 => SubmitFailure::Refused { stage, reply },
                _ if buf.filled().is_empty() => SubmitFailure::Closed { stage },
                _ => SubmitFailure::Injected { stage },
            },
            Poll::Ready(Err(_)) => SubmitFailure::Closed { stage },
        };
        Err(self.control.fail(failure))
    }

    /// The greeting and the answer to EHLO belong to lettre's set-up, which must not go on (and say
    /// QUIT) when they are refused.
    fn set_up_refused(&self, reply: &Reply) -> Option<SubmitFailure> {
        let stage = self.control.stage();
        let good = match stage {
            Stage::Greeting => 220,
            Stage::Hello => 250,
            _ => return None,
        };
        match reply.code {
            code if code == good => None,
            400..=599 => Some(SubmitFailure::Refused {
                stage,
                reply: reply.clone(),
            }),
            _ => Some(SubmitFailure::Garbage { stage }),
        }
    }

    fn heard(&mut self, heard: Heard) -> io::Result<()> {
        let stage = self.control.stage();
        let reply = match heard {
            Heard::Part => return Ok(()),
            Heard::Whole(reply) => reply,
            Heard::Surplus(_) => {
                return Err(self.control.fail(SubmitFailure::Injected { stage }));
            }
            Heard::Garbage => return Err(self.control.fail(SubmitFailure::Garbage { stage })),
        };
        if let Some(failure) = self.set_up_refused(&reply) {
            return Err(self.control.fail(failure));
        }
        self.ready = plain(&reply);
        self.read = 0;
        self.awaiting = false;
        let mut state = self.control.state();
        if state.stage == Stage::Greeting {
            state.stage = Stage::Hello;
        } else {
            state.last = Some(reply);
        }
        Ok(())
    }

    fn before_write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.alive()?;
        if self.cancel.is_cancelled() && !self.control.maybe_gone() {
            return Err(self.control.fail(SubmitFailure::Cancelled));
        }
        self.unasked(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            this.alive()?;
            let rest = this.ready.get(this.read..).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.len().min(buf.remaining());
                buf.put_slice(rest.get(..count).unwrap_or_default());
                this.read += count;
                return Poll::Ready(Ok(()));
            }
            let stage = this.control.stage();
            if !this.awaiting {
                // lettre does not understand what the guard took for a whole reply.
                return Poll::Ready(Err(this.control.fail(SubmitFailure::Garbage { stage })));
            }
            let mut piece = [0; 4096];
            let mut filled = ReadBuf::new(&mut piece);
            match Pin::new(&mut this.inner).poll_read(cx, &mut filled) {
                Poll::Pending => return this.stuck(cx),
                Poll::Ready(Ok(())) if !filled.filled().is_empty() => {
                    this.moved();
                    let heard = this.incoming.take(filled.filled());
                    this.heard(heard)?;
                }
                Poll::Ready(_) => {
                    return Poll::Ready(Err(this.control.fail(SubmitFailure::Closed { stage })));
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.before_write(cx)?;
        {
            let mut state = this.control.state();
            if state.letter == Letter::Dot {
                state.letter = Letter::MaybeGone(Instant::now());
                state.stage = Stage::Final;
            }
            this.awaiting = state.letter != Letter::Body;
        }
        match Pin::new(&mut this.inner).poll_write(cx, bytes) {
            Poll::Ready(Ok(count)) if count > 0 => {
                this.moved();
                Poll::Ready(Ok(count))
            }
            Poll::Ready(_) => {
                let stage = this.control.stage();
                Poll::Ready(Err(this.control.fail(SubmitFailure::Closed { stage })))
            }
            Poll::Pending => this.stuck(cx),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.alive()?;
        match Pin::new(&mut this.inner).poll_flush(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(())),
            Poll::Ready(Err(_)) => {
                let stage = this.control.stage();
                Poll::Ready(Err(this.control.fail(SubmitFailure::Closed { stage })))
            }
            Poll::Pending => this.stuck(cx),
        }
    }

    /// Nobody says goodbye on a dead connection: dropping it is enough.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive()?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guarded connection to {}", self.peer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> AsyncTokioStream for Guard<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
