//! `wax`, the command line.

mod wiring;

use std::process::ExitCode;
use std::sync::Arc;
use waxwing::adapters::process;
use waxwing::adapters::store::VaultAccess;
use waxwing::app::failure::Failure;
use waxwing::app::runner::Questions;
use waxwing::cli::run::{self, HomeChoice};
use wiring::Keep;

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
        let keep = match (choice.in_memory, choice.passphrase) {
            (true, _) => Keep::Memory,
            (false, Some(passphrase)) => {
                Keep::Home(choice.home, VaultAccess::PassphraseFile(passphrase))
            }
            (false, None) => Keep::Home(choice.home, VaultAccess::Ask(questions)),
        };
        wiring::desks(&handle, keep, choice.at, choice.offline)
    };
    run::main(std::env::args_os(), &wire)
}
