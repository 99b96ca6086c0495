//! A language that nobody speaks, for tests: the English with every letter changed for another one that can still be
//! read, so that words which never pass through [`super::tr`] stand out on a screen.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
}

/// Texts live as long as the program; each is made once.
static MADE: LazyLock<Mutex<HashMap<&'static str, &'static str>>> = LazyLock::new(Mutex::default);

/// Speaks the language on this thread while `work` runs.
pub(crate) fn speaking<T>(work: impl FnOnce() -> T) -> T {
    ON.set(true);
    let done = work();
    ON.set(false);
    done
}

pub(super) fn words(english: &'static str) -> Option<&'static str> {
    if !ON.get() {
        return None;
    }
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    Some(
        made.entry(english)
            .or_insert_with(|| changed(english).leak()),
    )
}

/// Each letter outside braces moved to the same one in the block of letters in circles: `a` is U+24D0.
fn changed(english: &str) -> String {
    let mut inside = false;
    english
        .chars()
        .map(|c| {
            inside = (inside || c == '{') && c != '}';
            circled(c).filter(|_| !inside).unwrap_or(c)
        })
        .collect()
}

fn circled(c: char) -> Option<char> {
    let first = match c {
        'a'..='z' => 0x24D0 + (u32::from(c) - u32::from('a')),
        'A'..='Z' => 0x24B6 + (u32::from(c) - u32::from('A')),
        _ => return None,
    };
    char::from_u32(first)
}

/// The first word of a line that is still English: three letters or more, no digits of a digest, not `named`, and no name
/// that the control plane draws (sixteen letters and digits, which may all be letters).
pub(crate) fn untranslated<'a>(line: &'a str, named: &BTreeSet<&str>) -> Option<&'a str> {
    let mut words = words_of(line).filter(|word| word.chars().all(|c| c.is_ascii_alphabetic()));
    words.find(|word| {
        // A name that is cut ends with two dots.
        let cut = line.contains(&format!("{word}.."));
        let known =
            named.contains(word) || (cut && named.iter().any(|name| name.starts_with(word)));
        word.len() > 2 && word.len() != 16 && !word.chars().all(|c| c.is_ascii_hexdigit()) && !known
    })
}

/// The words of a text.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}
