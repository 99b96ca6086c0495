//! What happened to people, envelopes and media, and which act answers it: asked the same on every front end.

use crate::text::tr;

use super::guide;
use super::op::Op;
use super::op_custody;
use super::view::{PersonView, View};
use super::{
    clock_ahead, clock_back, op_destroyed, op_envelopes, op_ledger, op_policy, op_suspect,
};

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub struct Happened {
    /// A word for menus.
    pub id: &'static str,
    /// What happened.
    pub what: &'static str,
    /// What is done about it.
    pub then: &'static str,
    /// Where it leads.
    pub leads: Leads,
}

/// Where an answer leads.
#[derive(Debug, Clone, Copy)]
pub enum Leads {
    /// To this act.
    Act(&'static Op),
    /// To the new envelopes of a reshare that stands open.
    OpenReshare,
    /// To a return to a copy, which is asked from the start.
    Return,
    /// To the papers of the people of now: enrolment forms and the witness card.
    Papers,
    /// To a text: nothing in this vault can be done about it.
    Text(&'static [&'static str]),
}

/// What is asked first where the recovery set opened the vault.
pub(crate) const RECOVERED: &str = "recovered";

// Answers that a line of Home leads to.
pub(super) const YEARLY: &str = "yearly";
pub(super) const LEFT: &str = "left";
pub(super) const SUSPECT: &str = "suspect";
pub(super) const RENEW: &str = "renew";
pub(super) const OPEN_RESHARE: &str = "open-reshare";
pub(super) const COPY_GONE: &str = "copy-gone";
pub(super) const SUSPECT_KEY: &str = "suspect-key";
pub(super) const RECOVERY_SET: &str = "recovery-set";

/// Everything that is asked in this vault, what is open in it now before all else.
pub fn asked(view: &View) -> Vec<&'static Happened> {
    let now = |one: &Happened| match one.id {
        RECOVERED => view.by_recovery,
        OPEN_RESHARE => view.open_reshare,
        _ => false,
    };
    let mut asked: Vec<&'static Happened> = HAPPENED.iter().collect();
    asked.sort_by_key(|one| !now(one));
    asked
}

/// Everything that is asked, the usual first, then what is there only sometimes.
pub const HAPPENED: &[Happened] = &[
    Happened {
        id: YEARLY,
        what: "Nothing: the yearly check",
        then: "a drill: custodians open both envelopes, others who are here their own; nothing is rebuilt, nothing changes",
        leads: Leads::Act(&op_custody::DRILL),
    },
    Happened {
        id: LEFT,
        what: "Somebody left, and another takes the place",
        then: "replace the person: new identities, shares, words and keys for all; theirs open only copies made before",
        leads: Leads::Act(&op_custody::REPLACE),
    },
    Happened {
        id: "lost",
        what: "An envelope was lost",
        then: "rotate with the same people: the old envelope opens nothing here; copies made before still open with it",
        leads: Leads::Act(&op_custody::ROTATE),
    },
    Happened {
        id: SUSPECT,
        what: "Something is suspect",
        then: "rotate at once, with the same or other people; then judge every key that was here (PCI PIN 22)",
        leads: Leads::Act(&op_custody::ROTATE),
    },
    Happened {
        id: "forgotten",
        what: "A passphrase is forgotten",
        then: "rotate while enough others can open and sign: everybody gets new words; the old ones nobody brings back",
        leads: Leads::Act(&op_custody::ROTATE),
    },
    Happened {
        id: "stick",
        what: "The stick with the vault is broken",
        then: "return to a copy: which one, its custodians, their approval; then vault-recovery",
        leads: Leads::Return,
    },
    Happened {
        id: "too-few",
        what: "Fewer can open than are needed",
        then: "says what can and cannot be saved",
        leads: Leads::Text(TOO_FEW),
    },
    Happened {
        id: "fewer",
        what: "Somebody left, and nobody takes the place",
        then: "rotate, with that name left out: new identities, shares, words and keys for whoever stays",
        leads: Leads::Act(&op_custody::ROTATE),
    },
    Happened {
        id: RENEW,
        what: "Media are old; nobody changes, nothing is suspect",
        then: "reshare: new shares and envelopes for the same people, who all bring the present ones",
        leads: Leads::Act(&op_custody::RESHARE),
    },
    Happened {
        id: OPEN_RESHARE,
        what: "A reshare stands open",
        then: "goes on with the proofs, and the old set ends; where somebody has no new envelopes, it says so and is given up",
        leads: Leads::OpenReshare,
    },
    Happened {
        id: "papers",
        what: "Forms, the witness card or the policy of now are wanted",
        then: "writes everybody's enrolment form, the witness card and policy.json into a folder; nothing changes",
        leads: Leads::Papers,
    },
    Happened {
        id: "appoint",
        what: "Somebody is appointed as custodian",
        then: "enters the signed appointment in the custody ledger (PCI PIN 25-1)",
        leads: Leads::Act(&op_custody::APPOINT),
    },
    Happened {
        id: COPY_GONE,
        what: "A copy was destroyed",
        then: "attest it: what was deleted here is gone from there as well",
        leads: Leads::Act(&op_custody::ATTEST_DESTROYED),
    },
    Happened {
        id: "envelopes-gone",
        what: "Old envelopes were destroyed, or cannot be found",
        then: "attest it for each owner, with whoever watched; what is not said stays due at Home (PCI PIN 24-1)",
        leads: Leads::Act(&op_envelopes::ENVELOPES_GONE),
    },
    Happened {
        id: "access",
        what: "An envelope or package was taken out outside a ceremony",
        then: "enters in the access log who, when, why, before whom, and its new serial (PCI PIN 26-1)",
        leads: Leads::Act(&op_ledger::RECORD_ACCESS),
    },
    Happened {
        id: "exempt",
        what: "Two managers signed an exception for custodians under one manager",
        then: "enters it; until its last day these people may hold parts together (PCI PIN 25-1.4)",
        leads: Leads::Act(&op_ledger::EXEMPT),
    },
    Happened {
        id: SUSPECT_KEY,
        what: "One key is suspect, or was looked into and is sound",
        then: "mark it: used no more; the review lists what stands under it; or clear it (PCI PIN 22)",
        leads: Leads::Act(&op_suspect::SUSPECT),
    },
    Happened {
        id: "components-gone",
        what: "Papers and packages of a key's components were destroyed",
        then: "attest it, with whoever watched and never held one; where no key is left, what was seen counts no more",
        leads: Leads::Act(&op_destroyed::COMPONENTS_DESTROYED),
    },
    Happened {
        id: RECOVERY_SET,
        what: "Others shall be able to open if these people cannot",
        then: "make a recovery set: a second split, for three or more other people at another place; custodians keep theirs",
        leads: Leads::Act(&op_custody::RECOVERY_SET),
    },
    Happened {
        id: "recovery-yearly",
        what: "The yearly check of the recovery set",
        then: "a drill of its holders: each opens both envelopes; no identity is rebuilt, nothing changes",
        leads: Leads::Act(&op_custody::RECOVERY_DRILL),
    },
    Happened {
        id: RECOVERED,
        what: "The recovery set opened this vault",
        then: "rotate: new identities, shares, words and keys for whoever serves from then on; the set ends, make another",
        leads: Leads::Act(&op_custody::ROTATE),
    },
    Happened {
        id: "clock",
        what: "The vault's time is ahead of the watches",
        then: "set it back: an exception with its reason; no deletion comes earlier; two watches are read again",
        leads: Leads::Act(&clock_back::CLOCK_BACK),
    },
    Happened {
        id: "clock-reset",
        what: "The machine's clock was reset, and the vault's time is days behind",
        then: "set that clock right and open again; where it cannot be: set the vault's time ahead, with signatures",
        leads: Leads::Act(&clock_ahead::CLOCK_AHEAD),
    },
    Happened {
        id: "policy",
        what: "Other rules shall hold from now on",
        then: "change the policy: how many sign, keys in software, QR codes, what is taken; from the next opening on",
        leads: Leads::Act(&op_policy::CHANGE_POLICY),
    },
    Happened {
        id: "inventory",
        what: "Keys of a vault of another class must not come in",
        then: "load that vault's inventory: whatever stands in it is refused here, by its check value (PCI PIN 19-4)",
        leads: Leads::Act(&op_custody::LOAD_INVENTORY),
    },
];

const NO_BACK_DOOR: &str = "What cannot be saved: the vault opens only with enough shares. No password resets it, keymoot knows no back door, \
     and whoever wrote keymoot cannot help.";
const TRIED_FIRST: &str = "What can be tried first: in an open vault a drill says whose envelopes still open. With the vault closed there \
     is no drill: begin to open it, and each custodian who enters learns whether their own envelope opens; a wrong passphrase \
     locks nothing, and too few open nothing. Look for envelopes in safes and for words on \
     paper. Copies made before a rotation open to the people of then: every report lists the copies, with who keeps each and where.";
const BY_RECOVERY: &str = "If a recovery set was made: begin to open the vault (close it first where it is open), and take the last line of \
     the list of custodians. Its holders come with their envelopes; enough of them open the vault, as an exception that \
     is written down, and a rotation makes everything new.";
const SAVED: &str = "What can be saved: public keys and certificates stand in exports and reports; every key that a partner or the \
     service holds is there still, and can be exchanged anew under a new vault. Keys that exist here alone are lost: \
     treat them as destroyed, write it down, and tell whoever depends on them.";

const TOO_FEW: &[&str] = &[
    NO_BACK_DOOR,
    TRIED_FIRST,
    BY_RECOVERY,
    SAVED,
    "Where the vault is open still and enough sign, rotate now: Custodians asks \"What happened?\", and the answer \"A \
     passphrase is forgotten\" leads there. That is the last chance.",
];

/// What is explained while a vault is opened. It ends with what can and cannot be saved where fewer can open than are
/// needed: those for whom that is written get no further than there.
pub const OPENING_TOLD: &[&str] = &[
    "A vault opens when enough custodians have entered their shares, one after the other, each with their own passphrase. Opening shows names, uses and states; no key is opened by it.",
    "A refused passphrase locks nothing and there is no limit. Right stick? Right set of envelopes? All the words, single spaces, from your own paper?",
    "In production the witness then types sequence number and words from the last card: that is how an older copy of the whole folder is noticed. At the end two people read their own watches.",
    "Is that card lost? Any older one opens the vault as well, and every change since it is listed. With none at all: go back, and return to a copy, where the last card may be left empty. Keep two cards, at two places.",
    "Where the vault has a recovery set, the last line of the list begins again with it: its holders enter in the place of the custodians, the reason is written down, and the vault is then good for looking and for a rotation alone.",
    "Can fewer open than are needed? What can and cannot be saved stands in the next four paragraphs.",
    NO_BACK_DOOR,
    TRIED_FIRST,
    BY_RECOVERY,
    SAVED,
];

/// Why an answer leads nowhere in this vault as it is.
pub fn off(happened: &Happened, view: &View) -> Option<String> {
    match happened.leads {
        Leads::Act(_) if happened.id == RECOVERED && !view.by_recovery => {
            Some(tr("the custodians opened this vault").to_owned())
        }
        Leads::OpenReshare if !view.open_reshare => {
            Some(tr("no reshare stands open here").to_owned())
        }
        Leads::Act(op) => guide::off(op, view, None).map(|off| off.why),
        _ => None,
    }
}

/// Why there is nothing here that an act could be about, or who opened the vault keeps it from everybody: known before
/// any of its fields.
pub(super) fn act_off(op: &Op, view: &View) -> Option<&'static str> {
    let people = view.recovery.as_ref().map(|set| set.people.len());
    match op.name {
        _ if !recovers(op) && view.only_rotates().is_some() => view.only_rotates(),
        name if name == op_custody::ATTEST_DESTROYED.name && view.copies.is_empty() => {
            Some(tr("no copy of this vault is on record"))
        }
        name if name == op_envelopes::ENVELOPES_GONE.name && view.old_envelopes.is_empty() => {
            Some(tr("no set of envelopes ended here"))
        }
        name if name == op_custody::RECOVERY_DRILL.name && people.unwrap_or_default() == 0 => {
            Some(tr("no recovery set is in force here"))
        }
        _ => None,
    }
}

/// Whether an act is one of those that a vault which its recovery set opened takes: those that make everything new,
/// the return to a copy, and the clock.
fn recovers(op: &Op) -> bool {
    [
        op_custody::ROTATE.name,
        op_custody::REPLACE.name,
        op_custody::RESTORE.name,
        clock_back::CLOCK_BACK.name,
    ]
    .contains(&op.name)
}

/// A person in columns: name, role, where the envelopes are, last drill, next drill.
pub fn row(person: &PersonView, view: &View) -> [String; 5] {
    let day = |at: crate::api::Timestamp| at.rfc3339().chars().take(10).collect::<String>();
    let envelopes = match &person.medium {
        Some(medium) => medium.clone(),
        None => tr("in the vault's folder").to_owned(),
    };
    let (last, due) = match person.drill {
        Some(drill) => (
            drill.last.map_or_else(|| tr("never").to_owned(), day),
            if drill.due <= view.now {
                tr("now").to_owned()
            } else {
                day(drill.due)
            },
        ),
        None => ("-".to_owned(), "-".to_owned()),
    };
    [
        person.name.clone(),
        super::said::role(&person.role).to_owned(),
        envelopes,
        last,
        due,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::ledger::Rule;

    /// The ledger knows no screen: what it calls an answer here must be one.
    #[test]
    fn what_lifts_a_refusal_of_the_ledger_is_an_answer_here() {
        let mut named = 0;
        for answer in Rule::ALL.iter().filter_map(|rule| rule.lifted_by()) {
            assert!(HAPPENED.iter().any(|one| one.what == answer), "{answer}");
            named += 1;
        }
        assert_eq!(named, 2);
        let appoint = Rule::A7.lifted_by().unwrap();
        assert!(op_custody::HOLDERS.hint.contains(appoint));
    }
}
