//! Text that is pasted where a file is asked for: it is read as if it were that file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::digest::Digest;
use crate::text::say;

/// So many are kept; nobody answers more files at once.
const MOST: usize = 16;

/// How what people paste begins when it is no path: JSON, or PEM.
const CONTENT: [&str; 2] = ["{", "-----BEGIN "];

/// Whether pasted text is a file's content and no path.
pub(crate) fn is_content(text: &str) -> bool {
    CONTENT
        .iter()
        .any(|begins| text.trim_start().starts_with(begins))
}

/// What stands in the field for a pasted text: its size and its digest, which nobody's path is.
pub(crate) fn name(bytes: &[u8]) -> PathBuf {
    let digest = Digest::of_bytes("", bytes).hex;
    let short = digest.get(..8).unwrap_or_default();
    let bytes = bytes.len();
    PathBuf::from(say!("pasted text, {bytes} bytes, {short}", bytes, short))
}

/// The texts that were pasted, at the desk.
#[derive(Default)]
pub(crate) struct Pasted {
    kept: Vec<(PathBuf, Arc<Vec<u8>>)>,
}

impl Pasted {
    /// Keeps a text under its name.
    pub(crate) fn keep(&mut self, bytes: Vec<u8>) {
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        self.kept.push((name(&bytes), Arc::new(bytes)));
    }

    /// The text of that name.
    pub(crate) fn of(&self, path: &Path) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.iter().find(|(name, _)| name == path);
        kept.map(|(_, bytes)| Arc::clone(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::message::Msg;
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::home::Home;

    const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json";

    fn paste(room: &mut Room, text: &str) {
        room.state.mark_drawn();
        room.message(Msg::Paste(zeroize::Zeroizing::new(text.to_owned())));
    }

    #[test]
    fn json_and_pem_are_content_and_a_path_is_none() {
        assert!(is_content(" {\"a\": 1}") && is_content("-----BEGIN CERTIFICATE-----"));
        assert!(!is_content("/media/ana/BLUE/p.json") && !is_content(""));
        let mut pasted = Pasted::default();
        for n in 0..=MOST {
            pasted.keep(format!("{{{n}}}").into_bytes());
        }
        assert!(pasted.of(&name(b"{0}")).is_none(), "the oldest is gone");
        assert_eq!(pasted.of(&name(b"{16}")).unwrap().as_slice(), b"{16}");
    }

    /// A root is read from what was pasted, with the line ends that a terminal sends.
    #[test]
    fn a_receivers_file_may_be_pasted_as_text() {
        let text = std::fs::read_to_string(SAMPLE).unwrap();
        let mut room = Room::new(Home::new(), practice_session(true));
        room.press("i<Enter>");
        paste(&mut room, &text.replace('\n', "\r"));
        room.shows(&["pasted text, "]);
        room.press("<Enter>");
        room.shows(&["fetch the fingerprint elsewhere"]);
        let text = room.text();
        assert!(
            !text.contains("no such file") && !text.contains("STOP"),
            "{text}"
        );
        // A path that is pasted is a path.
        room.press("<Esc><C-u>");
        paste(&mut room, "/media/ana/BLUE/p.json");
        room.shows(&["/media/ana/BLUE/p.json"]);
    }
}
