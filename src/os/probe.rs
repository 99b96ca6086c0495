//! What this machine is fit for: network interfaces, swap, and where randomness comes from.
//! Read from `/sys` and `/proc`; what cannot be read is said to be unknown, never assumed good.

use std::fs;
use std::path::Path;

/// `IFF_UP` of `linux/if.h`.
const FLAG_UP: u32 = 1;
/// `ARPHRD_LOOPBACK` of `linux/if_arp.h`.
const TYPE_LOOPBACK: u32 = 772;

/// A network interface other than loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name, such as `eth0`.
    pub name: String,
    /// Administratively up: it would carry traffic as soon as something is plugged in.
    pub up: bool,
    /// A radio.
    pub wireless: bool,
}

/// The names of those that would carry traffic.
pub fn up(interfaces: &[Interface]) -> Vec<&str> {
    let up = interfaces.iter().filter(|one| one.up);
    up.map(|one| one.name.as_str()).collect()
}

/// Every interface but loopback, by name; `None` where the system does not say.
pub fn interfaces() -> Option<Vec<Interface>> {
    interfaces_below(Path::new("/sys/class/net"))
}

fn interfaces_below(root: &Path) -> Option<Vec<Interface>> {
    let mut found: Vec<Interface> = fs::read_dir(root)
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| interface(&entry.path(), &entry.file_name().to_string_lossy()))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Some(found)
}

fn interface(folder: &Path, name: &str) -> Option<Interface> {
    let number = |file: &str| -> Option<u32> {
        let text = fs::read_to_string(folder.join(file)).ok()?;
        let text = text.trim();
        match text.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        }
    };
    // `bonding_masters` and the like are files here, not interfaces: they have no type.
    let kind = number("type")?;
    if kind == TYPE_LOOPBACK {
        return None;
    }
    Some(Interface {
        name: name.to_owned(),
        // Flags that cannot be read count as up: the doubtful case is the one to show.
        up: number("flags").is_none_or(|flags| flags & FLAG_UP != 0),
        wireless: folder.join("wireless").exists() || folder.join("phy80211").exists(),
    })
}

/// The swap areas in use; an empty list is no swap, `None` is unknown.
pub fn swap_areas() -> Option<Vec<String>> {
    fs::read_to_string("/proc/swaps")
        .ok()
        .map(|text| parse_swaps(&text))
}

fn parse_swaps(text: &str) -> Vec<String> {
    text.lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Where the operating system's randomness comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntropyReport {
    /// The kernel's generator answered, so it is seeded.
    pub seeded: bool,
    /// The kernel's estimate in bits, where it tells.
    pub bits: Option<u32>,
    /// The hardware source the kernel mixes in, where there is one.
    pub hardware: Option<String>,
}

/// Asks the kernel's generator for one byte and looks where it is fed from.
pub fn entropy_report() -> EntropyReport {
    let trimmed = |path: &str| {
        let text = fs::read_to_string(path).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text != "none")
    };
    let mut byte = [0_u8; 1];
    EntropyReport {
        seeded: getrandom::fill(&mut byte).is_ok(),
        bits: trimmed("/proc/sys/kernel/random/entropy_avail").and_then(|text| text.parse().ok()),
        hardware: trimmed("/sys/class/misc/hw_random/rng_current"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(root: &Path, name: &str, kind: &str, flags: &str) {
        let folder = root.join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("type"), kind).unwrap();
        fs::write(folder.join("flags"), flags).unwrap();
    }

    #[test]
    fn loopback_is_left_out_and_up_is_told_from_down() {
        let root = tempfile::tempdir().unwrap();
        add(root.path(), "lo", "772\n", "0x9\n");
        add(root.path(), "wlan0", "1\n", "0x1002\n");
        add(root.path(), "eth0", "1\n", "0x1003\n");
        fs::create_dir(root.path().join("wlan0/wireless")).unwrap();
        fs::write(root.path().join("bonding_masters"), "").unwrap();
        let found = interfaces_below(root.path()).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|i| (i.name.as_str(), i.up, i.wireless))
            .collect();
        assert_eq!(told, [("eth0", true, false), ("wlan0", false, true)]);
    }

    #[test]
    fn unreadable_is_unknown_not_offline() {
        assert_eq!(interfaces_below(Path::new("/nonexistent/net")), None);
    }

    #[test]
    fn swap_areas_are_listed_below_the_heading() {
        let text = "Filename Type Size Used Priority\n/dev/sda2 partition 8 0 -2\n";
        assert_eq!(parse_swaps(text), ["/dev/sda2"]);
        assert!(parse_swaps("Filename Type\n").is_empty());
    }

    #[test]
    fn the_kernel_generator_answers() {
        assert!(entropy_report().seeded);
    }
}
