//! The translations that are compiled in, and the one that the screens speak.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// A translation: the tag of its language (as in `LANG`: `de`, `pt_BR`) and its list.
type Translation = (&'static str, &'static str);

/// English needs no list. A translation is added here, and the test below holds it to the English list.
const TRANSLATIONS: &[Translation] = &[];

/// One text of a list.
#[derive(Deserialize)]
struct Entry {
    english: String,
    words: String,
}

#[derive(Deserialize)]
struct List {
    text: Vec<Entry>,
}

type Words = HashMap<String, String>;

static SPOKEN: OnceLock<Words> = OnceLock::new();

/// Has the screens speak the language of `locale` (`LC_ALL`, `LC_MESSAGES` or `LANG`) from now on, where there is a
/// translation; the first call decides, as people are not to see a screen change its language.
pub fn speak(locale: &str) {
    if let Some(words) = chosen(locale, TRANSLATIONS) {
        let _ = SPOKEN.set(words);
    }
}

pub(super) fn words(english: &str) -> Option<&'static str> {
    SPOKEN.get()?.get(english).map(String::as_str)
}

/// The list for a locale: that of its language and country, or of its language.
fn chosen(locale: &str, translations: &[Translation]) -> Option<Words> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default();
    let language = tag.split('_').next().unwrap_or_default();
    let list = [tag, language]
        .iter()
        .find_map(|wanted| translations.iter().find(|(known, _)| known == wanted))?;
    read(list.1)
}

fn read(list: &str) -> Option<Words> {
    let list: List = toml::from_str(list).ok()?;
    Some(
        list.text
            .into_iter()
            .map(|e| (e.english, e.words))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{TRANSLATIONS, Translation, chosen, read};

    const PARTS: &[Translation] = &[
        (
            "de",
            "[[text]]\nenglish = \"{n} due\"\nwords = \"{n} fällig\"\n",
        ),
        (
            "pt_BR",
            "[[text]]\nenglish = \"{n} due\"\nwords = \"{n} a vencer\"\n",
        ),
    ];

    #[test]
    fn a_locale_finds_the_list_of_its_country_or_of_its_language() {
        let said = |locale| chosen(locale, PARTS).and_then(|w| w.get("{n} due").cloned());
        assert_eq!(said("de").as_deref(), Some("{n} fällig"));
        assert_eq!(said("de_AT.UTF-8").as_deref(), Some("{n} fällig"));
        assert_eq!(said("pt_BR.UTF-8@x").as_deref(), Some("{n} a vencer"));
        for none in ["pt_PT", "C", "POSIX", "", "en_GB.UTF-8", "d"] {
            assert_eq!(said(none), None, "{none}");
        }
    }

    /// The names in braces of a template.
    fn names(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_translation_says_every_text_with_the_same_names() {
        let english: super::List = toml::from_str(include_str!("english.toml")).unwrap();
        for (tag, list) in TRANSLATIONS {
            let words = read(list).unwrap_or_else(|| panic!("{tag} cannot be read"));
            for entry in &english.text {
                let said = words.get(&entry.english);
                let said =
                    said.unwrap_or_else(|| panic!("{tag} has no words for {:?}", entry.english));
                assert_eq!(names(&entry.english), names(said), "{tag}: {said:?}");
            }
        }
    }
}
