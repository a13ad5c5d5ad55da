//! `waxwing`, the window.

mod wiring;

use clap::Parser;
use std::process::ExitCode;
use std::sync::Arc;
use waxwing::adapters::process;
use waxwing::adapters::store::VaultAccess;
use waxwing::app::runner::Questions;
use waxwing::cli::args::{ThemeArg, WindowArgs};
use waxwing::gui;
use waxwing::settings::ThemeChoice;

fn main() -> ExitCode {
    process::harden_against_tracing();
    let args = WindowArgs::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("waxwing: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let questions = Arc::new(Questions::default());
    let store = wiring::open_home(args.home.as_deref(), VaultAccess::Ask(questions.clone()));
    let start = gui::Start {
        desks: store.map(|store| wiring::desks(runtime.handle(), store, None, false)),
        questions,
        theme: args.theme.map(|theme| match theme {
            ThemeArg::System => ThemeChoice::System,
            ThemeArg::Light => ThemeChoice::Light,
            ThemeArg::Dark => ThemeChoice::Dark,
        }),
        open: args.open.into_iter().next().map(gui::StartWith::of),
    };
    match gui::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("waxwing: no window can be opened here: {error}");
            eprintln!("waxwing: without a display, use the command line: wax --help");
            ExitCode::FAILURE
        }
    }
}
