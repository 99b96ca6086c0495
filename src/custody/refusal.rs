//! Why an approval does not stand, in sentences: what happened, what it means, what to do.

use super::Difference;

/// Why an act is not approved. Nothing has been executed when one of these is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// Nobody but the issuer signed.
    #[error(
        "No custodian has approved this act, and it needs {need}. Nothing was done. Ask {need} custodians to approve it, each with their own passphrase."
    )]
    NobodyApproved {
        /// Approvals needed.
        need: u8,
    },
    /// One custodian approved and no more.
    #[error(
        "{name} alone has approved this act, and it needs {need} custodians: nobody acts on a key alone. Nothing was done. Ask another custodian to approve the same act."
    )]
    OneCustodianAlone {
        /// Who approved.
        name: String,
        /// Approvals needed.
        need: u8,
    },
    /// Two or more approved, but not enough.
    #[error(
        "{have} custodians have approved this act, and it needs {need}. Nothing was done. Ask {} more to approve the same act.",
        need.saturating_sub(*have)
    )]
    Missing {
        /// Approvals given.
        have: u8,
        /// Approvals needed.
        need: u8,
    },
    /// So few people could approve that the act can never be.
    #[error(
        "This act needs {need} custodians besides {issuer}, who issues it, and this vault has {others}. Nothing was asked of anyone. Let someone else issue it."
    )]
    NotEnoughOthers {
        /// Who wants to issue.
        issuer: String,
        /// Custodians besides the issuer.
        others: u8,
        /// Approvals needed.
        need: u8,
    },
    /// The first signature is not the issuer's.
    #[error(
        "{issuer} issues this act and has not signed it first. Nothing was done. {issuer} signs, then the custodians approve."
    )]
    IssuerNotFirst {
        /// The issuer named in the act.
        issuer: String,
    },
    /// A second signature in the issuer's place, or by someone else.
    #[error(
        "{name} signed as issuer, and the act names {issuer}. Nothing was done. Only {issuer} signs as issuer, once; the others approve."
    )]
    WrongIssuer {
        /// Who signed.
        name: String,
        /// The issuer named in the act.
        issuer: String,
    },
    /// A witness issued.
    #[error(
        "{name} is a witness, and a witness observes and signs off but issues nothing. Nothing was done. An administrator or a custodian issues the act."
    )]
    WitnessIssuing {
        /// The witness.
        name: String,
    },
    /// The issuer approved too: the same person or the same key.
    #[error(
        "{name} issued this act and cannot approve it as well: whoever asks does not decide. Nothing was done. Ask another custodian to approve it."
    )]
    IssuerApproving {
        /// The issuer.
        name: String,
    },
    /// The person whom the act appoints approved it.
    #[error(
        "{name} is appointed by this act and cannot approve it: nobody signs for their own appointment. Nothing was done. Ask another custodian to approve it."
    )]
    OwnAppointment {
        /// Who is appointed.
        name: String,
    },
    /// The issuer's share envelope is an approver's.
    #[error(
        "{name} approves from the envelope of {issuer}, who issued this act (share {index}). Nothing was done. Ask a custodian with an envelope of their own."
    )]
    IssuersEnvelope {
        /// Who approved.
        name: String,
        /// The issuer.
        issuer: String,
        /// The share.
        index: u8,
    },
    /// An administrator approved.
    #[error(
        "{name} is an administrator, and an administrator issues acts but does not approve them. Nothing was done. Ask a custodian to approve it."
    )]
    AdministratorApproving {
        /// The administrator.
        name: String,
    },
    /// A witness approved.
    #[error(
        "{name} is a witness, and a witness observes and signs off but does not approve. Nothing was done. Ask a custodian to approve it."
    )]
    WitnessApproving {
        /// The witness.
        name: String,
    },
    /// One person approved twice.
    #[error(
        "{name} has already approved this act, and a second signature of the same person adds nothing. Nothing was done. Ask another custodian to approve it."
    )]
    SamePersonTwice {
        /// The person.
        name: String,
    },
    /// One share envelope stands behind two approvals.
    #[error(
        "{first} and {second} approved from the same envelope (share {index}), so this is one custodian, not two. Nothing was done. Each custodian approves with an envelope of their own."
    )]
    EnvelopeUnderTwoNames {
        /// Who approved first.
        first: String,
        /// Who approved next.
        second: String,
        /// The share.
        index: u8,
    },
    /// One key stands under two names.
    #[error(
        "The same approval key stands under two names, {first} and {second}; one key is one person. Nothing was done. Check who holds this key; if it was shared, rotate."
    )]
    KeyUnderTwoNames {
        /// The name on record.
        first: String,
        /// The other name.
        second: String,
    },
    /// A key that nobody in this vault has.
    #[error(
        "The signature under the name {name} was made with a key that is nobody's in this vault (fingerprint {signer}). Nothing was done. Only people enrolled in this vault can sign."
    )]
    UnknownKey {
        /// The name it claims.
        name: String,
        /// The key's fingerprint, hex.
        signer: String,
    },
    /// The signature does not hold over this act.
    #[error(
        "The signature of {name} does not hold for this act: it was made for another one, or changed since. Nothing was done. {name} reads the act again and signs it anew."
    )]
    BadSignature {
        /// Who is said to have signed.
        name: String,
    },
    /// The key had ended.
    #[error(
        "The approval key of {name} ended with change {until} of this vault, and this act is for change {seq}. Nothing was done. Ask someone who serves now."
    )]
    Ended {
        /// The person.
        name: String,
        /// The last seq that counts.
        until: u64,
        /// The act's seq.
        seq: u64,
    },
    /// The key had not begun.
    #[error(
        "The approval key of {name} counts from change {since} of this vault, and this act is for change {seq}. Nothing was done. Ask someone who serves now."
    )]
    NotYetServing {
        /// The person.
        name: String,
        /// The first seq that counts.
        since: u64,
        /// The act's seq.
        seq: u64,
    },
    /// An unlock file signed where only a terminal may.
    #[error(
        "The signature of {name} came from an unlock file, and a production vault takes signatures from the terminal alone. Nothing was done. {name} types the passphrase at the terminal."
    )]
    UnlockFileSignature {
        /// The signer.
        name: String,
    },
    /// The approval id was consumed before.
    #[error(
        "This approval was used before: its act is already recorded, and one approval serves one act. Nothing was done a second time. Ask for approval anew if the act is wanted again."
    )]
    Replayed {
        /// The approval id, 64 lower-case hex digits.
        approval_id: String,
    },
    /// The act is no longer the one that was signed.
    #[error(
        "What was approved is not what would be done now: {} changed since. The signatures are void and nothing was done. Read the act as it is now and approve it anew.",
        list(.differences)
    )]
    Changed {
        /// What differs.
        differences: Vec<Difference>,
    },
}

fn list(differences: &[Difference]) -> String {
    let words: Vec<&str> = differences.iter().map(|d| d.words()).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}
