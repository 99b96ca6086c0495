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
fn headers_and_an_own_pair_of_an_export_are_shown() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/pki/certificates.json")).unwrap();
    let text = vectors.to_string();
    let from = text.find("-----BEGIN CERTIFICATE").unwrap();
    let until = from + text[from..].find("-----END CERTIFICATE-----").unwrap() + 25;
    let pem = text[from..until].replace("\\n", "\n");
    let issued = data_encoding::BASE64.encode(pem.as_bytes());
    let pair = "alias/our-signer";
    let request = serde_json::json!({"ExportKeyIdentifier": "alias/pek", "KeyMaterial": {"Tr34KeyBlock": {
        "CertificateAuthorityPublicKeyIdentifier": "alias/ca", "WrappingKeyCertificate": issued,
        "SigningKeyIdentifier": pair, "SigningKeyCertificate": issued, "KeyBlockFormat": "X9_TR34_2012",
        "KeyBlockHeaders": {"KeyVersion": "1Z", "OptionalBlocks": {"LB": "acquirer7"}}}}});
    let json = recognise(request.to_string().as_bytes(), now())
        .unwrap()
        .to_json();
    assert_eq!(json["own_pair"], pair);
    assert_eq!(json["block_key_version"], "1Z");
    assert_eq!(json["block_optional"][0], "LB=acquirer7");
    assert_eq!(
        json["own_certificate"][0]["subject"],
        json["certificate"][0]["subject"]
    );
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
        assert_eq!(json["characters"], block.len());
        assert_eq!(json["optional_block_count"], format!("{:02}", blocks.len()));
        for one in blocks {
            // A label is words already, and what the standard does not define is not guessed at.
            let id = one["id"].as_str().unwrap();
            let undefined = ["proprietary", "not defined by the standard"];
            let plain = matches!(id, "LB" | "KV")
                || undefined.contains(&one["words"].as_str().unwrap())
                || json["findings"]
                    .to_string()
                    .contains(&format!("bad-content-{id}"));
            assert_eq!(one["said"].is_string(), !plain, "{text}");
        }
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

fn tokens(name: &str) -> Vec<serde_json::Value> {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn explained(vector: &serde_json::Value, spelling: &[u8]) {
    let facts = recognise(spelling, now()).unwrap();
    let (json, text) = (facts.to_json(), facts.to_text());
    assert_eq!(json["kind"], "tr34-key-token", "{text}");
    assert_eq!(json["header"], vector["expect"]["header"]);
    assert_eq!(json["passes"], vector["passes"]);
    assert_eq!(json["random_nonce"], vector["nonce"]);
    assert_eq!(json["content_cipher"], vector["expect"]["cek_algorithm"]);
    let lists = vector["form"]["crls"].as_u64();
    assert_eq!(json["crls"].as_array().map(|l| l.len() as u64), lists);
    if let Some(key) = vector["expect"]["key"].as_str() {
        assert!(!text.contains(key));
    }
}

#[test]
fn a_key_token_is_explained_in_every_form_and_spelling() {
    for name in [
        "tr34-profiles",
        "tr34-peers",
        "tr34-peers-bc",
        "tr34-annexb",
        "tr34-real",
    ] {
        for vector in tokens(name) {
            let hex = vector["token"].as_str().unwrap();
            let der = data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap();
            let base64 = data_encoding::BASE64.encode(&der);
            explained(&vector, &der);
            explained(&vector, hex.to_lowercase().as_bytes());
            explained(&vector, format!("{hex}\n").as_bytes());
            explained(&vector, base64.as_bytes());
        }
    }
}

#[test]
fn the_services_own_token_is_explained_in_words() {
    let vector = &tokens("tr34-real")[0];
    let text = explain(vector["token"].as_str().unwrap().as_bytes(), now()).unwrap();
    for words in [
        "TR-34:2012, non-CMS (X9_TR34_2012",
        "OU=AWS Payment Cryptography",
        "69E07E9C794C55E30E1956FAE7909BB0",
        "Key usage            C0  card verification key",
        "Signed at            2023-06-09T23:39:46Z",
        "Header               D0112C0TC00E0000",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn every_other_tr34_token_is_told_by_its_kind() {
    for name in ["tr34-other", "tr34-other-bc", "tr34-other-annexb"] {
        for vector in tokens(name) {
            let facts = recognise(vector["token"].as_str().unwrap().as_bytes(), now()).unwrap();
            let kind = format!("tr34-{}", vector["type"].as_str().unwrap());
            assert_eq!(facts.to_json()["kind"], kind);
            assert!(facts.to_text().contains("TR-34 "), "{}", facts.to_text());
        }
    }
}

#[test]
fn a_spoilt_token_says_what_is_wrong() {
    for vector in tokens("tr34-negative") {
        let id = vector["id"].as_str().unwrap();
        let hex = vector["token"].as_str().unwrap();
        match explain(hex.as_bytes(), now()) {
            Ok(text) => assert!(text.starts_with("TR-34 "), "{id}: {text}"),
            Err(reason) => assert!(reason.contains("sk the sender"), "{id}: {reason}"),
        }
    }
}

#[test]
fn answers_are_read_as_the_world_prints_them() {
    // The published example of the AWS CLI has neither the wrapping key nor a check value.
    let answer = r#"{"WrappedKey": {"KeyMaterial": "D0016K0AB00E0000", "WrappedKeyMaterialFormat": "TR31_KEY_BLOCK"}}"#;
    let text = explain(answer.as_bytes(), now()).unwrap();
    assert!(text.starts_with("ANSWER of export-key"), "{text}");
    let marked = format!("\u{feff}{answer}");
    assert!(explain(marked.as_bytes(), now()).is_ok());
    let today = r#"{"Key": {"KeyArn": "x", "CreateTimestamp": "1686800690", "KeyAttributes":
        {"KeyAlgorithm": "ECC_NIST_P256", "KeyModesOfUse": {"DeriveKey": true, "Sign": false}}}}"#;
    let text = explain(today.as_bytes(), now()).unwrap();
    for words in [
        "ECC_NIST_P256",
        "DeriveKey",
        "1686800690",
        "newer than it knows",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn a_block_is_known_however_it_was_copied() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tr31-public.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let good = vectors.iter().find_map(|v| v["block"].as_str());
    let good = good.unwrap();
    for copied in [
        format!("\"{good}\""),
        format!("KeyBlock={good}"),
        data_encoding::HEXUPPER.encode(good.as_bytes()),
    ] {
        let text = explain(copied.as_bytes(), now()).unwrap();
        assert!(text.starts_with("TR-31 KEY BLOCK"), "{text}");
    }
    for (copied, words) in [
        (format!("S{good}"), "remove that letter"),
        (good.to_lowercase(), "none of the versions"),
    ] {
        let reason = explain(copied.as_bytes(), now()).unwrap_err();
        assert!(reason.contains(words), "{reason}");
        assert!(look_reason(&reason), "{reason}");
    }
}

/// Nobody asked `inspect` to import anything.
fn look_reason(reason: &str) -> bool {
    !only_looked(reason).contains("Nothing was imported")
}

#[test]
fn keys_in_other_clothes() {
    let bare = "0123456789ABCDEFFEDCBA9876543210";
    let reason = explain(bare.as_bytes(), now()).unwrap_err();
    assert!(reason.contains("hexadecimal, 32 digits"), "{reason}");
    assert!(!reason.contains(bare));
    let private = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n\
                   -----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n";
    let reason = explain(private.as_bytes(), now()).unwrap_err();
    assert!(reason.contains("treat it as exposed"), "{reason}");
    let parameters = crate::pki::ImportParameters::parse(SAMPLE).unwrap();
    let leaf = &parameters.wrapping_certificate;
    let spki = spki::SubjectPublicKeyInfoRef::try_from(leaf.spki_der()).unwrap();
    let bits = spki.subject_public_key.raw_bytes();
    let pem = der::pem::encode_string("RSA PUBLIC KEY", der::pem::LineEnding::LF, bits).unwrap();
    let text = explain(pem.as_bytes(), now()).unwrap();
    assert!(text.starts_with("PUBLIC KEY"), "{text}");
    assert!(text.contains("4096"), "{text}");
}

#[test]
fn a_token_in_pem_is_a_token() {
    let token = tokens("tr34-other").into_iter().next().unwrap();
    let der = data_encoding::HEXUPPER_PERMISSIVE
        .decode(token["token"].as_str().unwrap().as_bytes())
        .unwrap();
    for label in ["CMS", "PKCS7"] {
        let pem = der::pem::encode_string(label, der::pem::LineEnding::LF, &der).unwrap();
        let facts = recognise(pem.as_bytes(), now()).unwrap();
        let kind = format!("tr34-{}", token["type"].as_str().unwrap());
        assert_eq!(facts.to_json()["kind"], kind);
    }
    let other = "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n";
    let reason = explain(other.as_bytes(), now()).unwrap_err();
    assert!(
        reason.contains("a PEM block in it is headed DH PARAMETERS"),
        "{reason}"
    );
}
