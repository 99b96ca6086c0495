//! Aliases: names that move, and where they are taken for keys.

use serde_json::{Value, json};

use super::{Bench, DAY, named};
use crate::api::{ErrorKind, Operation};

fn alias(name: &str) -> Value {
    json!({"AliasName": name})
}

fn of(name: &str, arn: &str) -> Value {
    json!({"AliasName": name, "KeyArn": arn})
}

fn names(page: &Value) -> Vec<&str> {
    page["Aliases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alias| alias["AliasName"].as_str().unwrap())
        .collect()
}

#[test]
fn a_name_is_made_moved_emptied_and_taken_away() {
    let mut bench = Bench::new();
    let (one, two) = (bench.kek(), bench.kek());
    let made = bench.ok(Operation::CreateAlias, &alias("alias/kek"));
    assert_eq!(made, json!({"Alias": {"AliasName": "alias/kek"}}));
    for arn in [&one, &two] {
        let moved = bench.ok(Operation::UpdateAlias, &of("alias/kek", arn));
        assert_eq!(
            moved,
            json!({"Alias": {"AliasName": "alias/kek", "KeyArn": arn}})
        );
        assert_eq!(bench.ok(Operation::GetAlias, &alias("alias/kek")), moved);
    }
    let emptied = bench.ok(Operation::UpdateAlias, &alias("alias/kek"));
    assert_eq!(emptied, made);
    assert_eq!(
        bench.ok(Operation::DeleteAlias, &alias("alias/kek")),
        json!({})
    );
    assert_eq!(
        bench.missing(Operation::GetAlias, &alias("alias/kek"), "alias/kek"),
        "Alias alias/kek was not found."
    );
}

#[test]
fn names_are_refused_with_the_reason() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.ok(Operation::CreateAlias, &of("alias/a", &arn));
    let error = bench
        .call(Operation::CreateAlias, &alias("alias/a"))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(error.message, "Alias alias/a already exists.");
    // Names are case-sensitive.
    bench.ok(Operation::CreateAlias, &alias("alias/A"));
    for operation in [
        Operation::UpdateAlias,
        Operation::DeleteAlias,
        Operation::GetAlias,
    ] {
        assert_eq!(
            bench.missing(operation, &alias("alias/b"), "alias/b"),
            "Alias alias/b was not found."
        );
    }
    let unknown = bench.state.arn("kwapwa6qaifllw2h");
    for (operation, name) in [
        (Operation::CreateAlias, "alias/b"),
        (Operation::UpdateAlias, "alias/a"),
    ] {
        assert_eq!(
            bench.missing(operation, &of(name, &unknown), &unknown),
            format!("Key {unknown} was not found.")
        );
    }
    for name in ["alias/", "alia/b", "alias/a b", "kek"] {
        assert!(
            bench
                .invalid(Operation::CreateAlias, &alias(name))
                .contains("'aliasName'")
        );
    }
    let long = format!("alias/{}", "x".repeat(251));
    assert!(
        bench
            .invalid(Operation::CreateAlias, &alias(&long))
            .contains("less than or equal to 256")
    );
    // A KeyArn is an ARN and nothing else.
    assert!(
        bench
            .invalid(Operation::CreateAlias, &of("alias/b", "alias/a"))
            .contains("'keyArn'")
    );
}

#[test]
fn a_name_stands_for_its_key_wherever_an_identifier_is_asked() {
    let mut bench = Bench::new();
    let arn = bench.kek();
    bench.ok(Operation::CreateAlias, &of("alias/kek", &arn));
    let long = "arn:aws:payment-cryptography:us-east-1:111122223333:alias/kek";
    for identifier in ["alias/kek", long] {
        assert_eq!(bench.key(identifier)["KeyArn"], json!(arn));
        for operation in [
            Operation::StopKeyUsage,
            Operation::StartKeyUsage,
            Operation::DeleteKey,
            Operation::RestoreKey,
        ] {
            let answer = bench.ok(operation, &named(identifier));
            assert_eq!(answer["Key"]["KeyArn"], json!(arn));
        }
    }
    // Of another account or region it is another alias.
    let foreign = "arn:aws:payment-cryptography:us-east-2:111122223333:alias/kek";
    assert_eq!(
        bench.missing(Operation::GetKey, &named(foreign), foreign),
        format!("Alias {foreign} was not found.")
    );
    bench.ok(Operation::UpdateAlias, &alias("alias/kek"));
    for identifier in ["alias/kek", long] {
        assert_eq!(
            bench.missing(Operation::StopKeyUsage, &named(identifier), identifier),
            "Alias alias/kek is not associated with a key."
        );
    }
    assert_eq!(
        bench.missing(Operation::GetKey, &named("alias/none"), "alias/none"),
        "Alias alias/none was not found."
    );
}

#[test]
fn a_destroyed_key_leaves_its_names_empty() {
    let mut bench = Bench::new();
    let (gone, kept) = (bench.kek(), bench.kek());
    bench.ok(Operation::CreateAlias, &of("alias/a", &gone));
    bench.ok(Operation::CreateAlias, &of("alias/b", &gone));
    bench.ok(Operation::CreateAlias, &of("alias/c", &kept));
    bench.ok(Operation::DeleteKey, &named("alias/a"));
    // While it waits, names hold and can still be given.
    assert_eq!(bench.key("alias/a")["KeyState"], json!("DELETE_PENDING"));
    bench.ok(Operation::CreateAlias, &of("alias/d", &gone));
    bench.advance(7 * DAY);
    let empty = json!({"Alias": {"AliasName": "alias/a"}});
    for settled in [false, true] {
        if settled {
            bench.state.settle(bench.now());
        }
        assert_eq!(bench.ok(Operation::GetAlias, &alias("alias/a")), empty);
        assert_eq!(
            bench.missing(Operation::StopKeyUsage, &named("alias/b"), "alias/b"),
            "Alias alias/b is not associated with a key."
        );
        for (operation, name) in [
            (Operation::UpdateAlias, "alias/c"),
            (Operation::CreateAlias, "alias/e"),
        ] {
            bench.missing(operation, &of(name, &gone), &gone);
        }
        bench.missing(Operation::ListAliases, &json!({"KeyArn": gone}), &gone);
    }
    assert_eq!(
        bench.ok(Operation::GetAlias, &alias("alias/c"))["Alias"]["KeyArn"],
        json!(kept)
    );
}

#[test]
fn lists_are_by_name_in_pages_and_by_key() {
    let mut bench = Bench::new();
    let (one, two) = (bench.kek(), bench.kek());
    for (name, arn) in [
        ("alias/c", &one),
        ("alias/a", &two),
        ("alias/b", &one),
        ("alias/d", &one),
    ] {
        bench.ok(Operation::CreateAlias, &of(name, arn));
    }
    bench.ok(Operation::CreateAlias, &alias("alias/e"));
    let all = bench.ok(Operation::ListAliases, &json!({}));
    assert_eq!(
        names(&all),
        ["alias/a", "alias/b", "alias/c", "alias/d", "alias/e"]
    );
    assert_eq!(all.get("NextToken"), None);
    assert_eq!(all["Aliases"][4].get("KeyArn"), None);
    let first = bench.ok(
        Operation::ListAliases,
        &json!({"KeyArn": one, "MaxResults": 2}),
    );
    assert_eq!(names(&first), ["alias/b", "alias/c"]);
    let token = &first["NextToken"];
    // The name that the first page ended on goes: the second page is the same.
    bench.ok(Operation::DeleteAlias, &alias("alias/c"));
    let second = bench.ok(
        Operation::ListAliases,
        &json!({"KeyArn": one, "NextToken": token}),
    );
    assert_eq!(names(&second), ["alias/d"]);
    assert_eq!(second.get("NextToken"), None);
    for request in [
        json!({"NextToken": token}),
        json!({"KeyArn": two, "NextToken": token}),
        json!({"NextToken": "x"}),
    ] {
        assert_eq!(
            bench.invalid(Operation::ListAliases, &request),
            "NextToken is not one that ListAliases gave for this request; ask again without it."
        );
    }
    let unknown = bench.state.arn("kwapwa6qaifllw2h");
    bench.missing(
        Operation::ListAliases,
        &json!({"KeyArn": unknown}),
        &unknown,
    );
}
