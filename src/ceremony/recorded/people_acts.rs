//! Acts on people and shares: who comes and goes by them, and what of them no script does.

use super::super::changing::gives_words;
use super::people::People;
use super::turns::has_turns;
use crate::session::deeds::Deed;
use crate::session::field::Field;
use crate::session::op::{self, Op};
use crate::session::op_custody::{self, JOINS, LEAVES};

/// Fields that say who serves from then on.
const SERVE: [Field; 3] = [
    op_custody::CUSTODIANS,
    op_custody::ADMINISTRATORS,
    op_custody::WITNESSES,
];

/// Why a script cannot do it again, where it cannot: a remark's sentences, each no longer than a line.
pub(in crate::ceremony) fn remarked(op: &Op, deed: &Deed) -> Option<[&'static str; 2]> {
    if op.name == op_custody::RESTORE.name {
        return Some([
            "It is begun where no vault is open, so no step does it:",
            "`keymoot vault restore`, before the ceremony.",
        ]);
    }
    let serve = SERVE.iter().any(|field| deed.texts.contains_key(field.id));
    (op.name == op_custody::ROTATE.name && serve).then_some([
        "Other people serve from then on. A step names them one for one, as vault.replace;",
        "docs/steps.md has its members. Nobody of those below has a place before it is done.",
    ])
}

/// Whether somebody watches it, whether or not somebody did then: a destruction (PCI PIN 24-2.2), papers of components,
/// and whoever is handed new words and envelopes (21-2).
pub(super) fn is_watched(op: &str) -> bool {
    op == op::DELETE_KEY.name || has_turns(op) || op::named(op).is_some_and(gives_words)
}

/// Who gives up a place in this step, and who takes it.
pub(super) fn places(people: &mut People, deed: &Deed, step: &str) {
    let leaver = deed.people.get(LEAVES.id);
    if let (Some((leaver, role)), Some(newcomer)) = (leaver, deed.texts.get(JOINS.id)) {
        people.replaced((leaver, role), newcomer, step);
    }
}

/// Whether whoever asks for the act says this again: another copy lies on another medium, in another bag, and who
/// joins then is nobody of now.
pub(super) fn is_said_again(op: &Op, field: &Field) -> bool {
    op.name == op::BACKUP.name
        || (gives_words(op) && field.id != op_custody::REASON.id && !SIZES.contains(&field.id))
}

/// How many open, use and recover: what the act is, and no name.
const SIZES: [&str; 3] = [
    op_custody::OPEN.id,
    op_custody::USE.id,
    op_custody::NEEDED.id,
];
