//! Exchange with one of everything in it.

use std::sync::Arc;

use super::*;
use crate::session::TokenView;
use crate::session::view::{CounterpartyView, GivenView, RootStanding};
use crate::tui::app::State;
use crate::tui::snapshot::{self, check, press};

const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn token(name: &str, now: Timestamp, until: Timestamp, used: &[&str]) -> TokenView {
    TokenView {
        name: name.into(),
        comes_in: name.starts_with("import"),
        material: "TR34_KEY_BLOCK",
        algorithm: "RSA_3072",
        given: now,
        until,
        certificate: Some(HASH.into()),
        root: Some(HASH.into()),
        file: "ours.rehearsal.json".into(),
        sha256: Some(HASH.into()),
        used: used.iter().map(|l| ((*l).to_owned(), now)).collect(),
    }
}

fn sent(now: Timestamp) -> ExportView {
    ExportView {
        arn: "arn:aws:payment-cryptography:us-east-1:111122223333:key/kek".into(),
        label: "kek-partner-x".into(),
        base: "kek-partner-x".into(),
        serial: None,
        check_value: "1C8871 (ANSI_X9_24)".into(),
        receiver: "CN=wrapping-3072".into(),
        under: None,
        first: None,
        file: "kek-partner-x.rehearsal.json".into(),
        at: now,
        state: "sent".into(),
        receiver_arn: None,
        valid_until: Some(now.plus_millis(6 * 86_400_000)),
        sha256: Some(HASH.into()),
        latest: None,
        earlier: Vec::new(),
    }
}

fn view() -> View {
    let mut view = snapshot::rehearsal();
    let now = view.now;
    let day = 86_400_000;
    view.exports = Arc::new(vec![sent(now)]);
    let token = |name: &str, until, used: &[&str]| token(name, now, until, used);
    view.tokens = Arc::new(vec![
        token(
            "import-token-2lavvn5koezmwver",
            now.plus_millis(6 * day),
            &[],
        ),
        token(
            "export-token-jmn4vjeejejpihdb",
            now.plus_millis(7 * day),
            &["kek-1"],
        ),
        token("import-token-q7m2xv4kd3ntp6ha", now.plus_millis(-day), &[]),
    ]);
    view.given = Arc::new(vec![GivenView {
        request: true,
        arn: "arn:aws:payment-cryptography:us-east-1:111122223333:key/jmn4vjeejejpihdb".into(),
        label: "krd-pair".into(),
        certificate: None,
        file: "krd.csr.rehearsal.json".into(),
        sha256: Some(HASH.into()),
        at: now,
    }]);
    view.counterparties = Arc::new(vec![CounterpartyView {
        arn: "arn:aws:payment-cryptography:us-east-1:111122223333:key/root".into(),
        standing: RootStanding::Trusted,
        label: "partner-z".into(),
        subject: "CN=partner-z Root".into(),
        sha256: HASH.into(),
        typed: true,
        by: "Wim".into(),
        source: "phone of 24 November".into(),
        since: now,
        until: now.plus_millis(3650 * day),
        profile: None,
        certificates: vec![(
            "z-kdh".into(),
            "CN=partner-z KDH".into(),
            now.plus_millis(400 * day),
        )],
        last: Some((now, false, "zmk-z".into())),
    }]);
    view
}

fn of_view(view: View) -> State {
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view));
    world.viewed = world.wall;
    State::new(world, Box::new(Exchange::new()))
}

fn state(screen: Exchange) -> State {
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view()));
    world.viewed = world.wall;
    State::new(world, Box::new(screen))
}

#[test]
fn each_kind_has_its_lines_and_enter_leads_to_where_it_is_used() {
    let mut state = state(Exchange::new());
    check("exchange-full", &mut state);
    press(&mut state, "<Down>");
    check("exchange-token", &mut state);
    press(&mut state, "<Enter>");
    assert_eq!(state.top().unwrap().name(), "Import");
    let text = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    assert!(
        text.contains("► (*) Import a key from a TR-34 token"),
        "{text}"
    );
    press(&mut state, "<Esc><End>");
    check("exchange-root", &mut state);
}

#[test]
fn a_due_line_leads_to_the_line_it_is_about() {
    let view = view();
    let due = crate::session::due::due(&view, view.now);
    let token = due
        .iter()
        .find(|d| d.kind == "token" && d.what.contains("no key came yet"));
    let crate::session::due::Goes::Exchange(line) = &token.unwrap().goes else {
        panic!("a token is due on Exchange")
    };
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view));
    let screen = Exchange::at(line, &world);
    assert!(matches!(screen.chosen(&world), Some(Row::Token(t)) if t.name.ends_with("mwver")));
}

#[test]
fn what_is_compared_over_another_channel_is_the_files_digest() {
    let mut view = view();
    let row = rows::row(&view, 0).unwrap();
    assert!(
        row.digest()
            .unwrap()
            .of
            .contains("kek-partner-x.rehearsal.json")
    );
    // An export of before digests were kept.
    let mut old = view.exports[0].clone();
    old.sha256 = None;
    view.exports = Arc::new(vec![old]);
    let row = rows::row(&view, 0).unwrap();
    assert_eq!(row.digest().unwrap().hex, "1C8871");
}

/// A practice vault in which an act's file lies on no medium.
fn unwritten() -> crate::session::Session {
    let mut session = crate::tui::room::practice_session(true);
    let fields = [
        ("form", "KEY_CRYPTOGRAM"),
        ("algorithm", "RSA_2048"),
        ("output", "ours.json"),
    ];
    let answers = crate::session::build::Answers {
        texts: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        ..Default::default()
    };
    let action = crate::session::build::action(&session, "get-parameters-for-import", &answers);
    session.act(action.unwrap(), None, None).unwrap();
    session
}

#[test]
fn a_file_that_was_not_written_is_written_from_here() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = crate::tui::room::Room::new(crate::tui::screens::home::Home::new(), unwritten());
    room.shows(&["ours.rehearsal.json is not written yet"]);
    while !room.text().contains("w there writes it") {
        room.press("<Down>");
    }
    room.press("<Enter>").shows(&[
        "unwritten",
        "not yet written: w writes its file",
        "w its file",
    ]);
    // A folder that takes nothing leaves it where it is.
    std::fs::write(folder.path().join("taken"), "x").unwrap();
    room.press("w<C-u>")
        .press(&folder.path().join("taken").display().to_string())
        .press("<Enter>");
    room.shows(&["still to be written"]);
    room.press("<Enter><C-u>")
        .press(&folder.path().join("out").display().to_string())
        .press("<Enter>");
    room.shows(&["Written to"]);
    assert!(folder.path().join("out/ours.rehearsal.json").is_file());
    assert!(!room.text().contains("unwritten"));
    room.press("<Esc>");
    assert!(!room.text().contains("not written yet"));
}

#[test]
fn two_lines_of_one_key_are_told_apart() {
    let mut view = view();
    let mut exports = view.exports.as_ref().clone();
    let mut again = exports[0].clone();
    again.at = again.at.plus_millis(61_000);
    again.file = "kek-second.json".into();
    exports.insert(0, again);
    view.exports = Arc::new(exports);
    let mut tokens = view.tokens.as_ref().clone();
    let mut twin = tokens[0].clone();
    twin.name = "import-token-aaaabbbbccccdddd".into();
    tokens.push(twin);
    view.tokens = Arc::new(tokens);
    let mut state = snapshot::state(Exchange::new());
    state.world.view = Some(Arc::new(view));
    let text = snapshot::text(&snapshot::drawn(
        &mut state,
        80,
        24,
        &snapshot::appearance(),
    ));
    let lines: Vec<&str> = text.lines().collect();
    for words in [
        "09:01:01Z",
        "kek-second.json",
        "aaaabbbbccccdddd",
        "2lavvn5koezmwver",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let listed: std::collections::BTreeSet<&str> = lines[3..9]
        .iter()
        .map(|l| l.trim_start_matches([' ', '►']).trim())
        .collect();
    assert_eq!(listed.len(), 6, "{text}");
}

/// What the receiver's answer said was on the page that read it alone, and nowhere for whoever came later.
#[test]
fn an_answer_that_differs_says_what_it_said() {
    let mut view = view();
    let mut exports = (*view.exports).clone();
    exports[0].state = "DIFFERS".into();
    exports[0].latest = Some((view.now, "ABCDEF".into()));
    view.exports = Arc::new(exports);
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view));
    let mut state = State::new(world, Box::new(Exchange::new()));
    let look = snapshot::appearance();
    let picture = snapshot::text(&snapshot::drawn(&mut state, 140, 40, &look));
    assert!(picture.contains("has check value ABCDEF"), "{picture}");
}

/// What an answer of before said stands below the last row at 80x24: the page keys lead there, and the arrows go on moving
/// the list.
#[test]
fn details_that_go_on_below_are_read_with_the_page_keys() {
    let mut view = view();
    let mut exports = (*view.exports).clone();
    exports[0].state = "DIFFERS".into();
    exports[0].latest = Some((view.now, "ABCDEF".into()));
    exports[0].earlier = vec![(view.now, "DIFFERS".into(), "0A0B0C".into()); 4];
    exports[0].receiver_arn = Some("arn:of:theirs".into());
    view.exports = Arc::new(exports);
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view));
    let mut state = State::new(world, Box::new(Exchange::new()));
    let look = snapshot::appearance();
    let shown = |state: &mut State| snapshot::text(&snapshot::drawn(state, 80, 24, &look));
    let first = shown(&mut state);
    assert!(first.contains("lines below: PgDn"), "{first}");
    assert!(!first.contains("arn:of:theirs"), "{first}");
    for _ in 0..4 {
        press(&mut state, "<PgDn>");
        shown(&mut state);
    }
    let last = shown(&mut state);
    assert!(last.contains("arn:of:theirs"), "{last}");
    assert!(
        last.contains("that was all of it; PgUp goes back"),
        "{last}"
    );
    press(&mut state, "<Down><Up>");
    assert_eq!(shown(&mut state), first, "another line begins at its top");
}

/// A paste recorded an answer at once: a confirmed key differed before anybody had pressed Enter.
#[test]
fn a_pasted_answer_waits_for_enter() {
    use crate::tui::app::update;
    use crate::tui::message::{Effect, Msg, News, Order};
    let mut world = snapshot::world();
    world.view = Some(Arc::new(view()));
    let mut state = State::new(world, Box::new(Exchange::new()));
    let look = snapshot::appearance();
    snapshot::press(&mut state, "<Enter>");
    let pasted = Msg::Paste("{\"Key\":{}}".to_owned().into());
    update(&mut state, pasted);
    let view = state.world.view.clone();
    update(&mut state, Msg::Desk(Box::new(News::Kept), view));
    let picture = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
    assert!(picture.contains("pasted text, 10 bytes, "), "{picture}");
    let effects = snapshot::press(&mut state, "<Enter>");
    let read = |effect: &Effect| matches!(effect, Effect::Desk(Order::Receipt(_)));
    assert!(effects.iter().any(read));
}

#[test]
fn a_root_that_is_not_believed_says_so_in_word_count_and_footing() {
    for (standing, word) in [
        (RootStanding::Deleting, "deleting"),
        (RootStanding::Disabled, "disabled"),
        (RootStanding::Suspect, "SUSPECT"),
    ] {
        let mut view = view();
        let mut roots = (*view.counterparties).clone();
        roots[0].standing = standing;
        view.counterparties = Arc::new(roots);
        let mut state = state(Exchange::new());
        state.world.view = Some(Arc::new(view));
        press(&mut state, "<End>");
        let look = snapshot::appearance();
        let text = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
        assert!(!text.contains("trusted root"), "{text}");
        assert!(text.contains("0 trusted"), "{text}");
        assert!(text.contains(word), "{text}");
        assert!(text.contains(standing.so_far()), "{text}");
        assert!(!text.contains("trusted: certificates under"), "{text}");
        if standing == RootStanding::Deleting {
            check("exchange-root-deleting", &mut state);
        }
    }
}

/// One line said that no receipt comes, and the next asked for its path.
#[test]
fn of_a_terminals_initial_key_no_receipt_is_asked_for() {
    let mut view = view();
    let export = ExportView {
        serial: Some("FFFF9876543210E00000".into()),
        ..sent(view.now)
    };
    view.exports = Arc::new(vec![export]);
    let mut state = of_view(view);
    let look = snapshot::appearance();
    let text = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
    let bare: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        bare.contains("compared where the terminal loads it"),
        "{text}"
    );
    for words in ["path of a receipt", "Only a receipt", "a receipt needs"] {
        assert!(!bare.contains(words), "{words} in {text}");
    }
    check("exchange-initial-key", &mut state);
    press(&mut state, "<Enter>");
    assert_eq!(state.top().unwrap().name(), "Key");
}

/// At 80 columns two of them were "initial key.." twice, and the title's count went by other words than the rows.
#[test]
fn two_initial_keys_are_told_apart_and_the_title_counts_what_the_rows_say() {
    let mut view = view();
    let sent = |serial: &str, to: &str| ExportView {
        label: format!("initial key {serial} of bdk-tdes"),
        base: "bdk-tdes".into(),
        serial: Some(serial.into()),
        receiver: format!("holder of {to}"),
        ..sent(view.now)
    };
    // Of a base key of AES the number has 24 digits with its counter.
    view.exports = Arc::new(vec![
        sent("FFFF9876543210E00000", "kek-three"),
        sent("FFFF9876543211200000", "kek-three"),
        sent("123456789012345600000000", "kek-aes"),
        self::sent(view.now),
    ]);
    let mut state = of_view(view);
    let look = snapshot::appearance();
    let text = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
    for number in ["FFFF9876543210E00000", "FFFF9876543211200000"] {
        let rows = text.lines().skip(2).take(4);
        let rows = rows.filter(|row| row.contains(number));
        assert_eq!(rows.count(), 1, "{number} in {text}");
    }
    assert!(
        text.contains("initial key   ..6789012345600000000"),
        "{text}"
    );
    assert!(text.contains("4 went out, 1 awaiting receipt"), "{text}");
    let state_of = |row: &str, word: &str| {
        let cells: Vec<&str> = row.split("  ").map(str::trim).collect();
        cells.contains(&word)
    };
    let count = |word| {
        text.lines()
            .skip(3)
            .take(4)
            .filter(|r| state_of(r, word))
            .count()
    };
    assert_eq!((count("sent"), count("to device")), (1, 3), "{text}");
    check("exchange-initial-keys", &mut state);
}
