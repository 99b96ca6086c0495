//! The collected TR-34 key tokens: read in every dialect, opened, written again byte for byte, refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

mod tr34 {
    pub(crate) mod vectors;
}

use data_encoding::HEXUPPER;
use keymoot::crypto::rsa_backend::{OpeningKey, SigningKey};
use keymoot::crypto::tr34::{
    ContentCipher, Form, Freshness, InnerHeader, KeyToSend, KeyToken, OaepForm, Profile, Recipient,
    Sender, Tr34Error, build,
};
use keymoot::crypto::{SecretBytes, kcv};
use keymoot::pki::Certificate;
use serde_json::Value;
use tr34::vectors::{Script, Vectors, at, hex, signer_key, text};

/// Every file with tokens that are accepted, with how many it has.
const ACCEPTED: [(&str, usize); 4] = [
    ("tr34-profiles", 33),
    ("tr34-rsa3072", 4),
    ("tr34-peers", 9),
    ("tr34-peers-bc", 1),
];

fn token(vector: &Value) -> KeyToken {
    KeyToken::parse(&hex(vector, "token")).unwrap_or_else(|e| panic!("{}: {e}", vector["id"]))
}

fn nonce(vector: &Value) -> Option<Vec<u8>> {
    vector["nonce"]
        .as_str()
        .map(|hex| HEXUPPER.decode(hex.as_bytes()).unwrap())
}

/// Reads, verifies and opens as a receiver does, the certificate and its revocation list apart.
fn receive(file: &Vectors, vector: &Value) -> Result<SecretBytes, Tr34Error> {
    let kdh = file.certificate(vector, text(vector, "kdh"));
    receive_from(&kdh, file, vector)
}

fn receive_from(
    kdh: &Certificate,
    file: &Vectors,
    vector: &Value,
) -> Result<SecretBytes, Tr34Error> {
    let token = KeyToken::parse(&hex(vector, "token"))?;
    token.verify(&signer_key(kdh))?;
    token.check_nonce(nonce(vector).as_deref())?;
    let window = vector["max_age_seconds"]
        .as_i64()
        .unwrap_or(i64::from(u32::MAX))
        * 1000;
    token.check_signing_time(at(vector), window)?;
    file.judge_certificate(vector, kdh, &token)?;
    let krd = file.certificate(vector, "krd");
    token.open(
        &signer_key(&krd).id,
        &OpeningKey::new(&file.key(vector, "krd")),
    )
}

#[test]
fn every_positive_opens_to_its_key() {
    for (name, count) in ACCEPTED {
        let file = Vectors::read(name, count);
        for vector in &file.vectors {
            let id = text(vector, "id");
            let token = token(vector);
            let expect = &vector["expect"];
            assert_eq!(token.header_text(), expect["header"], "{id}");
            assert_eq!(
                token.content_cipher().name(),
                expect["cek_algorithm"],
                "{id}"
            );
            let key = receive(&file, vector).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert!(key.ct_eq(&SecretBytes::new(hex(expect, "key"))), "{id}");
            let algorithm = token.header().key_algorithm(key.len()).unwrap();
            let value = if algorithm.is_tdes() {
                kcv::ansi_x9_24(algorithm, &key)
            } else {
                kcv::cmac(algorithm, &key)
            };
            assert_eq!(HEXUPPER.encode(&value.unwrap()), expect["kcv"], "{id}");
        }
    }
}

#[test]
fn the_form_is_recognised() {
    let mut seen = 0;
    for (name, count) in [("tr34-annexb", 3), ("tr34-real", 2)]
        .iter()
        .chain(&ACCEPTED)
    {
        for vector in &Vectors::read(name, *count).vectors {
            let (id, token, said) = (text(vector, "id"), token(vector), &vector["form"]);
            let form = token.form();
            if let Some(env_seq) = said["env_seq"].as_bool() {
                assert_eq!(form.envelope_header, env_seq, "{id}");
            }
            assert_eq!(
                form.content_inside, said["encrypted_content_inside_algorithm"],
                "{id}"
            );
            assert_eq!(form.sorted, said["der_sorted_attributes"], "{id}");
            assert_eq!(
                u64::from(form.version),
                said["signed_data_version"].as_u64().unwrap()
            );
            assert_eq!(token.is_der(), said["strict_der"], "{id}");
            assert_eq!(
                token.crls().len() as u64,
                said["crls"].as_u64().unwrap(),
                "{id}"
            );
            assert_eq!(
                token.certificates().len() as u64,
                said["certs"].as_u64().unwrap()
            );
            let algorithm = if form.names_hash {
                "sha256WithRSA"
            } else {
                "rsaEncryption"
            };
            assert_eq!(algorithm, said["signature_algorithm"], "{id}");
            let oaep = match form.oaep {
                OaepForm::Tagged | OaepForm::TaggedNoNull => "tagged",
                OaepForm::Untagged => "untagged",
                OaepForm::UntaggedNoNull => "untagged-nonull",
            };
            // The collection calls a spelling without NULL untagged too.
            assert!(oaep.starts_with(text(said, "oaep_params")), "{id}: {oaep}");
            let names: Vec<String> = token
                .attributes()
                .into_iter()
                .map(|name| match name.as_str() {
                    "key block header" => "data".to_owned(),
                    "CMSAlgorithmProtection" => "1.2.840.113549.1.9.52".to_owned(),
                    _ => name,
                })
                .collect();
            assert_eq!(serde_json::json!(names), said["attribute_order"], "{id}");
            seen += 1;
        }
    }
    assert_eq!(seen, 52);
}

/// How the collection's profiles are called here; `ber` is read, never written.
fn profile(name: &str) -> Option<Profile> {
    let with = |form| Profile {
        form,
        ..Profile::default()
    };
    Some(match name {
        "aws2012" => Profile::default(),
        "cms" => Profile::CMS_2019,
        "strict" => Profile {
            inner_header: InnerHeader::Octets,
            ..Profile::CMS_2019
        },
        "annexb2019" => with(Form::ANNEX_B_PRINTED),
        "annexb2019-errata" => with(Form::ANNEX_B_CORRECTED),
        "futurex" => with(Form::FUTUREX),
        "ber" => return None,
        other => panic!("profile {other}"),
    })
}

#[test]
fn every_reproducible_token_is_written_again_byte_for_byte() {
    let (mut written, mut read_only) = (0, 0);
    for (name, count) in &ACCEPTED[..2] {
        let file = Vectors::read(name, *count);
        for vector in &file.vectors {
            let (id, making) = (text(vector, "id"), &vector["build"]);
            let read = token(vector);
            // AES-256 as the content cipher is read, never written.
            let Some(profile) = profile(text(making, "profile"))
                .filter(|_| read.content_cipher() != ContentCipher::Aes256)
            else {
                read_only += 1;
                continue;
            };
            let [kdh, krd] = ["kdh", "krd"].map(|who| signer_key(&file.certificate(vector, who)));
            let freshness = match nonce(vector) {
                Some(nonce) => Freshness::Nonce(nonce),
                None => Freshness::SigningTime(read.signing_time().unwrap()),
            };
            let crl = making["crl"]
                .as_str()
                .map(|hex| HEXUPPER.decode(hex.as_bytes()).unwrap());
            let key = SecretBytes::new(hex(&vector["expect"], "key"));
            let sent = KeyToSend {
                key: &key,
                header: text(&vector["expect"], "header"),
                freshness: &freshness,
                crl: crl.as_deref(),
                certificate: None,
            };
            let private = file.key(vector, "kdh");
            let sender = Sender {
                id: &kdh.id,
                key: &SigningKey::new(&private),
            };
            let recipient = Recipient {
                id: &krd.id,
                spki_der: &krd.spki_der,
            };
            let drawn = ["cek", "iv", "oaep_seed"]
                .map(|part| hex(making, part))
                .concat();
            let made = build(
                &profile,
                &sender,
                &recipient,
                &sent,
                &mut Script::new(drawn),
            );
            assert_eq!(
                HEXUPPER.encode(&made.unwrap()),
                text(vector, "token"),
                "{id}"
            );
            written += 1;
        }
    }
    assert_eq!((written, read_only), (32, 5));
}

/// Annex B's samples wrap their content key as no standard knows; the published tokens' receivers are unknown.
#[test]
fn published_tokens_verify_and_do_not_open() {
    for (name, count) in [("tr34-annexb", 3), ("tr34-real", 2)] {
        let file = Vectors::read(name, count);
        for vector in &file.vectors {
            let (id, expect) = (text(vector, "id"), &vector["expect"]);
            let token = token(vector);
            let kdh = file.unjudged(vector, text(vector, "kdh"));
            token.verify(&kdh).unwrap_or_else(|e| panic!("{id}: {e}"));
            token.check_nonce(nonce(vector).as_deref()).unwrap();
            assert_eq!(token.header_text(), expect["header"], "{id}");
            if let Some(recipient) = expect["krd_id"].as_str() {
                assert_eq!(HEXUPPER.encode(&token.recipient().to_der()), recipient);
                continue;
            }
            let krd = file.unjudged(vector, "krd");
            let refused = token
                .open(&krd.id, &OpeningKey::new(&file.key(vector, "krd")))
                .err()
                .unwrap();
            assert_eq!(refused.code(), "decryption-failed", "{id}");
            let content_key = SecretBytes::new(hex(expect, "content_key"));
            let key = token.open_with_content_key(&content_key).unwrap();
            assert!(key.ct_eq(&SecretBytes::new(hex(expect, "key"))), "{id}");
        }
    }
}

/// Vectors judged otherwise than the collection does: id, the code we give, why.
const JUDGED_OTHERWISE: &[(&str, &str, &str)] = &[];

#[test]
fn every_negative_is_refused_by_its_own_check() {
    let file = Vectors::read("tr34-negative", 30);
    for vector in &file.vectors {
        let id = text(vector, "id");
        let Err(error) = receive(&file, vector) else {
            panic!("{id}: accepted")
        };
        let code = Vectors::code(&error);
        let codes = vector["expect"]["reference_codes"].as_array().unwrap();
        let other = JUDGED_OTHERWISE.iter().find(|(other, ..)| *other == id);
        let expected = codes.iter().any(|known| *known == code)
            || other.is_some_and(|(_, known, _)| *known == code);
        assert!(expected, "{id}: {code} ({error}), wanted {codes:?}");
    }
    assert!(
        JUDGED_OTHERWISE
            .iter()
            .all(|(.., reason)| reason.len() > 20)
    );
}

/// One sentence for everything that only the private key can find.
#[test]
fn what_does_not_open_says_the_same_whatever_the_reason() {
    let file = Vectors::read("tr34-negative", 30);
    let mut sentences: Vec<String> = file
        .vectors
        .iter()
        .filter_map(|vector| receive(&file, vector).err())
        .filter(Tr34Error::is_cryptographic)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(sentences.len(), 8);
    sentences.dedup();
    assert_eq!(sentences.len(), 1);
}

/// Every bit of one token, and every seventh of others: the certificate inside (`ber`) and the revocation lists too.
#[test]
fn one_flipped_bit_anywhere_is_refused() {
    for (id, step) in [
        ("tr34-p-017", 1),
        ("tr34-p-005", 7),
        ("tr34-p-009", 7),
        ("tr34-p-023", 7),
        ("tr34-p-025", 7),
    ] {
        let file = Vectors::read("tr34-profiles", 33);
        let vector = file.vectors.iter().find(|v| v["id"] == id).unwrap();
        let whole = hex(vector, "token");
        let kdh = file.certificate(vector, "kdh");
        let mut changed = vector.clone();
        for bit in (0..whole.len() * 8).step_by(step) {
            let mut token = whole.clone();
            token[bit / 8] ^= 1 << (bit % 8);
            changed["token"] = HEXUPPER.encode(&token).into();
            match receive_from(&kdh, &file, &changed) {
                Ok(_) => panic!("{id}: bit {bit} makes no difference"),
                // The signature is judged before anything is opened.
                Err(error) => assert!(!error.is_cryptographic(), "{id}: bit {bit}: {error}"),
            }
        }
    }
}
