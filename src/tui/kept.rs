//! What a person chose in Settings, kept in the workstation's state folder and never in a vault: only what was changed, so
//! that what the terminal says goes on to count for the rest.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::look::Look;

/// The largest file of settings that is read, in bytes.
const LARGEST: u64 = 1 << 16;

/// Settings that somebody changed; absent where nobody did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// The theme's name, or the whole path of its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) theme: Option<String>,
    /// No glyph beyond ASCII.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ascii: Option<bool>,
    /// The mouse belongs to keymoot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mouse: Option<bool>,
}

/// Where they lie; `None` on a machine without a home.
pub(crate) fn file() -> Option<PathBuf> {
    crate::os::state_folder().map(|folder| folder.join("settings.json"))
}

impl Kept {
    /// What is kept; nothing where there is no file, or none that can be read: a start never fails by it.
    pub(crate) fn read(file: &Path) -> Self {
        let bytes = crate::os::read_limited(file, LARGEST).ok();
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// With what differs between two looks.
    pub(crate) fn with(mut self, before: &Look, now: &Look) -> Self {
        if before.theme != now.theme {
            // A theme file is found again whatever folder keymoot is started in.
            let path = Path::new(&now.theme);
            let whole = now.theme.contains(['/', '.']).then(|| path.canonicalize());
            let whole = whole.and_then(Result::ok);
            self.theme =
                Some(whole.map_or_else(|| now.theme.clone(), |whole| whole.display().to_string()));
        }
        if before.ascii != now.ascii {
            self.ascii = Some(now.ascii);
        }
        if before.mouse != now.mouse {
            self.mouse = Some(now.mouse);
        }
        self
    }

    /// Keeps what differs between two looks in this file.
    ///
    /// # Errors
    /// The file cannot be written, in words.
    pub(crate) fn keep(file: &Path, before: &Look, now: &Look) -> Result<(), String> {
        let kept = Self::read(file);
        let changed = kept.clone().with(before, now);
        if changed == kept {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&changed).map_err(|e| e.to_string())?;
        crate::os::replace_file(file, format!("{text}\n").as_bytes()).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_there_at_the_next_start_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keymoot").join("settings.json");
        assert_eq!(Kept::read(&file), Kept::default());
        let first = Look::default();
        let light = Look {
            theme: "light".into(),
            ..first.clone()
        };
        Kept::keep(&file, &first, &first).unwrap();
        assert!(!file.exists(), "nothing was changed, nothing is written");
        Kept::keep(&file, &first, &light).unwrap();
        let mouse = Look {
            mouse: true,
            ..light.clone()
        };
        Kept::keep(&file, &light, &mouse).unwrap();
        let kept = Kept::read(&file);
        assert_eq!(kept.theme.as_deref(), Some("light"));
        assert_eq!((kept.ascii, kept.mouse), (None, Some(true)));
        std::fs::write(&file, b"{ torn").unwrap();
        assert_eq!(Kept::read(&file), Kept::default(), "a start never fails");
    }
}
