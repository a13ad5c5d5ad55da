//! Ties the adapters to the ports; both programs share it.

use std::path::Path;
use std::sync::Arc;
use waxwing::adapters::clamd::Clamd;
use waxwing::adapters::clock::SystemClock;
use waxwing::adapters::dns::NetworkResolvers;
use waxwing::adapters::http::HttpWeb;
use waxwing::adapters::mailauth::MailAuth;
use waxwing::adapters::pop3::Pop3Mailbox;
use waxwing::adapters::practice::InProcessGround;
use waxwing::adapters::servers::NetworkServers;
use waxwing::adapters::smtp::SmtpSubmission;
use waxwing::adapters::store::{Environment, FileStore, Home, VaultAccess};
use waxwing::adapters::trust::TrustFiles;
use waxwing::app::desk::{Desk, Desks};
use waxwing::app::failure::{Failure, FileFailure};
use waxwing::app::port::{Clock, Store};
use waxwing::app::workers::Threads;
use waxwing::base::Time;

/// Makes the desks. The runtime must outlive them.
pub fn desks(
    runtime: &tokio::runtime::Handle,
    store: Arc<dyn Store>,
    at: Option<Time>,
    offline: bool,
) -> Arc<Desks> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let desk = Desk {
        store,
        submission: Arc::new(SmtpSubmission::new(runtime.clone(), clock.clone())),
        mailbox: Arc::new(Pop3Mailbox::new(runtime.clone())),
        clock: clock.clone(),
        trust: Arc::new(TrustFiles::of_system()),
        web: Arc::new(HttpWeb::new(runtime.clone())),
        resolvers: Arc::new(NetworkResolvers::new(runtime.clone())),
        servers: Arc::new(NetworkServers::new(runtime.clone())),
        scanner: Arc::new(Clamd::of_system()),
        signatures: Arc::new(MailAuth),
        workers: Arc::new(Threads),
        at,
        offline,
    };
    let ground = InProcessGround::new(runtime.clone(), clock);
    Arc::new(Desks::new(desk, Arc::new(ground)))
}

/// The person's home, or the one that is named.
pub fn find_home(explicit: Option<&Path>) -> Result<Home, Failure> {
    Home::find(explicit, &Environment::read()).map_err(|_| {
        Failure::File(FileFailure::Other(
            "home".into(),
            "the system names no folder for your data: set HOME, or use --home".to_owned(),
        ))
    })
}

/// Opens a home.
pub fn open_home(home: &Home, access: VaultAccess) -> Result<Arc<dyn Store>, Failure> {
    Ok(Arc::new(FileStore::open(home, access)?))
}
