//! Printing a secret once: to a printer's device, or into a new file. Nothing is ever written over.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// Whether a path is a device that prints: a character device such as `/dev/usb/lp0`.
pub fn is_printer(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.file_type().is_char_device())
}

/// Whether a secret could be printed there: a device that may be written to, or a new file in a folder that may be.
/// Nothing is made or written.
///
/// # Errors
/// What stands against it, in the kinds of the operating system: there is a file already, no such folder, no leave.
pub fn could_print(path: &Path) -> io::Result<()> {
    let may_write = |path: &Path| {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK).map_err(io::Error::from)
    };
    if is_printer(path) {
        return may_write(path);
    }
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    match (path.file_name(), path.parent()) {
        (Some(_), Some(folder)) if fs::metadata(folder)?.is_dir() => may_write(folder),
        _ => Err(io::ErrorKind::NotADirectory.into()),
    }
}

/// What an error of a file means to a person, without the system's numbers.
pub fn in_words(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let words = match error.kind() {
        Kind::NotFound => "there is no such file or folder",
        Kind::AlreadyExists => "a file of this name is there already",
        Kind::PermissionDenied => "this account may not use it",
        Kind::NotADirectory => "its folder is none",
        Kind::IsADirectory => "it is a folder",
        Kind::StorageFull | Kind::QuotaExceeded => "there is no room left on it",
        Kind::ReadOnlyFilesystem => "the medium is write-protected",
        _ => {
            let text = error.to_string();
            let words = text.split(" (os error").next().unwrap_or_default();
            return words.to_owned();
        }
    };
    words.to_owned()
}

/// Writes to a printer's device, or into a file that is made for it (mode 0600), and waits until it is out.
///
/// # Errors
/// What the operating system says; a file that is there already is not written over.
pub fn print_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true);
    if is_printer(path) {
        let mut device = options.open(path)?;
        device.write_all(bytes)?;
        return device.flush();
    }
    let mut file = options.create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .inspect_err(|_| {
            // Ours, made a moment ago: half a component must not lie about.
            let _ = fs::remove_file(path);
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_for_a_paper_is_judged_before_anything_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("part-1.txt");
        assert!(could_print(&place).is_ok());
        assert!(!place.exists());
        fs::write(&place, "another").unwrap();
        let kind = |path: &Path| could_print(path).unwrap_err().kind();
        assert_eq!(kind(&place), io::ErrorKind::AlreadyExists);
        assert_eq!(kind(folder.path()), io::ErrorKind::AlreadyExists);
        let nowhere = folder.path().join("no/such/part-1.txt");
        assert_eq!(kind(&nowhere), io::ErrorKind::NotFound);
        assert_eq!(kind(&place.join("below")), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn what_the_system_says_is_told_without_its_numbers() {
        for number in 1..=40 {
            let words = in_words(&io::Error::from_raw_os_error(number));
            assert!(!words.is_empty() && !words.contains("os error"), "{words}");
        }
        assert_eq!(
            in_words(&io::Error::other("longer than 1 MiB")),
            "longer than 1 MiB"
        );
    }
}
