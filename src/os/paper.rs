//! Printing a secret once: to a printer's device, or into a new file. Nothing is ever written over.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// Whether a path is a device that prints: a character device such as `/dev/usb/lp0`.
pub fn is_printer(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.file_type().is_char_device())
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
