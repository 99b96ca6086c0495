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
    ("contrast", include_str!("../../themes/contrast.toml")),
    ("safe", include_str!("../../themes/safe.toml")),
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

/// What an embedded theme is, in a line: the first of its file.
pub(crate) fn about(name: &str) -> Option<String> {
    let (_, text) = EMBEDDED.iter().find(|(n, _)| *n == name)?;
    let line = text.lines().next()?;
    Some(line.trim_start_matches(['#', ' ']).to_owned())
}

/// The embedded themes' names, as a list to read.
fn names() -> String {
    let names: Vec<&str> = EMBEDDED.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// Why a theme file is not a theme; says the line where it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of that name, and no such file.
    #[error("there is no theme {0}: write {names}, or the path of a theme file", names = names())]
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
                return Err(unreadable(
                    &parent,
                    "inherits from itself, by itself or through another theme",
                ));
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
                look(&brush, &palette).map_err(|m| {
                    unreadable(&name, &format!("{}{key}: {m}", line_of(text, &key)))
                })?,
            );
        }
        Ok(Self {
            #[cfg(test)]
            name,
            looks,
        })
    }

    /// A theme in which every role has a colour that says which it is: for tests.
    #[cfg(test)]
    pub(crate) fn marked() -> Self {
        let looks = Role::ALL.iter().zip(1u8..).map(|((role, _), n)| {
            let fg = Some(Paint::Rgb(n, 7, 9));
            let look = Look {
                fg,
                ..Look::default()
            };
            (*role, look)
        });
        Self {
            name: "marked".into(),
            looks: looks.collect(),
        }
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
    toml::from_str(text).map_err(|e: toml::de::Error| {
        let line = e.span().map_or(0, |span| {
            let before = text.get(..span.start).unwrap_or_default();
            before.matches('\n').count().saturating_add(1)
        });
        unreadable("file", &format!("line {line}: {}", nearest(e.message())))
    })
}

/// ``unknown field `x`, expected one of `a`, `b` `` becomes a question for the nearest of them.
fn nearest(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(wrong) if message.starts_with("unknown field") => {
            let near = quoted.min_by_key(|name| distance(name, wrong));
            format!(
                "there is no key {wrong}; did you mean {}?",
                near.unwrap_or("name")
            )
        }
        _ => message.to_owned(),
    }
}

/// `line 7: `, where a role stands in this text (and not in the theme it inherits from).
fn line_of(text: &str, key: &str) -> String {
    text.lines()
        .position(|l| l.trim_start().trim_start_matches('"').starts_with(key))
        .map_or_else(String::new, |n| format!("line {}: ", n.saturating_add(1)))
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
    let nearest = Role::ALL
        .iter()
        .map(|(_, n)| *n)
        .min_by_key(|n| distance(n, key))
        .unwrap_or("text");
    let line = line_of(text, key);
    unreadable(
        name,
        &format!("{line}there is no role {key}; did you mean {nearest}?"),
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
    fn an_unknown_role_is_named_with_its_line_and_the_nearest() {
        let error = Theme::parse("name = \"x\"\n[roles]\ntexd = {}\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "theme x: line 3: there is no role texd; did you mean text?"
        );
        let wrong = |text: &str| Theme::parse(text).unwrap_err().to_string();
        assert_eq!(
            wrong("name = \"x\"\n\n[rolls]\n"),
            "theme file: line 3: there is no key rolls; did you mean roles?"
        );
        assert_eq!(
            wrong("name = \"x\"\n[roles]\ntext = { fgg = \"red\" }\n"),
            "theme file: line 3: there is no key fgg; did you mean fg?"
        );
        assert!(
            wrong("name = \"x\"\n[roles]\ntext = { fg = \"crimson\" }\n")
                .starts_with("theme x: line 3: text: crimson is no colour")
        );
        assert!(
            Theme::embedded("drak")
                .unwrap_err()
                .to_string()
                .contains("dark, light, contrast, safe, ansi, mono")
        );
    }

    #[test]
    fn a_palette_is_merged_key_by_key_and_a_circle_is_refused() {
        let mine = Theme::parse(
            "name = \"mine\"\ninherits = \"light\"\n[palette]\npaper = \"#ffffff\"\n\
             [roles]\nkey = { fg = \"sky\" }\n",
        )
        .unwrap();
        let light = Theme::embedded("light").unwrap();
        assert_eq!(mine.look(Role::Text).bg, Some(Paint::Rgb(255, 255, 255)));
        assert_eq!(mine.look(Role::Text).fg, light.look(Role::Text).fg);
        assert!(
            mine.look(Role::Key).mods.is_empty(),
            "a role is replaced whole"
        );
        for text in [
            "name = \"dark\"\ninherits = \"dark\"",
            "name = \"dark\"\ninherits = \"light\"",
        ] {
            let error = Theme::parse(text).unwrap_err().to_string();
            assert!(error.contains("inherits from itself"), "{error}");
        }
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
