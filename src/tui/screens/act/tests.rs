//! Every form at the smallest size: the field at hand and the whole reason are seen, wherever the cursor stands.

use super::*;
use crate::tui::app::State;
use crate::tui::snapshot;

/// As long as the longest reasons are.
pub(in crate::tui) const WHY: &str = "ValidationException: the wrapping key arn:aws:payment-cryptography:us-east-1:111122223333:key/5d2le5xq3wtxvrzo \
    is TDES_3KEY and the key that would travel under it is AES_256. A key never travels under a weaker one, and the key \
    stays where it is: choose AES_256 as the wrapping key, or make one that is as strong. Nothing was asked, nothing was \
    wrapped, nothing left this machine.";

/// The letters of a picture without the rail beside them: long names are broken where their row ends.
pub(in crate::tui) fn letters(picture: &str) -> String {
    let right = |line: &str| line.rsplit('│').next().unwrap_or(line).to_owned();
    let rows: String = picture.lines().map(right).collect();
    let rows = rows.replace(['↑', '↓'], "");
    rows.split_whitespace().collect()
}

pub(in crate::tui) fn seen(picture: &str, label: &str, why: &str) {
    let letters = letters(picture);
    let plain = |text: String| text.split_whitespace().collect::<String>();
    let (stop, field) = (plain(format!("STOP {why}")), plain(format!("► {label}")));
    assert!(letters.contains(&stop), "not whole in\n{picture}");
    assert!(letters.contains(&field), "{label} in\n{picture}");
}

fn drawn(act: Act, world: &World) -> String {
    let mut state = State::new(world.clone(), Box::new(act));
    snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ))
}

#[test]
fn the_field_at_hand_and_the_whole_reason_are_always_in_sight() {
    let room = crate::tui::screens::tests::full();
    let world = &room.state.world;
    let mut pages = 0;
    for op in op::OPS {
        let count = Act::of(op, None, world).form.labels().len();
        for n in 0..count {
            let at = || {
                let mut act = Act::of(op, None, world);
                // Whoever goes on from an empty field is told so there: its own reason takes rows as well.
                (0..n).for_each(|_| act.form.verb(Verb::NextField));
                let label = act.form.labels().get(n).copied().unwrap_or_default();
                (act, label)
            };
            let (mut act, label) = at();
            act.error = Some(WHY.to_owned());
            seen(&drawn(act, world), label, WHY);
            let (mut act, label) = at();
            act.form.complain_here(WHY);
            seen(&drawn(act, world), label, WHY);
            pages += 1;
        }
    }
    assert!(pages > 80, "{pages}");
}

#[test]
fn a_proposed_file_name_ends_as_its_field_says() {
    let room = crate::tui::screens::tests::full();
    let world = &room.state.world;
    let mut endings = std::collections::BTreeSet::new();
    for op in op::OPS.iter().filter(|op| asked::writes(op.name)) {
        let act = Act::of(op, None, world);
        let name = act.text(asked::OUTPUT);
        let field = op.fields.iter().find(|f| f.id == asked::OUTPUT).unwrap();
        let (stem, ending) = name.rsplit_once('.').unwrap();
        assert!(!stem.contains('.'), "{}: {name}", op.name);
        let told = field.hint.contains("ending is the form");
        assert!(
            !told || field.hint.contains(&format!(".{ending}")),
            "{}: {name} is none of: {}",
            op.name,
            field.hint
        );
        endings.insert(ending.to_owned());
    }
    assert_eq!(endings, ["hex", "json"].map(str::to_owned).into());
}

/// The line at Home says for whom: nobody looks for them in the list, or types a name that is known.
#[test]
fn an_appointment_that_is_due_is_asked_for_its_own_person() {
    let room = crate::tui::screens::tests::full();
    for person in ["Ben", "Sam Sub"] {
        let act = Act::appointing(person, &room.state.world);
        assert_eq!(act.text("person"), person);
    }
}

/// Keys that leave under one of two wrapping keys, and one that leaves under the stronger alone.
fn keys_of_both_kinds() -> crate::session::Session {
    use crate::tui::screens::tests::{KEK, ROOT, held};
    let key = |usage, algorithm, label| {
        [
            ("usage", usage),
            ("algorithm", algorithm),
            ("modes", "B"),
            ("exportable", "yes"),
            ("label", label),
        ]
    };
    let (kek, pek) = (
        key("K0", "AES_256", "kek-aes"),
        key("P0", "TDES_2KEY", "pek"),
    );
    let strong = key("P0", "AES_256", "pek-aes");
    held(&[
        KEK,
        ("create-key", &kek),
        ("create-key", &pek),
        ("create-key", &strong),
        ROOT,
    ])
}

/// The cursor only went through the list above: over a certificate, under which nothing fits, and back.
#[test]
fn a_wrapping_key_that_was_chosen_stands_again_once_it_fits() {
    use crate::session::op_exchange::EXPORT_TR31;
    use crate::tui::widgets::form::Form;
    let room =
        crate::tui::room::Room::new(crate::tui::screens::home::Home::new(), keys_of_both_kinds());
    let world = &room.state.world;
    let named = |form: &Form, id: &str| {
        let arn = form.text(id).unwrap();
        let keys = &world.view.as_ref().unwrap().keys;
        let row = keys.iter().find(|row| row.key.key_arn == arn);
        row.map(|row| row.label.clone()).unwrap_or_default()
    };
    let mut act = Act::of(&EXPORT_TR31, None, world);
    let count = world.view.as_ref().unwrap().keys.len();
    let through = |act: &mut Act, id: &str, label: &str| {
        act.verb(Verb::First, world);
        for _ in 0..count {
            if named(&act.form, id) == label {
                return;
            }
            act.verb(Verb::Down, world);
        }
        panic!("no {label}");
    };
    through(&mut act, KEY, "pek");
    act.verb(Verb::NextField, world);
    let other = ["kek-partner-x", "kek-aes"]
        .into_iter()
        .find(|label| *label != named(&act.form, WRAP))
        .unwrap();
    through(&mut act, WRAP, other);
    act.verb(Verb::PreviousField, world);
    act.verb(Verb::Last, world);
    act.verb(Verb::First, world);
    through(&mut act, KEY, "pek");
    assert_eq!(named(&act.form, WRAP), other);
    // A choice that does not fit is another, and is asked for before the review.
    act.verb(Verb::NextField, world);
    through(&mut act, WRAP, "kek-partner-x");
    act.verb(Verb::PreviousField, world);
    through(&mut act, KEY, "pek-aes");
    assert_eq!(named(&act.form, WRAP), "kek-aes");
    act.verb(Verb::Enter, world);
    assert!(act.form.on(WRAP));
}

/// Outside of a ceremony it was wiped and told, and an auditor found it nowhere.
#[test]
fn words_typed_as_a_reason_stand_in_the_log_without_themselves() {
    let mut room = crate::tui::screens::tests::full();
    let world = room.state.world.clone();
    let mut act = Act::of(&crate::session::op_suspect::SUSPECT, None, &world);
    act.form.go_to(crate::session::op_custody::REASON.id);
    let home = || Box::new(crate::tui::screens::home::Home::new());
    room.state = State::new(world.clone(), home()).under(Box::new(act));
    room.press("dynamite stem finisher gulp hammock");
    room.state = State::new(world, home());
    room.press("t");
    room.shows(&["typed in the open"]);
    assert!(!room.text().contains("dynamite"));
}

/// A name that began with one of the letters that move in other lists was moved away from.
#[test]
fn every_letter_finds_a_choice_by_its_name() {
    let mut session = keys_of_both_kinds();
    for label in ["jcb-kek", "zmk"] {
        let fields = [
            ("usage", "K0"),
            ("algorithm", "AES_256"),
            ("modes", "encrypt, decrypt, wrap, unwrap"),
            ("exportable", "no"),
            ("label", label),
        ];
        let answers = Answers {
            texts: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ..Answers::default()
        };
        let action = crate::session::build::action(&session, "create-key", &answers);
        crate::tui::room::acted(&mut session, action.unwrap());
    }
    let mut room = crate::tui::room::Room::new(crate::tui::screens::home::Home::new(), session);
    let act = Act::of(&op::STOP_KEY_USAGE, None, &room.state.world);
    room.state = State::new(room.state.world.clone(), Box::new(act));
    for (letter, chosen) in [
        ("j", "(*) jcb-kek"),
        ("<End>k", "(*) kek"),
        ("<End>z", "(*) zmk"),
    ] {
        room.press(letter).shows(&[chosen]);
    }
    // Help lists the arrows alone.
    room.press("<F1>");
    let text = room.text();
    assert!(text.contains("↑") && !text.contains("↑ k"), "{text}");
}

/// The help went just where somebody was told that nothing was typed yet.
#[test]
fn an_enter_too_many_takes_no_help_away() {
    let room = crate::tui::screens::tests::full();
    let world = &room.state.world;
    let keys = &world.view.as_ref().unwrap().keys;
    let row = keys.iter().find(|row| row.label == "kek-partner-x");
    let tr34 = &crate::session::op_exchange::EXPORT_TR34;
    let mut act = Act::of(tr34, row, world);
    act.verb(Verb::Enter, world);
    let text = drawn(act, world);
    let hint: String = tr34.fields[1].hint.split_whitespace().collect();
    assert!(text.contains("Nothing is typed here yet"), "{text}");
    assert!(letters(&text).contains(&hint), "{text}");
}
