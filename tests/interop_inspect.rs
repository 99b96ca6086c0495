//! `inspect` over what OpenSSL writes: requests, revocation lists and public keys, each as PEM, DER, hex and base64.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

fn openssl(room: &Path, line: &str) {
    let ran = Command::new("openssl")
        .args(line.split_whitespace())
        .current_dir(room)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn inspect(room: &Path, file: &str) -> serde_json::Value {
    let ran = Command::new(env!("CARGO_BIN_EXE_keymoot"))
        .args(["inspect", "--json", file])
        .current_dir(room)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{file}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    serde_json::from_slice(&ran.stdout).unwrap()
}

/// The file is read alike in its four forms.
fn every_form(room: &Path, der: &str, pem: &str) -> serde_json::Value {
    let bytes = std::fs::read(room.join(der)).unwrap();
    std::fs::write(room.join("hex"), data_encoding::HEXLOWER.encode(&bytes)).unwrap();
    std::fs::write(room.join("base64"), data_encoding::BASE64.encode(&bytes)).unwrap();
    let armored = std::fs::read(room.join(pem)).unwrap();
    std::fs::write(
        room.join("base64-pem"),
        data_encoding::BASE64.encode(&armored),
    )
    .unwrap();
    let first = inspect(room, der);
    for form in [pem, "hex", "base64", "base64-pem"] {
        let mut other = inspect(room, form);
        for own in ["sha256", "words"] {
            other[own] = first[own].clone();
        }
        assert_eq!(other, first, "{form}");
    }
    first
}

/// What OpenSSL says the modulus of a key file is.
fn modulus(room: &Path) -> String {
    let ran = Command::new("openssl")
        .args(["rsa", "-in", "key.pem", "-noout", "-modulus"])
        .current_dir(room)
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    text.trim().strip_prefix("Modulus=").unwrap().to_owned()
}

#[test]
fn requests_lists_and_public_keys_are_read_in_every_form() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    openssl(room, "genrsa -out key.pem 2048");
    openssl(
        room,
        "req -new -key key.pem -subj /CN=receiver/O=Bank -out request.pem",
    );
    openssl(room, "req -in request.pem -outform DER -out request.der");
    let request = every_form(room, "request.der", "request.pem");
    assert_eq!(request["kind"], "certificate-signing-request");
    assert!(
        request["subject"].as_str().unwrap().contains("CN=receiver"),
        "{request}"
    );
    assert_eq!(request["modulus"], modulus(room));
    assert_eq!(
        (&request["modulus_bits"], &request["exponent"]),
        (&2048.into(), &65537.into())
    );

    openssl(room, "rsa -in key.pem -pubout -out public.pem");
    openssl(room, "rsa -in key.pem -pubout -outform DER -out public.der");
    let public = every_form(room, "public.der", "public.pem");
    assert_eq!(public["kind"], "public-key");
    assert_eq!(public["modulus"], modulus(room));
    assert_eq!(public["key_check_value"], request["key_check_value"]);

    openssl(
        room,
        "req -new -x509 -key key.pem -subj /CN=authority -days 30 -out ca.pem",
    );
    let certificate = inspect(room, "ca.pem");
    assert_eq!(certificate["modulus"], modulus(room));
    for (name, text) in [
        (
            "index.txt",
            "V\t301231000000Z\t\t0A\tunknown\t/CN=a\nR\t301231000000Z\t261101000000Z\t0B\tunknown\t/CN=b\n",
        ),
        ("crlnumber", "05\n"),
        (
            "ca.cnf",
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\n",
        ),
    ] {
        std::fs::write(room.join(name), text).unwrap();
    }
    openssl(
        room,
        "ca -config ca.cnf -gencrl -cert ca.pem -keyfile key.pem -out list.pem",
    );
    openssl(room, "crl -in list.pem -outform DER -out list.der");
    let list = every_form(room, "list.der", "list.pem");
    assert_eq!(list["kind"], "certificate-revocation-list");
    assert!(list["issuer"].as_str().unwrap().contains("CN=authority"));
    assert_eq!(list["revoked"], 1);
    assert!(
        list["serials"][0]
            .as_str()
            .unwrap()
            .starts_with("0B on 2026-11-01"),
        "{list}"
    );
}
