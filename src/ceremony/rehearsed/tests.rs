//! Rehearsals as they are noted and found: which one lets a production run begin.

use super::*;

const TYPED: Option<Practised> = Some(Practised {
    answers: 14,
    by_f5: 2,
});
const F5: Option<Practised> = Some(Practised {
    answers: 14,
    by_f5: 14,
});

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

#[test]
fn what_is_told_of_a_note_is_what_became_of_it() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let noted = Noted::leaving(Some(&file), "aa", TYPED);
    assert!(
        noted.stands() && noted.told().contains("noted in "),
        "{noted:?}"
    );
    assert!(std::fs::read_to_string(&file).unwrap().contains("aa"));
    let nowhere = Noted::leaving(None, "aa", TYPED);
    assert!(!nowhere.stands() && nowhere.told().contains("--rehearsal-note"));
    let failed = Noted::leaving(Some(room.path()), "aa", TYPED);
    assert!(!failed.stands() && failed.told().contains("could not be noted"));
}

/// People practise: that the script answers itself shows that it goes through, and no more.
#[test]
fn a_rehearsal_without_people_opens_no_production() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let day = 86_400_000;
    let noted = Noted::leaving(Some(&file), "aa", None);
    assert_eq!(noted, Noted::Headless);
    assert!(noted.told().contains("people answer"), "{}", noted.told());
    let refused = find(Some(&file), "aa", WallClock.now(), day).unwrap_err();
    assert!(refused.contains("nobody practised it"), "{refused}");
    assert!(refused.contains("in which people answered"), "{refused}");
    leave(&file, "aa", TYPED).unwrap();
    leave(&file, "aa", None).unwrap();
    let found = find(Some(&file), "aa", WallClock.now(), day).unwrap();
    assert!(
        found.told().ends_with(
            ", where people typed 12 of 14 answers; practice answers (F5) gave the others"
        )
    );
    assert!(
        found
            .on_screen()
            .ends_with("with people, who typed 12 of 14 answers")
    );
}

/// An auditor read that people had answered, where F5 and Enter had gone through the whole script.
#[test]
fn a_rehearsal_by_f5_alone_is_taken_and_said_to_be_one() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let noted = Noted::leaving(Some(&file), "aa", F5);
    assert_eq!(noted, Noted::OnlyF5);
    assert!(noted.stands() && noted.told().contains("nobody typed"));
    let found = find(Some(&file), "aa", WallClock.now(), MAX_AGE).unwrap();
    assert!(
        found
            .told()
            .contains("14 of 14 answers were practice answers (F5)")
    );
    assert!(found.on_screen().contains("nobody typed"));
    // One of before this was noted still says what is known of it.
    let earlier = r#"{"script":"bb","build":"b","at":"2026-11-30T09:00:00Z","outcome":"completed","by":"people"}"#;
    std::fs::write(&file, earlier).unwrap();
    let found = find(Some(&file), "bb", at("2026-12-01T09:00:00Z"), MAX_AGE).unwrap();
    assert!(found.told().ends_with("by typing or with F5"));
}

#[test]
fn a_rehearsal_counts_for_its_script_and_its_days() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let day = 86_400_000;
    let now = at("2026-12-01T09:00:00Z");
    assert!(find(None, "aa", now, day).unwrap_err().contains("no place"));
    assert!(
        find(Some(&file), "aa", now, day)
            .unwrap_err()
            .contains("No rehearsal")
    );
    let line = |script: &str, at: &str, outcome: &str| {
        format!(r#"{{"script":"{script}","build":"b","at":"{at}","outcome":"{outcome}"}}"#)
    };
    let lines = [
        line("aa", "2026-11-29T09:00:00Z", "completed"),
        line("aa", "2026-11-30T09:00:00Z", "completed"),
        line("aa", "2026-12-01T08:00:00Z", "exception"),
        line("bb", "2027-01-01T00:00:00Z", "completed"),
        r#"{"script":"aa","bui"#.to_owned(),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let found = find(Some(&file), "aa", now, day).unwrap();
    assert_eq!(found.at, "2026-11-30T09:00:00Z");
    let late = at("2026-12-01T09:00:01Z");
    assert!(
        find(Some(&file), "aa", late, day)
            .unwrap_err()
            .contains("too old")
    );
    assert!(
        find(Some(&file), "bb", now, day)
            .unwrap_err()
            .contains("future")
    );
    assert!(
        find(Some(&file), "cc", now, day)
            .unwrap_err()
            .contains("another script")
    );
}

fn line(script: &str, at: &str) -> String {
    format!(r#"{{"script":"{script}","build":"b","at":"{at}","outcome":"completed"}}"#)
}

/// A laptop's wrong clock, or a file from elsewhere: the valid note beside it counts.
#[test]
fn a_note_from_the_future_hides_none_before_it() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let now = at("2026-12-01T09:00:00Z");
    let lines = [
        line("aa", "2026-11-30T09:00:00Z"),
        line("aa", "2036-01-01T00:00:00Z"),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let found = find(Some(&file), "aa", now, MAX_AGE).unwrap();
    assert_eq!(found.at, "2026-11-30T09:00:00Z");
    // Too old, it is what is told, and not the clock.
    let early = find(Some(&file), "aa", now, 3_600_000).unwrap_err();
    assert!(early.contains("too old"), "{early}");
}

#[test]
fn a_long_file_is_read_to_its_end_and_one_that_is_too_large_is_named() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("notes");
    let now = at("2026-12-01T09:00:00Z");
    let other = line("bb", "2026-11-30T09:00:00Z") + "\n";
    let mut text = line("aa", "2026-11-30T09:00:00Z") + "\n";
    text.push_str(&other.repeat((1 << 20) / other.len() + 1));
    text.push_str(&"x".repeat(10_000));
    text.push('\n');
    text.push_str(&line("cc", "2026-11-30T10:00:00Z"));
    std::fs::write(&file, text).unwrap();
    for script in ["aa", "bb", "cc"] {
        find(Some(&file), script, now, MAX_AGE).unwrap();
    }
    File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(LARGEST + 1)
        .unwrap();
    let full = leave(&file, "aa", TYPED).unwrap_err();
    assert!(full.contains("begins a new one"), "{full}");
    let unreadable = find(Some(room.path()), "aa", now, MAX_AGE).unwrap_err();
    assert!(unreadable.contains("cannot be read"), "{unreadable}");
}

#[test]
fn a_line_is_left_and_found() {
    let room = tempfile::tempdir().unwrap();
    let file = note_file(&room.path().join("new"));
    leave(&file, "aa", TYPED).unwrap();
    leave(&file, "aa", TYPED).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    assert!(find(Some(&file), "aa", WallClock.now(), MAX_AGE).is_ok());
}
