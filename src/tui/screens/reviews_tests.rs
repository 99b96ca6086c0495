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
    room.shows(&["INITIAL KEY"]);
    says_the_verdict(&mut room);
    room.check("review-ipek");
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
