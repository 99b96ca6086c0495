//! `vault.policy` as a step: signed in a run, in force from the next opening on.

use keymoot::ceremony::Runner;
use keymoot::session::RunOutcome;
use serde_json::json;

use super::stage::{contents, parsed, reopened, summary, vault, wanted};

const SCRIPT: &str = r#"
version  = 1
id       = "tokens-for-a-month"
title    = "Tokens and their certificates live for thirty days"
estimate = "15m"

person = [
  { id = "lead",   role = "administrator" },
  { id = "first",  role = "custodian" },
  { id = "second", role = "custodian" },
  { id = "third",  role = "custodian" },
  { id = "watch",  role = "witness" },
]

[policy]
profiles = ["rehearsal"]

[[input]]
id   = "policy"
hint = "The policy that shall be in force."

[[step]]
id  = "open"
op  = "present"
who = ["lead", "first", "second", "third", "watch"]
why = "Two people are in the room from the first step to the last."

[[step]]
id       = "change"
op       = "vault.policy"
file     = "policy"
initiate = "lead"
approve  = { count = 2 }
why      = "The counterparty answers once a month."

[[step]]
id   = "sign"
op   = "sign-off"
who  = ["lead", "first", "second", "third", "watch"]
text = "Present throughout; a true record."
why  = "The signatures close the audit chain up to here."

[rehearsal]
seed  = "tokens-for-a-month"
clock = 2026-11-24T09:00:00Z
"#;

#[test]
fn a_policy_is_changed_by_a_step_and_counts_from_the_next_opening_on() {
    // `parsed` also sees to it that the linter finds nothing.
    let of_run = parsed(SCRIPT);
    let (store, mut session) = vault(&of_run);
    let before = session.policy();
    let mut policy = before.clone();
    policy["parameters_days"] = json!(30);
    let file = policy.to_string().into_bytes();
    let inputs = wanted(&[("policy", &file)]);
    let mut runner = Runner::begin(&mut session, of_run, inputs).unwrap();
    let outcome = runner.headless(&mut session);
    assert!(matches!(outcome, Ok(RunOutcome::Completed)), "{outcome:?}");
    assert_eq!(session.policy(), before, "not before the next opening");
    assert_eq!(session.next_policy(), Some(policy.clone()));
    let out = tempfile::tempdir().unwrap();
    runner.write_outputs(&session, out.path()).unwrap();
    let summary = summary(&contents(out.path()));
    assert_eq!(summary["steps"][1]["op"], "vault.policy");
    assert_eq!(summary["steps"][1]["state"], "closed");
    drop(session);
    let session = reopened(&parsed(SCRIPT), &store);
    assert_eq!(session.policy(), policy);
    assert_eq!(session.view().parameters_days, 30);
}
