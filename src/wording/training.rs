//! What gives a practice letter away, in words.

use super::{Notice, Turn};
use crate::app::command::Trick;

/// What a practice letter was, and what gave it away.
pub fn trick(trick: Trick) -> Notice {
    let (code, headline, why, next) = match trick {
        Trick::Honest => (
            "honest",
            "This letter was what it said.",
            "It was sealed for you and signed with Pia's key, and the line on top said so.",
            "A letter like this one you can rely on.",
        ),
        Trick::SpoofedSigner => (
            "spoofed-signer",
            "It was signed, but not by Pia.",
            "It bore Pia's name and address, and a signature of a key that is not hers. That is why the \
             line on top did not name her.",
            "Look at the line on top, not at the name. Ask about money in another way.",
        ),
        Trick::LookAlike => (
            "look-alike",
            "The address was not Pia's.",
            "It came from practlce.invalid, with an l where Pia's has an i. The tab Route says so.",
            "Read the address, letter by letter, when somebody is in a hurry.",
        ),
        Trick::HiddenText => (
            "hidden-text",
            "It held text that was made not to be seen.",
            "In other mail programs your answer would have quoted “you pay all of it” without your seeing \
             it. Here the letter was shown without it, and the line on top warned you.",
            "Answer what you read, in your own words.",
        ),
        Trick::DangerousFile => (
            "dangerous-file",
            "The invoice was a program.",
            "Its name ended in .pdf.exe: only the last ending counts, and .exe is a program.",
            "Do not save files that you did not expect; ask the sender in another way.",
        ),
        Trick::CovertQuote => (
            "covert-quote",
            "Somebody wanted you to open an old sealed letter for them.",
            "It held a part that was sealed for you and that its sender could not read. An answer that quotes \
             it would have. Here that part stays shut, and no answer quotes it.",
            "Open such parts alone, and answer strangers without quoting.",
        ),
    };
    Notice::new(code, Turn::You, headline).why(why).next(next)
}
