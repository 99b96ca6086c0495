//! A bundle that somebody brought is checked by itself.

use std::path::Path;

use super::Desk;
use crate::evidence::verify::{MAX_BUNDLE, told};
use crate::session::Refusal;
use crate::session::trusting::judged;
use crate::tui::message::News;

/// The longest trust file that is read.
const MAX_TRUST: u64 = 1 << 20;

impl Desk {
    /// What a bundle shows, if it holds together and is of the people of the trust file.
    pub(super) fn verified(&self, bundle: &Path, trust: Option<&Path>) -> Result<News, Refusal> {
        let read = |path: &Path, most: u64| {
            if let Some(pasted) = self.acts.pasted.of(path) {
                return Ok(pasted.to_vec());
            }
            let bytes = crate::os::read_limited(path, most);
            bytes
                .map(|bytes| bytes.to_vec())
                .map_err(|e| Refusal::Usage(e.to_string()))
        };
        let trust = match trust {
            None => None,
            Some(path) => {
                let text = read(path, MAX_TRUST)?;
                let text = String::from_utf8_lossy(&text).into_owned();
                Some((path.display().to_string(), text))
            }
        };
        let bytes = read(bundle, MAX_BUNDLE)?;
        let named = trust
            .as_ref()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let done = judged(&bytes, named).map_err(Refusal::Usage)?;
        Ok(News::Verified(told(&done)))
    }
}
