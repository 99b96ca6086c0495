//! Sticks and cards: which mounted folders lie on media that can be taken out. Read from `/proc/self/mountinfo` and
//! `/sys`; where neither says anything, there are none.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders where desktops mount what people plug in.
const USUAL: [&str; 2] = ["/media/", "/run/media/"];

/// The folders of removable media that are mounted now, in the order of mounting.
pub fn removable_media() -> Vec<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    mounted(&mounts, |device| {
        is_removable(Path::new("/sys/dev/block"), device)
    })
}

/// The number of the file system that a file or folder lies on; `None` where it cannot be looked at.
pub fn device_of(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|found| found.dev())
}

/// Whether a folder that is not there can only be a stick that is not mounted, or a slip of typing: the folder above it
/// is not there either, or is one in which sticks are mounted.
pub fn is_unmounted(folder: &Path) -> bool {
    if folder.exists() {
        return false;
    }
    let Some(above) = folder.parent().filter(|p| !p.as_os_str().is_empty()) else {
        return false;
    };
    let above_it = |n: usize| above.ancestors().nth(n).map(Path::as_os_str);
    let root = |path: Option<&std::ffi::OsStr>, of: &str| path == Some(std::ffi::OsStr::new(of));
    !above.exists()
        || root(above_it(0), "/media")
        || root(above_it(0), "/mnt")
        || root(above_it(1), "/media")
        || root(above_it(1), "/run/media")
}

/// Reads lines of `mountinfo` (proc(5)): the third word is the device's number, the fifth the folder.
fn mounted(mounts: &str, removable: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let device = words.nth(2)?;
            let folder = unescaped(words.nth(1)?);
            let usual = USUAL.iter().any(|place| folder.starts_with(place));
            (usual || removable(device)).then(|| PathBuf::from(folder))
        })
        .collect()
}

/// A folder's name as it is: the kernel writes a space as `\040`.
fn unescaped(word: &str) -> String {
    let mut out = word.to_owned();
    for (code, c) in [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ] {
        out = out.replace(code, c);
    }
    out
}

/// Whether a block device can be taken out; a partition's answer stands with its disk.
fn is_removable(devices: &Path, number: &str) -> bool {
    let device = devices.join(number);
    let says = |path: PathBuf| fs::read_to_string(path).is_ok_and(|text| text.trim() == "1");
    // The entry is a link: its parent is asked for where the link leads.
    let disk = fs::canonicalize(&device).ok();
    let disk = disk.as_deref().and_then(Path::parent);
    says(device.join("removable")) || disk.is_some_and(|disk| says(disk.join("removable")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_a_stick_that_is_not_mounted() {
        let room = tempfile::tempdir().unwrap();
        assert!(!is_unmounted(room.path()));
        assert!(!is_unmounted(&room.path().join("new")));
        assert!(!is_unmounted(Path::new("new-here")));
        for folder in ["/media/nobody-has-this", "/run/media/x/nobody-has-this"] {
            assert!(is_unmounted(Path::new(folder)), "{folder}");
        }
        assert!(is_unmounted(&room.path().join("nosuch/deeper")));
        assert_eq!(device_of(room.path()), device_of(&room.path().join(".")));
    }

    #[test]
    fn sticks_are_told_by_their_place_or_by_their_device() {
        let mounts = "\
            22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            40 22 8:33 / /run/media/ana/KEY\\040STICK rw - vfat /dev/sdc1 rw\n\
            41 22 8:17 / /mnt/card rw - vfat /dev/sdb1 rw\n\
            torn line\n";
        let found = mounted(mounts, |device| device == "8:17");
        assert_eq!(
            found,
            [
                PathBuf::from("/run/media/ana/KEY STICK"),
                PathBuf::from("/mnt/card")
            ]
        );
    }

    #[test]
    fn a_partition_is_as_removable_as_its_disk() {
        let sys = tempfile::tempdir().unwrap();
        let disk = sys.path().join("devices/sdb");
        fs::create_dir_all(disk.join("sdb1")).unwrap();
        fs::create_dir_all(sys.path().join("dev")).unwrap();
        fs::write(disk.join("removable"), "1\n").unwrap();
        let link = sys.path().join("dev/8:17");
        std::os::unix::fs::symlink(disk.join("sdb1"), &link).unwrap();
        assert!(is_removable(&sys.path().join("dev"), "8:17"));
        fs::write(disk.join("removable"), "0\n").unwrap();
        assert!(!is_removable(&sys.path().join("dev"), "8:17"));
        assert!(!is_removable(&sys.path().join("dev"), "8:99"));
    }
}
