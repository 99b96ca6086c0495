//! What lies in a folder, for people who look for a file: each file with what it is, and the media that are plugged in.

use std::fs;
use std::path::{Path, PathBuf};

use super::Explain;
use crate::api::{Clock, Timestamp};
use crate::custody::UNLOCK_HEADING;
use crate::os::{WallClock, read_limited, removable_media};
use crate::text::{say, tr};
use crate::vault::CUSTODY;

/// Files larger than this are not looked into.
const LIMIT: u64 = 1024 * 1024;

/// So many files of a folder are looked into; a folder with more is no folder of an exchange.
const MOST: usize = 200;

/// What one row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A medium that can be taken out.
    Medium,
    /// A folder.
    Folder,
    /// A file.
    File,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// What it is, in words.
    pub(crate) what: String,
    /// Whether it is the folder of a vault, or of a copy.
    pub(crate) vault: bool,
}

/// A folder, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) folder: PathBuf,
    pub(crate) entries: Vec<Entry>,
}

/// Looks into a folder.
///
/// # Errors
/// It cannot be read, in a sentence.
pub(crate) fn list(folder: &Path, explain: Option<Explain>) -> Result<Listing, String> {
    list_at(folder, explain, &removable_media(), WallClock.now())
}

fn list_at(
    folder: &Path,
    explain: Option<Explain>,
    media: &[PathBuf],
    now: Timestamp,
) -> Result<Listing, String> {
    let failed = |e: std::io::Error| {
        say!(
            "{folder} cannot be read ({e}). Nothing was changed; choose another folder.",
            folder = folder.display(),
            e
        )
    };
    let folder = fs::canonicalize(folder).map_err(failed)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        // Through links: what is chosen is what would be read.
        let Ok(data) = fs::metadata(&path) else {
            continue;
        };
        if name.starts_with('.') || !(data.is_dir() || data.is_file()) {
            continue;
        }
        let kind = if data.is_dir() {
            Kind::Folder
        } else {
            Kind::File
        };
        found.push((kind, name, path, data.len()));
    }
    found.sort();
    let mut entries = ways_out(&folder, media);
    let mut looked = 0_usize;
    for (kind, name, path, length) in found {
        let vault = kind == Kind::Folder && path.join(CUSTODY).is_file();
        let what = match kind {
            Kind::File if looked < MOST => {
                looked = looked.saturating_add(1);
                what(&path, length, explain, now)
            }
            Kind::File => tr("not looked into: too many files").into(),
            _ if vault => tr("a keymoot vault").into(),
            _ => tr("folder").into(),
        };
        entries.push(Entry {
            kind,
            name,
            path,
            what,
            vault,
        });
    }
    Ok(Listing { folder, entries })
}

/// What stands before a folder's own rows: media, and the folder above.
fn ways_out(folder: &Path, media: &[PathBuf]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = media
        .iter()
        .filter(|path| path.as_path() != folder)
        .map(|path| Entry {
            kind: Kind::Medium,
            name: path.display().to_string(),
            path: path.clone(),
            what: tr("removable medium").into(),
            vault: path.join(CUSTODY).is_file(),
        })
        .collect();
    if let Some(parent) = folder.parent() {
        entries.push(Entry {
            kind: Kind::Folder,
            name: "..".into(),
            path: parent.to_owned(),
            what: tr("the folder above").into(),
            vault: false,
        });
    }
    entries
}

impl Entry {
    /// Whether it is a file that says what it is, and can be what a page asks for.
    pub(crate) fn is_known_file(&self) -> bool {
        let unknown = tr("nothing known, {length} bytes");
        let unknown = unknown.split('{').next().unwrap_or_default();
        let none = [unknown, tr(TOO_LARGE), tr(NOT_READ), UNLOCK_HEADING];
        self.kind == Kind::File && !none.iter().any(|words| self.what.starts_with(words))
    }
}

/// Said of a file that is not read.
const TOO_LARGE: &str = "larger than 1 MiB";

/// Said of one that cannot be.
const NOT_READ: &str = "cannot be read";

/// A file in a few words: the heading that `inspect` would give it.
fn what(path: &Path, length: u64, explain: Option<Explain>, now: Timestamp) -> String {
    if length > LIMIT {
        return tr(TOO_LARGE).into();
    }
    let Ok(bytes) = read_limited(path, LIMIT) else {
        return tr(NOT_READ).into();
    };
    let Some(explain) = explain else {
        return say!("{length} bytes", length);
    };
    let heading = |text: String| text.lines().next().map(|l| l.trim().to_owned());
    explain(&bytes, now)
        .ok()
        .and_then(heading)
        .filter(|line| !line.is_empty())
        .unwrap_or_else(|| say!("nothing known, {length} bytes", length))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The type of what the binary lends.
    #[allow(clippy::unnecessary_wraps)]
    fn explains(bytes: &[u8], _now: Timestamp) -> Result<String, String> {
        match bytes {
            b"root" => Ok("Certificate of somebody\nmore".into()),
            _ => Err("nothing known".into()),
        }
    }

    #[test]
    fn each_file_says_what_it_is_and_media_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let at = fs::canonicalize(folder.path()).unwrap();
        fs::write(at.join("root.pem"), "root").unwrap();
        fs::write(at.join("letter.txt"), "dear").unwrap();
        fs::write(at.join(".hidden"), "x").unwrap();
        fs::write(at.join("big"), vec![0; 1024 * 1024 + 1]).unwrap();
        fs::create_dir_all(at.join("acme.vault")).unwrap();
        fs::write(at.join("acme.vault/custody.toml"), "").unwrap();
        let stick = PathBuf::from("/media/ana");
        let now = WallClock.now();
        let listing = list_at(&at, Some(explains), &[stick], now).unwrap();
        let rows: Vec<(&str, &str)> = listing
            .entries
            .iter()
            .map(|e| (e.name.as_str(), e.what.as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                ("/media/ana", "removable medium"),
                ("..", "the folder above"),
                ("acme.vault", "a keymoot vault"),
                ("big", "larger than 1 MiB"),
                ("letter.txt", "nothing known, 4 bytes"),
                ("root.pem", "Certificate of somebody"),
            ]
        );
        let error = list_at(&at.join("absent"), None, &[], now).unwrap_err();
        assert!(error.contains("Nothing was changed"), "{error}");
    }
}
