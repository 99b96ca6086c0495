//! What a vault's policy allows: the life of tokens, quotas, versions of key block.

use serde_json::json;

use super::{
    Bench, DAY, arn, named,
    parameters::{bench, certificate, ready, text, wrapping},
    tr31_import::{kek, request},
};
use crate::{
    api::{ErrorKind, KeyAlgorithm, Operation},
    crypto::tr31::Version,
    engine::Limits,
};

#[test]
fn tokens_live_as_long_as_the_policy_says() {
    for days in [7_u8, 30] {
        let mut bench = bench();
        bench.limits.parameters_days = days;
        bench.prepared = Some(ready(2048));
        let answer = bench.ok(
            Operation::GetParametersForImport,
            &wrapping("KEY_CRYPTOGRAM", "RSA_2048"),
        );
        let until = bench.now().plus_millis(i64::from(days) * DAY);
        assert_eq!(
            answer["ParametersValidUntilTimestamp"],
            json!(until.millis() / 1000)
        );
        assert_eq!(
            certificate(&answer, "WrappingKeyCertificate").not_after(),
            until
        );
        let token = text(&answer, "ImportToken").to_owned();
        bench.advance(i64::from(days) * DAY - 1);
        bench.state.settle(bench.now());
        assert!(bench.state.tokens[token.as_str()].pair.is_some());
        bench.advance(1);
        bench.state.settle(bench.now());
        assert!(bench.state.tokens[token.as_str()].pair.is_none());
    }
}

fn full(bench: &mut Bench, operation: Operation, input: &serde_json::Value) -> String {
    let error = bench.call(operation, input).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ServiceQuotaExceeded);
    error.message
}

#[test]
fn a_quota_of_keys_counts_what_is_not_destroyed() {
    let mut bench = Bench::new();
    bench.open = true;
    bench.limits.keys = Some(2);
    let first = bench.kek();
    bench.kek();
    let request = super::symmetric("TR31_K0_KEY_ENCRYPTION_KEY", "AES_128", &["NoRestrictions"]);
    let reached = "The limit of 2 keys has been reached.";
    assert_eq!(full(&mut bench, Operation::CreateKey, &request), reached);
    let root = super::import::root_request("root-4096", "RSA_4096");
    assert_eq!(full(&mut bench, Operation::ImportKey, &root), reached);
    bench.ok(
        Operation::DeleteKey,
        &json!({"KeyIdentifier": first, "DeleteKeyInDays": 3}),
    );
    assert_eq!(full(&mut bench, Operation::CreateKey, &request), reached);
    // Due is as good as gone, before it is settled and after.
    bench.advance(3 * DAY);
    let third = arn(&bench.ok(Operation::CreateKey, &request));
    bench.state.settle(bench.now());
    assert_eq!(full(&mut bench, Operation::CreateKey, &request), reached);
    // What is wrong with the request comes before the quota.
    let mut wrong = request.clone();
    wrong["KeyAttributes"]["KeyModesOfUse"] = json!({});
    assert!(
        bench
            .invalid(Operation::CreateKey, &wrong)
            .contains("KeyModesOfUse")
    );
    bench.limits = Limits::default();
    bench.ok(Operation::CreateKey, &request);
    bench.ok(Operation::GetKey, &named(&third));
    // The count survives the stored form.
    let bytes = minicbor_serde::to_vec(&bench.state).unwrap();
    let again: crate::engine::EngineState = minicbor_serde::from_slice(&bytes).unwrap();
    assert_eq!(again, bench.state);
}

#[test]
fn a_quota_of_aliases_counts_names() {
    let mut bench = Bench::new();
    bench.limits.aliases = Some(1);
    bench.ok(Operation::CreateAlias, &json!({"AliasName": "alias/a"}));
    let second = json!({"AliasName": "alias/b"});
    assert_eq!(
        full(&mut bench, Operation::CreateAlias, &second),
        "The limit of 1 aliases has been reached."
    );
    bench.ok(Operation::DeleteAlias, &json!({"AliasName": "alias/a"}));
    bench.ok(Operation::CreateAlias, &second);
}

#[test]
fn a_policy_may_refuse_versions_of_key_block() {
    let mut bench = Bench::new();
    bench.open = true;
    let kbpk = "0123456789ABCDEFFEDCBA9876543210";
    let wrapping = kek(&mut bench, KeyAlgorithm::TDES_2KEY, kbpk);
    for version in [Version::A, Version::B, Version::C] {
        let block = super::tr31_import::pin_block(version, KeyAlgorithm::TDES_2KEY, kbpk);
        bench.limits.refused_key_blocks = vec![version];
        let error = bench
            .call(Operation::ImportKey, &request(&wrapping, &block))
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::AccessDenied);
        let said = format!("WrappedKeyBlock has version {} (", version.letter());
        assert!(error.message.starts_with(&said), "{error}");
        bench.limits.refused_key_blocks.clear();
        bench.ok(Operation::ImportKey, &request(&wrapping, &block));
    }
}
