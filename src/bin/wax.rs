//! `wax`, the command line.

mod wiring;

use std::process::ExitCode;
use std::sync::Arc;
use waxwing::adapters::process;
use waxwing::adapters::store::{FileStore, VaultAccess};
use waxwing::app::failure::Failure;
use waxwing::app::runner::Questions;
use waxwing::cli::run::{self, HomeChoice};

fn main() -> ExitCode {
    process::harden_against_tracing();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("wax: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let handle = runtime.handle().clone();
    let wire = move |choice: HomeChoice, questions: Arc<Questions>| -> Result<_, Failure> {
        let access = match choice.passphrase {
            Some(passphrase) => VaultAccess::PassphraseFile(passphrase),
            None => VaultAccess::Ask(questions),
        };
        let store = if choice.in_memory {
            Arc::new(FileStore::in_memory()?)
        } else {
            wiring::open_home(&wiring::find_home(choice.home.as_deref())?, access)?
        };
        Ok(wiring::desks(&handle, store, choice.at, choice.offline))
    };
    run::main(std::env::args_os(), &wire)
}
