//! StartKeyUsage, StopKeyUsage, DeleteKey, RestoreKey and settlement.

use serde_json::json;

use super::{Bench, DAY, START, named};
use crate::{
    api::{KeyState, Operation, Timestamp},
    engine::Material,
};

#[test]
fn a_key_is_switched_off_and_on() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.advance(1_500);
    let key = bench.ok(Operation::StopKeyUsage, &named(&arn))["Key"].clone();
    assert_eq!(key["Enabled"], json!(false));
    assert_eq!(key["UsageStopTimestamp"], json!(1_795_521_601.5));
    assert_eq!(key.get("UsageStartTimestamp"), None);
    bench.advance(500);
    // Again: no error, and the time of the first stop stays.
    let again = bench.ok(Operation::StopKeyUsage, &named(&arn))["Key"].clone();
    assert_eq!(again, key);
    let key = bench.ok(Operation::StartKeyUsage, &named(&arn))["Key"].clone();
    assert_eq!(key["Enabled"], json!(true));
    assert_eq!(key["UsageStartTimestamp"], json!(1_795_521_602));
    assert_eq!(key.get("UsageStopTimestamp"), None);
    bench.advance(500);
    let again = bench.ok(Operation::StartKeyUsage, &named(&arn))["Key"].clone();
    assert_eq!(again, key);
}

#[test]
fn deletion_disables_and_waits() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let key = bench.ok(Operation::DeleteKey, &named(&arn))["Key"].clone();
    assert_eq!(key["KeyState"], json!("DELETE_PENDING"));
    assert_eq!(key["Enabled"], json!(false));
    assert_eq!(
        key["DeletePendingTimestamp"],
        json!((START + 7 * DAY) / 1000)
    );
    assert_eq!(key["UsageStopTimestamp"], json!(START / 1000));
    assert_eq!(key.get("UsageStartTimestamp"), None);
    assert_eq!(key.get("DeleteTimestamp"), None);
}

#[test]
fn a_key_stopped_before_keeps_the_time_of_its_stop() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.ok(Operation::StopKeyUsage, &named(&arn));
    bench.advance(60_000);
    let key = bench.ok(
        Operation::DeleteKey,
        &json!({"KeyIdentifier": arn, "DeleteKeyInDays": 3}),
    )["Key"]
        .clone();
    assert_eq!(key["UsageStopTimestamp"], json!(START / 1000));
    assert_eq!(
        key["DeletePendingTimestamp"],
        json!((START + 60_000 + 3 * DAY) / 1000)
    );
}

#[test]
fn a_pending_key_refuses_everything_but_reading_and_restoring() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.ok(Operation::DeleteKey, &named(&arn));
    for operation in [
        Operation::DeleteKey,
        Operation::StartKeyUsage,
        Operation::StopKeyUsage,
    ] {
        assert_eq!(
            bench.invalid(operation, &named(&arn)),
            format!("Key {arn} is not in CREATE_COMPLETE state.")
        );
    }
    let key = bench.ok(Operation::RestoreKey, &named(&arn))["Key"].clone();
    assert_eq!(key["KeyState"], json!("CREATE_COMPLETE"));
    assert_eq!(key["Enabled"], json!(false));
    assert_eq!(key["UsageStopTimestamp"], json!(START / 1000));
    assert_eq!(key.get("DeletePendingTimestamp"), None);
    assert_eq!(
        bench.invalid(Operation::RestoreKey, &named(&arn)),
        format!("Key {arn} is not in DELETE_PENDING state.")
    );
}

#[test]
fn a_due_key_is_gone_before_it_is_settled() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.ok(Operation::DeleteKey, &named(&arn));
    bench.advance(7 * DAY - 1);
    assert_eq!(bench.state.due(bench.now()), Vec::<String>::new());
    bench.advance(1);
    assert_eq!(bench.state.due(bench.now()), std::slice::from_ref(&arn));
    for operation in [
        Operation::RestoreKey,
        Operation::DeleteKey,
        Operation::StartKeyUsage,
        Operation::StopKeyUsage,
    ] {
        assert_eq!(
            bench.missing(operation, &named(&arn), &arn),
            format!("Key {arn} was not found.")
        );
    }
    // Reading tells what is: its material is still there.
    assert_eq!(bench.key(&arn)["KeyState"], json!("DELETE_PENDING"));
}

#[test]
fn settlement_wipes_and_keeps_a_tombstone() {
    let mut bench = Bench::new();
    let mut request = super::symmetric("TR31_B0_BASE_DERIVATION_KEY", "TDES_2KEY", &["DeriveKey"]);
    request["Tags"] = json!([{"Key": "a", "Value": "b"}, {"Key": "Name", "Value": "bdk-old"}]);
    let arn = super::arn(&bench.ok(Operation::CreateKey, &request));
    let other = bench.kek();
    assert_eq!(bench.state.find(&arn).unwrap().was_named, None);
    let before = bench.key(&arn);
    bench.ok(Operation::DeleteKey, &named(&arn));
    bench.advance(8 * DAY);
    let gone = bench.state.settle(bench.now());
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].arn, arn);
    assert_eq!(gone[0].at, Timestamp::from_millis(START + 8 * DAY));
    let record = bench.state.find(&arn).unwrap();
    assert_eq!(record.material, Material::Gone);
    assert!(record.tags.is_empty());
    assert_eq!(record.was_named.as_deref(), Some("bdk-old"));
    assert_eq!(record.key.key_state, KeyState::DELETE_COMPLETE);
    let tombstone = bench.key(&arn);
    for kept in [
        "KeyArn",
        "KeyAttributes",
        "KeyCheckValue",
        "CreateTimestamp",
    ] {
        assert_eq!(tombstone[kept], before[kept]);
    }
    assert_eq!(
        tombstone["DeleteTimestamp"],
        json!((START + 8 * DAY) / 1000)
    );
    assert_eq!(tombstone["UsageStopTimestamp"], json!(START / 1000));
    assert_eq!(tombstone.get("DeletePendingTimestamp"), None);
    assert_eq!(tombstone["Enabled"], json!(false));
    assert_eq!(
        bench.missing(Operation::RestoreKey, &named(&arn), &arn),
        format!("Key {arn} was not found.")
    );
    assert!(bench.state.settle(bench.now()).is_empty());
    assert_eq!(bench.key(&other)["Enabled"], json!(true));
}

#[test]
fn what_is_not_here_is_named() {
    let mut bench = Bench::new();
    let unknown = "arn:aws:payment-cryptography:us-east-1:111122223333:key/aaaaaaaaaaaaaaaa";
    let abroad = "arn:aws:payment-cryptography:us-east-2:111122223333:key/aaaaaaaaaaaaaaaa";
    for arn in [unknown, abroad] {
        assert_eq!(
            bench.missing(Operation::DeleteKey, &named(arn), arn),
            format!("Key {arn} was not found.")
        );
    }
    assert_eq!(
        bench.missing(Operation::GetKey, &named("alias/x"), "alias/x"),
        "Alias alias/x was not found."
    );
    let alias = "arn:aws:payment-cryptography:us-east-1:111122223333:alias/a/b";
    assert_eq!(
        bench.missing(Operation::GetKey, &named(alias), alias),
        format!("Alias {alias} was not found.")
    );
}
