//! custody.toml: closed, strict, and found changed.

use super::*;
use crate::vault::testing::custody_file;

#[test]
fn round_trip_and_hash() {
    let file = custody_file(Profile::Test);
    let text = file.to_toml().unwrap();
    assert_eq!(CustodyFile::parse(text.as_bytes()).unwrap(), file);
    assert_eq!(
        file.sha256().unwrap(),
        CustodyFile::sha256_of(text.as_bytes())
    );
    assert!(text.starts_with("version = 1\n"));
}

#[test]
fn the_commitment_is_fixed_for_ever() {
    let commitment = share_commitment(&[1; 16], &[2; 16], true, 3, &[4; 32]);
    let by_hand = Sha256::digest(
        [
            b"keymoot/share/v1\0".as_slice(),
            &[1; 16],
            &[2; 16],
            &[0, 3],
            &[4; 32],
        ]
        .concat(),
    );
    assert_eq!(commitment, <[u8; 32]>::from(by_hand));
    assert_ne!(
        commitment,
        share_commitment(&[1; 16], &[2; 16], false, 3, &[4; 32])
    );
}

fn problem_after(change: impl Fn(&mut CustodyFile)) -> String {
    let mut file = custody_file(Profile::Test);
    change(&mut file);
    let text = toml::to_string(&file).unwrap();
    match CustodyFile::parse(text.as_bytes()) {
        Err(CustodyFileError::Malformed { problem }) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_alone_never_opens_or_uses() {
    assert!(problem_after(|f| f.k = 1).starts_with("k:"));
    assert!(problem_after(|f| f.t = 1).starts_with("t:"));
    assert!(problem_after(|f| f.t = 4).starts_with("t:"));
}

#[test]
fn people_keys_and_shares_are_distinct() {
    assert!(problem_after(|f| f.people[1].name = f.people[0].name.clone()).contains("twice"));
    assert!(
        problem_after(|f| f.people[3].approval_key = f.people[0].approval_key).contains("key of")
    );
    assert!(
        problem_after(|f| f.people[1].commitments = f.people[0].commitments.clone())
            .contains("share of")
    );
    assert!(problem_after(|f| f.people[1].index = Some(1)).contains("each once"));
    assert!(problem_after(|f| f.people[1].index = None).contains("custodians"));
}

#[test]
fn production_keeps_no_envelopes() {
    let problem = problem_after(|f| {
        f.profile = Profile::Production;
        f.people[0].envelopes = Some(Envelopes {
            share: Some(String::new()),
            approval: String::new(),
        });
    });
    assert!(problem.contains("production"));
}

#[test]
fn names_draw_nothing_on_a_terminal() {
    assert!(problem_after(|f| f.people[0].name = "a\u{1b}[2J".to_owned()).contains("control"));
    assert!(problem_after(|f| f.people[0].name = " a".to_owned()).contains("characters"));
    assert!(problem_after(|f| f.people[0].role = "owner".to_owned()).contains("role"));
}

#[test]
fn unknown_members_and_later_versions() {
    let text = custody_file(Profile::Test).to_toml().unwrap();
    let extra = text.replace("k = 2\n", "k = 2\nquorum = 1\n");
    assert!(matches!(
        CustodyFile::parse(extra.as_bytes()),
        Err(CustodyFileError::Malformed { problem }) if problem.contains("quorum")
    ));
    let newer = text.replace("version = 1", "version = 2\nsomething_new = true");
    assert_eq!(
        CustodyFile::parse(newer.as_bytes()).err(),
        Some(CustodyFileError::NewerVersion { found: 2 })
    );
    let upper = text.replace("set_id = \"02", "set_id = \"0A");
    assert!(CustodyFile::parse(upper.as_bytes()).is_err());
    assert!(CustodyFile::parse(b"\xff").is_err());
}
