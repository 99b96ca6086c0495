//! Themes: what each role looks like, read from a closed TOML schema and brought down to the terminal's depth.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::paint::{Depth, Paint};

/// What a piece of screen is for. Colour only repeats what words already say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Text,
    Muted,
    Title,
    Frame,
    Focus,
    Selection,
    Key,
    Ok,
    Note,
    Stop,
    Wait,
    Secret,
    Masked,
    Countdown,
    ProfileRehearsal,
    ProfileTest,
    ProfileProduction,
}

impl Role {
    /// Every role with its name in theme files.
    pub(crate) const ALL: [(Self, &'static str); 17] = [
        (Self::Text, "text"),
        (Self::Muted, "muted"),
        (Self::Title, "title"),
        (Self::Frame, "frame"),
        (Self::Focus, "focus"),
        (Self::Selection, "selection"),
        (Self::Key, "key"),
        (Self::Ok, "ok"),
        (Self::Note, "note"),
        (Self::Stop, "stop"),
        (Self::Wait, "wait"),
        (Self::Secret, "secret"),
        (Self::Masked, "masked"),
        (Self::Countdown, "countdown"),
        (Self::ProfileRehearsal, "profile.rehearsal"),
        (Self::ProfileTest, "profile.test"),
        (Self::ProfileProduction, "profile.production"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(r, _)| *r)
    }

    /// The role of a profile's banner.
    pub(crate) const fn profile(profile: crate::session::Profile) -> Self {
        match profile {
            crate::session::Profile::Rehearsal => Self::ProfileRehearsal,
            crate::session::Profile::Test => Self::ProfileTest,
            crate::session::Profile::Production => Self::ProfileProduction,
        }
    }
}

/// Themes inside the binary.
pub(crate) const EMBEDDED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi", include_str!("../../themes/ansi.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brush {
    fg: Option<String>,
    bg: Option<String>,
    fg16: Option<String>,
    bg16: Option<String>,
    #[serde(default)]
    mods: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, Brush>,
}

/// One role's look, before the terminal's depth is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) fg: Option<Paint>,
    pub(crate) bg: Option<Paint>,
    fg16: Option<Paint>,
    bg16: Option<Paint>,
    mods: Modifier,
}

/// A theme, whole.
#[derive(Debug, Clone)]
pub(crate) struct Theme {
    #[cfg(test)]
    name: String,
    looks: BTreeMap<Role, Look>,
}

/// Why a theme file is not a theme; says the line where it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of that name, and no such file.
    #[error("there is no theme {0}: write dark, light, ansi, mono, or the path of a theme file")]
    Unknown(String),
    /// Not TOML, or a key that the schema does not have.
    #[error("theme {name}: {message}")]
    Unreadable {
        /// The theme.
        name: String,
        /// What is wrong, with its line.
        message: String,
    },
}

impl Theme {
    /// A theme by embedded name, or from the text of a file.
    pub(crate) fn embedded(name: &str) -> Result<Self, ThemeError> {
        let (_, text) = EMBEDDED
            .iter()
            .find(|(n, _)| *n == name)
            .ok_or_else(|| ThemeError::Unknown(name.to_owned()))?;
        Self::parse(text)
    }

    /// Reads a theme's text; `inherits` names an embedded theme.
    pub(crate) fn parse(text: &str) -> Result<Self, ThemeError> {
        let mut documents = vec![read(text)?];
        while let Some(parent) = documents.last().and_then(|d| d.inherits.clone()) {
            if documents.iter().any(|d| d.name == parent) {
                return Err(unreadable(&parent, "inherits from itself"));
            }
            let (_, text) = EMBEDDED
                .iter()
                .find(|(n, _)| *n == parent)
                .ok_or(ThemeError::Unknown(parent))?;
            documents.push(read(text)?);
        }
        let name = documents
            .first()
            .map_or_else(String::new, |d| d.name.clone());
        // Palettes merge key by key, roles are replaced whole; the youngest wins.
        let (mut palette, mut roles) = (BTreeMap::new(), BTreeMap::new());
        for document in documents.into_iter().rev() {
            palette.extend(document.palette);
            roles.extend(document.roles);
        }
        let mut looks = BTreeMap::new();
        for (key, brush) in roles {
            let role = Role::named(&key).ok_or_else(|| unknown_role(&name, text, &key))?;
            looks.insert(
                role,
                look(&brush, &palette).map_err(|m| unreadable(&name, &format!("{key}: {m}")))?,
            );
        }
        Ok(Self {
            #[cfg(test)]
            name,
            looks,
        })
    }

    /// The look of a role as the file has it.
    pub(crate) fn look(&self, role: Role) -> Look {
        self.looks.get(&role).copied().unwrap_or_default()
    }

    /// A role's style at a colour depth.
    pub(crate) fn style(&self, role: Role, depth: Depth) -> Style {
        let look = self.look(role);
        let (fg, bg) = match depth {
            Depth::None => (None, None),
            Depth::Sixteen => (look.fg16.or(look.fg), look.bg16.or(look.bg)),
            Depth::Indexed | Depth::True => (look.fg, look.bg),
        };
        let mut style = Style::new().add_modifier(look.mods);
        style.fg = fg.map(|p| p.at(depth));
        style.bg = bg.map(|p| p.at(depth));
        if depth == Depth::None
            && matches!(
                role,
                Role::Selection
                    | Role::ProfileRehearsal
                    | Role::ProfileTest
                    | Role::ProfileProduction
            )
        {
            style = style.add_modifier(Modifier::REVERSED);
        }
        style
    }

    /// The style everything else is drawn over.
    pub(crate) fn base(&self, depth: Depth) -> Style {
        let style = self.style(Role::Text, depth);
        Style::reset().patch(Style {
            fg: Some(style.fg.unwrap_or(Color::Reset)),
            bg: Some(style.bg.unwrap_or(Color::Reset)),
            ..style
        })
    }
}

fn read(text: &str) -> Result<Document, ThemeError> {
    toml::from_str(text).map_err(|e| unreadable("file", &e.to_string()))
}

fn look(brush: &Brush, palette: &BTreeMap<String, String>) -> Result<Look, String> {
    let paint = |word: &Option<String>| -> Result<Option<Paint>, String> {
        word.as_deref()
            .map(|w| Paint::parse(palette.get(w).map_or(w, String::as_str)))
            .transpose()
    };
    let mut mods = Modifier::empty();
    for word in &brush.mods {
        mods |= match word.as_str() {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            other => {
                return Err(format!(
                    "{other} is none of bold, dim, italic, underlined, reversed"
                ));
            }
        };
    }
    Ok(Look {
        fg: paint(&brush.fg)?,
        bg: paint(&brush.bg)?,
        fg16: paint(&brush.fg16)?,
        bg16: paint(&brush.bg16)?,
        mods,
    })
}

fn unreadable(name: &str, message: &str) -> ThemeError {
    ThemeError::Unreadable {
        name: name.to_owned(),
        message: message.trim_end().to_owned(),
    }
}

fn unknown_role(name: &str, text: &str, key: &str) -> ThemeError {
    let line = text
        .lines()
        .position(|l| l.trim_start().trim_start_matches('"').starts_with(key))
        .map_or(0, |n| n.saturating_add(1));
    let nearest = Role::ALL
        .iter()
        .map(|(_, n)| *n)
        .min_by_key(|n| distance(n, key))
        .unwrap_or("text");
    unreadable(
        name,
        &format!("line {line}: there is no role {key}; did you mean {nearest}?"),
    )
}

/// Edits between two words, for "did you mean".
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let change = row
                .get(j)
                .copied()
                .unwrap_or(0)
                .saturating_add(usize::from(x != *y));
            let drop = row
                .get(j.saturating_add(1))
                .copied()
                .unwrap_or(0)
                .saturating_add(1);
            let add = next.get(j).copied().unwrap_or(0).saturating_add(1);
            next.push(change.min(drop).min(add));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_theme_has_every_role() {
        for (name, _) in EMBEDDED {
            let theme = Theme::embedded(name).unwrap();
            assert_eq!(&theme.name, name);
            assert_eq!(theme.looks.len(), Role::ALL.len(), "{name}");
        }
    }

    #[test]
    fn colours_keep_their_distance_from_the_paper() {
        for name in ["dark", "light"] {
            let theme = Theme::embedded(name).unwrap();
            let paper = theme.look(Role::Text).bg.unwrap();
            for (role, word) in Role::ALL {
                let look = theme.look(role);
                let wanted = match role {
                    Role::Text => 7.0,
                    Role::Frame => 3.0,
                    _ => 4.5,
                };
                let ratio = look.fg.unwrap().contrast(look.bg.unwrap_or(paper));
                assert!(ratio >= wanted, "{name} {word}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn an_unknown_role_is_named_with_its_line_and_the_nearest() {
        let error = Theme::parse("name = \"x\"\n[roles]\ntexd = {}\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "theme x: line 3: there is no role texd; did you mean text?"
        );
        assert!(
            Theme::parse("name = \"x\"\n[rolls]\n")
                .unwrap_err()
                .to_string()
                .contains("rolls")
        );
        assert!(Theme::parse("name = \"dark\"\ninherits = \"dark\"").is_err());
    }

    #[test]
    fn without_colour_only_modifiers_are_left() {
        let theme = Theme::embedded("dark").unwrap();
        for (role, _) in Role::ALL {
            let style = theme.style(role, Depth::None);
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
