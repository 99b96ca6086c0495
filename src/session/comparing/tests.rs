//! A key that people took in by a form: hidden until it is compared, and what is on record of that.

use super::*;
use crate::session::custody_tests::{NEW, OLD, hands, open_all, passphrases, rotation};
use crate::session::due::{Goes, due};
use crate::session::tests::{act, answers, practice};
use crate::session::*;
use crate::vault::{Fault, FaultStore, MemoryStore};

const KEYS: [(&str, &str); 2] = [("K1", "zone"), ("P0", "pek")];

/// A vault with a key above and one that went out under it, and the file that it went in.
pub(in crate::session) fn sender() -> (MemoryStore, Session, Vec<u8>) {
    let (store, mut session) = practice(true);
    for (usage, label) in KEYS {
        let fields = [
            ("usage", usage),
            ("algorithm", "AES_128"),
            ("modes", "B"),
            ("exportable", "yes"),
            ("label", label),
        ];
        act(&mut session, "create-key", &fields, &[]).unwrap();
    }
    let file = sent(&mut session);
    (store, session, file)
}

/// The file in which pek goes out under zone.
pub(in crate::session) fn sent(session: &mut Session) -> Vec<u8> {
    let block = [("key", "pek"), ("wrap", "zone"), ("output", "pek.json")];
    let action = build::action(session, "export-key.tr31", &answers(&block, &[])).unwrap();
    let executed = session.act(action.clone(), None, None).unwrap();
    handover::of(session, &action, &executed).unwrap().request
}

pub(in crate::session) const BLOCK: [(&str, &str); 2] = [("wrap", "zone"), ("label", "came")];

/// The key comes in as people bring it: by the act's form.
pub(in crate::session) fn came_by_form(session: &mut Session, file: &[u8]) -> String {
    let given = answers(&BLOCK, &[("file", file)]);
    let action = build::action(session, "import-key.tr31", &given).unwrap();
    let id = session.approved_by_held(action, None).unwrap().id;
    session.describe(&id, "import-key.tr31", &given);
    let execute = Command::Execute {
        id,
        prepared: None,
        arrow: None,
    };
    match session.perform(execute).unwrap() {
        Outcome::Executed(done) => done.responses[0].key().unwrap().key_arn.clone(),
        other => panic!("{other:?}"),
    }
}

fn waiting() -> (MemoryStore, Session, String) {
    let (store, mut session, file) = sender();
    let arn = came_by_form(&mut session, &file);
    (store, session, arn)
}

fn said(session: &mut Session, arn: &str, says: Says) -> Result<Judged, Refusal> {
    let comparison = Comparison {
        key: arn.to_owned(),
        by: "Wim".into(),
        says,
    };
    match session.perform(Command::Compare(comparison))? {
        Outcome::Compared(judged) => Ok(judged),
        other => panic!("{other:?}"),
    }
}

pub(in crate::session) fn typed(session: &mut Session, arn: &str, value: &str) -> Judged {
    said(session, arn, Says::Typed(value.to_owned())).unwrap()
}

fn row(session: &Session, arn: &str) -> KeyRow {
    let keys = session.view().keys;
    keys.iter().find(|r| r.key.key_arn == arn).unwrap().clone()
}

pub(in crate::session) fn value(session: &Session, arn: &str) -> String {
    session.check_value_on_record(arn).unwrap().to_owned()
}

/// What people read of the keys and in the log; the pek that was made here has the same value.
fn faces(session: &Session) -> String {
    let view = session.view();
    let came: Vec<_> = view.keys.iter().filter(|r| r.label == "came").collect();
    let log = session.trail().unwrap().lines;
    let log: Vec<_> = log.iter().map(|line| (&line.what, &line.written)).collect();
    format!("{came:?}\n{log:?}")
}

fn kinds(session: &Session) -> Vec<&'static str> {
    let view = session.view();
    due(&view, view.now).iter().map(|d| d.kind).collect()
}

/// The lines about comparisons: who, result, why.
fn lines(session: &Session) -> Vec<String> {
    let log = session.log_lines().unwrap();
    let lines = log.iter().filter(|line| line.contains(COMPARED));
    lines
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |path: &str| line.pointer(path).and_then(|v| v.as_str()).unwrap_or("-");
            let (who, result) = (text("/who/0"), text("/details/result"));
            format!("{who} {result} {}", text("/details/why"))
        })
        .collect()
}

#[test]
fn a_key_that_came_by_a_form_is_hidden_until_its_senders_value_is_typed() {
    let (store, session, arn) = waiting();
    let (own, seq) = (value(&session, &arn), session.view().seq);
    let seen = faces(&session);
    assert!(!seen.contains(&own) && seen.contains("hidden"), "{seen}");
    let hides = |session: &Session| session.trail().unwrap().lines.iter().any(|l| l.hides);
    assert!(hides(&session), "the page says that the file holds it");
    assert_eq!(row(&session, &arn).comparing, Some(Comparing::Waits));
    assert_eq!(guide::state_word(&row(&session, &arn)), "uncompared");
    let view = session.view();
    let lines_due = due(&view, view.now);
    let line = lines_due.iter().find(|d| d.kind == "compare").unwrap();
    assert!(matches!(&line.goes, Goes::Compare(key) if *key == arn));
    assert_eq!(line.what, "came is not compared yet");
    // As the door is closed and opened it still waits.
    session.close().unwrap();
    let mut session = open_all(store.snapshot(), OLD).unwrap();
    assert!(!faces(&session).contains(&own));
    // Small letters and spaces are how papers have it.
    let paper = format!("{} {}", &own[..3], &own[3..]).to_lowercase();
    assert_eq!(typed(&mut session, &arn, &paper), Judged::Agreed);
    let told = row(&session, &arn);
    assert_eq!((told.comparing, &told.key.key_check_value), (None, &own));
    let words = told.compared.unwrap();
    assert!(
        words.starts_with("with its sender's, by Wim, 20"),
        "{words}"
    );
    assert!(!kinds(&session).contains(&"compare"));
    assert!(!hides(&session));
    assert_eq!(lines(&session), ["Wim agreed -"]);
    assert_eq!(session.view().seq, seq, "no approval of anybody is voided");
    let again = said(&mut session, &arn, Says::Uncompared).unwrap_err();
    assert!(again.to_string().contains("does not wait"), "{again}");
}

#[test]
fn what_differs_is_recorded_with_the_usual_mistake_and_our_value_is_not_said() {
    let (_, mut session, arn) = waiting();
    let own = value(&session, &arn);
    let (_, as_tdes) = session.other_reading_on_record(&arn).unwrap();
    let none = "000000".to_owned();
    // Right as far as it goes: that is no difference, and not enough.
    let Judged::NotTaken(why) = typed(&mut session, &arn, &own[..4]) else {
        panic!("four digits count");
    };
    assert!(why.contains("Six digits") && !why.contains(&own), "{why}");
    assert_eq!(lines(&session), ["Wim not-taken too short"]);
    assert_eq!(row(&session, &arn).comparing, Some(Comparing::Waits));
    for (wrong, mistake, advice) in [
        (as_tdes, "another algorithm", "another algorithm"),
        (none, "no usual mistake", "another key than the sender's"),
    ] {
        let Judged::Differs(why) = typed(&mut session, &arn, &wrong) else {
            panic!("{wrong} is not {own}");
        };
        assert!(why.contains(advice) && !why.contains(&own), "{why}");
        assert!(lines(&session).last().unwrap().contains(mistake));
        let told = row(&session, &arn);
        assert_eq!(told.comparing, Some(Comparing::Differs));
        let words = told.compared.unwrap();
        assert!(
            words.contains("DIFFERS") && words.contains(mistake),
            "{words}"
        );
        let seen = faces(&session);
        assert!(!seen.contains(&own) && seen.contains("hidden"), "{seen}");
        assert!(kinds(&session).contains(&"compare"));
    }
    // Six digits, and wrong ones behind them.
    let longer = format!("{own}0123");
    let differs = matches!(typed(&mut session, &arn, &longer), Judged::Differs(_));
    assert!(differs, "one of 65536 keys has these digits");
    // It agrees in the end: the paper was read wrong.
    assert_eq!(typed(&mut session, &arn, &own), Judged::Agreed);
    assert_eq!(row(&session, &arn).comparing, None);
    assert_eq!(lines(&session).len(), 5);
}

/// That somebody looks at ours undoes no difference.
#[test]
fn a_key_that_differs_is_not_shown_and_whoever_signs_with_it_is_told() {
    let (_, mut session, arn) = waiting();
    assert!(matches!(
        typed(&mut session, &arn, "000000"),
        Judged::Differs(_)
    ));
    let refused = said(&mut session, &arn, Says::Uncompared).unwrap_err();
    assert!(refused.to_string().contains("differs"), "{refused}");
    assert_eq!(row(&session, &arn).comparing, Some(Comparing::Differs));
    assert!(kinds(&session).contains(&"compare"));
}

/// A tired Enter takes no key of which nobody knows whose it is, while there is another.
#[test]
fn a_key_that_nobody_compared_is_offered_last_and_says_so() {
    let (_, mut session, arn) = waiting();
    let offered = |session: &Session| {
        let mut view = session.view();
        // As if it were the first of the vault.
        let mut rows = view.keys.to_vec();
        rows.sort_by_key(|row| row.label != "came");
        view.keys = std::sync::Arc::new(rows);
        let entries = guide::keys(&view, "export-key.tr31", "key");
        let can: Vec<_> = entries.into_iter().filter(|e| e.off.is_none()).collect();
        assert_ne!(can.first().unwrap().label, "came");
        let last = can.last().unwrap();
        assert_eq!(last.label, "came");
        last.note.clone()
    };
    assert!(offered(&session).contains("uncompared"));
    typed(&mut session, &arn, "000000");
    assert!(offered(&session).contains("DIFFERS"));
}

#[test]
fn it_can_be_shown_uncompared_and_that_stays_on_record() {
    let (_, mut session, arn) = waiting();
    let nobody = Comparison {
        key: arn.clone(),
        by: "Zoe".into(),
        says: Says::Uncompared,
    };
    let refused = session.perform(Command::Compare(nobody)).unwrap_err();
    assert!(refused.to_string().contains("Zoe is not a person"));
    let own = value(&session, &arn);
    let shown = said(&mut session, &arn, Says::Uncompared).unwrap();
    assert_eq!(shown, Judged::Shown);
    let told = row(&session, &arn);
    assert_eq!(told.comparing, Some(Comparing::Shown));
    assert_eq!(told.key.key_check_value, own);
    let words = told.compared.unwrap();
    assert!(
        words.contains("Wim had it shown before anybody compared"),
        "{words}"
    );
    assert_eq!(lines(&session), ["Wim shown -"]);
    stays_uncompared_until_compared_late(&mut session, &arn, "Wim had ours shown");
}

/// That it was seen compares nothing: it is still to be done, and then the record says that it was not blind.
fn stays_uncompared_until_compared_late(session: &mut Session, arn: &str, saw: &str) {
    let told = row(session, arn);
    assert_eq!(told.comparing, Some(Comparing::Shown));
    assert_eq!(guide::state_word(&told), "uncompared");
    assert!(told.compared.unwrap().starts_with("not yet: "));
    assert!(kinds(session).contains(&"compare"));
    for again in [Says::Uncompared, Says::Typed("as-shown".into())] {
        let refused = said(session, arn, again).unwrap_err();
        assert!(refused.to_string().contains("shown already"), "{refused}");
    }
    // A difference hides it again, and is not undone by looking either.
    let own = value(session, arn);
    assert!(matches!(typed(session, arn, "000000"), Judged::Differs(_)));
    assert_eq!(row(session, arn).comparing, Some(Comparing::Differs));
    assert!(!faces(session).contains(&own));
    let refused = said(session, arn, Says::Typed("as-shown".into())).unwrap_err();
    assert!(refused.to_string().contains("differs"), "{refused}");
    assert_eq!(typed(session, arn, &own), Judged::Late);
    let told = row(session, arn);
    assert_eq!(told.comparing, None);
    let words = told.compared.unwrap();
    let not_blind = "not blind: with its sender's, by Wim, ";
    assert!(
        words.starts_with(not_blind) && words.contains(saw),
        "{words}"
    );
    assert!(!kinds(session).contains(&"compare"));
    assert_eq!(lines(session).last().unwrap(), "Wim agreed-late -");
    let log = session.trail().unwrap().lines;
    let said = |line: &TrailLine| line.what.contains("check value agrees, shown before");
    assert!(log.iter().any(said));
}

#[test]
fn practice_takes_ours_and_production_does_not() {
    let (_, mut session, arn) = waiting();
    session.profile = Profile::Production;
    let refused = said(&mut session, &arn, Says::Typed("as-shown".into())).unwrap_err();
    assert!(refused.to_string().contains("rehearsal and test"));
    session.profile = Profile::Rehearsal;
    assert_eq!(typed(&mut session, &arn, "as-shown"), Judged::AsShown);
    let words = row(&session, &arn).compared.unwrap();
    assert!(words.contains("nothing was compared"), "{words}");
    assert_eq!(lines(&session), ["Wim as-shown -"]);
    stays_uncompared_until_compared_late(&mut session, &arn, "Wim had ours shown");
}

#[test]
fn programs_are_answered_as_ever_and_the_key_says_that_nobody_compared() {
    let (_, mut session, file) = sender();
    let came = act(&mut session, "import-key.tr31", &BLOCK, &[("file", &file)]).unwrap();
    let key = came.responses[0].key().unwrap();
    assert_eq!(key.key_check_value, value(&session, &key.key_arn));
    let told = row(&session, &key.key_arn);
    assert_eq!(told.comparing, None);
    assert_eq!(guide::state_word(&told), "ready");
    assert!(told.compared.unwrap().starts_with("by nobody"));
    for (_, label) in KEYS {
        let view = session.view();
        let made = view.keys.iter().find(|r| r.label == label).unwrap();
        assert_eq!(made.compared, None, "{label} was made here");
    }
    // A vault of before has no such record, and a state without any is written as it always was.
    session.state.comparisons.clear();
    session.rows = std::sync::OnceLock::new();
    let told = row(&session, &key.key_arn);
    assert_eq!(told.compared.as_deref(), Some("not on record"));
    let bytes = minicbor_serde::to_vec(&session.state).unwrap();
    assert!(!bytes.windows(11).any(|w| w == b"comparisons"));
}

/// Power fails at any write: what was said is on record, and what is not on record was not said.
#[test]
fn a_comparison_cut_at_any_write_is_on_record_or_was_not_told() {
    let (store, session, arn) = waiting();
    let own = value(&session, &arn);
    session.close().unwrap();
    let mut seen = [0, 0];
    for at in 1..40 {
        // Killed before a write it is as after the one before.
        for fault in [Fault::Full, Fault::KilledDuring, Fault::KilledAfter] {
            let files = store.snapshot();
            let broken = FaultStore::new(files.clone(), at, fault);
            let Ok(mut session) = open_all(broken, OLD) else {
                continue;
            };
            let told = said(&mut session, &arn, Says::Typed(own.clone()));
            drop(session);
            let session = open_all(files.snapshot(), OLD).unwrap();
            let agreed = row(&session, &arn).comparing.is_none();
            assert!(
                agreed || told.is_err(),
                "{at} {fault:?}: said and not on record"
            );
            let line = lines(&session).contains(&"Wim agreed -".to_owned());
            assert!(line || !agreed, "{at} {fault:?}: on record without a line");
            assert_eq!(faces(&session).contains(&own), agreed);
            seen[usize::from(agreed)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

#[test]
fn a_vault_with_new_people_or_shares_keeps_the_record() {
    let (store, mut session, arn) = waiting();
    typed(&mut session, &arn, "000000");
    session.reshare_automatic("yearly", &hands(OLD)).unwrap();
    assert_eq!(row(&session, &arn).comparing, Some(Comparing::Differs));
    session
        .rotate_automatic(rotation(NEW), passphrases(NEW))
        .unwrap();
    session.close().unwrap();
    let session = open_all(store, NEW).unwrap();
    assert_eq!(row(&session, &arn).comparing, Some(Comparing::Differs));
    assert!(!faces(&session).contains(&value(&session, &arn)));
}
