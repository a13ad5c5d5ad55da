//! Links of a letter, and text that it hides, in words.

use crate::base::untrusted::escape_line;
use crate::read::{HiddenText, LinkWarning};

/// What is odd about a link.
pub fn link_warning(warning: &LinkWarning) -> String {
    match warning {
        LinkWarning::Differs(shows) => {
            format!("It shows {}, and leads elsewhere.", escape_line(shows))
        }
        LinkWarning::UserInfo => {
            "What stands before the @ is no part of the place that it leads to.".to_owned()
        }
        LinkWarning::PassesFor(name) => format!(
            "Letters of other alphabets make it look like {}.",
            escape_line(name)
        ),
        LinkWarning::MixedScripts => "Its name mixes alphabets.".to_owned(),
        LinkWarning::Scheme => "It leads to no place on the web; it is not opened.".to_owned(),
    }
}

/// How the hidden text begins, and how long it is; `None` without any.
pub fn hidden_text(hidden: &HiddenText) -> Option<String> {
    let sample = escape_line(&hidden.sample);
    match hidden.characters {
        0 => None,
        1 => Some(format!("“{sample}” (1 character)")),
        count => Some(format!("“{sample}” ({count} characters in all)")),
    }
}
