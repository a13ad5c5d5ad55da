//! Colours and sizes: the only place where they stand.

use egui::Color32;

/// Heads of narrow columns and numbers in a badge, in points.
pub const TINY: f32 = 11.0;
/// Second-rank text and captions, in points.
pub const SMALL: f32 = 13.0;
/// Ordinary text, in points.
pub const BODY: f32 = 15.0;
/// Headings inside a page, in points.
pub const LARGE: f32 = 18.0;
/// The title of a page, in points.
pub const TITLE: f32 = 24.0;

/// Spacing comes in steps of this many points.
pub const STEP: f32 = 4.0;
/// Rounding of everything that has corners, in points.
pub const CORNER: u8 = 6;
/// Width of a hairline, in points.
pub const HAIRLINE: f32 = 1.0;
/// Width of the ring around what has the keyboard's focus, in points.
pub const FOCUS: f32 = 2.0;
/// Height of a button and of a one-line field, in points.
pub const CONTROL: f32 = 36.0;
/// Edge of an icon beside text, in points.
pub const ICON: f32 = 20.0;

/// `n` steps of spacing, in points.
pub fn steps(n: u8) -> f32 {
    f32::from(n) * STEP
}

/// The colours of one theme, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// The window.
    pub paper: Color32,
    /// Page, cards, text fields.
    pub sheet: Color32,
    /// Navigation.
    pub rail: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Text.
    pub ink: Color32,
    /// Second-rank text.
    pub faded: Color32,
    /// The seal, the one primary button of a page, selection.
    pub wax: Color32,
    /// Text and icons on wax.
    pub on_wax: Color32,
    /// A verdict or finding that holds.
    pub verified: Color32,
    /// Needs a look.
    pub caution: Color32,
    /// Refused, failed.
    pub danger: Color32,
    /// Unprotected, unknown.
    pub neutral: Color32,
    /// What a dialog dims the window with.
    pub dim: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

/// Ink on paper.
pub const LIGHT: Palette = Palette {
    paper: rgb(0xFA_F8_F4),
    sheet: rgb(0xFF_FF_FF),
    rail: rgb(0xF0_EC_E5),
    line: rgb(0xDE_D7_CB),
    ink: rgb(0x22_1E_1B),
    faded: rgb(0x6B_62_5A),
    wax: rgb(0x8E_2B_3A),
    on_wax: rgb(0xFF_FF_FF),
    verified: rgb(0x1D_6B_50),
    caution: rgb(0x8A_5A_00),
    danger: rgb(0xB3_26_1E),
    neutral: rgb(0x55_60_6B),
    dim: Color32::from_rgba_premultiplied(17, 15, 13, 128),
};

/// The same by lamp light.
pub const DARK: Palette = Palette {
    paper: rgb(0x1A_18_17),
    sheet: rgb(0x22_1F_1D),
    rail: rgb(0x14_12_11),
    line: rgb(0x37_32_2E),
    ink: rgb(0xEF_E9_E0),
    faded: rgb(0xA7_9D_92),
    wax: rgb(0xDC_74_85),
    on_wax: rgb(0x14_12_11),
    verified: rgb(0x5C_C2_9B),
    caution: rgb(0xE0_AE_4E),
    danger: rgb(0xF2_83_7B),
    neutral: rgb(0x9A_A7_B4),
    dim: Color32::from_rgba_premultiplied(4, 4, 4, 160),
};

impl Palette {
    /// The colours in use.
    pub fn of(ui: &egui::Ui) -> Self {
        Palette::in_theme(ui.visuals().dark_mode)
    }

    /// The colours of the dark or the light theme.
    pub fn in_theme(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// The colour that goes with a tone.
    pub fn tone(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Verified => self.verified,
            Tone::Caution => self.caution,
            Tone::Danger => self.danger,
            Tone::Neutral => self.neutral,
            Tone::Wax => self.wax,
        }
    }

    /// A ground that hints at a tone; ink and the tone itself stay readable on it.
    pub fn tint(&self, tone: Tone) -> Color32 {
        mix(self.sheet, self.tone(tone), 0.08)
    }

    /// The ground of a row or quiet button under the pointer.
    pub fn hover(&self) -> Color32 {
        mix(self.sheet, self.ink, 0.06)
    }

    /// The ground of what is chosen: a row, a place in the rail.
    pub fn chosen(&self) -> Color32 {
        mix(self.sheet, self.wax, 0.10)
    }
}

/// How something stands. Never told by colour alone: an icon and words go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It holds.
    Verified,
    /// It needs a look.
    Caution,
    /// It was refused or failed.
    Danger,
    /// Unprotected, unknown, not yet.
    Neutral,
    /// The program's own: the seal.
    Wax,
}

impl Tone {
    /// All of them.
    pub const ALL: [Tone; 5] = [
        Tone::Verified,
        Tone::Caution,
        Tone::Danger,
        Tone::Neutral,
        Tone::Wax,
    ];
}

/// `share` of `b` in `a`, in gamma space.
pub fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    a.lerp_to_gamma(b, share)
}

/// The contrast of two colours (WCAG 2.2, 1.4.3), from 1 to 21.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Color32) -> f32 {
    let channel = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_icons_stand_out_from_every_ground_in_both_themes() {
        for (theme, p) in [("light", LIGHT), ("dark", DARK)] {
            let mut grounds = vec![p.paper, p.sheet, p.rail, p.hover(), p.chosen()];
            grounds.extend(Tone::ALL.map(|tone| p.tint(tone)));
            for ground in &grounds {
                let ground = *ground;
                for text in [p.ink, p.faded] {
                    let found = contrast(text, ground);
                    assert!(found >= 4.5, "{theme}: {text:?} on {ground:?}: {found:.2}");
                }
            }
            for tone in Tone::ALL {
                for ground in [p.paper, p.sheet, p.rail, p.tint(tone)] {
                    // Tones are used for words too.
                    let found = contrast(p.tone(tone), ground);
                    assert!(found >= 4.5, "{theme}: {tone:?} on {ground:?}: {found:.2}");
                }
            }
            // In a row that is chosen or under the pointer, tones are icons (1.4.11).
            for ground in grounds {
                for tone in Tone::ALL {
                    let found = contrast(p.tone(tone), ground);
                    assert!(found >= 3.0, "{theme}: {tone:?} on {ground:?}: {found:.2}");
                }
            }
            assert!(contrast(p.on_wax, p.wax) >= 4.5, "{theme}: on wax");
        }
    }

    #[test]
    fn contrast_is_measured_as_the_standard_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(rgb(0x77_77_77), Color32::WHITE) - 4.48).abs() < 0.01);
    }
}
