//! What stands against a script in a vault before anybody asks for it: lists show it off with its reason, and with what
//! brings it. The run itself judges again, and more.

use crate::session::due::span;
use crate::session::guide::Entry;
use crate::session::{Profile, View};
use crate::text::{say, tr};

use super::open_run::open_run;
use super::rehearsed::Rehearsals;
use super::script::Script;

/// Why a script would not begin in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHere {
    /// In a few words, for a list.
    pub short: &'static str,
    /// In a sentence that begins with them, and with what brings it.
    pub told: String,
    /// Whether it may be otherwise by now: it was rehearsed meanwhile, in another terminal.
    pub again: bool,
}

/// The choice of another side that is real.
pub const REAL: &str = "real";

/// Who plays the other side in a test vault: the real one first, for nothing moves the clock of a vault that stays unasked.
/// Nothing where the script has no other side, or nobody who plays it.
pub fn other_sides(script: &Script, view: &View) -> Option<Vec<Entry>> {
    let samples = script.input_declarations();
    let samples = samples.iter().any(|input| input.default.is_some());
    if !script.has_stand_ins() && !samples {
        return None;
    }
    let passes = script.lets_pass(Profile::Test, view.now, false);
    let note = if passes == 0 {
        tr("practice keys and files").to_owned()
    } else {
        say!(
            "practice keys; the script moves this vault's clock by {time}, and it does not go back",
            time = span(passes)
        )
    };
    let asks = tr("each file is asked for at the step that reads it");
    let mut plays = Entry::new("stand-in", tr("keymoot plays it"), &note);
    plays.off = script.would_destroy(view, false);
    Some(vec![Entry::new(REAL, tr("real files"), asks), plays])
}

/// Why another ceremony does not begin while one stands open in the vault; nothing for that one itself.
pub fn another_open(view: &View, sha256: &str) -> Option<NotHere> {
    let open = open_run(view).filter(|open| open.script_sha256 != sha256)?;
    Some(NotHere {
        short: tr("waits for another"),
        told: say!(
            "not now: {title} stands open at step {number} of {all}, and a vault has one ceremony at a time. Home goes on \
             with it; there Esc can also stop it for good.",
            title = open.title,
            number = open.number,
            all = open.all
        ),
        again: false,
    })
}

/// What whoever rehearses a script is told that no production vault would begin, with the way out.
pub fn not_for_production(script: &Script) -> Option<String> {
    (!script.profiles().contains(&Profile::Production)).then(|| {
        say!(
            "NOT FOR PRODUCTION: its author lets it run in {kinds} vaults only. {way}",
            kinds = profiles(script),
            way = tr(COPY_IT)
        )
    })
}

/// How a script comes to run in another vault.
pub(super) const COPY_IT: &str = "To run it elsewhere: copy the script (keymoot new-script --from it), set [policy] profiles, rehearse the copy.";

/// `rehearsal and test`.
fn profiles(script: &Script) -> String {
    let names: Vec<_> = script.profiles().iter().map(|p| p.name()).collect();
    names.join(" and ")
}

/// Why a script would not begin in a vault of this profile. `file` is how a command names the script; of `rehearsals`
/// production alone asks, once they are known; `software` says whether the vault may make keys.
pub fn not_here(
    script: &Script,
    file: &str,
    (profile, software): (Profile, bool),
    rehearsals: Option<&Rehearsals>,
) -> Option<NotHere> {
    if !script.profiles().contains(&profile) {
        return Some(NotHere {
            short: tr("not for this vault"),
            told: say!(
                "not for this vault: the script is for {kinds} vaults, and this one is for {profile}. Its author says so \
                 in [policy] profiles; the vault stays as it is. {way}",
                kinds = profiles(script),
                profile = profile.name(),
                way = tr(COPY_IT)
            ),
            again: false,
        });
    }
    if profile != Profile::Production {
        return None;
    }
    // Nobody rehearses for what the policy forbids.
    if !software && script.model.makes_keys() {
        return Some(NotHere {
            short: tr("makes a key here"),
            told: tr(
                "not for this vault: the script makes a key, and the policy lets no key be made in software (a laptop is no \
                 secure cryptographic device, PCI PIN 5-1). Keys come from elsewhere; the policy is changed at Custodians.",
            )
            .to_owned(),
            again: false,
        });
    }
    let missing = rehearsals?.missing(script)?;
    Some(NotHere {
        short: missing.short,
        told: missing.told(file),
        again: true,
    })
}
