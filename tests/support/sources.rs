//! A small reader of Rust sources for the architecture test: it blanks comments, literals and test
//! modules, and lists the paths that are left. It is no parser; it need only not be fooled by
//! what rustfmt lets stand.

use std::fs;
use std::path::Path;

/// One file of the project.
pub struct Source {
    /// From the project's root, with `/`.
    pub path: String,
    /// As it stands on disk.
    pub text: String,
}

/// What the crate header says: the modules of core and shell, and what each may use.
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    module: String,
    core: bool,
    uses: Vec<String>,
}

impl Table {
    /// Reads the rows ``//! | [`module`] | what it is | may use |``. Those below a heading that
    /// begins with "Core" are the core; "the core" in a cell stands for all of them.
    pub fn read(header: &str) -> Table {
        let mut rows: Vec<Row> = Vec::new();
        let mut core = false;
        for line in header.lines().filter_map(|l| l.strip_prefix("//! ")) {
            if let Some(heading) = line.strip_prefix("# ") {
                core = heading.starts_with("Core");
            }
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, module, _, uses, _] = cells[..] else {
                continue;
            };
            let Some(module) = module.strip_prefix("[`").and_then(|m| m.strip_suffix("`]")) else {
                continue;
            };
            let uses = uses.split(',').map(|u| u.trim().trim_matches('`'));
            let uses = uses.filter(|u| *u != "–").map(str::to_owned).collect();
            rows.push(Row {
                module: module.to_owned(),
                core,
                uses,
            });
        }
        let all: Vec<String> = rows
            .iter()
            .filter(|r| r.core)
            .map(|r| r.module.clone())
            .collect();
        for row in &mut rows {
            if let Some(at) = row.uses.iter().position(|u| u == "the core") {
                row.uses.splice(at..=at, all.iter().cloned());
            }
        }
        Table { rows }
    }

    /// What a module may use: modules, or items as `module::Item`. None: the header has no row.
    pub fn allowed(&self, module: &str) -> Option<&[String]> {
        let row = self.rows.iter().find(|r| r.module == module)?;
        Some(&row.uses)
    }

    pub fn is_core(&self, module: &str) -> bool {
        self.core().any(|m| m == module)
    }

    pub fn core(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter(|r| r.core)
            .map(|r| r.module.as_str())
    }

    pub fn shell(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter(|r| !r.core)
            .map(|r| r.module.as_str())
    }
}

/// Every text file below `folder`, sorted by path. A folder that does not exist is empty.
pub fn read_tree(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let relative = path.strip_prefix(root).expect("below the root");
                let name = relative.to_string_lossy().replace('\\', "/");
                found.push(Source::new(&name, &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The module path below the crate root, `["cert", "openpgp"]`; empty for `lib.rs`. A program
    /// is `["bin", name]`.
    pub fn module(&self) -> Vec<String> {
        let Some(inside) = self
            .path
            .strip_prefix("src/")
            .and_then(|p| p.strip_suffix(".rs"))
        else {
            return Vec::new();
        };
        let mut segments: Vec<String> = inside.split('/').map(str::to_owned).collect();
        if segments.last().is_some_and(|s| s == "mod" || s == "lib") {
            segments.pop();
        }
        segments
    }

    /// Whether the whole file is compiled for tests only, by our custom of naming.
    fn is_test_module(&self) -> bool {
        self.module()
            .iter()
            .any(|segment| segment == "tests" || segment.ends_with("_tests"))
    }

    /// The text with comments and literals blanked, line by line as before.
    pub fn code_with_tests(&self) -> String {
        blank_literals(&self.text)
    }

    /// As [`Source::code_with_tests`], with items under `#[cfg(test)]` blanked too.
    pub fn code(&self) -> String {
        if self.path.starts_with("src/") && self.is_test_module() {
            return self.text.lines().map(|_| "\n").collect();
        }
        blank_tests(&self.code_with_tests())
    }

    /// Whether the file declares a module of that name, which then hides a crate's.
    pub fn declares(&self, module: &str) -> bool {
        let code = self.code();
        tokens(&code)
            .windows(2)
            .any(|pair| pair[0].1 == "mod" && pair[1].1 == module)
    }

    /// Every path in the code with its line: `use` groups taken apart, `super::` resolved to
    /// `crate::`, macros with their `!`. A path that starts inside another is not listed again.
    pub fn uses(&self) -> impl Iterator<Item = (usize, String)> {
        let module = self.module();
        let code = if self.is_rust() {
            self.code()
        } else {
            String::new()
        };
        let tokens = tokens(&code);
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            at = path_at(&tokens, at, &mut Vec::new(), &mut found);
        }
        found
            .into_iter()
            .map(move |(line, segments)| (line, absolute(&module, segments).join("::")))
    }
}

/// Replaces `self::` and `super::` at the head by the module's own place. Modules written inside
/// their file are one deeper than we count, so one `super` too many ends at the root.
fn absolute(module: &[String], segments: Vec<String>) -> Vec<String> {
    let supers = segments.iter().take_while(|s| *s == "super").count();
    let own = usize::from(segments.first().is_some_and(|s| s == "self"));
    if supers + own == 0 || segments.len() == 1 {
        return segments;
    }
    let keep = module.len().saturating_sub(supers);
    let mut path = vec!["crate".to_owned()];
    path.extend(module.iter().take(keep).cloned());
    path.extend(segments.into_iter().skip(supers + own));
    path
}

type Token<'a> = (usize, &'a str);

/// Words, `::`, and single signs, each with its line.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, tail) = rest.split_at(length);
            if !first.is_whitespace() {
                found.push((number + 1, token));
            }
            rest = tail;
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads one path at `at`, below `head`, and adds what it names to `found`; gives where to go on.
fn path_at(
    tokens: &[Token<'_>],
    mut at: usize,
    head: &mut Vec<String>,
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", |t| t.1);
    let depth = head.len();
    let line = tokens[at].0;
    match token(at) {
        "as" | "mod" => return at + 2, // gives a name and uses nothing
        "use" | "pub" | "in" | "return" | "mut" | "dyn" | "impl" | "for" | "else" => return at + 1,
        _ => {}
    }
    if token(at) == "::" {
        at += 1; // a path from the extern prelude: `::egui`
    }
    loop {
        let word = token(at);
        if word.starts_with(is_word) || (word == "*" && head.len() > depth) {
            head.push(word.to_owned());
            at += 1;
        } else if word == "{" && !head.is_empty() {
            at += 1;
            while at < tokens.len() && token(at) != "}" {
                if token(at) == "," {
                    at += 1;
                } else {
                    at = path_at(tokens, at, head, found);
                }
            }
            head.truncate(depth);
            return at + 1;
        } else {
            break;
        }
        if token(at) != "::" || token(at + 1) == "<" {
            break;
        }
        at += 1;
    }
    if head.len() == depth {
        head.truncate(depth);
        return at + 1;
    }
    if token(at) == "!"
        && token(at + 1) != "="
        && let Some(last) = head.last_mut()
    {
        last.push('!');
    }
    found.push((line, head.clone()));
    head.truncate(depth);
    at.max(1)
}

/// Blanks comments (nested too), strings, raw strings, byte strings and characters.
fn blank_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            for c in &chars[at..end] {
                out.push(if *c == '\n' { '\n' } else { ' ' });
            }
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself when none starts there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let c = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let after_word = at > 0 && is_word(chars[at - 1]);
    match (c(at), c(at + 1)) {
        ('/', '/') => until(chars, at, |i| c(i) == '\n'),
        ('/', '*') => {
            let (mut depth, mut i) = (1, at + 2);
            while i < chars.len() && depth > 0 {
                match (c(i), c(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
            }
            i
        }
        ('"', _) => string_end(chars, at + 1, '"'),
        ('b', '"') | ('c', '"') if !after_word => string_end(chars, at + 2, '"'),
        ('b', '\'') if !after_word => string_end(chars, at + 2, '\''),
        ('r', '"' | '#') if !after_word => raw_end(chars, at, at + 1),
        ('b', 'r') if !after_word && matches!(c(at + 2), '"' | '#') => raw_end(chars, at, at + 2),
        // A character, not a lifetime: an escape, or one character and the closing quote.
        ('\'', '\\') => string_end(chars, at + 1, '\''),
        ('\'', _) if c(at + 2) == '\'' => at + 3,
        _ => at,
    }
}

fn until(chars: &[char], from: usize, stop: impl Fn(usize) -> bool) -> usize {
    (from..chars.len())
        .find(|i| stop(*i))
        .unwrap_or(chars.len())
}

/// After the quote that closes a string whose inside starts at `from`.
fn string_end(chars: &[char], from: usize, quote: char) -> usize {
    let mut i = from;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

/// After a raw string whose first `#` or quote stands at `hashes_at`; `at` when it is a raw
/// identifier.
fn raw_end(chars: &[char], at: usize, hashes_at: usize) -> usize {
    let hashes = chars[hashes_at..].iter().take_while(|c| **c == '#').count();
    let open = hashes_at + hashes;
    if chars.get(open) != Some(&'"') {
        return at;
    }
    let closes = |i: usize| {
        chars[i] == '"' && chars[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes
    };
    (until(chars, open + 1, closes) + 1 + hashes).min(chars.len())
}

/// Blanks each item whose attribute says `cfg(test)` or `cfg(all(test, …))`: up to its `;`, or to
/// the brace that closes its body.
fn blank_tests(code: &str) -> String {
    let mut out: Vec<char> = code.chars().collect();
    let mut at = 0;
    while let Some(end) = (at < out.len()).then(|| attribute_end(&out, at)) {
        if end == at {
            at += 1;
            continue;
        }
        let attribute: String = out[at..end].iter().filter(|c| !c.is_whitespace()).collect();
        if attribute == "#[cfg(test)]" || attribute.starts_with("#[cfg(all(test,") {
            let stop = item_end(&out, end);
            for c in &mut out[at..stop] {
                if *c != '\n' {
                    *c = ' ';
                }
            }
            at = stop;
        } else {
            at = end;
        }
    }
    out.into_iter().collect()
}

/// After the `]` of an outer attribute that starts at `at`; `at` when there is none.
fn attribute_end(chars: &[char], at: usize) -> usize {
    if chars[at] != '#' || chars.get(at + 1) != Some(&'[') {
        return at;
    }
    until(chars, at, |i| chars[i] == ']') + 1
}

fn item_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0usize;
    for (i, c) in chars.iter().enumerate().skip(from) {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && *c == '}' {
                    return i + 1;
                }
            }
            ';' if depth == 0 => return i + 1,
            _ => {}
        }
    }
    chars.len()
}
