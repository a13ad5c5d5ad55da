//! What is told while a letter is written.

use super::{Notice, Turn, size};

/// Something larger than the field was pasted.
pub fn pasted_too_much(bytes: u64, room: u64) -> Notice {
    let words = match room {
        0 => "There is no room left here.".to_owned(),
        room => format!("There is room for {} here.", size(room)),
    };
    Notice::new(
        "pasted-too-much",
        Turn::You,
        format!(
            "What you pasted has {}, and nothing of it was taken.",
            size(bytes)
        ),
    )
    .why(words)
    .next("Save it in a file and attach that.")
}

/// Characters that cannot be seen were left out of what was pasted or typed.
pub fn unseen_left_out(count: usize) -> Notice {
    let what = match count {
        1 => "One character that cannot be seen was".to_owned(),
        count => format!("{count} characters that cannot be seen were"),
    };
    Notice::new("unseen-left-out", Turn::Nobody, format!("{what} left out."))
        .why("Such characters can turn or hide what a reader sees. A letter holds what is on screen.")
        .next("Nothing needs to be done.")
}

/// More recipients than one letter can have.
pub fn recipients_left_out(count: usize, most: usize) -> Notice {
    Notice::new(
        "recipients-left-out",
        Turn::You,
        format!("{count} recipients were left out."),
    )
    .why(format!("A field holds at most {most}."))
    .next("Write to the others in a second letter.")
}
