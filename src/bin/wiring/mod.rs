//! Ties the adapters to the ports; both programs share it.

use std::path::Path;
use std::sync::Arc;
use waxwing::adapters::clock::SystemClock;
use waxwing::adapters::pop3::Pop3Mailbox;
use waxwing::adapters::practice::InProcessGround;
use waxwing::adapters::smtp::SmtpSubmission;
use waxwing::adapters::store::{Environment, FileStore, Home, VaultAccess};
use waxwing::app::desk::{Desk, Desks};
use waxwing::app::failure::{Failure, FileFailure};
use waxwing::app::port::{Clock, Store};
use waxwing::app::workers::Threads;
use waxwing::base::Time;

/// What is kept where.
pub enum Keep {
    /// In the person's home, or in this one.
    Home(Option<std::path::PathBuf>, VaultAccess),
    /// Nowhere.
    Memory,
}

/// Makes the desks. The runtime must outlive them.
pub fn desks(
    runtime: &tokio::runtime::Handle,
    keep: Keep,
    at: Option<Time>,
    offline: bool,
) -> Result<Arc<Desks>, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store: Arc<dyn Store> = match keep {
        Keep::Memory => Arc::new(FileStore::in_memory()?),
        Keep::Home(explicit, access) => {
            let home = home(explicit.as_deref())?;
            Arc::new(FileStore::open(&home, access)?)
        }
    };
    let desk = Desk {
        store,
        submission: Arc::new(SmtpSubmission::new(runtime.clone(), clock.clone())),
        mailbox: Arc::new(Pop3Mailbox::new(runtime.clone())),
        clock: clock.clone(),
        workers: Arc::new(Threads),
        at,
        offline,
    };
    let ground = InProcessGround::new(runtime.clone(), clock);
    Ok(Arc::new(Desks::new(desk, Arc::new(ground))))
}

fn home(explicit: Option<&Path>) -> Result<Home, Failure> {
    Home::find(explicit, &Environment::read()).map_err(|_| {
        Failure::File(FileFailure::Other(
            "home".into(),
            "the system names no folder for your data: set HOME, or use --home".to_owned(),
        ))
    })
}
