//! Forms: what Enter checks, what F5 fills in.

use super::*;
use crossterm::event::{KeyCode, KeyModifiers};

fn field(id: &'static str, kind: Kind) -> AskField {
    AskField {
        exactly: None,
        digits: None,
        field: Field {
            id,
            label: id,
            hint: "",
            kind,
            optional: false,
        },
        practice: Some("7".into()),
    }
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
            .contains("from 3 to 180")
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

#[test]
fn practice_answers_fill_everything() {
    let mut form = Form::new(&[
        field("days", Kind::Number { min: 3, max: 180 }),
        field("word", Kind::Passphrase),
    ]);
    form.practise();
    assert_eq!(form.enter(), Pressed::Complete);
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
    };
    let (bare, rows) = (1 + 1, line.rows(78, shape));
    assert_eq!(rows, bare + 2 + 1, "two rows of groups, one of practice");
}
