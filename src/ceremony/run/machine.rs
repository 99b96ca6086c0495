//! What a script asks of the machine that it is played on: no network, one build of keymoot, a recording. It binds in production;
//! people rehearse on whatever machine they have.

use crate::os::{Interface, interfaces, own_sha256, up};
use crate::session::Profile;

use super::super::script::Script;
use super::RunError;

/// Whether this machine is the one that the script asks for.
///
/// # Errors
/// In production: an interface is up, or it is not known; this is another build.
pub(super) fn fits(script: &Script, profile: Profile) -> Result<(), RunError> {
    if profile != Profile::Production {
        return Ok(());
    }
    let model = &script.model;
    let offline = if model.offline {
        is_offline(interfaces().as_deref())
    } else {
        Ok(())
    };
    offline
        .and_then(|()| is_build(model.build.as_deref(), own_sha256().as_deref()))
        .map_err(RunError::CannotBegin)
}

/// Whether the screens are recorded, where the script wants it.
///
/// # Errors
/// In production: they are not.
pub(super) fn is_recorded(
    script: &Script,
    profile: Profile,
    recorded: bool,
) -> Result<(), RunError> {
    if recorded || profile != Profile::Production || !script.model.recorded {
        return Ok(());
    }
    Err(RunError::CannotBegin(
        "The script asks for a recording of the screens (recording = \"frames\"), and none is being made. Nothing was \
         begun. Leave keymoot and start it with --record FILE.cast, at the screen: in lines (--plain) there is none to record. What is \
         typed in secret is never in a recording."
            .into(),
    ))
}

/// Whether this machine has a network, for the record of a run in production.
pub(super) fn network(profile: Profile) -> Option<String> {
    (profile == Profile::Production).then(|| told(interfaces().as_deref()))
}

fn told(interfaces: Option<&[Interface]>) -> String {
    let Some(all) = interfaces else {
        return "not known: the machine's interfaces could not be read".to_owned();
    };
    let up = up(all);
    if up.is_empty() {
        "none was up".to_owned()
    } else {
        format!("ONLINE: {} could carry traffic", up.join(", "))
    }
}

/// No interface but loopback is up.
fn is_offline(interfaces: Option<&[Interface]>) -> Result<(), String> {
    let up = match interfaces {
        None => "it cannot be told which interfaces this machine has".to_owned(),
        Some(all) => {
            let names = up(all);
            if names.is_empty() {
                return Ok(());
            }
            format!("{} can carry traffic", names.join(", "))
        }
    };
    Err(format!(
        "The script asks for a machine without network (offline = \"required\"), and {up}. Nothing was begun. Take the \
         interface down or the card out; `keymoot doctor` says what is left."
    ))
}

/// The program that plays is the one that the script names.
fn is_build(wanted: Option<&str>, own: Option<&str>) -> Result<(), String> {
    match wanted {
        Some(wanted) if own != Some(wanted) => Err(format!(
            "The script asks for one build of keymoot ([build] binary_sha256 = {wanted}), and this is {}. Nothing was \
             begun. Take the program that was agreed, or a script that names this one and was agreed anew.",
            own.unwrap_or("one that cannot read itself")
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, up: bool) -> Interface {
        Interface {
            name: name.to_owned(),
            up,
            wireless: false,
        }
    }

    #[test]
    fn a_machine_with_an_interface_up_or_an_unknown_one_is_not_offline() {
        assert!(is_offline(Some(&[])).is_ok());
        assert!(is_offline(Some(&[interface("eth0", false)])).is_ok());
        let up = [interface("eth0", false), interface("wlan0", true)];
        let words = is_offline(Some(&up)).unwrap_err();
        assert!(words.contains("wlan0 can carry traffic") && !words.contains("eth0"));
        assert!(is_offline(None).unwrap_err().contains("cannot be told"));
        assert_eq!(told(Some(&up)), "ONLINE: wlan0 could carry traffic");
        assert_eq!(told(Some(&[])), "none was up");
        assert!(told(None).starts_with("not known"));
        assert_eq!(network(Profile::Test), None);
        assert!(network(Profile::Production).is_some());
    }

    #[test]
    fn another_build_than_the_one_that_is_named_plays_nothing() {
        assert!(is_build(None, None).is_ok());
        assert!(is_build(Some("ab"), Some("ab")).is_ok());
        assert!(
            is_build(Some("ab"), Some("cd"))
                .unwrap_err()
                .contains("this is cd")
        );
        assert!(is_build(Some("ab"), None).is_err());
    }

    /// On any machine: this program is not that build, and production alone asks for it.
    #[test]
    fn it_binds_in_production_alone() {
        let text = include_str!("../../../ceremonies/first-key.toml");
        let named = format!(
            "[build]\nbinary_sha256 = \"{}\"\n\n[policy]\n",
            "0".repeat(64)
        );
        let script = Script::parse(text.replacen("[policy]\n", &named, 1).as_bytes());
        let Ok(script) = script else {
            panic!("does not parse")
        };
        assert!(fits(&script, Profile::Rehearsal).is_ok());
        assert!(fits(&script, Profile::Test).is_ok());
        assert!(fits(&script, Profile::Production).is_err());
        let recorded = text.replacen("[policy]\n", "[policy]\nrecording = \"frames\"\n", 1);
        let Ok(script) = Script::parse(recorded.as_bytes()) else {
            panic!("does not parse")
        };
        for profile in Profile::ALL {
            let wants = profile == Profile::Production;
            assert_eq!(is_recorded(&script, profile, false).is_err(), wants);
            assert!(is_recorded(&script, profile, true).is_ok());
        }
    }
}
