//! Forms: what Enter checks, what F5 fills in.

use super::*;
use crossterm::event::{KeyCode, KeyModifiers};

fn field(id: &'static str, kind: Kind) -> AskField {
    AskField {
        practice: Some("7".into()),
        ..AskField::of(Field {
            id,
            label: id,
            hint: "",
            kind,
            optional: false,
        })
    }
}

/// It on so many columns and rows, and how many rows it used.
fn page(form: &Form, width: u16, height: u16) -> (String, u16) {
    let area = ratatui::layout::Rect::new(0, 0, width, height);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    let look = crate::tui::snapshot::appearance();
    let used = form.draw(&mut crate::tui::canvas::Canvas::new(&mut buffer, &look));
    (crate::tui::snapshot::text(&buffer), used)
}

fn typed(form: &mut Form, text: &str) {
    for c in text.chars() {
        form.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
    }
}

#[test]
fn enter_checks_then_asks_the_next_then_completes() {
    let mut form = Form::new(&[
        field("days", Kind::Number { min: 3, max: 180 }),
        field("word", Kind::Passphrase),
    ]);
    typed(&mut form, "1");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(
        form.lines[0]
            .error
            .as_ref()
            .unwrap()
            .contains("3 is the least")
    );
    // What was refused is replaced by what is typed next.
    typed(&mut form, "10");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.secret());
    assert_eq!(form.enter(), Pressed::Stays);
    typed(&mut form, "abc");
    assert_eq!(form.enter(), Pressed::Complete);
    let answers = form.take();
    assert!(matches!(&answers[0], Answer::Text(t) if t == "10"));
    assert!(matches!(&answers[1], Answer::Secret(s) if s.expose() == b"abc"));
}

/// Four digits of a terminal's number were left out: the sixteen that stood there went with the first of them.
#[test]
fn digits_that_are_wanting_are_typed_behind_those_that_stand_there() {
    let mut form = Form::new(&[AskField {
        practice: None,
        ..field("serial", Kind::Hex { min: 20, max: 24 })
    }]);
    typed(&mut form, "FFFF9876543210E0");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.lines[0].error.is_some());
    typed(&mut form, "0001");
    assert_eq!(form.text("serial").unwrap(), "FFFF9876543210E00001");
    let (shown, _) = page(&form, 70, 8);
    assert!(shown.contains("FFFF 9876 5432 10E0 0001"), "{shown}");
    assert_eq!(form.enter(), Pressed::Complete);
    // A letter that is no digit is another mistake: typing replaces what has it.
    form.set("serial", "FFFFO876543210E00001");
    assert_eq!(form.enter(), Pressed::Stays);
    typed(&mut form, "A");
    assert_eq!(form.text("serial").unwrap(), "A");
}

#[test]
fn practice_answers_fill_everything() {
    let mut form = Form::new(&[
        field("days", Kind::Number { min: 3, max: 180 }),
        field("word", Kind::Passphrase),
    ]);
    form.practise();
    assert_eq!(form.enter(), Pressed::Complete);
}

/// A reason that somebody had typed stood in the report as the practice answer: a passphrase was wrong, and F5 pressed.
#[test]
fn practice_answers_replace_nothing_that_was_typed() {
    let mut form = Form::new(&[
        field("reason", Kind::Text { max: 80 }),
        field("word", Kind::Passphrase),
    ]);
    typed(&mut form, "late");
    form.verb(Verb::NextField);
    typed(&mut form, "wrong");
    form.practise();
    assert_eq!(form.text("reason").as_deref(), Some("late"));
    form.typed_over();
    form.practise();
    assert_eq!(form.text("reason").as_deref(), Some("late"));
    assert_eq!(form.enter(), Pressed::Complete);
    let answers = form.take();
    assert!(matches!(&answers[1], Answer::Secret(s) if s.expose() == b"7"));
    // An answer that was itself refused is filled.
    let mut form = Form::new(&[field("days", Kind::Number { min: 3, max: 180 })]);
    typed(&mut form, "999");
    assert_eq!(form.enter(), Pressed::Stays);
    form.practise();
    assert_eq!(form.text("days").as_deref(), Some("7"));
}

/// F5 was offered under a refused reading and did nothing: the form itself had refused nothing of it.
#[test]
fn a_practice_answer_takes_the_place_of_one_that_the_whole_was_refused_for() {
    let mut form = Form::new(&[
        field("reason", Kind::Text { max: 80 }),
        field("days", Kind::Number { min: 3, max: 180 }),
    ]);
    typed(&mut form, "late");
    form.verb(Verb::NextField);
    typed(&mut form, "99");
    assert_eq!(form.enter(), Pressed::Complete);
    form.typed_over();
    form.refused(&crate::session::build::about(
        "days",
        "is more than the policy has.",
    ));
    form.practise();
    assert_eq!(form.text("days").as_deref(), Some("7"));
    assert_eq!(form.text("reason").as_deref(), Some("late"));
}

#[test]
fn an_enter_too_many_accuses_nobody_and_hides_no_fault() {
    let mut form = Form::of(&[crate::session::asked::SIGNING_PASSPHRASE]);
    let drawn = |form: &Form| {
        let lines = form.lines.iter();
        lines.map(|l| (l.waits, l.error.clone())).next().unwrap()
    };
    assert_eq!(form.enter(), Pressed::Stays);
    assert_eq!(drawn(&form), (true, None));
    form.key(&crossterm::event::KeyCode::Char('x').into());
    assert_eq!(drawn(&form), (false, None));
    // What was refused stays to be read, however often Enter is pressed.
    form.wipe();
    form.complain("passphrase", "The passphrase does not open it.");
    assert_eq!(form.enter(), Pressed::Stays);
    assert_eq!(
        drawn(&form),
        (false, Some("The passphrase does not open it.".into()))
    );
}

/// A choice that may be left out is left out until somebody chooses: its first entry is no answer.
#[test]
fn an_optional_choice_is_not_chosen_by_itself() {
    let op = crate::session::op_exchange::EXPORT_TR34;
    let choices = |f: &&Field| f.optional && matches!(f.kind, Kind::Choice(_));
    let fields: Vec<Field> = op.fields.iter().filter(choices).copied().collect();
    assert!(fields.len() >= 2, "token form and header version");
    let mut form = Form::of(&fields);
    for field in &fields {
        assert_eq!(form.text(field.id).as_deref(), Some(""), "{}", field.id);
    }
    form.verb(Verb::Down);
    let first = form.text(fields[0].id).unwrap();
    assert!(!first.is_empty(), "the next entry is the first real one");
}

#[test]
fn a_fingerprint_that_is_longer_than_its_row_is_seen_whole() {
    let mut form = Form::new(&[field("fingerprint", Kind::Fingerprint)]);
    let colons: Vec<String> = (0..32).map(|n| format!("{n:02X}")).collect();
    typed(&mut form, &colons.join(":"));
    let line = &form.lines[0];
    let shape = super::laid::Shape {
        focused: true,
        most: 5,
        help: super::laid::Help::All,
        beside: 24,
    };
    let (bare, rows) = (1 + 1, line.rows(78, shape));
    assert_eq!(rows, bare + 2 + 1, "two rows of groups, one of practice");
}

#[test]
fn no_row_stays_empty_while_fields_are_out_of_sight() {
    let fields: Vec<AskField> = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
        .map(|id| field(id, Kind::Text { max: 9 }))
        .to_vec();
    let mut form = Form::new(&fields);
    for at in 0..fields.len() {
        form.focus = at;
        for height in 3..14_u16 {
            let (text, used) = page(&form, 60, height);
            if text.contains("more below") || text.contains("more above") {
                assert_eq!(used, height, "field {at} in {height} rows:\n{text}");
            }
        }
    }
}

#[test]
fn the_field_of_a_phrase_takes_that_word_and_no_passphrase() {
    let mut phrase = field("phrase", Kind::Text { max: 20 });
    phrase.exactly = Some("delete".into());
    let mut form = Form::new(&[phrase]);
    typed(&mut form, "ded");
    assert_eq!(form.text("phrase").unwrap(), "de");
    typed(&mut form, "amber anchor");
    assert_eq!(form.text("phrase").unwrap(), "de");
    assert!(form.lines[0].error.as_ref().unwrap().contains("delete"));
    typed(&mut form, "lete");
    assert_eq!(form.text("phrase").unwrap(), "delete");
    assert_eq!(form.enter(), Pressed::Complete);
}

#[test]
fn tab_goes_from_the_last_field_to_the_first_and_digits_are_counted_at_once() {
    let mut form = Form::new(&[
        field("fingerprint", Kind::Fingerprint),
        field("word", Kind::Text { max: 9 }),
    ]);
    form.verb(Verb::NextField);
    form.verb(Verb::NextField);
    assert!(form.on("fingerprint"));
    form.verb(Verb::PreviousField);
    assert!(form.on("word"));
    form.verb(Verb::NextField);
    typed(&mut form, "0011 2233");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("fingerprint"));
    let error = form.lines[0].error.clone().unwrap();
    assert!(error.contains("has 8 hex digits, and 64"), "{error}");
}

#[test]
fn words_never_stay_in_the_field_of_an_envelope_and_the_cursor_goes_to_what_was_wrong() {
    use crate::session::asked::{OPENING_PASSPHRASE, SHARE_ENVELOPE};
    let mut form = Form::of(&[SHARE_ENVELOPE, OPENING_PASSPHRASE]);
    typed(&mut form, "/media/ben/Ben.approval.age");
    form.verb(Verb::NextField);
    typed(&mut form, "some words");
    form.unopened("This is the approval envelope of Ben; opening takes the share envelope. Nothing was opened.");
    assert!(form.on(SHARE_ENVELOPE.id));
    typed(&mut form, "headstone satisfied ransack unrevised unworn");
    let left = form.text(SHARE_ENVELOPE.id).unwrap();
    let error = form.lines[0].error.clone().unwrap();
    assert!(
        error.contains("words of it stood here"),
        "behind a path: {error}"
    );
    assert_eq!(left, "", "the rest of the words is not taken either");
    form.key(&KeyCode::Backspace.into());
    typed(&mut form, "./headstone of ben");
    assert_eq!(form.text(SHARE_ENVELOPE.id).unwrap(), "./headstone of ben");
    form.verb(Verb::NextField);
    form.unopened("The passphrase does not open this envelope. Nothing is locked.");
    assert!(form.on(OPENING_PASSPHRASE.id));
}

/// Nobody knows yet whether it is a path: words joined by hyphens are a passphrase as well.
#[test]
fn what_may_be_a_passphrase_is_drawn_as_dots_until_it_is_a_path() {
    use crate::session::asked::{OPENING_PASSPHRASE, SHARE_ENVELOPE};
    let drawn = |text: &str| {
        let mut form = Form::of(&[SHARE_ENVELOPE, OPENING_PASSPHRASE]);
        typed(&mut form, text);
        page(&form, 70, 8).0
    };
    for words in ["overprice", "Overprice-scorn-ember", "usb"] {
        let text = drawn(words);
        let dots = "•".repeat(words.len());
        assert!(!text.contains(words) && text.contains(&dots), "{text}");
    }
    for path in ["usb/", "./overprice", "Ada.share.age", "~", "/media/ada"] {
        assert!(drawn(path).contains(path), "{path}");
    }
}

/// Whoever goes back and corrects a field is led on field by field; the line Enter says where.
#[test]
fn enter_goes_to_the_next_field_below_and_past_none() {
    let names = ["a", "b", "c", "d"];
    let fields = names.map(|id| field(id, Kind::Text { max: 9 }));
    let mut form = Form::new(&fields);
    typed(&mut form, "one");
    assert_eq!(form.enter(), Pressed::Stays);
    // The second was left empty on the way to the third, and the way back leads over it.
    form.verb(Verb::NextField);
    assert!(form.on("c"));
    for _ in 0..2 {
        form.verb(Verb::PreviousField);
    }
    typed(&mut form, "s");
    assert_eq!(
        form.enter_says("done"),
        "keeps this and goes to the next field"
    );
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("b"), "the empty field was passed over");
    // From the last it goes back to what is open above, and says so.
    form.verb(Verb::PreviousField);
    form.verb(Verb::PreviousField);
    assert!(form.on("d"));
    typed(&mut form, "four");
    let says = form.enter_says("done");
    assert!(says.contains("goes back to b"), "{says}");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("b") && form.lines[1].error.is_some());
    typed(&mut form, "two");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("c"));
    typed(&mut form, "three");
    assert_eq!(form.enter_says("done"), "done");
    assert_eq!(form.enter(), Pressed::Complete);
}

#[test]
fn a_fingerprint_with_a_word_that_is_none_does_not_leave_its_field() {
    let mut form = Form::new(&[
        field("fingerprint", Kind::Fingerprint),
        field("source", Kind::Text { max: 20 }),
    ]);
    typed(&mut form, "wrong words here");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("fingerprint"));
    let error = form.lines[0].error.clone().unwrap();
    let words = "is no fingerprint: words 1, 2 and 3 are not in the word list";
    assert!(error.contains(words), "{error}");
    typed(&mut form, "as-shown");
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.on("source"));
}

fn component() -> [AskField; 3] {
    use crate::ceremony::{ComponentDigits, ops_components::ENTER};
    ["value", "again", "kcv"].map(|id| {
        let field = *ENTER.fields.iter().find(|f| f.id == id).unwrap();
        AskField {
            exactly: None,
            digits: (field.kind == Kind::Component).then_some(ComponentDigits {
                algorithm: crate::api::KeyAlgorithm::TDES_2KEY,
                tells_value: false,
            }),
            field,
            practice: None,
        }
    })
}

/// A letter that is none of a component's is answered, and a value of the wrong form costs nobody the digits.
#[test]
fn what_is_no_hex_digit_is_said_where_it_stands_and_nothing_is_wiped() {
    let mut form = Form::new(&component());
    typed(&mut form, "0123G");
    let error = form.lines[0].error.clone().unwrap();
    assert!(
        error.contains("no hex digit") && !error.contains('G'),
        "{error}"
    );
    typed(&mut form, "456789ABCDEFFEDCBA9876543210");
    assert_eq!(form.lines[0].error, None);
    assert_eq!(form.enter(), Pressed::Stays);
    typed(&mut form, "0123456789ABCDEFFEDCBA9876543210");
    assert_eq!(form.enter(), Pressed::Stays);
    typed(&mut form, "ZZ12");
    assert_eq!(form.enter(), Pressed::Stays);
    let error = form.lines[2].error.clone().unwrap();
    assert!(error.contains("Z, which is no hex digit"), "{error}");
    typed(&mut form, "08D7B4");
    assert_eq!(form.enter(), Pressed::Complete);
    assert!(form.wipe(), "digits of a component went");
}

/// A component that is typed where its check value goes is drawn for as many digits as such a value has, and no longer.
#[test]
fn a_component_in_the_field_of_its_check_value_is_wiped() {
    let mut form = Form::new(&component());
    let digits = "0123456789ABCDEFFEDCBA9876543210";
    typed(&mut form, digits);
    form.enter();
    typed(&mut form, digits);
    form.enter();
    assert!(form.on("kcv"));
    typed(&mut form, "0123456789");
    assert_eq!(form.text("kcv").as_deref(), Some("0123456789"));
    typed(&mut form, "ABCDEF0123456789");
    assert_eq!(form.text("kcv").as_deref(), Some(""));
    form.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
    typed(&mut form, "08D7B4");
    assert_eq!(form.text("kcv").as_deref(), Some("08D7B4"));
    typed(&mut form, "08D7B4");
    assert!(form.lines[2].error.as_ref().unwrap().contains("was wiped"));
}

#[test]
fn nobody_says_by_a_tired_enter_that_a_package_was_looked_at() {
    use crate::ceremony::ops_components::{RECEIVE, TAMPERED};
    let asked = *RECEIVE.fields.iter().find(|f| f.id == TAMPERED).unwrap();
    let mut form = Form::of(&[asked]);
    assert_eq!(form.enter(), Pressed::Stays);
    assert!(form.lines[0].error.is_some());
    form.verb(Verb::Down);
    assert_eq!(form.enter(), Pressed::Complete);
    assert!(matches!(&form.take()[0], Answer::Text(said) if said == "no"));
}

#[test]
fn a_passphrase_in_a_field_for_open_text_is_wiped_before_it_is_whole() {
    let mut form = Form::of(&[crate::session::op_custody::REASON]);
    typed(&mut form, "dynamite stem finisher gulp ");
    assert_eq!(form.text("reason").as_deref(), Some(""));
    let error = form.lines[0].error.clone().unwrap();
    assert!(error.contains("reads like a passphrase") && !error.contains("dynamite"));
    typed(&mut form, "hammock petal");
    assert_eq!(form.text("reason").as_deref(), Some(""));
    form.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
    form.paste("dynamite stem finisher gulp hammock container petal");
    assert_eq!(form.text("reason").as_deref(), Some(""));
    form.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
    typed(&mut form, "It was lost on a train.");
    assert_eq!(form.enter(), Pressed::Complete);
}

/// Nothing says for a holder that a paper was destroyed, nor for whoever watches that it was seen.
#[test]
fn no_answer_about_a_lost_paper_is_chosen_before_somebody_chooses_it() {
    use crate::ceremony::ops_components::{FATE_OF_A_PAPER, SEEN_TOO};
    use crate::session::field::{Choice, Field, Kind};
    for id in [FATE_OF_A_PAPER, SEEN_TOO] {
        let asked = Field {
            id,
            label: "That paper",
            hint: "",
            kind: Kind::Choice(&[Choice {
                id: "destroyed",
                label: "destroyed now",
            }]),
            optional: false,
        };
        let mut form = Form::of(&[asked]);
        assert_eq!(form.enter(), Pressed::Stays, "{id}");
        form.verb(Verb::Down);
        assert_eq!(form.enter(), Pressed::Complete, "{id}");
    }
}

/// Who answered stands in the record: F5, or whoever typed over what it gave.
#[test]
fn what_f5_answered_is_told_from_what_was_typed() {
    let days = || field("days", Kind::Number { min: 3, max: 180 });
    let mut form = Form::new(&[days(), field("word", Kind::Passphrase)]);
    typed(&mut form, "9");
    form.practise();
    let counted = form.answered();
    assert_eq!((counted.answers, counted.by_f5), (2, 1));
    form.verb(Verb::NextField);
    typed(&mut form, "x");
    assert_eq!(form.answered().by_f5, 0);
    let mut optional = days();
    optional.field.optional = true;
    optional.practice = None;
    let mut form = Form::new(&[optional, field("seen", Kind::Confirm)]);
    form.practise();
    assert_eq!(form.answered().answers, 0);
}

/// A folder that filled itself in again stood under "is empty".
#[test]
fn what_was_wrong_with_an_answer_goes_with_it_whoever_changes_it() {
    let mut form = Form::new(&[
        field("days", Kind::Number { min: 3, max: 180 }),
        field("why", Kind::Text { max: 40 }),
    ]);
    let changes: [fn(&mut Form); 2] = [
        |form| form.propose("why", "for the audit"),
        |form| form.set("why", "for the audit"),
    ];
    form.set("why", "old");
    form.complain("why", "is wrong");
    form.set("why", "old");
    assert!(form.lines[1].error.is_some(), "the same answer is as wrong");
    for change in changes {
        let mut form = Form::new(&[field("why", Kind::Text { max: 40 })]);
        form.complain("why", "is empty");
        change(&mut form);
        assert_eq!(form.lines[0].error, None);
    }
}
