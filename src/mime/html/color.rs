//! Colours as styles and old attributes name them (CSS Color 4, as far as letters use it).

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// What is behind a letter that says nothing.
    pub const WHITE: Rgb = Rgb(255, 255, 255);
    /// What a letter that says nothing is written in.
    pub const BLACK: Rgb = Rgb(0, 0, 0);

    /// Whether nobody can tell these apart.
    pub fn looks_like(self, other: Rgb) -> bool {
        let far = |a: u8, b: u8| a.abs_diff(b) > 8;
        !(far(self.0, other.0) || far(self.1, other.1) || far(self.2, other.2))
    }
}

/// What a colour's words mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// This one.
    Known(Rgb),
    /// None at all: what is behind shines through.
    Transparent,
    /// One that is not worked out here.
    Unknown,
}

/// Reads a colour.
pub fn color(text: &str) -> Color {
    let text = text.trim().to_ascii_lowercase();
    if text == "transparent" {
        return Color::Transparent;
    }
    let found = match text.strip_prefix('#') {
        Some(digits) => hex(digits),
        None => match text.split_once('(') {
            Some(("rgb" | "rgba", arguments)) => return function(arguments),
            Some(_) => None,
            None => named(&text).or_else(|| hex(&text)),
        },
    };
    found.map_or(Color::Unknown, Color::Known)
}

fn hex(digits: &str) -> Option<Rgb> {
    let digits: Vec<u8> = digits
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let pair = |high: u8, low: u8| high.saturating_mul(16).saturating_add(low);
    match digits.as_slice() {
        [r, g, b] | [r, g, b, _] => Some(Rgb(pair(*r, *r), pair(*g, *g), pair(*b, *b))),
        [r, s, g, h, b, c] | [r, s, g, h, b, c, _, _] => {
            Some(Rgb(pair(*r, *s), pair(*g, *h), pair(*b, *c)))
        }
        _ => None,
    }
}

/// The arguments of `rgb()`, with an alpha that makes it transparent or leaves it unknown.
fn function(arguments: &str) -> Color {
    let arguments = arguments.trim_end().trim_end_matches(')');
    let separates = |c: char| c == ',' || c == '/' || c.is_whitespace();
    let numbers: Vec<Option<f32>> = arguments
        .split(separates)
        .filter(|piece| !piece.is_empty())
        .take(5)
        .map(part)
        .collect();
    match numbers.as_slice() {
        [Some(r), Some(g), Some(b)] => Color::Known(Rgb(byte(*r), byte(*g), byte(*b))),
        [Some(r), Some(g), Some(b), Some(alpha)] => match *alpha {
            alpha if alpha <= 0.05 => Color::Transparent,
            alpha if alpha >= 0.95 => Color::Known(Rgb(byte(*r), byte(*g), byte(*b))),
            _ => Color::Unknown,
        },
        _ => Color::Unknown,
    }
}

fn part(text: &str) -> Option<f32> {
    match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f32>().ok().map(|p| p * 2.55),
        None => text.parse().ok(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte before"
)]
fn byte(number: f32) -> u8 {
    number.clamp(0.0, 255.0) as u8
}

fn named(name: &str) -> Option<Rgb> {
    Some(match name {
        "white" => Rgb::WHITE,
        "black" => Rgb::BLACK,
        "snow" => Rgb(255, 250, 250),
        "ivory" => Rgb(255, 255, 240),
        "ghostwhite" => Rgb(248, 248, 255),
        "floralwhite" => Rgb(255, 250, 240),
        "whitesmoke" => Rgb(245, 245, 245),
        "mintcream" => Rgb(245, 255, 250),
        "azure" => Rgb(240, 255, 255),
        "aliceblue" => Rgb(240, 248, 255),
        "seashell" => Rgb(255, 245, 238),
        "gainsboro" => Rgb(220, 220, 220),
        "lightgray" | "lightgrey" => Rgb(211, 211, 211),
        "silver" => Rgb(192, 192, 192),
        "darkgray" | "darkgrey" => Rgb(169, 169, 169),
        "gray" | "grey" => Rgb(128, 128, 128),
        "dimgray" | "dimgrey" => Rgb(105, 105, 105),
        "red" => Rgb(255, 0, 0),
        "darkred" => Rgb(139, 0, 0),
        "maroon" => Rgb(128, 0, 0),
        "crimson" => Rgb(220, 20, 60),
        "orange" => Rgb(255, 165, 0),
        "gold" => Rgb(255, 215, 0),
        "yellow" => Rgb(255, 255, 0),
        "lightyellow" => Rgb(255, 255, 224),
        "beige" => Rgb(245, 245, 220),
        "olive" => Rgb(128, 128, 0),
        "lime" => Rgb(0, 255, 0),
        "green" => Rgb(0, 128, 0),
        "darkgreen" => Rgb(0, 100, 0),
        "teal" => Rgb(0, 128, 128),
        "aqua" | "cyan" => Rgb(0, 255, 255),
        "blue" => Rgb(0, 0, 255),
        "darkblue" => Rgb(0, 0, 139),
        "navy" => Rgb(0, 0, 128),
        "lightblue" => Rgb(173, 216, 230),
        "purple" => Rgb(128, 0, 128),
        "fuchsia" | "magenta" => Rgb(255, 0, 255),
        "pink" => Rgb(255, 192, 203),
        "brown" => Rgb(165, 42, 42),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_way_that_letters_write_them() {
        for text in [
            "#fff",
            "#FFFFFF",
            "white",
            " White ",
            "rgb(255,255,255)",
            "rgb(100%, 100%, 100%)",
            "rgba(255, 255, 255, 1)",
            "rgb(255 255 255 / 100%)",
            "#ffff",
            "#ffffffff",
            "FFFFFF",
        ] {
            assert_eq!(color(text), Color::Known(Rgb::WHITE), "{text}");
        }
        for text in ["transparent", "rgba(0,0,0,0)", "rgb(0 0 0 / 0)"] {
            assert_eq!(color(text), Color::Transparent, "{text}");
        }
        for text in [
            "",
            "#",
            "#ff",
            "#gggggg",
            "rgb(1,2)",
            "var(--x)",
            "hsl(0,0%,100%)",
            "rgb(",
        ] {
            assert_eq!(color(text), Color::Unknown, "{text}");
        }
        assert!(Rgb(254, 254, 254).looks_like(Rgb::WHITE));
        assert!(!Rgb(220, 220, 220).looks_like(Rgb::WHITE));
    }
}
