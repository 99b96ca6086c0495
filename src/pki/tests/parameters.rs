//! Import parameters: samples, refusals by member, chains.

use super::*;

fn sample(change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> Vec<u8> {
    let mut value: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
    change(value.as_object_mut().unwrap());
    serde_json::to_vec(&value).unwrap()
}

#[test]
fn samples_are_read_and_verified() {
    for (text, algorithm) in [
        (SAMPLE, KeyAlgorithm::RSA_2048),
        (
            include_str!("../../../ceremonies/samples/get-parameters-for-import-rsa3072.json"),
            KeyAlgorithm::RSA_3072,
        ),
        (
            include_str!("../../../ceremonies/samples/get-parameters-for-import-rsa4096.json"),
            KeyAlgorithm::RSA_4096,
        ),
    ] {
        let parameters = ImportParameters::parse(text.as_bytes()).unwrap();
        assert_eq!(parameters.wrapping_key_algorithm, algorithm);
        assert_eq!(parameters.verify(NOW), Ok(()));
        assert_eq!(parameters.root(), parameters.chain.last().unwrap());
        assert_eq!(verify_root(parameters.root(), NOW), Ok(()));
        assert!(parameters.import_token.starts_with("import-token-"));
        // What we would answer is what the file has.
        assert!(text.contains(&parameters.wrapping_certificate.to_aws()));
    }
}

#[test]
fn the_time_is_a_number_or_iso() {
    let expected = Timestamp::parse_rfc3339("2036-10-29T09:00:00.899Z").unwrap();
    for value in [
        serde_json::json!("2036-10-29T09:00:00.899000+00:00"),
        serde_json::json!("2036-10-29T11:00:00.899+02:00"),
        serde_json::json!(2_108_883_600.899),
    ] {
        let bytes = sample(|members| {
            members.insert("ParametersValidUntilTimestamp".to_owned(), value);
        });
        assert_eq!(
            ImportParameters::parse(&bytes).unwrap().valid_until,
            expected
        );
    }
    let parameters = ImportParameters::parse(SAMPLE.as_bytes()).unwrap();
    assert_eq!(
        parameters.verify(expected.plus_millis(1)),
        Err(ParametersError::TokenExpired(expected))
    );
}

#[test]
fn parameters_are_refused_by_name() {
    let parse = |bytes: &[u8]| ImportParameters::parse(bytes).unwrap_err();
    for member in [
        "WrappingKeyCertificate",
        "WrappingKeyCertificateChain",
        "WrappingKeyAlgorithm",
        "ImportToken",
        "ParametersValidUntilTimestamp",
    ] {
        let missing = sample(|members| {
            members.remove(member);
        });
        assert_eq!(parse(&missing), ParametersError::Missing(member));
        let wrong = sample(|members| {
            members.insert(member.to_owned(), serde_json::json!([1]));
        });
        assert!(matches!(parse(&wrong), ParametersError::Value { member: m, .. } if m == member));
        let twice = SAMPLE.replacen('{', &format!("{{\"{member}\": 1,"), 1);
        assert_eq!(
            parse(twice.as_bytes()),
            ParametersError::Duplicate(member.to_owned())
        );
    }
    let unknown = SAMPLE.replacen('{', "{\"New\": 1, \"N\\u0065w\": {},", 1);
    assert_eq!(
        parse(unknown.as_bytes()),
        ParametersError::Duplicate("New".to_owned())
    );
    let once = SAMPLE.replacen('{', "{\"New\": 1,", 1);
    assert!(ImportParameters::parse(once.as_bytes()).is_ok());
    assert_eq!(
        parse(&vec![b' '; 1024 * 1024 + 1]),
        ParametersError::TooLarge {
            actual: 1024 * 1024 + 1,
            limit: 1024 * 1024
        }
    );
    for garbage in [&b""[..], b"[]", b"null", b"{", b"{} {}", b"\xFF", b"\"x\""] {
        assert!(
            matches!(parse(garbage), ParametersError::Json(_)),
            "{garbage:?}"
        );
    }
}

#[test]
fn parameters_must_fit_together() {
    let with = |name: &str, value: &str| {
        let bytes = sample(|members| {
            members.insert(name.to_owned(), serde_json::json!(value));
        });
        ImportParameters::parse(&bytes)
    };
    assert_eq!(
        with("WrappingKeyAlgorithm", "RSA_4096").unwrap_err(),
        ParametersError::AlgorithmMismatch {
            member: "WrappingKeyAlgorithm",
            named: KeyAlgorithm::RSA_4096
        }
    );
    for algorithm in ["AES_128", "RSA_1024", "rsa_2048", ""] {
        assert!(matches!(
            with("WrappingKeyAlgorithm", algorithm).unwrap_err(),
            ParametersError::Value { .. }
        ));
    }
    for token in [
        "",
        "import-token-",
        "import-token-abc",
        "export-token-abcdefgh12345678",
    ] {
        assert!(matches!(
            with("ImportToken", token).unwrap_err(),
            ParametersError::Value { .. }
        ));
    }
}

#[test]
fn the_chain_must_lead_from_the_certificate_to_its_root() {
    let ours = certificate("leaf-2048").to_aws();
    let root = certificate("root-4096").to_aws();
    let foreign = sample(|members| {
        members.insert("WrappingKeyCertificate".to_owned(), ours.clone().into());
    });
    let foreign = ImportParameters::parse(&foreign).unwrap();
    assert!(matches!(
        foreign.verify(NOW),
        Err(ParametersError::Certificate {
            member: "WrappingKeyCertificate",
            reason: PkiError::NotSignedBy { .. }
        })
    ));
    let own = |leaf: &str, chain: &str| {
        let bytes = sample(|members| {
            members.insert("WrappingKeyCertificate".to_owned(), serde_json::json!(leaf));
            members.insert(
                "WrappingKeyCertificateChain".to_owned(),
                serde_json::json!(chain),
            );
        });
        ImportParameters::parse(&bytes).unwrap()
    };
    assert_eq!(own(&ours, &root).verify(NOW), Ok(()));
    assert_eq!(
        own(&certificate("leaf-sign-only").to_aws(), &root).verify(NOW),
        Err(ParametersError::MayNotWrap)
    );
    let long = format!("{}{}", pem("intermediate"), pem("root-4096"));
    let three = own(pem("leaf-under-intermediate"), &long);
    assert_eq!(three.chain.len(), 2);
    assert_eq!(three.root(), &certificate("root-4096"));
    assert_eq!(three.verify(NOW), Ok(()));
    // Without the root the intermediate stands where a root belongs.
    assert!(matches!(
        own(pem("leaf-under-intermediate"), pem("intermediate")).verify(NOW),
        Err(ParametersError::Certificate {
            member: "WrappingKeyCertificateChain",
            reason: PkiError::NotSelfSigned { .. }
        })
    ));
}
