//! `waxwing`, the window.

mod wiring;

use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use waxwing::adapters::process;
use waxwing::adapters::store::VaultAccess;
use waxwing::app::runner::Questions;
use waxwing::gui;

/// Write, seal, send and open letters.
#[derive(Parser)]
#[command(name = "waxwing", version)]
struct Args {
    /// Keep everything under this folder
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Colours
    #[arg(long, value_enum, default_value_t = Theme::System)]
    theme: Theme,
    /// A letter or a key to open
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Theme {
    /// As the system has them
    System,
    /// Ink on paper
    Light,
    /// By lamp light
    Dark,
}

fn main() -> ExitCode {
    process::harden_against_tracing();
    let args = Args::parse();
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
        theme: match args.theme {
            Theme::System => egui::ThemePreference::System,
            Theme::Light => egui::ThemePreference::Light,
            Theme::Dark => egui::ThemePreference::Dark,
        },
        open: args.file,
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
