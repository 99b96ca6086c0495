//! Whose root a file holds: a receiver prints the root above what keys are wrapped under, a sender the one above what signs
//! its tokens. Neither stands for the other, though both files hold a certificate.

use crate::pki::CounterpartyFile;
use crate::session::op;

use super::super::model::{Doing, Model};

/// The field of the trusted certificate above another.
const CA: &str = "ca";

/// That a file which is to be trusted as a root is of the other side of an exchange than the script means, in words that go
/// on after `This file`. Nothing where the script uses the root for both, or does not say what for.
pub(super) fn another_side(model: &Model, doing: &Doing<'_>, bytes: &[u8]) -> Option<String> {
    let root = doing
        .makes
        .filter(|_| doing.op.name == op::IMPORT_ROOT.name)?;
    let above = model.doings().filter(|later| later.field(CA) == Some(root));
    let (mut senders, mut receivers) = (false, false);
    for later in above {
        let name = later.op.name;
        senders |= name.starts_with("import-key.") || name.starts_with("carry.");
        receivers |= name.starts_with("export-key.");
    }
    Some(
        match (CounterpartyFile::parse(bytes).ok()?, senders, receivers) {
            (CounterpartyFile::Import(_), true, false) => {
                "is what get-parameters-for-import printed: the file of a receiver, with the root above the certificate \
                 that keys are wrapped under. Nobody who sends is known by it. A sender's root stands in what its \
                 get-parameters-for-export printed, or is a certificate of its own"
            }
            (CounterpartyFile::Export(_), false, true) => {
                "is what get-parameters-for-export printed: the file of a sender, with the root above the certificate \
                 that signs its tokens. Nobody who receives is known by it. A receiver's root stands in what its \
                 get-parameters-for-import printed, or is a certificate of its own"
            }
            _ => return None,
        }
        .to_owned(),
    )
}
