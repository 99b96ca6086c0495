//! Time travel: a token lapses on day 8, a deletion runs out on its last second and not before, a certificate expires
//! in the middle of a ceremony. Each is the right error, and recorded.

use keymoot::ceremony::{Advance, Answer, RunError, Runner, Script, Wanted, sample};
use keymoot::session::{Command, RunOutcome};

use super::exchange::test_vault;
use super::stage::{contents, parsed, reported, summary, text, vault, wanted};
use keymoot::vault::{MemoryStore, Store as _};

/// AWS's file, for scripts that want one: a script that was changed has no samples.
fn aws(script: &Script) -> Wanted {
    let file = sample("get-parameters-for-import-rsa2048.json").unwrap();
    let named = script
        .inputs()
        .iter()
        .any(|(name, _)| name == "counterparty");
    let given = [("counterparty", file)];
    wanted(if named { &given } else { &[] })
}

/// Plays a text to its end or failure; the summary, and the failure.
fn played(text: &str) -> (serde_json::Value, Option<(String, String)>) {
    let of_run = parsed(text);
    let (store, mut session) = vault(&of_run);
    let inputs = aws(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, inputs).unwrap();
    let failed = match runner.headless(&mut session) {
        Ok(RunOutcome::Completed) => None,
        Err(RunError::Step { step, message }) => Some((step, message)),
        other => panic!("{other:?}"),
    };
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let files = contents(out.path());
    if let Some((step, message)) = &failed {
        // The log's last word on the run names the step and the reason, and the report has them among its exceptions.
        let closed = closing_line(&store);
        assert_eq!(closed["details"]["outcome"], "aborted");
        assert_eq!(&closed["details"]["step"], step);
        assert_eq!(&closed["details"]["why"], message);
        let report = reported(&runner, &session);
        let exceptions = report.split("Exceptions").nth(1).unwrap();
        let flat = message.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(exceptions.contains(&flat[..40]), "{report}");
    }
    (summary(&files), failed)
}

/// The line of the log that closes the run.
fn closing_line(store: &MemoryStore) -> serde_json::Value {
    let log = store.read("audit.jsonl").unwrap().unwrap();
    let lines = log.split(|byte| *byte == b'\n');
    let mut parsed =
        lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    parsed.rfind(|line| line["op"] == "run-close").unwrap()
}

fn error_of(summary: &serde_json::Value, id: &str) -> String {
    let steps = summary["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == id).unwrap();
    step["error"].as_str().unwrap_or_default().to_owned()
}

/// `working-keys-tr31`, with so much time between the partner's file and its import.
fn token_after(span: &str) -> String {
    let before = "[[rehearsal.time]]\nbefore  = \"read-zone-key\"\nadvance = \"2d\"\n";
    let script = text("working-keys-tr31.toml");
    assert!(script.contains(before));
    script.replace(
        before,
        &format!("[[rehearsal.time]]\nbefore = \"import-zmk\"\nadvance = \"{span}\"\n"),
    )
}

#[test]
fn a_token_lapses_on_day_8_and_holds_until_then() {
    let (_, failed) = played(&token_after("604799s"));
    assert_eq!(failed, None, "seven days less a second");
    for lapsed in ["7d", "8d"] {
        let (summary, failed) = played(&token_after(lapsed));
        let (step, message) = failed.unwrap();
        assert_eq!(step, "import-zmk", "{lapsed}");
        assert!(
            message.starts_with("ValidationException") && message.contains("has expired"),
            "{message}"
        );
        assert_eq!(summary["outcome"], "aborted");
        assert_eq!(error_of(&summary, "import-zmk"), message, "it is recorded");
    }
}

#[test]
fn a_lapsed_token_can_be_what_a_script_expects() {
    let expected = token_after("8d").replacen(
        "file     = \"zone-key\"\ninitiate = \"lead\"\napprove  = { count = 2 }\nexpect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }",
        "file     = \"zone-key\"\ninitiate = \"lead\"\napprove  = { count = 2 }\nexpect   = { error = \"ValidationException\" }",
        1,
    );
    // What follows needs the key: the script goes from here to its signatures, on purpose.
    let cut = expected
        .find("# The second custodian types what came")
        .unwrap();
    let signs = expected.find("sign-off\"\nwho").unwrap();
    let signs = &expected[expected[..signs].rfind("[[step]]").unwrap()..];
    let signed = &signs[..=signs.find("\n\n").unwrap()];
    let rest = "[rehearsal]\nseed = \"lapsed\"\nclock = 2026-11-24T09:00:00Z\n\
                [[rehearsal.stand-in]]\ngives = \"zone-key\"\nas = \"rsa-wrap-peer\"\nreads = \"partner.parameters.json\"\nkey = \"zmk\"\n\
                [[rehearsal.time]]\nbefore = \"import-zmk\"\nadvance = \"8d\"\n";
    let mut script = expected[..cut].to_owned();
    for unused in [
        "[[input]]\nid      = \"pek-block\"",
        "[[key]]\nid         = \"pek-theirs\"",
        "[[key]]\nid         = \"pek-ours\"",
    ] {
        let from = script.find(unused).unwrap();
        let to = script[from + 2..]
            .find("\n[[")
            .map_or(script.len(), |n| from + 2 + n + 1);
        let to = script[from..to].find("\n#").map_or(to, |n| from + n + 1);
        script.replace_range(from..to, "");
    }
    let (summary, failed) = played(&format!("{script}{signed}{rest}"));
    assert_eq!(failed, None);
    assert!(error_of(&summary, "import-zmk").contains("has expired"));
}

#[test]
#[allow(clippy::too_many_lines)] // two ceremonies, step by step
fn a_deletion_runs_out_on_its_last_second_and_not_before() {
    let head = "version = 1\nid = \"last-second\"\ntitle = \"The last second\"\nperson = [\n\
        { id = \"lead\", role = \"administrator\" },\n{ id = \"first\", role = \"custodian\" },\n\
        { id = \"second\", role = \"custodian\" },\n{ id = \"watch\", role = \"witness\" },\n]\n\
        [policy]\nprofiles = [\"rehearsal\"]\n\
        [[key]]\nid = \"k\"\nusage = \"K0\"\nalgorithm = \"AES_128\"\nmodes = \"B\"\nexportable = false\n";
    let act = |id: &str, op: &str, more: &str, expect: &str| {
        format!(
            "[[step]]\nid = \"{id}\"\nop = \"{op}\"\nkey = \"k\"\n{more}initiate = \"lead\"\napprove = {{ count = 2 }}\n\
             expect = {{ {expect} }}\nwhy = \"w\"\n"
        )
    };
    let wait = |id: &str, span: &str| {
        format!("[[step]]\nid = \"{id}\"\nop = \"wait\"\nspan = \"{span}\"\nwhy = \"w\"\n")
    };
    let look = |id: &str, expect: &str| {
        format!(
            "[[step]]\nid = \"{id}\"\nop = \"get-key\"\nkey = \"k\"\nwho = [\"watch\"]\nexpect = {{ {expect} }}\nwhy = \"w\"\n"
        )
    };
    let scheduled = [
        head.to_owned(),
        act("make", "create-key", "", "state = \"CREATE_COMPLETE\""),
        act(
            "delete",
            "delete-key",
            "days = 3\nobserve = [\"watch\"]\n",
            "state = \"DELETE_PENDING\"",
        ),
        wait("all-but-a-second", "259199s"),
    ]
    .concat();
    // One second before its end the key can still be taken back.
    let taken_back = [
        scheduled.clone(),
        act("in-time", "restore-key", "", "state = \"CREATE_COMPLETE\""),
        wait("the-second", "1s"),
        look("stays", "state = \"CREATE_COMPLETE\""),
        "[rehearsal]\nseed = \"s\"\nclock = 2026-11-24T09:00:00Z\n".to_owned(),
    ]
    .concat();
    let (summary, failed) = played(&taken_back);
    assert_eq!(failed, None);
    assert_eq!(summary["keys"][0]["KeyState"], "CREATE_COMPLETE");
    let script = [
        scheduled,
        look("still", "state = \"DELETE_PENDING\""),
        wait("the-second", "1s"),
        look("gone", "state = \"DELETE_COMPLETE\", material = \"gone\""),
        act(
            "too-late",
            "restore-key",
            "",
            "error = \"ResourceNotFoundException\"",
        ),
        "[rehearsal]\nseed = \"s\"\nclock = 2026-11-24T09:00:00Z\n".to_owned(),
    ]
    .concat();
    let (summary, failed) = played(&script);
    assert_eq!(failed, None);
    assert_eq!(summary["ended"], "2026-11-27T09:00:00Z");
    assert_eq!(summary["keys"][0]["KeyState"], "DELETE_COMPLETE");
    let too_late = error_of(&summary, "too-late");
    assert!(
        too_late.starts_with("ResourceNotFoundException"),
        "it is recorded: {too_late}"
    );
}

#[test]
fn a_certificate_expires_in_the_middle_of_a_ceremony() {
    // The sample's certificates end on 2036-10-29, and a file that was good in the morning is none at night.
    let at_the_end = "\n[[rehearsal.time]]\nbefore = \"export-kek\"\nadvance = \"3650d\"\n";
    let script = text("kek-to-aws-rsa.toml") + at_the_end;
    let (summary, failed) = played(&script);
    let (step, message) = failed.unwrap();
    assert_eq!(step, "export-kek");
    assert!(message.starts_with("ValidationException"), "{message}");
    assert!(message.contains("2036-10-29"), "{message}");
    assert_eq!(error_of(&summary, "export-kek"), message);
    assert_eq!(
        summary["files"].as_array().unwrap().len(),
        0,
        "nothing left"
    );
}

/// 2026-11-24T09:00:00Z, the script's clock, to 2036-10-29T00:00:00Z, when the sample's certificates end: their last
/// second is good, as RFC 5280 4.1.2.5 has it, and the one after it is not.
#[test]
fn a_certificate_holds_to_its_last_second() {
    const TO_THE_LAST_SECOND: u64 = 313_340_400;
    let after = |seconds: u64| {
        let time =
            format!("\n[[rehearsal.time]]\nbefore = \"export-kek\"\nadvance = \"{seconds}s\"\n");
        played(&(text("kek-to-aws-rsa.toml") + &time))
    };
    let (summary, failed) = after(TO_THE_LAST_SECOND);
    assert_eq!(failed, None);
    assert_eq!(summary["ended"], "2036-10-29T00:00:00Z");
    let (summary, failed) = after(TO_THE_LAST_SECOND + 1);
    let (step, message) = failed.unwrap();
    assert_eq!(step, "export-kek");
    assert!(
        message.starts_with("ValidationException")
            && message.contains("expired at 2036-10-29T00:00:00Z"),
        "{message}"
    );
    assert_eq!(error_of(&summary, "export-kek"), message, "it is recorded");
}

#[test]
fn a_key_past_its_last_day_is_not_used() {
    let script = text("kek-to-aws-rsa.toml").replace(
        "exportable = true  ",
        "not_after = 2026-11-30\nexportable = true  ",
    );
    assert!(script.contains("not_after"));
    let late = "\n[[rehearsal.time]]\nbefore = \"export-kek\"\nadvance = \"7d\"\n";
    let (_, failed) = played(&script);
    assert_eq!(failed, None, "in time");
    let too_late = Script::parse((script.clone() + late).as_bytes());
    let found = too_late.ok().unwrap().lint();
    assert_eq!(
        (found[0].rule.as_str(), found[0].step.as_deref()),
        ("L03", Some("export-kek"))
    );
    // Where the rehearsal's clock does not tell, the vault's does.
    let no_clock = (script + late).replace("clock = 2026-11-24T09:00:00Z", "");
    let of_run = parsed(&no_clock);
    let environment = super::stage::environment("s");
    let store = Box::new(keymoot::vault::MemoryStore::default());
    let clock = keymoot::api::Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").ok();
    let created = keymoot::session::practice::vault(store, environment, clock, true);
    let mut session = created.unwrap().session;
    let inputs = aws(&of_run);
    let mut runner = Runner::begin(&mut session, of_run, inputs).unwrap();
    let Err(RunError::Step { step, message }) = runner.headless(&mut session) else {
        panic!("it was used");
    };
    assert_eq!(step, "export-kek");
    assert!(message.contains("last day is over"), "{message}");
}

/// A ceremony that waited moved a test vault's clock for good: an honest watch is right all the same, a wrong one not.
#[test]
fn a_watch_agrees_with_the_machine_where_a_test_vault_runs_ahead() {
    let mut session = test_vault();
    let days = 2 * 86_400_000;
    session.perform(Command::Advance { millis: days }).unwrap();
    let of_run = parsed(&text("first-key.toml"));
    let mut runner = Runner::begin(&mut session, of_run, wanted(&[])).unwrap();
    let here = runner.answer(&mut session, Vec::new()).unwrap();
    assert!(matches!(here, Advance::Asks), "{here:?}");
    let ask = runner.showing(&session).ask.unwrap();
    let told = ask.body.join(" ");
    assert!(
        told.contains("runs 2 d 00") && told.contains("ahead"),
        "{told}"
    );
    let watch = |millis: i64| vec![Answer::Text(session_time(millis))];
    let now = session.wall_time().millis();
    let wrong = runner
        .answer(&mut session, watch(now + 86_400_000))
        .unwrap();
    assert!(
        matches!(&wrong, Advance::Again(words) if words.contains("differ by")),
        "{wrong:?}"
    );
    let right = runner.answer(&mut session, watch(now)).unwrap();
    assert!(matches!(right, Advance::Asks), "{right:?}");
    assert_ne!(runner.showing(&session).ask.unwrap().person, ask.person);
}

fn session_time(millis: i64) -> String {
    keymoot::api::Timestamp::from_millis(millis).rfc3339()
}
