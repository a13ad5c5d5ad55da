//! The bundled typefaces, and text that none of them can draw.

use egui::{Context, FontData, FontDefinitions, FontFamily, FontId, FontTweak};
use std::sync::Arc;

/// The sans in its heavier cut, for headings and what must be seen first.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Puts the bundled fonts in. Scripts that they lack come from the system's fonts, where present.
pub fn install(ctx: &Context) {
    let bundled = FontDefinitions::default();
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, bytes: &'static [u8]| {
        let data = FontData::from_static(bytes).tweak(FontTweak::default());
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add(
        "sans",
        include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
    );
    add(
        "sans strong",
        include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
    );
    add(
        "mono",
        include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
    );
    let symbols = "NotoEmoji-Regular";
    if let Some(data) = bundled.font_data.get(symbols) {
        fonts.font_data.insert(symbols.to_owned(), data.clone());
    }
    let chain = |first: &str, second: &str| [first, second, symbols].map(str::to_owned).to_vec();
    fonts
        .families
        .insert(FontFamily::Proportional, chain("sans", "mono"));
    fonts
        .families
        .insert(strong_family(), chain("sans strong", "sans"));
    fonts
        .families
        .insert(FontFamily::Monospace, chain("mono", "sans"));
    ctx.set_fonts(fonts);
}

/// Text in which every character that no font can draw stands as its code point, like `\u{1F9FF}`,
/// so that no empty box hides a trick. Nothing is copied when all can be drawn.
pub fn drawable<'t>(ctx: &Context, font: &FontId, text: &'t str) -> std::borrow::Cow<'t, str> {
    if text.is_ascii() {
        return text.into();
    }
    ctx.fonts_mut(|fonts| {
        let shown = |c: char| c.is_ascii() || c.is_whitespace();
        let mut missing: Option<std::collections::HashSet<char>> = None;
        let mut seen = std::collections::HashSet::new();
        for c in text.chars().filter(|c| !shown(*c)) {
            if seen.insert(c) && !fonts.has_glyph(font, c) {
                missing.get_or_insert_default().insert(c);
            }
        }
        match missing {
            None => text.into(),
            Some(missing) => {
                let mut out = String::with_capacity(text.len());
                for c in text.chars() {
                    if missing.contains(&c) {
                        out.push_str(&format!("\\u{{{:04X}}}", u32::from(c)));
                    } else {
                        out.push(c);
                    }
                }
                out.into()
            }
        }
    })
}
