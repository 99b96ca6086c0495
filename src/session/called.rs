//! Under which other words people look for an act or a place: what they call it on paper, at the service, or on another
//! device. Said once here; the palette and the menu of the lines find by it.

use crate::text::tr;

/// The id of an act (or of a place, as the menu of the lines has it, or of something that happened), and other words for it. Two at least, so that the
/// list of texts takes a row for what is read, and never for a name.
const CALLED: &[(&str, &str)] = &[
    (
        "due",
        "home next now what todo task tasks overview first everything",
    ),
    (
        "partner",
        "practice practise sample samples try counterparty partner partners aws bank processor demo",
    ),
    (
        "files",
        "file files folder folders browse inspect picker path paths",
    ),
    (
        "keys",
        "list kcv check value checksum aliases search find inventory compare compared uncompared",
    ),
    ("deletions", "undo pending countdown countdowns scheduled"),
    (
        "approvals",
        "approve sign signature signatures request requests quorum pending waiting dual control eyes decline reject withdraw cancel",
    ),
    (
        "exchange",
        "token tokens receipt receipts partners counterparty sent trust aws bank processor confirm confirmation courier",
    ),
    (
        "ceremonies",
        "ceremony rehearse rehearsal run script scripts play resume practices practised exercise aws partners save training tutorial demo procedure steps continue exception",
    ),
    (
        "people",
        "custodian custodians person people witness witnesses administrator share shares envelope envelopes passphrase passphrases words holder staff password passwords enrolment",
    ),
    (
        "card",
        "state sequence six words rollback witness print paper",
    ),
    (
        "audit",
        "log logs journal history chain events trail auditor who when happened",
    ),
    (
        "evidence",
        "report reports minutes bundle auditor assessor inspection record records proof runs print printed pdf",
    ),
    (
        "rehearse",
        "practice practise rehearse rehearsal ceremony ceremonies script scripts try training tutorial demo exercise sample play run learn trial",
    ),
    (
        "open",
        "unlock passphrase passphrases password login logon enter work continue resume",
    ),
    (
        "elsewhere",
        "unlock stick usb medium path browse find folder other login",
    ),
    ("create", "new make init setup start vault"),
    (
        "doctor",
        "fit fitness ready machine network offline online cable swap memory clock time check host health camera usb version about",
    ),
    (
        "settings",
        "theme themes colour colours color colors glyphs ascii contrast dark light mouse display look language languages",
    ),
    (
        "help",
        "manual explain what how now next todo guide documentation shortcut shortcuts stuck",
    ),
    ("close", "quit exit leave end stop close logout"),
    ("lock", "lock hide blank screen away break lunch"),
    ("qr", "qr code picture camera scan phone"),
    ("export", "send wrap out ways aws give"),
    (
        "import",
        "receive unwrap in ways aws get somebody sends papers",
    ),
    (
        "vault.clock-ahead",
        "clock time behind reset battery 2000 watch wrong days year",
    ),
    (
        "vault.clock-back",
        "clock time ahead back watch wrong hour year",
    ),
    (
        "create-key",
        "make generate new add kek zmk bdk pair software",
    ),
    ("import-key.root-certificate", "trust ca anchor fingerprint"),
    (
        "import-key.trusted-certificate",
        "intermediate ca chain trust",
    ),
    ("import-key.rsa-wrap", "cryptogram oaep unwrap"),
    ("import-key.tr31", "tr31 x9.143 keyblock block unwrap"),
    ("import-key.tr34", "tr34 krd unwrap receive"),
    (
        "import-key.components",
        "component share parts clear form combine xor zmk paper papers slip slips three",
    ),
    ("export-key.rsa-wrap", "cryptogram oaep wrap send"),
    ("export-key.tr31", "tr31 x9.143 keyblock block wrap send"),
    ("export-key.tr34", "tr34 kdh wrap send"),
    (
        "export-key.components",
        "component share parts clear split paper papers slip slips print printed printer",
    ),
    ("ipek", "dukpt ik initial bdk ksn serial terminal derive"),
    (
        "get-parameters-for-import",
        "token wrapping certificate parameters receive krd",
    ),
    (
        "get-parameters-for-export",
        "token signing certificate parameters kdh",
    ),
    ("get-public-key-certificate", "public pair certificate"),
    (
        "get-certificate-signing-request",
        "csr request sign authority ca",
    ),
    ("tr34.unbind", "ubt release device"),
    ("tr34.rebind", "rbt move device"),
    ("tr34.random", "nonce rt two-pass"),
    ("create-alias", "alias name label"),
    ("tag-resource", "rename relabel label note name"),
    (
        "delete-key",
        "delete destroy destruction erase remove wipe shred",
    ),
    (
        "restore-key",
        "undo undelete take back cancel mistake wrong delete deletion",
    ),
    ("start-key-usage", "activate use again switch on"),
    ("stop-key-usage", "deactivate suspend block switch off"),
    ("lost", "paper papers words stolen missing gone mislaid"),
    ("left", "leaver resigned joins replace"),
    (
        "vault.backup",
        "backup copy duplicate stick usb medium second disaster archive",
    ),
    (
        "vault.restore",
        "restore backup recover recovery copy broken lost disaster stick usb",
    ),
    ("vault.drill", "drill yearly exercise test"),
    (
        "vault.rotate",
        "rotate rotation renew lost stolen change passphrase passphrases password words forgotten reset stick usb",
    ),
    (
        "vault.replace",
        "left joins new person custodian leaver leaves leaving absent resign resigned fired sick dead",
    ),
    ("vault.reshare", "renew media share shares envelopes"),
    ("vault.recovery-set", "recovery emergency escrow"),
    ("vault.recovery-drill", "recovery drill yearly"),
    (
        "vault.policy",
        "rules quorum thresholds threshold policy software dual control camera qr",
    ),
    ("vault.inventory", "check values other class test keys"),
    (
        "vault.suspect",
        "compromise compromised breach exposed incident clear wrong key mistake",
    ),
    ("vault.access", "serial bag package envelope access log"),
    (
        "vault.appoint",
        "appointment letter form stand-in deputy holiday vacation sick absent",
    ),
    ("vault.exempt", "managers reporting line"),
    (
        "vault.attest-destroyed",
        "destroy destruction destroyed copy",
    ),
    (
        "vault.envelopes-destroyed",
        "destroy destruction destroyed old envelope envelopes paper words shredded lost",
    ),
    (
        "vault.components-destroyed",
        "destroy destruction destroyed papers shredded",
    ),
    (
        "too-few",
        "quorum absent sick holiday vacation missing emergency locked out disaster dead",
    ),
    (
        "papers",
        "form forms print printed enrolment enrollment policy rules",
    ),
];

/// Other words for an act or a place, in the language of the screens; empty where there are none.
pub fn called(id: &str) -> &'static str {
    let mut known = CALLED.iter();
    known
        .find(|(named, _)| *named == id)
        .map_or("", |(_, words)| tr(words))
}

/// Whether somebody who types this means the act or the place, by one of its other words.
pub fn means(id: &str, typed: &str) -> bool {
    let wanted = typed.trim().to_lowercase();
    called(id).split_whitespace().any(|word| word == wanted)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::session::happened::HAPPENED;
    use crate::session::op;

    /// Places of the workstation that are no acts.
    const PLACES: [&str; 24] = [
        "rehearse",
        "open",
        "elsewhere",
        "create",
        "due",
        "partner",
        "files",
        "keys",
        "deletions",
        "approvals",
        "exchange",
        "ceremonies",
        "people",
        "card",
        "audit",
        "evidence",
        "doctor",
        "settings",
        "help",
        "close",
        "lock",
        "qr",
        "export",
        "import",
    ];

    #[test]
    fn every_row_is_of_something_and_stands_once() {
        let mut seen = BTreeSet::new();
        for (id, words) in CALLED {
            let act = *id == "ipek" || op::named(id).is_some();
            let answer = HAPPENED.iter().any(|one| one.id == *id);
            assert!(act || answer || PLACES.contains(id), "{id} is nothing");
            assert!(seen.insert(id), "{id} twice");
            assert!(words.contains(' '), "{id}: two words at least");
            let lower = words
                .chars()
                .all(|c| !c.is_uppercase() && (c.is_alphanumeric() || " .-".contains(c)));
            assert!(lower, "{id}: {words}");
        }
        for op in op::OPS.iter().filter(|op| op.name != op::ACT_LIST.name) {
            assert!(!called(op.name).is_empty(), "no other words: {}", op.name);
        }
    }

    #[test]
    fn a_word_is_meant_whole_and_in_any_case() {
        assert!(means("people", " Envelope "));
        assert!(means("close", "quit"));
        assert!(!means("close", "qui"));
        assert!(!means("nobody knows it", "quit"));
    }
}
