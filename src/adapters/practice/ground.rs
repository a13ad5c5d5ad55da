//! A place to practise: this server and two homes in memory.

use super::PracticeServer;
use crate::adapters::store::FileStore;
use crate::address::Address;
use crate::app::port::{self, Clock, Ground, PracticeGround, Store};
use crate::base::Passphrase;
use crate::settings::Account;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Opens a new server and two new homes each time.
pub struct InProcessGround {
    handle: Handle,
    clock: Arc<dyn Clock>,
}

impl InProcessGround {
    /// The servers run on this runtime.
    pub fn new(handle: Handle, clock: Arc<dyn Clock>) -> Self {
        InProcessGround { handle, clock }
    }
}

impl PracticeGround for InProcessGround {
    fn open(&self) -> Result<Ground, String> {
        let server = PracticeServer::start(&self.handle, self.clock.clone())
            .map_err(|error| error.to_string())?;
        Ok(Ground {
            learner: home()?,
            partner: home()?,
            server: Arc::new(server),
        })
    }
}

fn home() -> Result<Arc<dyn Store>, String> {
    let store = FileStore::in_memory().map_err(|failure| format!("{failure:?}"))?;
    Ok(Arc::new(store))
}

impl port::PracticeServer for PracticeServer {
    fn account(&self, address: &Address) -> (Account, Passphrase) {
        PracticeServer::account(self, address)
    }

    fn received(&self, address: &Address) -> Vec<Arc<Vec<u8>>> {
        PracticeServer::received(self, address)
    }

    fn wire_log(&self) -> Vec<String> {
        let lines = PracticeServer::wire_log(self);
        lines.iter().map(ToString::to_string).collect()
    }
}
