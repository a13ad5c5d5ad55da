//! Words and comments of structured header fields (RFC 5322 §3.2.2), however they are nested.

/// A piece of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A word outside of comments, quotes taken off.
    Word(String),
    /// What stands in a comment, inner comments with their brackets.
    Comment(String),
    /// A semicolon.
    End,
}

/// Most pieces of one field.
const PIECES: usize = 2_000;

/// Cuts a field into pieces, in one pass.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if found.len() >= PIECES {
            break;
        }
        let mut end = |word: &mut String| {
            if !word.is_empty() {
                found.push(Piece::Word(std::mem::take(word)));
            }
        };
        match c {
            '(' => {
                end(&mut word);
                found.push(Piece::Comment(comment(&mut letters)));
            }
            '"' => {
                while let Some(c) = letters.next() {
                    match c {
                        '"' => break,
                        '\\' => word.extend(letters.next()),
                        c => word.push(c),
                    }
                }
            }
            ';' => {
                end(&mut word);
                found.push(Piece::End);
            }
            c if c.is_whitespace() => end(&mut word),
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        found.push(Piece::Word(word));
    }
    found
}

/// What stands until the comment's end.
fn comment(letters: &mut std::str::Chars<'_>) -> String {
    let mut depth = 1_usize;
    let mut text = String::new();
    while let Some(c) = letters.next() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return text;
                }
            }
            '\\' => {
                text.extend(letters.next());
                continue;
            }
            _ => {}
        }
        text.push(c);
    }
    text
}
