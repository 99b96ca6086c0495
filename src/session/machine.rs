//! What is wrong with the machine on which a production vault is made or opened, for its log: people may go on all the
//! same, and an auditor reads that they did.

use crate::os::{Interface, interfaces, swap_areas, up};

/// Networks that are up and swap in use; nothing where there is none, or the system does not say.
pub(super) fn unfit() -> Option<String> {
    told(interfaces(), swap_areas())
}

fn told(interfaces: Option<Vec<Interface>>, swap: Option<Vec<String>>) -> Option<String> {
    let all = interfaces.unwrap_or_default();
    let networks: Vec<String> = up(&all).into_iter().map(str::to_owned).collect();
    let parts = [
        ("network up", networks),
        ("swap in use", swap.unwrap_or_default()),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, found)| !found.is_empty())
        .map(|(what, found)| format!("{what}: {}", found.join(", ")))
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_up_is_named_and_silence_is_not_made_up() {
        let interface = |name: &str, up| Interface {
            name: name.to_owned(),
            up,
            wireless: false,
        };
        let both = vec![interface("eth0", true), interface("wlan0", false)];
        assert_eq!(
            told(Some(both), Some(vec!["/dev/sda2".to_owned()])).unwrap(),
            "network up: eth0; swap in use: /dev/sda2"
        );
        assert_eq!(
            told(Some(vec![interface("eth0", false)]), Some(Vec::new())),
            None
        );
        assert_eq!(told(None, None), None);
    }
}
