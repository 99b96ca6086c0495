//! Whose certificate a TR-34 token is to be checked with, where the token came without it: it may have come before, with
//! the root above it. Nothing found here is trusted: the engine asks whether it was issued under the imported root, and
//! whether it signed the token.

use crate::crypto::tr34::{KeyToken, PartyId};
use crate::pki::CounterpartyFile;

use super::{Profile, brought};

/// The sender whose certificate a file with a TR-34 token leaves out: neither the request around the token nor the token
/// holds it. Nothing where one of them does, and of a file that holds no token.
pub(crate) fn left_out(file: &[u8], profile: Profile) -> Option<PartyId> {
    let file = brought::tr34(file, profile).ok()?;
    if file.request.is_some() {
        return None;
    }
    let token = KeyToken::parse(&file.token).ok()?;
    (token.certificates().len() != 1).then(|| token.signer().clone())
}

/// Whether the certificate that a file hands over is the one that this sender is named by.
pub(crate) fn hands_over(file: &[u8], sender: &PartyId) -> bool {
    CounterpartyFile::parse(file).is_ok_and(|handed_over| {
        let leaf = handed_over.leaf();
        PartyId::new(leaf.issuer_der(), leaf.serial()).as_ref() == Some(sender)
    })
}
