//! Recipients as they are typed, and mailboxes as text that reads back the same.

use crate::address::Mailbox;

/// Mailboxes as a person could have typed them, separated by commas: names are quoted where they
/// hold more than letters, digits and spaces. [`Mailbox::parse_list`] reads it back.
pub fn typed_list(mailboxes: &[Mailbox]) -> String {
    let pieces: Vec<String> = mailboxes.iter().map(typed).collect();
    pieces.join(", ")
}

fn typed(mailbox: &Mailbox) -> String {
    let address = mailbox.address.as_str();
    let Some(name) = &mailbox.name else {
        return address.to_owned();
    };
    // Line ends in a name would separate recipients.
    let name: String = name
        .raw()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if name.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        return format!("{name} <{address}>");
    }
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{quoted}\" <{address}>")
}
