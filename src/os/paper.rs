//! Printing a secret once: to a printer's device, or into a new file. Nothing is ever written over.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{FileTypeExt, MetadataExt as _, OpenOptionsExt};
use std::path::Path;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What a device is told that does not print.
const PRINTS_NOTHING: &str = "it is a device and no printer's; a terminal keeps what it shows, and others lose what they are given";

/// Whether a path is a device that prints: a printer's, such as `/dev/usb/lp0`, or a serial line with a printer on it
/// that is nobody's terminal here.
pub fn is_printer(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| {
        meta.file_type().is_char_device() && prints(meta.rdev()) && !in_use(meta.rdev())
    })
}

/// Whether a device of this number can have a printer at its other end (Linux, `admin-guide/devices.txt`): parallel and
/// USB printers, and serial lines. Memory, terminals of people and everything else cannot.
fn prints(device: u64) -> bool {
    /// Virtual consoles share their number with the serial lines, which come after them.
    const FIRST_SERIAL: u32 = 64;
    match (rustix::fs::major(device), rustix::fs::minor(device)) {
        (4, minor) => minor >= FIRST_SERIAL,
        // /dev/full keeps nothing and says so at once: a printer that fails can be practised with it.
        (1, minor) => minor == 7,
        // lp and usblp; ttyACM, ttyUSB, ttyAMA and their like.
        (major, _) => [6, 180, 166, 188, 204].contains(&major),
    }
}

/// Whether somebody sits at that line: it is what this process reads from or writes to.
fn in_use(device: u64) -> bool {
    let of = |stat: rustix::io::Result<rustix::fs::Stat>| stat.is_ok_and(|s| s.st_rdev == device);
    of(rustix::fs::fstat(io::stdin()))
        || of(rustix::fs::fstat(io::stdout()))
        || of(rustix::fs::fstat(io::stderr()))
}

/// Whether a secret could be printed there: a printer that may be written to, or a new file in a folder that may be.
/// Nothing is made or written.
///
/// # Errors
/// What stands against it, in the kinds of the operating system: there is a file already, no such folder, no leave; or
/// that the device is no printer's.
pub fn could_print(path: &Path) -> io::Result<()> {
    let may_write = |path: &Path| {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK).map_err(io::Error::from)
    };
    if is_printer(path) {
        return may_write(path);
    }
    if fs::metadata(path).is_ok_and(|meta| meta.file_type().is_char_device()) {
        return Err(io::Error::other(PRINTS_NOTHING));
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

/// Writes to a printer's device, or into a file that is made for it (mode 0600), waits until it is out, and reads a file
/// back: what is printed here is kept nowhere else.
///
/// # Errors
/// What the operating system says; a file that is there already is not written over, and one that does not hold what
/// was written is removed.
pub fn print_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    could_print(path)?;
    let mut options = File::options();
    options.write(true);
    if is_printer(path) {
        let mut device = options.open(path)?;
        device.write_all(bytes)?;
        return device.flush();
    }
    let mut file = options.read(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| super::sync_above(path))
        .and_then(|()| reads_back(&mut file, bytes))
        .inspect_err(|_| {
            // Ours, made a moment ago: half a component must not lie about.
            let _ = fs::remove_file(path);
        })
}

/// Whether a file holds these bytes and no others.
fn reads_back(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    // Sized first: a growing vector would leave copies of a secret behind.
    let mut held = Zeroizing::new(vec![0; bytes.len() + 1]);
    file.rewind()?;
    let mut filled = 0;
    while let Some(rest) = held.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => filled += more,
        }
    }
    let same = held
        .get(..filled)
        .is_some_and(|held| held.ct_eq(bytes).into());
    same.then_some(())
        .ok_or_else(|| io::Error::other("it does not hold what was written to it"))
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

    /// Components stood in the text of a terminal that was named as the printer, and went nowhere at all.
    #[test]
    fn a_terminal_is_no_printer_and_neither_is_nothing() {
        for device in ["/dev/null", "/dev/zero", "/dev/tty", "/dev/ptmx"] {
            let path = Path::new(device);
            assert!(!is_printer(path), "{device}");
            assert!(could_print(path).is_err(), "{device}");
            assert!(print_once(path, b"a component").is_err(), "{device}");
        }
        let told = could_print(Path::new("/dev/null")).unwrap_err();
        assert!(in_words(&told).contains("no printer's"), "{told}");
        let device = rustix::fs::makedev;
        for (major, minor, is) in [
            (6, 0, true),
            (180, 0, true),
            (4, 64, true),
            (188, 1, true),
            (4, 1, false),
            (5, 0, false),
            (1, 3, false),
            (1, 7, true),
            (136, 2, false),
        ] {
            assert_eq!(prints(device(major, minor)), is, "{major}:{minor}");
        }
    }

    #[test]
    fn what_is_printed_into_a_file_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("part-1.txt");
        print_once(&place, b"SLIP").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"SLIP");
        let mut file = File::open(&place).unwrap();
        assert!(reads_back(&mut file, b"SLIP").is_ok());
        for other in [b"SLIT".as_slice(), b"SLI", b"SLIPS"] {
            assert!(reads_back(&mut file, other).is_err());
        }
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
