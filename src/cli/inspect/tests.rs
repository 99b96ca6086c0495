//! Inspection over the shipped samples.

use super::*;

const SAMPLE: &[u8] =
    include_bytes!("../../../ceremonies/samples/get-parameters-for-import-rsa4096.json");

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-12-01T09:00:00Z").unwrap()
}

#[test]
fn the_sample_parameters_are_explained() {
    let text = explain(SAMPLE, now()).unwrap();
    assert!(text.starts_with("PARAMETERS FOR IMPORT"), "{text}");
    assert!(text.contains("import-token-"), "{text}");
    assert!(text.contains("RSA_4096"), "{text}");
    assert!(text.contains("hold together and are valid now"), "{text}");
    let json = recognise(SAMPLE, now()).unwrap().to_json();
    assert_eq!(json["kind"], "get-parameters-for-import");
    assert_eq!(json["wrapping_certificate"][0]["key_algorithm"], "RSA_4096");
    assert_eq!(json["chain"][0]["ca"], true);
}

#[test]
fn a_certificate_is_known_in_every_form() {
    let parameters = crate::pki::ImportParameters::parse(SAMPLE).unwrap();
    let leaf = &parameters.wrapping_certificate;
    let aws = leaf.to_aws();
    let der = data_encoding::BASE64.encode(leaf.der());
    let pem = leaf.to_pem();
    let forms: [&[u8]; 4] = [leaf.der(), pem.as_bytes(), aws.as_bytes(), der.as_bytes()];
    for form in forms {
        let text = explain(form, now()).unwrap();
        assert!(text.starts_with("CERTIFICATE  "), "{text}");
        assert!(text.contains(&certificate::colons(&leaf.sha256_fingerprint())));
    }
}

#[test]
fn a_chain_says_who_signed_whom() {
    let parameters = crate::pki::ImportParameters::parse(SAMPLE).unwrap();
    let both = format!(
        "{}{}",
        parameters.wrapping_certificate.to_pem(),
        parameters.root().to_pem()
    );
    let aws = data_encoding::BASE64.encode(both.as_bytes());
    for form in [both.as_bytes(), aws.as_bytes()] {
        let text = explain(form, now()).unwrap();
        assert!(text.contains("1 is signed by 2."), "{text}");
    }
}

#[test]
fn what_is_nothing_known_is_refused_without_repeating_it() {
    for bad in [
        &b""[..],
        b"{}",
        b"{",
        b"planted-secret",
        b"\xff\xfe\x00",
        b"{\"a\":1,\"a\":2}",
    ] {
        let reason = explain(bad, now()).unwrap_err();
        assert!(!reason.contains("planted"), "{reason}");
    }
}

#[test]
fn a_request_of_ours_is_explained() {
    let request = serde_json::json!({
        "KeyMaterial": {"KeyCryptogram": {
            "KeyAttributes": {
                "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY",
                "KeyAlgorithm": "TDES_3KEY", "KeyModesOfUse": {"Wrap": true, "Unwrap": true},
            },
            "Exportable": true, "WrappedKeyCryptogram": "AB".repeat(256),
            "ImportToken": "import-token-bwxli6ocftypneu5", "WrappingSpec": "RSA_OAEP_SHA_256",
        }},
        "Enabled": false,
        "Tags": [{"Key": "keymoot-profile", "Value": "rehearsal"}],
    });
    let facts = recognise(request.to_string().as_bytes(), now()).unwrap();
    let json = facts.to_json();
    assert_eq!(json["kind"], "import-key.rsa-wrap");
    assert_eq!(json["cryptogram_bits"], 2048);
    assert!(facts.to_text().contains("made in a rehearsal"));
}

#[test]
fn an_age_file_says_to_whom_and_no_more() {
    let text = explain(
        b"age-encryption.org/v1\n-> scrypt AAAA 18\nbody\n--- mac\n\x00\x01",
        now(),
    )
    .unwrap();
    assert!(text.contains("scrypt, log N 18"), "{text}");
    assert!(explain(b"age-encryption.org/v1\n-> X25519", now()).is_err());
}

#[test]
fn a_key_block_is_explained_field_by_field() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tr31-public.json")).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let block = vector["block"].as_str().unwrap();
        let facts = recognise(format!("{block}\n").as_bytes(), now()).unwrap();
        let (json, text) = (facts.to_json(), facts.to_text());
        assert_eq!(json["kind"], "tr31-key-block", "{text}");
        assert_eq!(json["header"], vector["header"]);
        for (member, field) in [("usage", "usage"), ("mode", "mode")] {
            let code = vector["fields"][field].as_str().unwrap();
            assert!(json[member].as_str().unwrap().starts_with(code), "{text}");
        }
        let blocks = json["optional_blocks"].as_array().unwrap();
        assert_eq!(
            blocks.len(),
            vector["optional_blocks"].as_array().unwrap().len()
        );
        assert!(!text.contains(vector["key"].as_str().unwrap()));
    }
    let text = explain(
        b"B0080P0TE00E000094B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F5341176EED7B727B8A248E",
        now(),
    );
    let text = text.unwrap();
    assert!(
        text.contains("Key usage        P0  PIN encryption key"),
        "{text}"
    );
    assert!(text.contains("only its wrapping key can tell"), "{text}");
    let reason = explain(b"B0081P0TE00E000094B420079CC80BA3", now()).unwrap_err();
    assert!(reason.contains("81"), "{reason}");
}
