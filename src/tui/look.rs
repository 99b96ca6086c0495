//! How the screen looks, as a person can change it while it runs: declared once, drawn by Settings.

use std::path::PathBuf;

use crate::text::{say, tr};

use super::theme::{EMBEDDED, about};

/// What a person chose, or the start did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// The theme's name, or the path of its file.
    pub(crate) theme: String,
    /// No glyph beyond ASCII.
    pub(crate) ascii: bool,
    /// The mouse belongs to keymoot, not to the terminal's own marking and copying.
    pub(crate) mouse: bool,
}

impl Look {
    /// The theme's file, where it is none of those that ship.
    pub(crate) fn theme_file(&self) -> Option<PathBuf> {
        let ships = EMBEDDED.iter().any(|(name, _)| *name == self.theme);
        (!ships).then(|| PathBuf::from(&self.theme))
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: "dark".into(),
            ascii: false,
            mouse: false,
        }
    }
}

/// One line of Settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// This theme.
    Theme(String),
    /// ASCII glyphs, on or off.
    Ascii,
    /// The mouse, on or off.
    Mouse,
}

impl Setting {
    /// Every setting, in the order of the screen; a theme file that is in use stands among the themes.
    pub(crate) fn all(look: &Look) -> Vec<Self> {
        let mut all: Vec<Self> = EMBEDDED
            .iter()
            .map(|(name, _)| Self::Theme((*name).to_owned()))
            .collect();
        if !EMBEDDED.iter().any(|(name, _)| *name == look.theme) {
            all.push(Self::Theme(look.theme.clone()));
        }
        all.extend([Self::Ascii, Self::Mouse]);
        all
    }

    /// Its name on screen.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Theme(name) => say!("theme {name}", name),
            Self::Ascii => tr("ASCII glyphs").into(),
            Self::Mouse => tr("mouse (F9)").into(),
        }
    }

    /// What it is, in a line.
    pub(crate) fn about(&self) -> String {
        match self {
            Self::Theme(name) => about(name)
                .unwrap_or_else(|| tr("a theme file; written anew, it is read again").into()),
            Self::Ascii => {
                tr("for consoles that show letters or diamonds where lines should be").into()
            }
            Self::Mouse => {
                tr("a click moves the cursor of a list, the wheel scrolls; never needed").into()
            }
        }
    }

    /// Whether it is in force.
    pub(crate) fn is_on(&self, look: &Look) -> bool {
        match self {
            Self::Theme(name) => *name == look.theme,
            Self::Ascii => look.ascii,
            Self::Mouse => look.mouse,
        }
    }

    /// The look with this setting taken, or turned over.
    pub(crate) fn taken(&self, look: &Look) -> Look {
        let mut look = look.clone();
        match self {
            Self::Theme(name) => look.theme.clone_from(name),
            Self::Ascii => look.ascii = !look.ascii,
            Self::Mouse => look.mouse = !look.mouse,
        }
        look
    }
}
