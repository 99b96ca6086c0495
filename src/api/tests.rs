//! What requests of every shape read as, and the exact words of refusals.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ApiError, ErrorKind, KeyModesOfUse, Operation, Request};

const ARN: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/kwapwa6qaifllw2h";

fn attributes() -> Value {
    json!({"KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY", "KeyClass": "SYMMETRIC_KEY",
           "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": {"Generate": true, "Verify": true}})
}

fn refused(operation: Operation, input: &Value) -> ApiError {
    operation.parse(input).unwrap_err()
}

fn invalid(operation: Operation, input: &Value) -> String {
    let error = refused(operation, input);
    assert_eq!(error.kind, ErrorKind::Validation, "{error}");
    error.message
}

#[test]
fn a_sparse_create_key_is_read_with_its_defaults() {
    let Request::CreateKey(input) = Operation::CreateKey
        .parse(&json!({"KeyAttributes": attributes(), "Exportable": true, "Tags": [{"Key": "a"}], "Enabled": null}))
        .unwrap()
    else {
        panic!("another request");
    };
    assert!(input.enabled);
    assert_eq!(
        input.key_attributes.key_modes_of_use,
        KeyModesOfUse::from_names(&["Generate", "Verify"]).unwrap()
    );
    assert_eq!(input.tags[0].value, "");
    let output = serde_json::to_value(&input).unwrap();
    let modes = output["KeyAttributes"]["KeyModesOfUse"]
        .as_object()
        .unwrap();
    assert_eq!(modes.len(), 9);
    assert_eq!(modes["DeriveKey"], json!(false));
}

#[test]
fn missing_members_are_counted() {
    assert_eq!(
        invalid(Operation::CreateKey, &json!({})),
        "2 validation errors detected: Value null at 'keyAttributes' failed to satisfy constraint: Member must not \
         be null; Value null at 'exportable' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        invalid(Operation::GetKey, &json!({"KeyIdentifier": null})),
        "1 validation error detected: Value null at 'keyIdentifier' failed to satisfy constraint: Member must not be \
         null"
    );
}

#[test]
fn numbers_have_a_range() {
    let days = |n: i64| json!({"KeyIdentifier": ARN, "DeleteKeyInDays": n});
    assert_eq!(
        invalid(Operation::DeleteKey, &days(500)),
        "1 validation error detected: Value '500' at 'deleteKeyInDays' failed to satisfy constraint: Member must have \
         value less than or equal to 180"
    );
    assert_eq!(
        invalid(Operation::DeleteKey, &days(2)),
        "1 validation error detected: Value '2' at 'deleteKeyInDays' failed to satisfy constraint: Member must have \
         value greater than or equal to 3"
    );
    assert!(Operation::DeleteKey.parse(&days(3)).is_ok());
    assert!(Operation::DeleteKey.parse(&days(180)).is_ok());
    assert!(invalid(Operation::ListKeys, &json!({"MaxResults": 1000})).contains("'maxResults'"));
    assert!(invalid(Operation::ListKeys, &json!({"MaxResults": 0})).contains("'maxResults'"));
}

#[test]
fn enums_name_their_values() {
    assert_eq!(
        invalid(Operation::ListKeys, &json!({"KeyState": "BOGUS"})),
        "1 validation error detected: Value 'BOGUS' at 'keyState' failed to satisfy constraint: Member must satisfy \
         enum value set: [CREATE_IN_PROGRESS, CREATE_COMPLETE, DELETE_PENDING, DELETE_COMPLETE]"
    );
}

#[test]
fn an_identifier_has_a_pattern_and_a_bare_key_id_is_none() {
    assert_eq!(
        invalid(
            Operation::GetKey,
            &json!({"KeyIdentifier": "kwapwa6qaifllw2h"})
        ),
        "1 validation error detected: Value 'kwapwa6qaifllw2h' at 'keyIdentifier' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: \
         arn:aws:payment-cryptography:[a-z]{2}-[a-z]{1,16}-[0-9]+:[0-9]{12}:(key/[0-9a-zA-Z]{16,64}|\
         alias/[a-zA-Z0-9/_-]+)$|^alias/[a-zA-Z0-9/_-]+"
    );
    assert!(
        invalid(Operation::GetKey, &json!({"KeyIdentifier": "#0"}))
            .starts_with("2 validation errors")
    );
    assert!(
        Operation::GetKey
            .parse_in_list(&json!({"KeyIdentifier": "#0"}))
            .is_ok()
    );
    assert!(
        Operation::GetKey
            .parse_in_list(&json!({"KeyIdentifier": "#x"}))
            .is_err()
    );
}

#[test]
fn later_members_and_values_are_refused_by_name() {
    let mut input = json!({"KeyAttributes": attributes(), "Exportable": true, "ReplicationRegions": ["us-east-2"]});
    assert_eq!(
        invalid(Operation::CreateKey, &input),
        "ReplicationRegions is not supported by this control plane."
    );
    input = json!({"KeyAttributes": attributes(), "Exportable": true});
    input["KeyAttributes"]["KeyAlgorithm"] = json!("ECC_NIST_P256");
    assert_eq!(
        invalid(Operation::CreateKey, &input),
        "KeyAlgorithm ECC_NIST_P256 is not supported by this control plane."
    );
    input["KeyAttributes"]["KeyAlgorithm"] = json!("RSA_1024");
    assert!(
        invalid(Operation::CreateKey, &input)
            .starts_with("1 validation error detected: Value 'RSA_1024'")
    );
    for (operation, input, member) in [
        (
            Operation::ImportKey,
            json!({"KeyMaterial": {"DiffieHellmanTr31KeyBlock": {}}}),
            "DiffieHellmanTr31KeyBlock",
        ),
        (
            Operation::ImportKey,
            json!({"KeyMaterial": {"DiffieHellmanTr31KeyBlock": {}}}),
            "DiffieHellmanTr31KeyBlock",
        ),
        (
            Operation::ExportKey,
            json!({"KeyMaterial": {"As2805KeyCryptogram": {}}, "ExportKeyIdentifier": ARN}),
            "As2805KeyCryptogram",
        ),
        (
            Operation::ExportKey,
            json!({"KeyMaterial": {"DiffieHellmanTr31KeyBlock": {}}, "ExportKeyIdentifier": ARN}),
            "DiffieHellmanTr31KeyBlock",
        ),
    ] {
        assert_eq!(
            invalid(operation, &input),
            format!("{member} is not supported by this control plane.")
        );
    }
}

#[test]
fn operations_of_todays_service_are_refused_by_name() {
    for name in ["PutResourcePolicy", "put-resource-policy"] {
        let error = Operation::named(name).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Validation);
        assert_eq!(
            error.message,
            "PutResourcePolicy is not supported by this control plane."
        );
    }
    let unknown = Operation::named("DescribeKey").unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::UnknownOperation);
}

#[test]
fn key_block_headers_have_limits_and_are_not_repeated() {
    let input = |headers: serde_json::Value| {
        json!({"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": ARN, "KeyBlockHeaders": headers}},
               "ExportKeyIdentifier": ARN})
    };
    let path = "keyMaterial.tr31KeyBlock.keyBlockHeaders";
    let good = json!({"KeyModesOfUse": {"Encrypt": true}, "KeyExportability": "NON_EXPORTABLE", "KeyVersion": "0Z",
                      "OptionalBlocks": {"KS": "FFFF9876543210E00000", "10": "a"}});
    let request = Operation::ExportKey.parse(&input(good)).unwrap();
    assert_eq!(Operation::ExportKey.parse(&request.to_json()), Ok(request));
    assert_eq!(
        invalid(Operation::ExportKey, &input(json!({"KeyVersion": "c1"}))),
        format!(
            "1 validation error detected: Value 'c1' at '{path}.keyVersion' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [0-9A-Z]{{2}}+"
        )
    );
    assert_eq!(
        invalid(
            Operation::ExportKey,
            &input(json!({"KeyExportability": "E"}))
        ),
        format!(
            "1 validation error detected: Value 'E' at '{path}.keyExportability' failed to satisfy constraint: Member \
             must satisfy enum value set: [EXPORTABLE, NON_EXPORTABLE, SENSITIVE]"
        )
    );
    let long = "A".repeat(109);
    for blocks in [json!({"KS": ""}), json!({"KS": "A b"}), json!({"KS": long})] {
        assert_eq!(
            invalid(
                Operation::ExportKey,
                &input(json!({"OptionalBlocks": blocks}))
            ),
            format!(
                "1 validation error detected: Value at '{path}.optionalBlocks' failed to satisfy constraint: Map value \
                 must satisfy constraint: [Member must have length less than or equal to 108, Member must have length \
                 greater than or equal to 1, Member must satisfy regular expression pattern: [0-9a-zA-Z]+]"
            )
        );
    }
    for id in ["k1", "K", "KSN", ""] {
        assert!(
            invalid(Operation::ExportKey, &input(json!({"OptionalBlocks": {id: "00"}})))
                .contains("Map keys must satisfy constraint: [Member must have length less than or equal to 2,")
        );
    }
    let wrong = Operation::ExportKey.parse(&input(json!({"OptionalBlocks": {"LB": "a", "KS": 1}})));
    let message = wrong.unwrap_err().message;
    assert!(
        message.ends_with("keyBlockHeaders.optionalBlocks.KS' is a number; a string was expected."),
        "{message}"
    );
}

#[test]
fn a_union_has_exactly_one_member() {
    for material in [
        json!({}),
        json!({"RootCertificatePublicKey": null}),
        json!({"Unheard": {}}),
        json!({"RootCertificatePublicKey": {}, "KeyCryptogram": {}}),
        json!({"RootCertificatePublicKey": {}, "Tr31KeyBlock": {}}),
    ] {
        assert_eq!(
            invalid(Operation::ImportKey, &json!({"KeyMaterial": material})),
            "KeyMaterial must have exactly one member set."
        );
    }
}

#[test]
fn sensitive_values_are_not_repeated() {
    let input = json!({"KeyMaterial": {"KeyCryptogram": {
        "CertificateAuthorityPublicKeyIdentifier": ARN, "WrappingKeyCertificate": "<not base64>",
    }}, "ExportKeyIdentifier": ARN});
    assert_eq!(
        invalid(Operation::ExportKey, &input),
        "1 validation error detected: Value at 'keyMaterial.keyCryptogram.wrappingKeyCertificate' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [^\\[;\\]<>]+"
    );
    let input = json!({"KeyMaterial": {"KeyCryptogram": {
        "KeyAttributes": attributes(), "Exportable": true, "WrappedKeyCryptogram": "ab".repeat(256),
        "ImportToken": "import-token-abcdefghijklmnop",
    }}});
    assert_eq!(
        invalid(Operation::ImportKey, &input),
        "1 validation error detected: Value at 'keyMaterial.keyCryptogram.wrappedKeyCryptogram' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [0-9A-F]+"
    );
}

#[test]
fn tags_are_judged_one_by_one() {
    let tags =
        |tags: Value| json!({"KeyAttributes": attributes(), "Exportable": true, "Tags": tags});
    let message = invalid(
        Operation::CreateKey,
        &tags(json!([{"Key": "ok"}, {"Key": "", "Value": "x".repeat(257)}])),
    );
    assert!(
        message.starts_with("2 validation errors detected: Value '' at 'tags.2.member.key'"),
        "{message}"
    );
    assert!(message.contains("'tags.2.member.value'"), "{message}");
}

#[test]
fn a_list_that_is_too_long_is_shown() {
    let rule =
        "' at '{}' failed to satisfy constraint: Member must have length less than or equal to 200";
    let many: Vec<Value> = (0..201)
        .map(|n| json!({"Key": n.to_string(), "Value": "v"}))
        .collect();
    let names: Vec<String> = (0..201).map(|n| n.to_string()).collect();
    for (operation, input, begins, path) in [
        (
            Operation::CreateKey,
            json!({"KeyAttributes": attributes(), "Exportable": true, "Tags": many}),
            "[Tag(key=0, value=v), Tag(key=1, value=v), ",
            "tags",
        ),
        (
            Operation::TagResource,
            json!({"ResourceArn": ARN, "Tags": many}),
            "[Tag(key=0, value=v), Tag(key=1, value=v), ",
            "tags",
        ),
        (
            Operation::UntagResource,
            json!({"ResourceArn": ARN, "TagKeys": names}),
            "[0, 1, 2, 3, ",
            "tagKeys",
        ),
    ] {
        let message = invalid(operation, &input);
        let begins = format!("1 validation error detected: Value '{begins}");
        assert!(message.starts_with(&begins), "{message}");
        assert!(message.ends_with(&rule.replace("{}", path)), "{message}");
        // Not without end.
        assert!(message.len() < 600, "{message}");
    }
}

#[test]
fn a_value_of_another_type_is_no_request() {
    let error = refused(
        Operation::DeleteKey,
        &json!({"KeyIdentifier": ARN, "DeleteKeyInDays": "7"}),
    );
    assert_eq!(error.kind, ErrorKind::Serialization);
    assert_eq!(
        error.message,
        "Value at 'deleteKeyInDays' is a string; an integer was expected."
    );
    let error = refused(Operation::GetKey, &json!([]));
    assert_eq!(
        error.message,
        "The request is a list; a structure was expected."
    );
}

#[test]
fn members_that_no_model_knows_are_ignored_and_can_be_told() {
    let mut attributes = attributes();
    attributes["KeyUse"] = json!(1);
    let input = json!({"KeyAttributes": attributes, "Exportable": true, "Enable": false});
    assert!(Operation::CreateKey.parse(&input).is_ok());
    let mut unknown = Operation::CreateKey.unknown_members(&input);
    unknown.sort();
    assert_eq!(unknown, ["Enable", "keyAttributes.KeyUse"]);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let message = invalid(
        Operation::GetKey,
        &json!({"KeyIdentifier": "alias/\u{1b}[2J"}),
    );
    assert!(!message.contains('\u{1b}'));
    assert!(message.contains("alias/\\u{1b}[2J"));
}

#[test]
fn every_request_reads_back_what_it_writes() {
    let request = Operation::ImportKey
        .parse(&json!({"KeyMaterial": {"RootCertificatePublicKey": {
            "KeyAttributes": attributes(), "PublicKeyCertificate": "LS0tLS1CRUdJTg=="}}, "Enabled": false}))
        .unwrap();
    assert_eq!(
        Operation::ImportKey.parse(&request.to_json()).unwrap(),
        request
    );
}

/// Members and values that shapes care about, put together at random.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!(ARN)),
        Just(json!("TDES_2KEY")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            Just("KeyAttributes".to_owned()),
            Just("KeyMaterial".to_owned()),
            Just("KeyCryptogram".to_owned()),
            Just("RootCertificatePublicKey".to_owned()),
            Just("KeyIdentifier".to_owned()),
            Just("KeyModesOfUse".to_owned()),
            Just("Exportable".to_owned()),
            Just("Tags".to_owned()),
            Just("Tr31KeyBlock".to_owned()),
            "[A-Za-z]{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read_or_refused(input in any_json()) {
        for operation in Operation::ALL {
            let _ = operation.unknown_members(&input);
            match operation.parse(&input) {
                Ok(request) => prop_assert_eq!(operation.parse(&request.to_json()), Ok(request)),
                Err(error) => prop_assert!(
                    matches!(error.kind, ErrorKind::Validation | ErrorKind::Serialization)
                        && !error.message.chars().any(char::is_control),
                    "{}", error
                ),
            }
        }
    }
}

/// A request in which one member alone is set, and its path in the service's spelling.
fn alone(pointer: &str, value: &str) -> (Value, String) {
    let mut request = json!(value);
    let mut path: Vec<String> = Vec::new();
    for name in pointer.split('.').rev() {
        request = json!({name: request});
        let (first, rest) = name.split_at(1);
        path.insert(0, format!("{}{rest}", first.to_lowercase()));
    }
    (request, path.join("."))
}

const KEY: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:key/";
const NAMED: &str = "arn:aws:payment-cryptography:us-east-1:111122223333:alias/";

/// An operation, a text in it, how that begins and what fills it, and its shortest and longest length.
type TextLimit = (
    Operation,
    &'static str,
    (&'static str, &'static str),
    (usize, usize),
);

/// Control plane, §§1.1, 5, 6 and 8.
#[rustfmt::skip] // one row, one line
const TEXT_LIMITS: &[TextLimit] = &[
    (Operation::GetKey, "KeyIdentifier", ("alias/", "a"), (7, 322)),
    (Operation::GetKey, "KeyIdentifier", (NAMED, "a"), (59, 322)),
    (Operation::ListAliases, "KeyArn", (KEY, "a"), (72, 120)),
    (Operation::ListTagsForResource, "ResourceArn", (KEY, "a"), (72, 120)),
    (Operation::CreateAlias, "AliasName", ("alias/", "a"), (7, 256)),
    (Operation::ListKeys, "NextToken", ("", "a"), (1, 8192)),
    (Operation::ImportKey, "KeyMaterial.Tr31KeyBlock.WrappedKeyBlock", ("", "0"), (56, 9984)),
    (Operation::ImportKey, "KeyMaterial.KeyCryptogram.WrappedKeyCryptogram", ("", "A"), (16, 4096)),
    (Operation::ImportKey, "KeyMaterial.KeyCryptogram.ImportToken", ("import-token-", "a"), (29, 77)),
    (Operation::ImportKey, "KeyMaterial.Tr34KeyBlock.SigningKeyCertificate", ("", "A"), (1, 32_768)),
    // The service stops at 4096 digits: see `shapes`.
    (Operation::ImportKey, "KeyMaterial.Tr34KeyBlock.WrappedKeyBlock", ("", "A"), (2, 16_384)),
    (Operation::ExportKey, "KeyMaterial.Tr34KeyBlock.ExportToken", ("export-token-", "a"), (29, 77)),
    (Operation::ExportKey, "KeyMaterial.Tr34KeyBlock.WrappingKeyCertificate", ("", "A"), (1, 32_768)),
    (Operation::ExportKey, "KeyMaterial.Tr34KeyBlock.KeyBlockHeaders.KeyVersion", ("", "0"), (2, 2)),
    (Operation::GetCertificateSigningRequest, "CertificateSubject.CommonName", ("", "a"), (1, 64)),
    (Operation::GetCertificateSigningRequest, "CertificateSubject.City", ("", "a"), (1, 128)),
    (Operation::GetCertificateSigningRequest, "CertificateSubject.Country", ("", "a"), (2, 2)),
    (Operation::GetCertificateSigningRequest, "CertificateSubject.EmailAddress", ("a@", "a"), (3, 128)),
];

/// Whether a text in the member is refused for itself, whatever else its request lacks.
fn refused_there(operation: Operation, member: &str, text: &str) -> bool {
    let (request, path) = alone(member, text);
    let said = operation.parse(&request);
    said.is_err_and(|e| e.message.contains(&format!("at '{path}' failed")))
}

#[test]
fn every_text_has_its_limits() {
    for (operation, member, (begins, fill), (min, max)) in TEXT_LIMITS {
        let refused = |length: usize| {
            let text = format!("{begins}{}", fill.repeat(length - begins.len()));
            refused_there(*operation, member, &text)
        };
        assert!(!refused(*min) && !refused(*max), "{member}");
        assert!(refused(max + 1), "{member}: {max}");
        assert!(*min == begins.len() || refused(min - 1), "{member}: {min}");
    }
    let nonce = "KeyMaterial.Tr34KeyBlock.RandomNonce";
    for (length, taken) in [(14, 0), (16, 1), (17, 0), (32, 1), (34, 0)] {
        let refused = refused_there(Operation::ImportKey, nonce, &"a".repeat(length));
        assert_eq!(refused, taken == 0, "{length}");
    }
    let serial = "ExportAttributes.ExportDukptInitialKey.KeySerialNumber";
    for (length, taken) in [(19, 0), (20, 1), (22, 0), (24, 1), (25, 0)] {
        let refused = refused_there(Operation::ExportKey, serial, &"F".repeat(length));
        assert_eq!(refused, taken == 0, "{length}");
    }
}
