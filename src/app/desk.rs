//! Everything that a service works with.

use crate::app::failure::Failure;
use crate::app::port::{
    Clock, MailboxServer, PracticeGround, Resolvers, Scanner, Servers, SignatureVerifier, Store,
    Submission, SystemTrust, Web,
};
use crate::app::service::practice::Session;
use crate::base::{Time, Workers};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ports, and how to judge time. Practice has a desk of its own, with the same parts but for
/// the store; no service can tell.
#[derive(Clone)]
pub struct Desk {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Hands letters in.
    pub submission: Arc<dyn Submission>,
    /// Fetches letters.
    pub mailbox: Arc<dyn MailboxServer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Whom the system trusts to vouch for others.
    pub trust: Arc<dyn SystemTrust>,
    /// Fetches what the person asks for.
    pub web: Arc<dyn Web>,
    /// Finds who answers questions about names.
    pub resolvers: Arc<dyn Resolvers>,
    /// Looks at other people's servers from outside.
    pub servers: Arc<dyn Servers>,
    /// Verifies what servers signed.
    pub signatures: Arc<dyn SignatureVerifier>,
    /// Looks through attachments before they are saved.
    pub scanner: Arc<dyn Scanner>,
    /// Threads for the work on bytes.
    pub workers: Arc<dyn Workers>,
    /// Judge validity as of then instead of now.
    pub at: Option<Time>,
    /// Open no socket.
    pub offline: bool,
}

impl Desk {
    /// The time that validity is judged at. It never relaxes which algorithms count.
    pub fn judging_time(&self) -> Time {
        self.at.unwrap_or_else(|| self.clock.now())
    }

    /// Fails where no socket may be opened.
    pub fn online(&self) -> Result<(), Failure> {
        if self.offline {
            return Err(Failure::Offline);
        }
        Ok(())
    }

    /// The same desk over another store.
    pub fn with_store(&self, store: Arc<dyn Store>) -> Desk {
        Desk {
            store,
            ..self.clone()
        }
    }
}

/// The person's own desk, and the practice desk while they practise.
pub struct Desks {
    home: Arc<Desk>,
    ground: Arc<dyn PracticeGround>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Desks {
    /// The person's own desk is in use.
    pub fn new(home: Desk, ground: Arc<dyn PracticeGround>) -> Self {
        Desks {
            home: Arc::new(home),
            ground,
            session: Mutex::new(None),
        }
    }

    /// The desk in use.
    pub fn current(&self) -> Arc<Desk> {
        match &*self.lock() {
            Some(session) => session.learner().clone(),
            None => self.home.clone(),
        }
    }

    /// The person's own desk.
    pub fn home(&self) -> &Arc<Desk> {
        &self.home
    }

    /// Where to practise.
    pub fn ground(&self) -> &dyn PracticeGround {
        &*self.ground
    }

    /// The practice under way.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.lock().clone()
    }

    /// From now on the practice desk is in use, or with `None` the own one again.
    pub fn practise(&self, session: Option<Arc<Session>>) {
        *self.lock() = session;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
