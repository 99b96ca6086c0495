//! `src/text/english.toml` lists every text that people read at the workstation, with the files that say it.
//!
//! `KEYMOOT_WRITE_DOCS=1 cargo test --test texts` writes the list anew.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;

/// Where people at the workstation are spoken to.
const PLACES: &[&str] = &["session", "tui", "plain", "ceremony"];

/// In `ceremony` most declarations are read by those who write scripts; these by the people in the room.
const IN_THE_ROOM: &[&str] = &["ceremony/run/asks/", "ceremony/telling.rs", "ceremony/ops"];

/// Members of declarations that are read by people.
const READ: &[&str] = &[
    "about", "does", "help", "hint", "kind", "label", "names", "question", "then", "title", "what",
    "word",
];

type Texts = BTreeMap<String, BTreeSet<String>>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test(&name) {
            found.push(path);
        }
    }
}

fn is_test(name: &str) -> bool {
    name == "tests.rs" || name.ends_with("_tests.rs")
}

/// What a string literal says; none where the token is none.
fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    let text: LitStr = syn::parse_str(&literal.to_string()).ok()?;
    Some(text.value())
}

/// Words, and not a name of a program: it begins with a capital letter or has a space between letters.
fn says(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_lowercase).count();
    let first = text.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    letters > 1
        && !text.contains("::")
        && (text.contains(' ') || !text.contains('_'))
        && (first || text.trim().contains(' '))
}

fn ident(token: Option<&TokenTree>, name: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(i)) if i == name)
}

fn punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == sign)
}

fn inside(token: Option<&TokenTree>) -> Option<TokenStream> {
    match token {
        Some(TokenTree::Group(group)) => Some(group.stream()),
        _ => None,
    }
}

/// What a file says.
struct Said {
    /// Whether its declarations are read by people at the workstation.
    declarations: bool,
    found: Vec<String>,
}

impl Said {
    /// Every text in a stream of tokens. `declared`: within a constant or a screen's name, where a literal is a text
    /// by the member that it is given to, or by what it says.
    fn gather(&mut self, stream: TokenStream, declared: bool) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                TokenTree::Punct(p) if p.as_char() == '#' => after_attribute(&tokens, at),
                TokenTree::Ident(name) => self.named(&tokens, at, &name.to_string()),
                TokenTree::Punct(p) if p.as_char() == '&' && only_literals(tokens.get(at + 1)) => {
                    let texts = inside(tokens.get(at + 1)).unwrap_or_default().into_iter();
                    let texts = texts.filter_map(|t| literal(&t)).filter(|t| says(t));
                    self.found.extend(texts.filter(|_| self.declarations));
                    at + 2
                }
                TokenTree::Literal(_) if declared => {
                    self.found.extend(declared_text(&tokens, at));
                    at + 1
                }
                TokenTree::Group(group) => {
                    self.gather(group.stream(), declared);
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// What a name begins: a text, a constant, a screen's name. Where the rest goes on.
    fn named(&mut self, tokens: &[TokenTree], at: usize, name: &str) -> usize {
        let next = tokens.get(at + 1);
        let first = |token: Option<&TokenTree>| literal(&inside(token)?.into_iter().next()?);
        match name {
            "tr" => self.found.extend(first(next)),
            "say" if punct(next, '!') => self.found.extend(first(tokens.get(at + 2))),
            // The life of what is lent (`&'static str`) is no item.
            "const" | "static" if !ident(next, "fn") && !is_life(tokens, at) => {
                let end = (at..tokens.len()).find(|n| punct(tokens.get(*n), ';'));
                let end = end.unwrap_or(at);
                let value = (at..end).find(|n| punct(tokens.get(*n), '='));
                let value = tokens[value.unwrap_or(end)..end].iter().cloned();
                self.gather(value.collect(), self.declarations);
                return end + 1;
            }
            "fn" if ident(next, "name") && of_self(tokens.get(at + 2)) => {
                let body = (at..tokens.len()).find(|n| braces(tokens.get(*n)));
                let body = body.unwrap_or(at);
                let stream = inside(tokens.get(body)).unwrap_or_default();
                self.gather(stream, self.declarations);
                return body + 1;
            }
            _ => {}
        }
        at + 1
    }
}

/// Whether the name at `at` is that of a lifetime.
fn is_life(tokens: &[TokenTree], at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| punct(tokens.get(before), '\''))
}

/// Whether a list of parameters begins with `&self`.
fn of_self(parameters: Option<&TokenTree>) -> bool {
    inside(parameters).is_some_and(|stream| stream.into_iter().any(|t| ident(Some(&t), "self")))
}

/// The text that a declaration gives to a member that is read, or that says something by itself.
fn declared_text(tokens: &[TokenTree], at: usize) -> Option<String> {
    let before = |n: usize| at.checked_sub(n).and_then(|n| tokens.get(n));
    let given = punct(before(1), ':');
    let read = given && READ.iter().any(|name| ident(before(2), name));
    literal(tokens.get(at)?).filter(|text| read || (!given && says(text)))
}

/// Where the file goes on after an attribute; what is for tests alone is passed over.
fn after_attribute(tokens: &[TokenTree], at: usize) -> usize {
    if !skips(tokens.get(at + 1)) {
        return at + 1 + usize::from(inside(tokens.get(at + 1)).is_some());
    }
    let ends = |n: &usize| braces(tokens.get(*n)) || punct(tokens.get(*n), ';');
    (at..tokens.len()).find(ends).unwrap_or(at) + 1
}

fn braces(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace)
}

/// A list that holds nothing but texts and names of texts.
fn only_literals(token: Option<&TokenTree>) -> bool {
    inside(token).is_some_and(|stream| {
        let mut tokens = stream.into_iter().peekable();
        let named = |t: &TokenTree| matches!(t, TokenTree::Ident(_)) || punct(Some(t), ':');
        tokens.peek().is_some()
            && tokens.all(|t| literal(&t).is_some() || punct(Some(&t), ',') || named(&t))
    })
}

/// Whether an attribute keeps what follows out of the program: `#[cfg(test)]`.
fn skips(attribute: Option<&TokenTree>) -> bool {
    inside(attribute)
        .is_some_and(|stream| stream.to_string().replace(' ', "").starts_with("cfg(test"))
}

fn texts() -> Texts {
    let mut found = Vec::new();
    for place in PLACES {
        files(&source().join(place), &mut found);
    }
    let mut texts = Texts::new();
    for file in found {
        let tokens: TokenStream = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let name = file
            .strip_prefix(source())
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let room = IN_THE_ROOM.iter().any(|place| name.starts_with(place));
        let mut said = Said {
            declarations: room || !name.starts_with("ceremony/"),
            found: Vec::new(),
        };
        said.gather(tokens, false);
        for text in said
            .found
            .into_iter()
            .filter(|text| !text.trim().is_empty())
        {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    texts
}

fn list(texts: &Texts) -> String {
    let mut out = String::from(
        "# Every text that people read at the workstation, in English, with the files that say it.\n\
         # Made by `KEYMOOT_WRITE_DOCS=1 cargo test --test texts`. A translation has the same texts, each with `words`.\n",
    );
    for (text, files) in texts {
        let english = toml::Value::String(text.clone());
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let _ = write!(out, "\n[[text]]\nenglish = {english}\nsaid = {files:?}\n");
    }
    out
}

#[test]
fn the_english_list_is_what_the_source_says() {
    let texts = texts();
    assert!(texts.len() > 1500, "only {} texts were found", texts.len());
    let now = list(&texts);
    let kept = source().join("text/english.toml");
    if std::env::var_os("KEYMOOT_WRITE_DOCS").is_some() {
        std::fs::write(&kept, &now).unwrap();
    }
    let written = std::fs::read_to_string(&kept).unwrap();
    assert!(
        written == now,
        "src/text/english.toml is not what the source says: KEYMOOT_WRITE_DOCS=1 cargo test --test texts writes it"
    );
    let _: toml::Table = toml::from_str(&written).unwrap();
}

/// Files of the front ends that write words which are English in every language: what a theme file has wrong is told on
/// stderr, and tests speak to those who run them.
const ENGLISH: &[&str] = &[
    "tui/theme.rs",
    "tui/contrast.rs",
    "tui/snapshot.rs",
    "tui/room.rs",
];

/// Templates of `format!` in a stream of tokens that say something: two words or more beside what is filled in.
fn formatted(stream: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if matches!(token, TokenTree::Punct(p) if p.as_char() == '#') {
            at = after_attribute(&tokens, at);
            continue;
        }
        if ident(Some(token), "format") && punct(tokens.get(at + 1), '!') {
            let first = inside(tokens.get(at + 2)).and_then(|s| literal(&s.into_iter().next()?));
            found.extend(first.filter(|template| has_words(template)));
        }
        if let TokenTree::Group(group) = token {
            formatted(group.stream(), found);
        }
        at += 1;
    }
}

/// Whether a template has two words of small letters or more outside of its braces.
fn has_words(template: &str) -> bool {
    let outside: String = template
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest))
        .collect();
    let mut words = outside.split(|c: char| !c.is_ascii_alphabetic());
    let mut small = words
        .by_ref()
        .filter(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()));
    small.nth(1).is_some()
}

/// What is filled into words on a screen or in lines passes through `say!`: `format!` is for what is no words.
#[test]
fn screens_and_lines_write_no_words_beside_the_texts() {
    let mut sources = Vec::new();
    for place in ["tui", "plain"] {
        files(&source().join(place), &mut sources);
    }
    let mut left = Vec::new();
    for file in sources {
        let name = file.strip_prefix(source()).unwrap().display().to_string();
        if ENGLISH.contains(&name.as_str()) || name.starts_with("tui/storm_tests") {
            continue;
        }
        let tokens: TokenStream = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let mut found = Vec::new();
        formatted(tokens, &mut found);
        left.extend(found.into_iter().map(|words| format!("{name}: {words:?}")));
    }
    assert!(
        left.is_empty(),
        "not through the texts:\n{}",
        left.join("\n")
    );
    assert!(has_words("There is no event {n}: it is {lines}") && !has_words("{a}: {b}, {c:>4}"));
}

/// Words that people do not read, and the word of `docs/glossary.md` in their place.
const REJECTED: &[(&str, &str)] = &[
    ("slip", "paper"),
    ("slips", "papers"),
    ("the own", "your own, their own"),
    ("pending deletion", "deleting"),
    ("waiting apart", "not counting waits"),
    ("without an if", "without reserve"),
    ("trust anchor", "root"),
];

/// Labels that people do not read, as they stand alone.
const REJECTED_LABELS: &[(&str, &str)] = &[
    ("kcv", "check value"),
    ("ends on", "destroyed on"),
    ("window ends", "destroyed on"),
    ("HEAD", "CARD"),
];

/// Texts that hold such a word all the same, and why.
const ALL_THE_SAME: &[(&str, &str)] = &[
    ("A slip of typing ends nothing", "a mistake, and no paper"),
    (
        "paper papers slip slips",
        "what people type who know the paper by that name",
    ),
];

/// Whether a phrase stands in a text as whole words.
fn stands_in(text: &str, phrase: &str) -> bool {
    let words = |text: &str| {
        let split = text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<String> = split
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect();
        format!(" {} ", words.join(" "))
    };
    words(text).contains(&words(phrase))
}

#[test]
fn one_thing_has_one_name() {
    assert!(stands_in("Read it from your slip: now", "slip") && !stands_in("slipped", "slip"));
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for text in texts().keys() {
        if let Some((part, _)) = ALL_THE_SAME.iter().find(|(part, _)| text.contains(part)) {
            used.insert(*part);
            continue;
        }
        let labels = REJECTED_LABELS.iter().filter(|(label, _)| label == text);
        let words = REJECTED.iter().filter(|(word, _)| stands_in(text, word));
        wrong.extend(
            labels
                .chain(words)
                .map(|(word, say)| format!("{text:?}: {word}; say {say}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        used.len(),
        ALL_THE_SAME.len(),
        "an exception that nothing needs"
    );
}

/// A text that is told to the log, to a file or to another program is not one of the screens'.
#[test]
fn declared_texts_and_those_in_place_are_both_found() {
    let texts = texts();
    for known in [
        "Deletions",
        "No deletion is pending.",
        "ATTEST that copy {copy} is destroyed",
        "Verdict",
        "suspect: used no more",
        "An envelope was lost",
        "shows the ways a key goes out",
        // The first text of a function that gives a `&'static str`.
        "SHA-512",
    ] {
        assert!(texts.contains_key(known), "{known}");
    }
    for none in ["vault.suspect", "create-key", "KEYMOOT_BLESS"] {
        assert!(!texts.contains_key(none), "{none}");
    }
}
