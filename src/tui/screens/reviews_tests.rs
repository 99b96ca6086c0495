//! Reviews before a key leaves: what protects it is judged in words there, behind the steps that led to it.

use super::review::Review;
use super::tests::{KEK, ROOT, held};
use crate::session::build::{self, Answers};
use crate::session::{Session, handover};
use crate::text::tr;
use crate::tui::acts::Draft;
use crate::tui::room::{Room, acted};

const SAMPLE: &str = "ceremonies/samples/get-parameters-for-import-rsa2048.json";

const fn leaves<'a>(usage: &'a str, modes: &'a str, label: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("usage", usage),
        ("algorithm", "TDES_2KEY"),
        ("modes", modes),
        ("exportable", "yes"),
        ("label", label),
    ]
}

fn answers(texts: &[(&str, &str)]) -> Answers {
    let texts = texts.iter();
    let sample = std::fs::read(SAMPLE).unwrap();
    Answers {
        texts: texts
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        files: [("parameters".to_owned(), sample)].into(),
        by: String::new(),
    }
}

/// The review of an act as its form leads to it.
fn reviewed(session: Session, op: &'static str, texts: &[(&str, &str)]) -> Room {
    let answers = answers(texts);
    let action = build::action(&session, op, &answers).unwrap();
    let pending = session.preview(&action).unwrap();
    let request = serde_json::to_string_pretty(&handover::aws_request(&action)).unwrap();
    let out = Some("/media/stick/out".into());
    let draft = Draft { op, answers, out };
    let steps = vec![(tr("Answers"), String::new())];
    let review = Review::new(draft, pending, &request, 1).behind(steps, (2, 3));
    Room::new(review, session)
}

fn says_the_verdict(room: &mut Room) {
    let whole = |room: &mut Room| {
        let mut text = room.text();
        room.press("<PgDn>");
        text.push_str(&room.text());
        room.press("<PgUp>");
        text
    };
    let text = whole(room);
    assert!(text.contains("verdict"), "{text}");
    assert!(text.contains("strong enough for this key"), "{text}");
    assert!(text.contains("2 of 3: review"), "{text}");
}

#[test]
fn a_block_says_whether_its_wrapping_key_is_strong_enough() {
    let pek = leaves("P0", "B", "pek-x");
    let session = held(&[KEK, ("create-key", &pek)]);
    let texts = [
        ("key", "pek-x"),
        ("wrap", "kek-partner-x"),
        ("output", "pek.json"),
    ];
    let mut room = reviewed(session, "export-key.tr31", &texts);
    says_the_verdict(&mut room);
    room.check("review-tr31");
}

#[test]
fn an_initial_key_says_whether_its_wrapping_key_is_strong_enough() {
    let bdk = leaves("B0", "X", "bdk-x");
    let session = held(&[KEK, ("create-key", &bdk)]);
    let texts = [
        ("key", "bdk-x"),
        ("serial", "FFFF9876543210E00000"),
        ("wrap", "kek-partner-x"),
        ("output", "ipek.json"),
    ];
    let mut room = reviewed(session, "export-key.tr31", &texts);
    room.shows(&[
        "─ Export a terminal's initial key (IPEK) ─ 2 of 3: review",
        "INITIAL KEY",
    ]);
    says_the_verdict(&mut room);
    room.check("review-ipek");
}

/// All of a review, read page by page, without its line ends.
fn read_whole(room: &mut Room) -> String {
    let mut text = String::new();
    for _ in 0..4 {
        text.push_str(&room.text());
        room.press("<PgDn>");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was typed stood in the form alone: whoever signed read another number than the one on the label that was read wrong.
#[test]
fn a_terminals_number_that_was_typed_with_a_counter_is_told_to_whoever_signs() {
    let bdk = leaves("B0", "X", "bdk-x");
    let told = |serial: &str| {
        let session = held(&[KEK, ("create-key", &bdk)]);
        let texts = [
            ("key", "bdk-x"),
            ("serial", serial),
            ("wrap", "kek-partner-x"),
            ("output", "ipek.json"),
        ];
        let mut room = reviewed(session, "export-key.tr31", &texts);
        let review = read_whole(&mut room);
        room.press("<Enter><Enter>");
        (review, read_whole(&mut room))
    };
    let (review, signed) = told("ffff9876543210e00001");
    for page in [&review, &signed] {
        assert!(page.contains("FFFF 9876 5432 10E0 0000"), "{page}");
        assert!(page.contains("typed as FFFF 9876 5432 10E0 0001"), "{page}");
    }
    assert!(signed.contains("Which custodian signs next?"), "{signed}");
    assert!(review.contains("base key stays here"), "{review}");
    assert!(!told("FFFF9876543210E00000").0.contains("typed as"));
}

/// A key was made, another went out under it, and nobody on earth could open the block.
#[test]
fn a_wrapping_key_that_nobody_else_has_is_told_where_it_is_chosen_and_signed_for() {
    const TOLD: &str =
        "kek-partner-x has never left this vault: nobody else can open this block yet";
    let pek = leaves("P0", "B", "pek-x");
    let texts = [
        ("key", "pek-x"),
        ("wrap", "kek-partner-x"),
        ("output", "pek.json"),
    ];
    let mut session = held(&[KEK, ROOT, ("create-key", &pek)]);
    let mut room = reviewed(session, "export-key.tr31", &texts);
    let review = read_whole(&mut room);
    assert!(review.contains(TOLD), "{review}");
    let world = &room.state.world;
    let view = world.view.as_deref().unwrap();
    let row = |label: &str| view.keys.iter().find(|row| row.label == label).unwrap();
    let noted = |view: &crate::session::View, pek: &str| {
        let entries = crate::session::guide::wrapping(view, "export-key.tr31", "wrap", pek);
        let entry = entries.into_iter().find(|e| e.label == "kek-partner-x");
        entry.unwrap().note
    };
    let pek_arn = row("pek-x").key.key_arn.clone();
    let note = noted(view, &pek_arn);
    assert!(note.contains("nobody else has it"), "{note}");
    // Another that came from somebody, or went there, stands before it.
    let other = [
        ("usage", "K0"),
        ("algorithm", "TDES_3KEY"),
        ("modes", "B"),
        ("exportable", "yes"),
        ("label", "kek-went"),
    ];
    session = held(&[KEK, ROOT, ("create-key", &other), ("create-key", &pek)]);
    let out = [
        ("key", "kek-went"),
        ("ca", "aws-root"),
        ("output", "went.json"),
    ];
    let action = build::action(&session, "export-key.rsa-wrap", &answers(&out)).unwrap();
    acted(&mut session, action);
    let entries = crate::session::guide::wrapping(&session.view(), "export-key.tr31", "wrap", "");
    let two: Vec<&str> = entries.iter().take(2).map(|e| e.label.as_str()).collect();
    assert_eq!(two, ["kek-went", "kek-partner-x"]);
    // Once it went to somebody it is theirs too.
    session = held(&[KEK, ROOT, ("create-key", &pek)]);
    let out = [
        ("key", "kek-partner-x"),
        ("ca", "aws-root"),
        ("output", "kek.json"),
    ];
    let action = build::action(&session, "export-key.rsa-wrap", &answers(&out)).unwrap();
    acted(&mut session, action);
    let note = noted(&session.view(), &pek_arn);
    assert!(!note.contains("nobody else has it"), "{note}");
    let mut room = reviewed(session, "export-key.tr31", &texts);
    let review = read_whole(&mut room);
    assert!(!review.contains("never left"), "{review}");
}

/// Deletion and its end say what they mean; whoever disabled a root read its algorithm and its check value.
#[test]
fn whoever_disables_or_enables_a_key_reads_what_comes_of_it() {
    let pek = leaves("P0", "B", "pek-x");
    let about = |key: &str, disabled: bool| {
        let mut session = held(&[KEK, ROOT, ("create-key", &pek)]);
        if disabled {
            let stop = build::action(&session, "stop-key-usage", &answers(&[("key", key)]));
            acted(&mut session, stop.unwrap());
        }
        let op = if disabled {
            "start-key-usage"
        } else {
            "stop-key-usage"
        };
        read_whole(&mut reviewed(session, op, &[("key", key)]))
    };
    for (key, disabled, words) in [
        (
            "aws-root",
            false,
            "certificates under it are not believed: no key goes to whoever stands under it",
        ),
        ("aws-root", true, "certificates under it are believed again"),
        (
            "kek-partner-x",
            false,
            "no key comes in or goes out under it in a key block",
        ),
        (
            "kek-partner-x",
            true,
            "keys come in and go out under it again",
        ),
        ("pek-x", false, "it does not leave this vault"),
        ("pek-x", true, "it may leave again"),
    ] {
        let review = about(key, disabled);
        assert!(review.contains(words), "{key}: {review}");
    }
}

/// The file that is handed to the other side is named, as it will be written, before anybody signs.
#[test]
fn the_review_of_a_certificate_that_is_given_out_names_its_file() {
    let asked = [
        ("form", "TR34_KEY_BLOCK"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let mut room = reviewed(held(&[KEK]), "get-parameters-for-import", &asked);
    let review = read_whole(&mut room);
    assert!(review.contains("file ours.rehearsal.json"), "{review}");
}

#[test]
fn a_token_says_whether_receiver_and_signer_are_strong_enough() {
    let mut session = held(&[KEK, ROOT]);
    let asked = [
        ("form", "TR34_KEY_BLOCK"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let action = build::action(&session, "get-parameters-for-export", &answers(&asked)).unwrap();
    acted(&mut session, action);
    let texts = [
        ("key", "kek-partner-x"),
        ("ca", "aws-root"),
        ("output", "kek.json"),
    ];
    let mut room = reviewed(session, "export-key.tr34", &texts);
    says_the_verdict(&mut room);
    room.check("review-tr34");
}

/// From its last question to its review a wizard goes on counting.
#[test]
fn a_review_has_its_number_and_on_a_wide_screen_the_steps() {
    let session = held(&[KEK]);
    let mut room = Room::new(super::home::Home::new(), session);
    room.press("n<Enter><Enter><Enter><Enter>kek-y<Enter>");
    room.shows(&["Create key ─ 6 of 6: review"]);
    let look = crate::tui::snapshot::appearance();
    let wide = crate::tui::snapshot::drawn(&mut room.state, 140, 40, &look);
    let text = crate::tui::snapshot::text(&wide);
    for words in ["► Review", "2 custodians sign", "Request to the service"] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

/// Everything after the signatures spoke of a holder, and waited for a receipt, where there was nobody.
#[test]
fn what_left_under_a_key_that_nobody_else_has_says_what_is_sent_first() {
    let pek = leaves("P0", "B", "pek-x");
    let texts = [
        ("key", "pek-x"),
        ("wrap", "kek-partner-x"),
        ("output", "pek.json"),
    ];
    let mut session = held(&[KEK, ROOT, ("create-key", &pek)]);
    let exported = |session: &mut Session| {
        let action = build::action(session, "export-key.tr31", &answers(&texts)).unwrap();
        let executed = session.act(action.clone(), None, None).unwrap();
        handover::of(session, &action, &executed).unwrap()
    };
    let told = |session: &Session| {
        let mut view = session.view();
        // Its file is on a medium.
        view.unwritten = std::sync::Arc::default();
        let due = crate::session::due::due(&view, view.now);
        let mut due = due.into_iter().filter(|due| due.kind == "receipt");
        due.next().map(|due| (due.what, due.who)).unwrap()
    };
    let files = exported(&mut session);
    let (what, who) = told(&session);
    assert_eq!(what, "first send kek-partner-x; nobody holds it yet");
    assert_eq!(who, "nobody yet");
    assert!(
        files.next.contains("Wait for kek-partner-x"),
        "{}",
        files.next
    );
    let first = crate::session::holders::first_of(&session.view(), &files.sha256());
    assert!(first.is_some_and(|first| first.starts_with("First send kek-partner-x")));
}

/// The other side is asked for the root's fingerprint first; it stood in NEXT.txt alone.
#[test]
fn what_is_given_out_shows_the_fingerprint_of_the_root_above_it_too() {
    let texts = [
        ("form", "TR34_KEY_BLOCK"),
        ("algorithm", "RSA_3072"),
        ("output", "ours.json"),
    ];
    let mut session = held(&[]);
    let action = build::action(&session, "get-parameters-for-import", &answers(&texts)).unwrap();
    let executed = session.act(action.clone(), None, None).unwrap();
    let next = handover::of(&session, &action, &executed).unwrap().next;
    let lines = super::done_words::issued(&executed);
    for label in ["its SHA-256", "root's SHA-256"] {
        let line = lines.iter().find(|line| line.label == label);
        let digest = line
            .unwrap_or_else(|| panic!("no {label}"))
            .value
            .replace(' ', "");
        assert!(
            next.contains(&digest),
            "{label}: {digest} is not in\n{next}"
        );
    }
}

/// Whoever loads the terminal is told as well what comes first, where the block's key has never left.
#[test]
fn an_initial_key_under_a_key_that_nobody_else_has_says_what_is_sent_first() {
    let base = leaves("B0", "X", "bdk-x");
    let texts = [
        ("key", "bdk-x"),
        ("wrap", "kek-partner-x"),
        ("serial", "FFFF9876543210E00000"),
        ("output", "ik.json"),
    ];
    let mut session = held(&[KEK, ("create-key", &base)]);
    let action = build::action(&session, "export-key.tr31", &answers(&texts)).unwrap();
    let executed = session.act(action.clone(), None, None).unwrap();
    let files = handover::of(&session, &action, &executed).unwrap();
    assert!(
        files.next.contains("2. Wait for kek-partner-x"),
        "{}",
        files.next
    );
    assert!(files.next.contains("3. Load WrappedKey"), "{}", files.next);
    assert!(files.next.contains("4. Compare by eye"), "{}", files.next);
}
