//! The stored form: CBOR there and back, and what it refuses to load.

use super::{Bench, DAY, named};
use crate::{
    api::Operation,
    engine::{EngineState, published_test_key, published_test_keys},
};

fn full() -> Bench {
    let mut bench = Bench::new();
    bench.kek();
    let mut request = super::symmetric(
        "TR31_V2_VISA_PIN_VERIFICATION_KEY",
        "TDES_3KEY",
        &["Verify"],
    );
    request["Tags"] = serde_json::json!([{"Key": "a", "Value": "b"}, {"Key": "c"}]);
    bench.advance(1234);
    bench.ok(Operation::CreateKey, &request);
    let (pending, gone) = (bench.kek(), bench.kek());
    bench.ok(Operation::DeleteKey, &named(&gone));
    bench.advance(8 * DAY);
    bench.state.settle(bench.now());
    bench.ok(Operation::DeleteKey, &named(&pending));
    let root = super::import::root_request("root-2048", "RSA_2048");
    bench.ok(Operation::ImportKey, &root);
    bench
}

#[test]
fn a_state_survives_its_stored_form() {
    let mut bench = full();
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    let loaded: EngineState = minicbor_serde::from_slice(&bytes).unwrap();
    assert_eq!(loaded, bench.state);
    assert_eq!(minicbor_serde::to_vec(&loaded).unwrap(), bytes);
    // The indexes came back too.
    let later = bench.now().plus_millis(10 * DAY);
    assert_eq!(loaded.due(later), bench.state.due(later));
    assert_eq!(loaded.due(later).len(), 1);
    let arn = bench.kek();
    assert!(bench.state.find(&arn).is_some());
    assert!(loaded.find(&arn).is_none());
}

#[test]
fn a_state_of_before_there_were_aliases_opens_and_is_written_as_it_was() {
    let bytes: &[u8] = include_bytes!("../../../tests/vectors/engine/state-v1.cbor");
    let loaded: EngineState = minicbor_serde::from_slice(bytes).unwrap();
    assert_eq!(loaded.len(), 5);
    // No check values but the keys' own were kept then, and not which of one moment came first.
    assert_eq!(loaded, full().state.of_before());
    assert_eq!(minicbor_serde::to_vec(&loaded).unwrap(), bytes);
}

/// A rehearsal's clock stands still, and ids are at random: the list "newest first" had the newest anywhere.
#[test]
fn keys_of_one_moment_are_known_in_the_order_of_their_making() {
    let mut bench = Bench::new();
    let mut made: Vec<String> = (0..5).map(|_| bench.kek()).collect();
    bench.advance(1);
    made.push(bench.kek());
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    bench.state = minicbor_serde::from_slice(&bytes).unwrap();
    made.push(bench.kek());
    let told: Vec<&str> = bench
        .state
        .as_made()
        .iter()
        .map(|record| record.key.key_arn.as_str())
        .collect();
    assert_eq!(told, made);
    assert!(
        !bench.state.records().eq(bench.state.as_made()),
        "ids are at random"
    );
}

#[test]
fn aliases_are_stored_with_the_keys() {
    let mut bench = full();
    let arn = bench.kek();
    for request in [
        serde_json::json!({"AliasName": "alias/kek", "KeyArn": arn}),
        serde_json::json!({"AliasName": "alias/none"}),
    ] {
        bench.ok(Operation::CreateAlias, &request);
    }
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    let loaded: EngineState = minicbor_serde::from_slice(&bytes).unwrap();
    assert_eq!(loaded, bench.state);
    assert_eq!(loaded.find("alias/kek").unwrap().key.key_arn, arn);
    let mut value = serde_json::to_value(&loaded).unwrap();
    value["aliases"][1]["key"] = "nosuchkey".into();
    let error = serde_json::from_value::<EngineState>(value.clone()).unwrap_err();
    assert!(error.to_string().contains("not stored"), "{error}");
    value["aliases"][1] = serde_json::json!({"name": "alias/kek"});
    let error = serde_json::from_value::<EngineState>(value).unwrap_err();
    assert!(error.to_string().contains("stored twice"), "{error}");
}

#[test]
fn a_state_of_another_version_is_refused() {
    let bytes = minicbor_serde::to_vec(EngineState::new("111122223333", "us-east-1")).unwrap();
    // "v": 1 is the first member: map head, text "v", then the number.
    assert_eq!(&bytes[1..4], [0x61, b'v', 0x01]);
    let mut newer = bytes.clone();
    newer[3] = 0x02;
    let error = minicbor_serde::from_slice::<EngineState>(&newer).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[test]
fn a_record_that_contradicts_itself_is_refused() {
    let mut value = serde_json::to_value(full().state).unwrap();
    value["keys"][0]["state"] = "DELETE_COMPLETE".into();
    let error = serde_json::from_value::<EngineState>(value.clone()).unwrap_err();
    assert!(error.to_string().contains("does not fit"), "{error}");
    let twin = value["keys"][1].clone();
    value["keys"][0] = twin;
    let error = serde_json::from_value::<EngineState>(value).unwrap_err();
    assert!(error.to_string().contains("stored twice"), "{error}");
}

#[test]
fn twenty_thousand_keys_are_found_and_stored() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let pattern = bench.state.find(&arn).unwrap().clone();
    for n in 0..20_000_u32 {
        let mut record = pattern.clone();
        record.key.key_arn = bench.state.arn(&format!("key{n:013}"));
        bench.state.put(record);
    }
    for n in 0..1_000_u32 {
        let arn = bench.state.arn(&format!("key{:013}", n * 19));
        assert!(bench.state.find(&arn).is_some());
        assert!(bench.state.due(bench.now()).is_empty());
    }
    let copy = bench.state.clone();
    assert_eq!(copy.len(), 20_001);
    let bytes = minicbor_serde::to_vec(&copy).unwrap();
    let loaded: EngineState = minicbor_serde::from_slice(&bytes).unwrap();
    assert_eq!(loaded, copy);
}

#[test]
fn published_test_keys_are_known_by_their_check_values() {
    use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};
    assert!(published_test_keys().len() >= 10);
    let known = published_test_key(
        KeyAlgorithm::TDES_2KEY,
        KeyCheckValueAlgorithm::ANSI_X9_24,
        "08d7b4",
    );
    assert!(known.unwrap().origin.contains("0123456789ABCDEF"));
    assert!(
        published_test_key(
            KeyAlgorithm::AES_128,
            KeyCheckValueAlgorithm::CMAC,
            "08D7B4"
        )
        .is_none()
    );
}
