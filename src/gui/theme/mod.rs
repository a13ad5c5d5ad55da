//! How everything looks: tokens, fonts, and the style that egui's own parts take from them.

pub mod fonts;
pub mod icons;
pub mod tokens;

pub use icons::Icon;
pub use tokens::{Palette, Tone, steps};

use crate::app::port::ColorScheme;
use crate::settings::ThemeChoice;
use egui::{
    Context, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, TextStyle, Theme,
    Vec2, Visuals, vec2,
};
use tokens::{BODY, CONTROL, CORNER, FOCUS, HAIRLINE, LARGE, SMALL, TITLE};

/// Puts fonts and both themes in. The theme in use follows the system.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    for theme in [Theme::Light, Theme::Dark] {
        let palette = Palette::in_theme(theme == Theme::Dark);
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(palette, theme);
            style.text_styles = [
                (TextStyle::Small, body_font(SMALL)),
                (TextStyle::Body, body_font(BODY)),
                (TextStyle::Button, body_font(BODY)),
                (
                    TextStyle::Monospace,
                    FontId::new(SMALL, FontFamily::Monospace),
                ),
                (TextStyle::Heading, strong_font(TITLE)),
            ]
            .into();
            style.spacing.item_spacing = vec2(steps(2), steps(2));
            style.spacing.button_padding = vec2(steps(3), steps(2));
            style.spacing.interact_size = Vec2::new(CONTROL, steps(7));
            style.spacing.tooltip_width = 360.0;
            style.spacing.scroll.bar_width = steps(2);
            style.spacing.scroll.floating = true;
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.3;
            // Idle must cost nothing: nothing moves by itself.
            style.animation_time = 0.0;
            style.visuals.text_cursor.blink = false;
        });
    }
    ctx.options_mut(|options| {
        options.theme_preference = egui::ThemePreference::System;
        // Where the system does not say, as on X11: paper.
        options.fallback_theme = Theme::Light;
        // The text size is a preference with steps of its own.
        options.zoom_with_keyboard = false;
    });
}

/// From now on light, dark, or as the system has it.
pub fn follow(ctx: &Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
    });
}

/// What the system has, where the window system itself says nothing, as on X11.
pub fn as_the_system(ctx: &Context, scheme: ColorScheme) {
    let theme = match scheme {
        ColorScheme::Dark => Theme::Dark,
        ColorScheme::Light | ColorScheme::NoPreference => Theme::Light,
    };
    ctx.options_mut(|options| options.fallback_theme = theme);
    ctx.request_repaint();
}

/// A font of the sans in its ordinary cut.
pub fn body_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// A font of the sans in its heavier cut.
pub fn strong_font(size: f32) -> FontId {
    FontId::new(size, fonts::strong_family())
}

/// The title of a page.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(strong_font(TITLE))
}

/// A heading inside a page.
pub fn large(text: impl Into<String>) -> RichText {
    RichText::new(text).font(strong_font(LARGE))
}

/// Ordinary text.
pub fn body(text: impl Into<String>) -> RichText {
    RichText::new(text).font(body_font(BODY))
}

/// Ordinary text that must be seen first.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).font(strong_font(BODY))
}

/// A caption.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).font(body_font(SMALL))
}

/// A caption of second rank.
pub fn faded(ui: &egui::Ui, text: impl Into<String>) -> RichText {
    small(text).color(Palette::of(ui).faded)
}

/// Fingerprints, headers, raw text.
pub fn mono(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(SMALL, FontFamily::Monospace))
}

/// The hairline's stroke.
pub fn hairline(palette: Palette) -> Stroke {
    Stroke::new(HAIRLINE, palette.line)
}

/// The stroke around what has the keyboard's focus.
pub fn focus_ring(palette: Palette) -> Stroke {
    Stroke::new(FOCUS, palette.wax)
}

/// The one shadow, for what floats.
pub fn shadow(palette: Palette) -> Shadow {
    Shadow {
        offset: [0, 4],
        blur: 24,
        spread: 0,
        color: palette.dim.gamma_multiply(0.4),
    }
}

/// A sheet of paper: cards, dialogs, the letter.
pub fn sheet(palette: Palette) -> egui::Frame {
    egui::Frame::new()
        .fill(palette.sheet)
        .stroke(hairline(palette))
        .corner_radius(CORNER)
        .inner_margin(Margin::same(16))
}

fn visuals(p: Palette, theme: Theme) -> Visuals {
    let mut v = theme.default_visuals();
    let corner = CornerRadius::same(CORNER);
    let line = hairline(p);
    v.override_text_color = None;
    v.weak_text_color = Some(p.faded);
    v.hyperlink_color = p.wax;
    v.faint_bg_color = p.paper;
    v.extreme_bg_color = p.sheet;
    v.text_edit_bg_color = Some(p.sheet);
    v.code_bg_color = p.rail;
    v.warn_fg_color = p.caution;
    v.error_fg_color = p.danger;
    v.panel_fill = p.paper;
    v.window_fill = p.sheet;
    v.window_stroke = line;
    v.window_shadow = shadow(p);
    v.popup_shadow = shadow(p);
    v.window_corner_radius = corner;
    v.menu_corner_radius = corner;
    v.selection.bg_fill = tokens::mix(p.sheet, p.wax, 0.25);
    v.selection.stroke = Stroke::new(HAIRLINE, p.ink);
    v.text_cursor.stroke = Stroke::new(FOCUS, p.wax);
    let widgets = &mut v.widgets;
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.bg_fill = p.sheet;
        widget.weak_bg_fill = p.sheet;
        widget.bg_stroke = line;
        widget.fg_stroke = Stroke::new(HAIRLINE, p.ink);
        widget.corner_radius = corner;
        widget.expansion = 0.0;
    }
    widgets.inactive.bg_fill = p.line;
    for widget in [&mut widgets.hovered, &mut widgets.open] {
        widget.weak_bg_fill = p.hover();
        widget.bg_fill = p.faded;
        widget.bg_stroke = Stroke::new(HAIRLINE, p.faded);
    }
    widgets.active.weak_bg_fill = p.hover();
    widgets.active.bg_fill = p.faded;
    widgets.active.bg_stroke = focus_ring(p);
    v
}
