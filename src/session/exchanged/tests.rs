//! What was given out, used and sent is remembered, in a real practice vault.

use super::super::exchange_tests::{OwnPairs, own_pairs};
use super::super::tests::{act, answers};
use super::*;
use crate::session::build;

/// An act that writes a file, and that file's digest.
fn filed(
    session: &mut Session,
    op: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> handover::Handover {
    let action = build::action(session, op, &answers(fields, files)).unwrap();
    let executed = session.act(action.clone(), None, None).unwrap();
    handover::of(session, &action, &executed).unwrap()
}

fn make_pek(session: &mut Session) {
    let pek = [
        ("usage", "P0"),
        ("algorithm", "TDES_2KEY"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "pek"),
    ];
    act(session, "create-key", &pek, &[]).unwrap();
}

#[test]
fn a_token_is_unused_until_a_key_came_under_it_and_files_keep_their_digests() {
    let OwnPairs { mut session, .. } = own_pairs();
    make_pek(&mut session);
    let asked = [
        ("form", "KEY_CRYPTOGRAM"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let given = filed(&mut session, "get-parameters-for-import", &asked, &[]);
    let token = session.view().tokens.first().unwrap().clone();
    assert!(token.comes_in && token.used.is_empty());
    assert_eq!(token.file, "ours.rehearsal.json");
    assert_eq!(token.sha256, Some(given.sha256()));
    assert!(token.certificate.is_some());

    let fields = [("key", "pek"), ("ca", "root"), ("output", "pek.json")];
    let files = [("parameters", given.request.as_slice())];
    let sent = filed(&mut session, "export-key.rsa-wrap", &fields, &files);
    let view = session.view();
    let export = view.exports.first().unwrap();
    assert_eq!(export.sha256, Some(sent.sha256()));
    let root = view.counterparties.first().unwrap();
    assert_eq!(root.label, "root");
    assert_eq!(root.last, Some((export.at, true, "pek".to_owned())));

    let files = [("file", sent.request.as_slice())];
    let back = [("label", "back")];
    act(&mut session, "import-key.rsa-wrap", &back, &files).unwrap();
    let view = session.view();
    let used: Vec<&str> = view.tokens[0]
        .used
        .iter()
        .map(|(l, _)| l.as_str())
        .collect();
    assert_eq!(used, ["back"]);
    let due = crate::session::due::due(&view, view.now);
    assert!(
        due.iter()
            .all(|d| d.kind != "token" || !d.what.contains("unused"))
    );
}

#[test]
fn a_pairs_certificates_are_listed_and_a_program_that_asks_all_day_fills_nothing() {
    let OwnPairs { mut session, .. } = own_pairs();
    let count = session.view().given.len();
    assert_eq!(count, 2, "each pair gave out its certificate");
    let csr = [
        ("key", "signer"),
        ("common-name", "Us"),
        ("hash", "SHA256"),
        ("output", "r.json"),
    ];
    let asked = filed(&mut session, "get-certificate-signing-request", &csr, &[]);
    let view = session.view();
    let newest = view.given.first().unwrap();
    assert!(newest.request && newest.certificate.is_none());
    assert_eq!(newest.label, "signer");
    assert_eq!(newest.sha256, Some(asked.sha256()));
    // Without a file: as `call` asks.
    for _ in 0..2 {
        let request = serde_json::json!({"KeyIdentifier": newest.arn});
        let request = crate::api::Operation::GetPublicKeyCertificate
            .parse(&request)
            .unwrap();
        session.act(Action::control(request), None, None).unwrap();
    }
    assert_eq!(session.view().given.len(), count + 2);
}

#[test]
fn a_state_without_exchanges_is_written_as_before() {
    let bytes = minicbor_serde::to_vec(State::empty()).unwrap();
    for member in [b"given".as_slice(), b"received"] {
        assert!(!bytes.windows(member.len()).any(|part| part == member));
    }
}

/// A root that is here and not believed is said to be so, and nobody is told to import it once more.
#[test]
fn a_root_that_is_deleted_or_disabled_is_not_trusted_and_says_what_lifts_that() {
    use crate::session::guide;
    use crate::session::op_exchange::{EXPORT_TR34, IMPORT_TR34};
    use crate::session::view::RootStanding;
    let OwnPairs { mut session, .. } = own_pairs();
    make_pek(&mut session);
    let standing = |session: &Session| session.view().counterparties[0].standing;
    let told = |session: &Session| {
        let view = session.view();
        [EXPORT_TR34, IMPORT_TR34].map(|op| guide::off(&op, &view, None))
    };
    assert_eq!(standing(&session), RootStanding::Trusted);
    let before = told(&session);
    let root = [("key", "root")];
    let days = [("key", "root"), ("days", "7")];
    for (away, fields, back, stands, first) in [
        (
            "stop-key-usage",
            &root[..],
            "start-key-usage",
            RootStanding::Disabled,
            "enable it first",
        ),
        (
            "delete-key",
            &days[..],
            "restore-key",
            RootStanding::Deleting,
            "restore it first",
        ),
    ] {
        act(&mut session, away, fields, &[]).unwrap();
        assert_eq!(standing(&session), stands);
        for missing in told(&session) {
            let missing = missing.unwrap();
            assert!(missing.why.contains(first), "{missing:?}");
            assert_eq!(missing.first, Some(back));
        }
        act(&mut session, back, &root, &[]).unwrap();
        if stands == RootStanding::Deleting {
            // What comes back from a deletion is out of use at first.
            let _ = act(&mut session, "start-key-usage", &root, &[]);
        }
        assert_eq!(standing(&session), RootStanding::Trusted);
        assert_eq!(told(&session), before);
    }
}
