//! One key as it arrives from a terminal, and how it is written on screen.

use crate::text::tr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key as it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chord {
    code: KeyCode,
    control: bool,
}

/// A key in one form, however it was sent: the Backspace of older terminals and serial lines is Ctrl-H, and a capital
/// letter of kitty's protocol may be its small letter with Shift.
pub(crate) fn modern(key: KeyEvent) -> KeyEvent {
    match key.code {
        KeyCode::Char('h') if key.modifiers == KeyModifiers::CONTROL => KeyEvent {
            code: KeyCode::Backspace,
            modifiers: KeyModifiers::NONE,
            ..key
        },
        KeyCode::Char(c) if key.modifiers == KeyModifiers::SHIFT => KeyEvent {
            code: KeyCode::Char(c.to_ascii_uppercase()),
            ..key
        },
        _ => key,
    }
}

/// A key by itself.
pub(crate) const fn plain(code: KeyCode) -> Chord {
    Chord {
        code,
        control: false,
    }
}

/// A letter, as it is typed.
pub(crate) const fn letter(c: char) -> Chord {
    plain(KeyCode::Char(c))
}

/// A letter with Ctrl.
pub(crate) const fn control(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        control: true,
    }
}

impl Chord {
    /// How the key is written on screen.
    pub(crate) fn shown(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => tr("Space").to_owned(),
            KeyCode::Char(c) if self.control => c.to_ascii_uppercase().to_string(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Enter => tr("Enter").to_owned(),
            KeyCode::Esc => tr("Esc").to_owned(),
            KeyCode::Tab => tr("Tab").to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Home => tr("Home").to_owned(),
            KeyCode::End => tr("End").to_owned(),
            KeyCode::Delete => tr("Del").to_owned(),
            _ => String::new(),
        };
        if self.control {
            format!("Ctrl-{name}")
        } else {
            name
        }
    }

    /// Whether the key writes a letter, and so belongs to a text field where there is one.
    pub(crate) const fn writes(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.control
    }

    /// Whether this is the key that was pressed.
    pub(crate) fn is(self, key: &KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let code = match key.code {
            KeyCode::Char(c) if control => KeyCode::Char(c.to_ascii_lowercase()),
            other => other,
        };
        code == self.code && control == self.control && !key.modifiers.contains(KeyModifiers::ALT)
    }
}
