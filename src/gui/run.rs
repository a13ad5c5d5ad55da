//! Opens the window, or says why it cannot be opened.

use super::place;
use super::start_with::{Arrivals, StartWith};
use super::theme::{self, Palette, Tone, steps};
use super::widgets::{self, Kind, button};
use super::window::Window;
use crate::app::desk::Desks;
use crate::app::failure::Failure;
use crate::app::port::SystemLook;
use crate::app::runner::{Questions, Runner, Wake};
use crate::settings::ThemeChoice;
use crate::wording::{self, Notice};
use egui::Context;
use std::sync::Arc;

/// How the window is opened.
pub struct Start {
    /// The desks, or why there are none.
    pub desks: Result<Arc<Desks>, Failure>,
    /// Carries the store's questions to the window.
    pub questions: Arc<Questions>,
    /// Light, dark, or as the system has it, this time; else as the person chose.
    pub theme: Option<ThemeChoice>,
    /// How the desktop wants windows to look.
    pub look: Box<dyn SystemLook>,
    /// What to begin with.
    pub open: Vec<StartWith>,
    /// Tells what later starts on the same home were started with.
    pub arrivals: Option<Arrivals>,
}

/// Runs the window until it is closed.
///
/// # Errors
/// The system's words when there is no display or no OpenGL.
pub fn run(start: Start) -> Result<(), String> {
    let icon = include_bytes!("../../assets/icons/waxwing-128.png");
    let icon = eframe::icon_data::from_png_bytes(icon).unwrap_or_default();
    // Before the first frame, so that nothing flashes; a home that does not tell looks as usual.
    let store = start.desks.as_ref().ok().map(|desks| &desks.home().store);
    let preferences = store
        .and_then(|store| store.preferences().ok())
        .unwrap_or_default();
    let viewport = place::builder(preferences.window)
        .with_title("Waxwing")
        .with_app_id("waxwing")
        .with_icon(icon)
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions {
        viewport,
        // Said outright: another library that turns eframe's other renderer on must not choose it.
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let make = move |cc: &eframe::CreationContext<'_>| {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        let following = ctx.clone();
        start.look.follow(Box::new(move |scheme| {
            theme::as_the_system(&following, scheme);
        }));
        theme::follow(ctx, start.theme.unwrap_or(preferences.theme));
        ctx.set_zoom_factor(preferences.text_size.factor());
        if let (Some(window), Some(place)) = (cc.winit_window(), preferences.window) {
            let screens = window.available_monitors().map(|monitor| {
                let (at, size) = (monitor.position(), monitor.size());
                place::screen(
                    (at.x, at.y),
                    (size.width, size.height),
                    monitor.scale_factor(),
                )
            });
            place::bring_back(ctx, place, &screens.collect::<Vec<_>>());
        }
        let app: Box<dyn eframe::App> = match start.desks {
            Ok(desks) => {
                let waker = ctx.clone();
                let wake: Wake = Arc::new(move || waker.request_repaint());
                let clock = desks.home().clock.clone();
                let now = Box::new(move || clock.now());
                let runner = Runner::new(desks, start.questions, wake.clone());
                let window = Window::new(ctx, runner, wake.clone(), now, start.open);
                let mut window = window.with_preferences(preferences);
                if let Some(arrivals) = start.arrivals {
                    arrivals(window.hear_arrivals(wake));
                }
                Box::new(window)
            }
            Err(failure) => Box::new(Refusal {
                notice: wording::failure(&failure),
            }),
        };
        Ok(app)
    };
    eframe::run_native("Waxwing", options, Box::new(make)).map_err(|error| error.to_string())
}

/// The window that opens when the home cannot be used: why, and what to do.
struct Refusal {
    notice: Notice,
}

impl Refusal {
    fn draw(&self, ui: &mut egui::Ui) -> bool {
        let palette = Palette::of(ui);
        let frame = egui::Frame::new().fill(palette.paper).inner_margin(32);
        let mut close = false;
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.set_max_width(640.0);
            widgets::heading(ui, "Waxwing cannot start");
            ui.add_space(steps(4));
            widgets::notice_still(ui, Tone::Danger, &self.notice);
            ui.add_space(steps(4));
            close = button(ui, Kind::Primary, None, "Close").clicked();
        });
        close
    }
}

impl eframe::App for Refusal {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        if self.draw(ui) {
            close(ui.ctx());
        }
    }
}

fn close(ctx: &Context) {
    ctx.send_viewport_cmd(egui::ViewportCommand::Close);
}
