//! The texts that people read at the workstation, and the one place through which each of them passes.
//!
//! English stands where it is said: a screen reads as what it shows. What people see is written `tr("...")`, or
//! `say!("... {key} ...", key)` where something is filled in, or is one of the declared texts (a field's label and
//! hint, an act's title, a key's word), which pass through `tr` where they are drawn. `src/text/english.toml`
//! lists every one of them with the files that say it, for those who translate; a test keeps the list true.
//!
//! A translation is such a list with the other language's words. It is compiled in and never read from a disk:
//! whoever can change what a screen says can have people sign what they did not mean.
//!
//! What is recorded or leaves the room is English whatever the screens speak: the log, refusals (which the log
//! repeats), ceremony files, reports, printed forms, and everything of the control plane.

mod fill;
mod language;
#[cfg(test)]
mod pretend;

pub(crate) use fill::fill;
pub use language::speak;
#[cfg(test)]
pub(crate) use pretend::{speaking, untranslated, words_of};

/// The words for an English text in the language that the screens speak.
pub(crate) fn tr(english: &'static str) -> &'static str {
    translated(english).unwrap_or(english)
}

/// What a translation says for an English text or template; none where the screens speak English.
pub(crate) fn translated(english: &'static str) -> Option<&'static str> {
    #[cfg(test)]
    if let Some(words) = pretend::words(english) {
        return Some(words);
    }
    language::words(english)
}

/// An English template with what is filled in, in the language that the screens speak: `say!("{n} due", n)`, or
/// `say!("{n} due", n = due.len())`. Every name in the template is listed, because a translation may put it elsewhere.
macro_rules! say {
    ($english:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        match $crate::text::translated($english) {
            None => format!($english $($(, $name = $value)?)*),
            Some(words) => $crate::text::fill(
                words,
                &[$((stringify!($name), &$crate::text::say!(@value $name $(, $value)?))),*],
            ),
        }
    };
    (@value $name:ident) => { $name };
    (@value $name:ident, $value:expr) => { $value };
}
pub(crate) use say;
