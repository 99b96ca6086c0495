//! `call --form`: outputs as files that other tools read.

use serde_json::{Value, json};

use crate::program::{Room, kek};

const AT: &str = "--vault t.vault --unlock-file people.json";

fn call(room: &Room, operation: &str, input: &Value) -> Value {
    room.write("input.json", input.to_string());
    room.json(&format!(
        "call {operation} {AT} --cli-input-json input.json"
    ))
}

/// The bytes of an output in a form.
fn form(room: &Room, operation: &str, input: &Value, form: &str) -> Vec<u8> {
    room.write("input.json", input.to_string());
    let line = format!("call {operation} {AT} --cli-input-json input.json --form {form}");
    let ran = room.command(&line).output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    ran.stdout
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn certificates_and_requests_come_in_every_form_and_inspect_reads_each() {
    let room = Room::new();
    room.test_vault();
    let made = call(
        &room,
        "create-key",
        &json!({"Exportable": false, "KeyAttributes": {
            "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE", "KeyClass": "ASYMMETRIC_KEY_PAIR",
            "KeyAlgorithm": "RSA_2048", "KeyModesOfUse": {"Sign": true}}}),
    );
    let key = &made["Key"]["KeyArn"];
    let certificate = json!({"KeyIdentifier": key});
    let request = json!({
        "KeyIdentifier": key, "SigningAlgorithm": "SHA256", "CertificateSubject": {"CommonName": "signer"}});
    for (operation, input, title, pieces) in [
        ("get-public-key-certificate", &certificate, "CERTIFICATE", 2),
        (
            "get-certificate-signing-request",
            &request,
            "CERTIFICATE SIGNING REQUEST",
            1,
        ),
    ] {
        let pem = text(form(&room, operation, input, "pem"));
        assert_eq!(
            pem.matches("-----BEGIN CERTIFICATE").count(),
            pieces,
            "{pem}"
        );
        let der = form(&room, operation, input, "der");
        assert_eq!(der[..2], [0x30, 0x82]);
        let hex = text(form(&room, operation, input, "hex"));
        let explained = text(form(&room, operation, input, "text"));
        assert!(explained.starts_with(title), "{explained}");
        let bits = explained
            .find("Modulus ")
            .or(explained.find("Modulus  "))
            .unwrap();
        assert!(explained[bits..].contains("65537"), "{explained}");
        for (name, bytes) in [
            ("pem", pem.into_bytes()),
            ("der", der.clone()),
            ("hex", hex.into_bytes()),
            ("base64", data_encoding::BASE64.encode(&der).into_bytes()),
        ] {
            let file = room.write(name, bytes);
            let found = room.ok(&format!("inspect {}", file.display()));
            assert!(found.starts_with(title), "{name}: {found}");
        }
    }
}

#[test]
fn key_material_comes_as_bytes_hex_and_words() {
    let room = Room::new();
    room.test_vault();
    let arn = |made: Value| made["Key"]["KeyArn"].clone();
    let wrapping = arn(call(&room, "create-key", &kek("AES_128")));
    let key = arn(call(&room, "create-key", &kek("AES_128")));
    let export = json!({
        "ExportKeyIdentifier": key, "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}});
    let block = text(form(&room, "export-key", &export, "der"));
    assert!(block.starts_with("D0144K0AB00E0000"), "{block}");
    assert_eq!(block.len(), 144);
    let hex = text(form(&room, "export-key", &export, "hex"));
    let bytes = data_encoding::HEXUPPER
        .decode(hex.trim_end().as_bytes())
        .unwrap();
    assert!(bytes.starts_with(b"D0144K0AB00E0000"));
    let words = text(form(&room, "export-key", &export, "text"));
    assert!(words.contains("K0"), "{words}");
    room.write("export.json", export.to_string());
    let line = format!("call export-key {AT} --cli-input-json export.json --form pem");
    room.run(&line).refused(2, "no PEM form");
    room.write("create.json", kek("AES_128").to_string());
    let line = format!("call create-key {AT} --cli-input-json create.json --form hex");
    room.run(&line).refused(2, "nothing to show");

    let given =
        format!("call get-parameters-for-import {AT} --cli-input-json given.json --form pem");
    room.write(
        "given.json",
        r#"{"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_3072"}"#,
    );
    let ran = room.run(&given);
    assert_eq!(ran.out.matches("-----BEGIN CERTIFICATE-----").count(), 2);
    assert!(
        ran.err.starts_with("import-token-"),
        "what is no certificate is said beside it: {}",
        ran.err
    );
}
