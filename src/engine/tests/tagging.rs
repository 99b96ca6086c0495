//! TagResource, UntagResource, ListTagsForResource.

use serde_json::{Value, json};

use super::{Bench, DAY, named};
use crate::api::{ErrorKind, Operation};

fn resource(arn: &str) -> Value {
    json!({"ResourceArn": arn})
}

fn tags(bench: &mut Bench, arn: &str) -> Value {
    bench.ok(Operation::ListTagsForResource, &resource(arn))["Tags"].clone()
}

#[test]
fn tags_come_change_and_go() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let before = bench.key(&arn);
    let answer = bench.ok(
        Operation::TagResource,
        &json!({"ResourceArn": arn, "Tags": [{"Key": "b", "Value": "1"}, {"Key": "a"}, {"Key": "c", "Value": "3"}]}),
    );
    assert_eq!(answer, json!({}));
    bench.ok(
        Operation::TagResource,
        &json!({"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "2"}, {"Key": "B", "Value": ""}]}),
    );
    assert_eq!(
        tags(&mut bench, &arn),
        json!([{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}, {"Key": "c", "Value": "3"},
               {"Key": "B", "Value": ""}])
    );
    let answer = bench.ok(
        Operation::UntagResource,
        &json!({"ResourceArn": arn, "TagKeys": ["b", "never there", "B"]}),
    );
    assert_eq!(answer, json!({}));
    assert_eq!(
        tags(&mut bench, &arn),
        json!([{"Key": "a", "Value": "2"}, {"Key": "c", "Value": "3"}])
    );
    assert_eq!(bench.key(&arn), before);
}

#[test]
fn tags_are_refused_with_the_reason() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let tag = |tags: Value| json!({"ResourceArn": arn, "Tags": tags});
    for (request, message) in [
        (
            tag(json!([{"Key": "a"}, {"Key": "a"}])),
            "Tags: the key 'a' is given more than once.",
        ),
        (
            tag(json!([{"Key": "Aws:x"}])),
            "Tags: the key 'Aws:x' begins with 'aws:', which is reserved.",
        ),
        (
            tag(json!([{"Key": "aws:x"}])),
            "Tags: the key 'aws:x' begins with 'aws:', which is reserved.",
        ),
        (
            resource(&arn),
            "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
        ),
    ] {
        assert_eq!(bench.invalid(Operation::TagResource, &request), message);
    }
    assert!(
        bench
            .invalid(
                Operation::UntagResource,
                &json!({"ResourceArn": arn, "TagKeys": ["a", ""]})
            )
            .contains("'tagKeys.2.member'")
    );
    // An alias is no ResourceArn.
    bench.ok(
        Operation::CreateAlias,
        &json!({"AliasName": "alias/a", "KeyArn": arn}),
    );
    assert!(
        bench
            .invalid(Operation::ListTagsForResource, &resource("alias/a"))
            .contains("'resourceArn'")
    );
    let many: Vec<Value> = (0..200).map(|n| json!({"Key": n.to_string()})).collect();
    bench.ok(Operation::TagResource, &tag(json!(many)));
    bench.ok(
        Operation::TagResource,
        &tag(json!([{"Key": "7", "Value": "x"}])),
    );
    let error = bench
        .call(Operation::TagResource, &tag(json!([{"Key": "one more"}])))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::ServiceQuotaExceeded);
    assert_eq!(
        error.message,
        format!("The limit of 200 tags on key {arn} has been reached.")
    );
}

#[test]
fn a_key_that_waits_for_deletion_shows_its_tags_and_keeps_them() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let tag = json!({"ResourceArn": arn, "Tags": [{"Key": "a"}]});
    let untag = json!({"ResourceArn": arn, "TagKeys": ["a"]});
    bench.ok(Operation::TagResource, &tag);
    bench.ok(Operation::StopKeyUsage, &named(&arn));
    bench.ok(Operation::TagResource, &tag);
    bench.ok(Operation::DeleteKey, &named(&arn));
    for (operation, request) in [
        (Operation::TagResource, &tag),
        (Operation::UntagResource, &untag),
    ] {
        assert_eq!(
            bench.invalid(operation, request),
            format!("Key {arn} is not in CREATE_COMPLETE state.")
        );
    }
    assert_eq!(tags(&mut bench, &arn).as_array().unwrap().len(), 1);
    bench.advance(7 * DAY);
    bench.state.settle(bench.now());
    let unknown = bench.state.arn("kwapwa6qaifllw2h");
    for gone in [&arn, &unknown] {
        let request = json!({"ResourceArn": gone, "Tags": [], "TagKeys": []});
        for operation in [
            Operation::TagResource,
            Operation::UntagResource,
            Operation::ListTagsForResource,
        ] {
            assert_eq!(
                bench.missing(operation, &request, gone),
                format!("Key {gone} was not found.")
            );
        }
    }
}

#[test]
fn tags_come_in_pages() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    let many: Vec<Value> = (0..51)
        .map(|n| json!({"Key": format!("k{n}"), "Value": ""}))
        .collect();
    bench.ok(
        Operation::TagResource,
        &json!({"ResourceArn": arn, "Tags": many}),
    );
    let first = bench.ok(Operation::ListTagsForResource, &resource(&arn));
    assert_eq!(first["Tags"].as_array().unwrap()[..], many[..50]);
    let mut request = resource(&arn);
    request["NextToken"] = first["NextToken"].clone();
    let second = bench.ok(Operation::ListTagsForResource, &request);
    assert_eq!(second, json!({"Tags": [many[50]]}));
    let other = bench.kek();
    let foreign = "NextToken is not one that ListTagsForResource gave for this request; ask again without it.";
    let elsewhere = json!({"ResourceArn": other, "NextToken": request["NextToken"]});
    assert_eq!(
        bench.invalid(Operation::ListTagsForResource, &elsewhere),
        foreign
    );
    bench.ok(
        Operation::UntagResource,
        &json!({"ResourceArn": arn, "TagKeys": ["k49"]}),
    );
    assert_eq!(
        bench.invalid(Operation::ListTagsForResource, &request),
        foreign
    );
}
