//! What the terminal is like, read once at the start and handed in: depth, glyphs, size, network.

use std::fs::File;

use super::canvas::Appearance;
use super::kept::Kept;
use super::paint::Depth;
use super::theme::Theme;
use super::{Options, TuiError};

/// An environment variable, if it is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// How many colours the environment promises.
pub(crate) fn depth(read: impl Fn(&str) -> Option<String>) -> Depth {
    let term = read("TERM").unwrap_or_default();
    if read("NO_COLOR").is_some() || read("CLICOLOR").as_deref() == Some("0") {
        Depth::None
    } else if read("COLORTERM").is_some_and(|c| c == "truecolor" || c == "24bit") {
        Depth::True
    } else if term.contains("256color") {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}

/// Whether the locale shows no more than ASCII.
pub(crate) fn ascii(read: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| read(name))
        .unwrap_or_default()
        .to_ascii_lowercase();
    !(locale.contains("utf-8") || locale.contains("utf8"))
}

/// How the terminal wants to be drawn on, and the file that takes a recording.
pub(crate) fn appearance(
    options: Options,
    kept: &Kept,
) -> Result<(Appearance, Option<File>), TuiError> {
    let (theme, name) = match options.theme {
        Some(name) => (theme(&name)?, name),
        None => kept_theme(kept)?,
    };
    let appearance = Appearance {
        theme,
        name,
        depth: depth(variable),
        ascii: options.ascii || kept.ascii.unwrap_or_else(|| ascii(variable)),
    };
    Ok((appearance, options.record))
}

/// The theme that was chosen before, or the usual one where none was or it cannot be read any more.
fn kept_theme(kept: &Kept) -> Result<(Theme, String), TuiError> {
    let chosen = kept.theme.clone();
    if let Some((theme, name)) = chosen.and_then(|name| Some((theme(&name).ok()?, name))) {
        return Ok((theme, name));
    }
    Ok((theme("dark")?, "dark".into()))
}

/// A theme by name, or by the path of its file.
pub(crate) fn theme(name: &str) -> Result<Theme, TuiError> {
    if !name.contains(['/', '.']) {
        return Ok(Theme::embedded(name)?);
    }
    let text =
        std::fs::read_to_string(name).map_err(|e| TuiError::ThemeFile(name.to_owned(), e))?;
    Ok(Theme::parse(&text)?)
}

/// The network in one word: whether any interface but the loopback is up.
pub(crate) fn network() -> String {
    crate::session::idle::network().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        |name| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        }
    }

    #[test]
    fn the_environment_decides_depth_and_glyphs() {
        assert_eq!(
            depth(given(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")])),
            Depth::None
        );
        assert_eq!(depth(given(&[("COLORTERM", "truecolor")])), Depth::True);
        assert_eq!(depth(given(&[("TERM", "xterm-256color")])), Depth::Indexed);
        assert_eq!(depth(given(&[("TERM", "linux")])), Depth::Sixteen);
        assert!(ascii(given(&[("LANG", "C")])));
        assert!(ascii(given(&[])));
        assert!(!ascii(given(&[("LANG", "en_GB.UTF-8")])));
        assert!(ascii(given(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")])));
    }
}
