//! `waxwing`, the window.

mod wiring;

use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use waxwing::adapters::desktop::PortalLook;
use waxwing::adapters::handover::{self, Meeting};
use waxwing::adapters::process;
use waxwing::adapters::store::{Home, VaultAccess};
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
    let arguments: Vec<_> = args.open.into_iter().map(gui::portable).collect();
    let home = wiring::find_home(args.home.as_deref());
    let first = match home.as_ref().map(|home| meet(&runtime, home, &arguments)) {
        Ok(Meeting::HandedOver) => return ExitCode::SUCCESS,
        Ok(Meeting::First(first)) => Some(first),
        Ok(Meeting::Alone) | Err(_) => None,
    };
    // Asked now, so that the answer is there with the first frame.
    let look = Box::new(PortalLook::start(None));
    let questions = Arc::new(Questions::default());
    let access = VaultAccess::Ask(questions.clone());
    let store = home.and_then(|home| wiring::open_home(&home, access));
    let handle = runtime.handle().clone();
    let start = gui::Start {
        desks: store.map(|store| wiring::desks(runtime.handle(), store, None, false)),
        questions,
        look,
        theme: args.theme.map(|theme| match theme {
            ThemeArg::System => ThemeChoice::System,
            ThemeArg::Light => ThemeChoice::Light,
            ThemeArg::Dark => ThemeChoice::Dark,
        }),
        open: arguments.into_iter().map(gui::StartWith::of).collect(),
        arrivals: first.map(|first| -> gui::Arrivals {
            Box::new(move |take| {
                // Without listening, later starts open windows of their own.
                let _ = first.listen(&handle, take);
            })
        }),
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

/// Looks for another window on this home.
fn meet(runtime: &tokio::runtime::Runtime, home: &Home, arguments: &[OsString]) -> Meeting {
    let runtime_dir = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime_dir = runtime_dir.as_deref();
    handover::meet(runtime.handle(), home.root(), runtime_dir, arguments)
}
