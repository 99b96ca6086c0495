//! ListKeys: order, pages, filters and their tokens.

use serde_json::{Value, json};

use super::{Bench, DAY, named};
use crate::api::Operation;

const FOREIGN: &str =
    "NextToken is not one that ListKeys gave for this request; ask again without it.";

fn arns(answer: &Value) -> Vec<String> {
    answer["Keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["KeyArn"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn pages_follow_creation_then_arn() {
    let mut bench = Bench::new();
    let mut expected: Vec<(i64, String)> = Vec::new();
    for n in 0..7_i64 {
        if n % 3 == 0 {
            bench.advance(1000);
        }
        let created = bench.now().millis();
        expected.push((created, bench.kek()));
    }
    expected.sort();
    let expected: Vec<String> = expected.into_iter().map(|(_, arn)| arn).collect();
    let all = bench.ok(Operation::ListKeys, &json!({}));
    assert_eq!(arns(&all), expected);
    assert_eq!(all.get("NextToken"), None);
    let mut seen = Vec::new();
    let mut request = json!({"MaxResults": 3});
    loop {
        let page = bench.ok(Operation::ListKeys, &request);
        seen.extend(arns(&page));
        let Some(token) = page.get("NextToken") else {
            break;
        };
        request["NextToken"] = token.clone();
    }
    assert_eq!(seen, expected);
}

#[test]
fn a_full_last_page_has_no_token() {
    let mut bench = Bench::new();
    bench.kek();
    bench.kek();
    let page = bench.ok(Operation::ListKeys, &json!({"MaxResults": 2}));
    assert_eq!(page.get("NextToken"), None);
    let empty = bench.ok(Operation::ListKeys, &json!({"KeyState": "DELETE_PENDING"}));
    assert_eq!(empty, json!({"Keys": []}));
}

#[test]
fn fifty_is_a_page() {
    let mut bench = Bench::new();
    for _ in 0..51 {
        bench.kek();
    }
    let page = bench.ok(Operation::ListKeys, &json!({}));
    assert_eq!(arns(&page).len(), 50);
    assert!(page["NextToken"].is_string());
}

#[test]
fn a_summary_has_six_members() {
    let mut bench = Bench::new();
    bench.kek();
    let page = bench.ok(Operation::ListKeys, &json!({}));
    let mut names: Vec<&String> = page["Keys"][0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "Enabled",
            "Exportable",
            "KeyArn",
            "KeyAttributes",
            "KeyCheckValue",
            "KeyState"
        ]
    );
}

#[test]
fn states_are_filtered() {
    let mut bench = Bench::new();
    let (kept, pending, gone) = (bench.kek(), bench.kek(), bench.kek());
    let delete = |arn: &str, days: i64| json!({"KeyIdentifier": arn, "DeleteKeyInDays": days});
    bench.ok(Operation::DeleteKey, &delete(&gone, 3));
    bench.ok(Operation::DeleteKey, &delete(&pending, 180));
    bench.advance(4 * DAY);
    bench.state.settle(bench.now());
    for (state, arn) in [
        ("CREATE_COMPLETE", &kept),
        ("DELETE_PENDING", &pending),
        ("DELETE_COMPLETE", &gone),
    ] {
        let page = bench.ok(Operation::ListKeys, &json!({"KeyState": state}));
        assert_eq!(arns(&page), std::slice::from_ref(arn));
    }
    assert_eq!(arns(&bench.ok(Operation::ListKeys, &json!({}))).len(), 3);
    let none = bench.ok(
        Operation::ListKeys,
        &json!({"KeyState": "CREATE_IN_PROGRESS"}),
    );
    assert!(arns(&none).is_empty());
}

#[test]
fn a_token_belongs_to_its_filter_and_account() {
    let mut bench = Bench::new();
    for _ in 0..3 {
        bench.kek();
    }
    let page = bench.ok(Operation::ListKeys, &json!({"MaxResults": 1}));
    let token = page["NextToken"].as_str().unwrap().to_owned();
    // Another page size is the same list.
    bench.ok(
        Operation::ListKeys,
        &json!({"MaxResults": 2, "NextToken": token}),
    );
    let filtered = json!({"KeyState": "CREATE_COMPLETE", "NextToken": token});
    assert_eq!(bench.invalid(Operation::ListKeys, &filtered), FOREIGN);
    let mut damaged = token.clone();
    let last = if damaged.pop() == Some('A') { 'Q' } else { 'A' };
    damaged.push(last);
    for token in [
        damaged.as_str(),
        "x",
        "AAAA",
        &token[..token.len() - 4],
        "ä",
    ] {
        let request = json!({"NextToken": token});
        assert_eq!(bench.invalid(Operation::ListKeys, &request), FOREIGN);
    }
    let mut other = Bench::new();
    other.state = crate::engine::EngineState::new("444455556666", "us-east-1");
    assert_eq!(
        other.invalid(Operation::ListKeys, &json!({"NextToken": token})),
        FOREIGN
    );
}

#[test]
fn a_key_that_came_between_two_pages_is_seen_once() {
    let mut bench = Bench::new();
    bench.kek();
    bench.kek();
    let page = bench.ok(Operation::ListKeys, &json!({"MaxResults": 1}));
    bench.advance(1);
    let late = bench.kek();
    let first = arns(&page)[0].clone();
    bench.ok(Operation::DeleteKey, &named(&first));
    let rest = bench.ok(
        Operation::ListKeys,
        &json!({"NextToken": page["NextToken"]}),
    );
    assert_eq!(arns(&rest).len(), 2);
    assert_eq!(arns(&rest)[1], late);
}
