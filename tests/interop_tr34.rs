//! Against OpenSSL and Python cryptography: tokens made here with fresh keys verify and open there.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines
)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use data_encoding::HEXUPPER;
use keymoot::api::Timestamp;
use keymoot::crypto::keygen::{self, RsaPair};
use keymoot::crypto::rsa_backend::SigningKey;
use keymoot::crypto::tr34::{
    self, Form, Freshness, InnerHeader, KeyToSend, KeyToken, PartyId, Profile, Recipient, Sender,
};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes};
use keymoot::pki::{Certificate, Purpose, SignatureHash, Subject, Terms, issued, self_signed};
use serde_json::{Value, json};
use tempfile::TempDir;

mod tr34_tokens {
    pub(crate) mod binding;
}

/// Reads a token as a strict receiver does, by its places, with Python's cryptography for everything that counts.
const PEER: &str = r#"
import json, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES

def parts(data):
    out, at = [], 0
    while at < len(data):
        tag, length, head = data[at], data[at + 1], 2
        if length & 0x80:
            n = length & 0x7F
            length, head = int.from_bytes(data[at + 2:at + 2 + n], "big"), 2 + n
        assert at + head + length <= len(data)
        out.append((tag, data[at + head:at + head + length], data[at:at + head + length]))
        at += head + length
    return out

ask = json.load(sys.stdin)
token = bytes.fromhex(ask["token"])
kdh = x509.load_pem_x509_certificate(ask["kdh"].encode())
krd = serialization.load_pem_private_key(ask["key"].encode(), None)
(_, info, whole), = parts(token)
assert whole == token
signed = parts(parts(parts(info)[1][1])[0][1])
content = parts(parts(parts(signed[2][1])[1][1])[0][2])[0][1]
signer = parts(parts(signed[-1][1])[0][1])
raw = signer[3][1]
length = len(raw)
head = bytes([0x31, length]) if length < 128 else bytes([0x31, 0x81, length])
if length > 255:
    head = bytes([0x31, 0x82]) + length.to_bytes(2, "big")
kdh.public_key().verify(signer[5][1], head + raw, padding.PKCS1v15(), hashes.SHA256())
digest = hashes.Hash(hashes.SHA256())
digest.update(content)
assert digest.finalize() in raw
fields = parts(content)
if len(fields) == 1:
    fields = parts(fields[0][1])
recipient = parts(parts(fields[1][1])[0][1])
encrypted = parts(fields[2][1])
algorithm = parts(encrypted[1][1])
text = algorithm[2][1] if len(algorithm) > 2 else encrypted[2][1]
sha256 = hashes.SHA256()
key = krd.decrypt(recipient[3][1], padding.OAEP(padding.MGF1(sha256), sha256, None))
iv = algorithm[1][1]
cipher = algorithms.AES(key) if len(iv) == 16 else TripleDES(key)
plain = Cipher(cipher, modes.CBC(iv)).decryptor().update(text)
assert plain[-1] in range(1, len(iv) + 1) and plain[-plain[-1]:] == bytes([plain[-1]]) * plain[-1]
(_, block, _), = parts(plain[:-plain[-1]])
block = parts(block)
header = block[3][1] if block[3][0] == 4 else parts(parts(block[3][1])[1][1])[0][1]
assert header in raw
print(json.dumps({"key": block[2][1].hex().upper(), "header": header.decode()}))
"#;

struct Party {
    pair: RsaPair,
    certificate: Certificate,
}

impl Party {
    fn id(&self) -> PartyId {
        PartyId::new(self.certificate.issuer_der(), self.certificate.serial()).unwrap()
    }
}

fn now() -> Timestamp {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap())
}

fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    OsEntropy.draw("test").unwrap().fill_bytes(&mut bytes);
    bytes
}

fn pair(bits: usize) -> RsaPair {
    let rngs = ["a", "b"].map(|_| OsEntropy.draw("rsa-prime").unwrap());
    keygen::rsa_parallel(bits, rngs, &AtomicBool::new(false)).unwrap()
}

fn terms(name: &str, purpose: Purpose, hash: SignatureHash) -> Terms {
    Terms {
        subject: Subject {
            common_name: name.to_owned(),
            ..Subject::default()
        },
        serial: random(16).try_into().unwrap(),
        not_before: now().plus_millis(-3_600_000),
        not_after: now().plus_millis(86_400_000),
        purpose,
        hash,
    }
}

fn authority(hash: SignatureHash) -> Party {
    let pair = pair(3072);
    let root = self_signed(&pair.pkcs8, &pair.spki, &terms("CA", Purpose::Root, hash));
    Party {
        certificate: root.unwrap(),
        pair,
    }
}

fn under(authority: &Party, name: &str, hash: SignatureHash) -> Party {
    let pair = pair(3072);
    let terms = terms(name, Purpose::Parameters, hash);
    let certificate = issued(
        &pair.spki,
        &terms,
        &authority.certificate,
        &authority.pair.pkcs8,
    );
    Party {
        certificate: certificate.unwrap(),
        pair,
    }
}

fn key_pem(party: &Party) -> String {
    use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
    let key = rsa::PrivateKey::from_pkcs8_der(party.pair.pkcs8.expose()).unwrap();
    key.to_pkcs8_pem(rsa::pkcs8::LineEnding::LF)
        .unwrap()
        .to_string()
}

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|e| panic!("openssl does not start ({e}): install openssl"));
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// What travels in one test, and what comes out on the other side.
struct Case {
    profile: Profile,
    header: &'static str,
    key: SecretBytes,
    freshness: Freshness,
}

fn cases() -> Vec<Case> {
    let profiles = [
        Profile::default(),
        Profile::CMS_2019,
        Profile {
            inner_header: InnerHeader::Octets,
            ..Profile::CMS_2019
        },
        Profile {
            form: Form::ANNEX_B_PRINTED,
            ..Profile::default()
        },
        Profile {
            form: Form::ANNEX_B_CORRECTED,
            ..Profile::default()
        },
        Profile {
            form: Form::FUTUREX,
            ..Profile::default()
        },
    ];
    let mut all = Vec::new();
    for profile in profiles {
        for (header, length) in [
            ("D0112K0TB00E0000", 16),
            ("D0112D0TB00E0000", 24),
            ("D0144K1AB00S0000", 16),
            // Header letter B, as some receivers want it.
            ("B0096K0TB00E0000", 16),
            ("B0112K1AB00S0000", 16),
        ] {
            for two_pass in [true, false] {
                all.push(Case {
                    profile,
                    header,
                    key: SecretBytes::new(random(length)),
                    freshness: if two_pass {
                        Freshness::Nonce(random(if length == 24 { 16 } else { 8 }))
                    } else {
                        Freshness::SigningTime(now())
                    },
                });
            }
        }
    }
    all
}

fn build(case: &Case, kdh: &Party, krd: &Party) -> Vec<u8> {
    tr34::build(
        &case.profile,
        &Sender {
            id: &kdh.id(),
            key: &SigningKey::new(&kdh.pair.pkcs8),
        },
        &Recipient {
            id: &krd.id(),
            spki_der: &krd.pair.spki,
        },
        &KeyToSend {
            key: &case.key,
            header: case.header,
            freshness: &case.freshness,
            crl: None,
            certificate: None,
        },
        OsEntropy.draw("tr34-token").unwrap().as_mut(),
    )
    .unwrap()
}

/// EnvelopedData as a file of its own (RFC 5652), for OpenSSL.
fn as_content_info(enveloped: &[u8]) -> Vec<u8> {
    tr34_tokens::binding::content_info("1.2.840.113549.1.7.3", enveloped)
}

/// The offset, header length and length of the OCTET STRINGs and the implicit [0] in a listing of asn1parse.
fn listed(listing: &str, what: &str) -> Vec<(usize, usize, usize)> {
    let number = |line: &str, from: &str| -> usize {
        let rest = line.split(from).nth(1).unwrap().trim_start();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    listing
        .lines()
        .filter(|line| line.contains(what))
        .map(|line| {
            let at = line
                .trim_start()
                .split(':')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            (at, number(line, "hl="), number(line, " l="))
        })
        .collect()
}

/// The decryption of key tokens that `openssl cms` does not read, by hand: OAEP, then CBC.
fn by_hand(folder: &Path, enveloped: &[u8], cipher: &str) -> Vec<u8> {
    std::fs::write(folder.join("env.bin"), enveloped).unwrap();
    let listing = openssl(folder, &["asn1parse", "-inform", "DER", "-in", "env.bin"]);
    let listing = String::from_utf8(listing).unwrap();
    // encryptedKey is the longest OCTET STRING; the vector is the last; the cipher text is the last [0].
    let octets = listed(&listing, "prim: OCTET STRING");
    let (at, head, length) = *octets.iter().max_by_key(|(.., length)| *length).unwrap();
    std::fs::write(
        folder.join("wrapped.bin"),
        &enveloped[at + head..at + head + length],
    )
    .unwrap();
    let (at, head, length) = *octets.last().unwrap();
    let iv = HEXUPPER.encode(&enveloped[at + head..at + head + length]);
    let (at, head, length) = *listed(&listing, "prim: cont [ 0 ]").last().unwrap();
    std::fs::write(
        folder.join("text.bin"),
        &enveloped[at + head..at + head + length],
    )
    .unwrap();
    let content_key = openssl(
        folder,
        &[
            "pkeyutl",
            "-decrypt",
            "-inkey",
            "krd.key",
            "-pkeyopt",
            "rsa_padding_mode:oaep",
            "-pkeyopt",
            "rsa_oaep_md:sha256",
            "-pkeyopt",
            "rsa_mgf1_md:sha256",
            "-in",
            "wrapped.bin",
        ],
    );
    let content_key = HEXUPPER.encode(&content_key);
    openssl(
        folder,
        &[
            "enc",
            "-d",
            cipher,
            "-K",
            &content_key,
            "-iv",
            &iv,
            "-in",
            "text.bin",
        ],
    )
}

#[test]
fn openssl_verifies_and_decrypts_what_is_made_here() {
    for hash in [SignatureHash::Sha256, SignatureHash::Sha512] {
        let ca = authority(hash);
        let (kdh, krd) = (under(&ca, "KDH", hash), under(&ca, "KRD", hash));
        let folder = TempDir::new().unwrap();
        let folder = folder.path();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("ca.pem", &ca.certificate.to_pem());
        write("kdh.pem", &kdh.certificate.to_pem());
        write("krd.pem", &krd.certificate.to_pem());
        write("krd.key", &key_pem(&krd));
        for case in cases() {
            std::fs::write(folder.join("t.der"), build(&case, &kdh, &krd)).unwrap();
            openssl(
                folder,
                &[
                    "cms",
                    "-verify",
                    "-inform",
                    "DER",
                    "-in",
                    "t.der",
                    "-certfile",
                    "kdh.pem",
                    "-CAfile",
                    "ca.pem",
                    "-purpose",
                    "any",
                    "-binary",
                    "-out",
                    "env.bin",
                ],
            );
            let enveloped = std::fs::read(folder.join("env.bin")).unwrap();
            let plain = if case.profile.form.oaep.is_tagged() {
                std::fs::write(folder.join("env.ci"), as_content_info(&enveloped)).unwrap();
                openssl(
                    folder,
                    &[
                        "cms", "-decrypt", "-inform", "DER", "-in", "env.ci", "-recip", "krd.pem",
                        "-inkey", "krd.key", "-binary",
                    ],
                )
            } else {
                let aes = case.header.as_bytes()[7] == b'A';
                by_hand(
                    folder,
                    &enveloped,
                    if aes { "-aes-128-cbc" } else { "-des-ede3-cbc" },
                )
            };
            std::fs::write(folder.join("block.der"), &plain).unwrap();
            let listing = openssl(folder, &["asn1parse", "-inform", "DER", "-in", "block.der"]);
            let listing = String::from_utf8(listing).unwrap();
            let key = HEXUPPER.encode(case.key.expose());
            assert!(listing.contains(&format!("[HEX DUMP]:{key}")), "{listing}");
            assert!(listing.contains(case.header), "{listing}");
        }
    }
}

#[test]
fn python_verifies_and_decrypts_what_is_made_here() {
    let ca = authority(SignatureHash::Sha256);
    let kdh = under(&ca, "KDH", SignatureHash::Sha256);
    let krd = under(&ca, "KRD", SignatureHash::Sha256);
    let key = key_pem(&krd);
    for case in cases() {
        let token = build(&case, &kdh, &krd);
        let question =
            json!({"token": HEXUPPER.encode(&token), "kdh": kdh.certificate.to_pem(), "key": key});
        let answer = python(&question);
        assert_eq!(answer["key"], HEXUPPER.encode(case.key.expose()));
        assert_eq!(answer["header"], case.header);
        assert!(KeyToken::parse(&token).is_ok());
    }
}

fn python(question: &Value) -> Value {
    use std::io::Write;
    use std::process::Stdio;
    let mut process = Command::new("python3")
        .args(["-W", "ignore", "-c", PEER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("python3 does not start ({e}): install python3"));
    let mut input = process.stdin.take().unwrap();
    input.write_all(question.to_string().as_bytes()).unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "pip package cryptography missing, or the token is not as it should be: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one public block of the live service: signed by its certificate, in the form that is written here.
#[test]
fn openssl_agrees_about_the_services_own_token() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/tr34-real.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let hex = |value: &Value| HEXUPPER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let token = hex(&file["vectors"][0]["token"]);
    let certificate =
        Certificate::from_any(&hex(&file["identities"]["real-aws-docs"]["cert"])).unwrap();
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("t.der"), &token).unwrap();
    std::fs::write(folder.join("kdh.pem"), certificate.to_pem()).unwrap();
    openssl(
        folder,
        &[
            "cms",
            "-verify",
            "-inform",
            "DER",
            "-in",
            "t.der",
            "-certfile",
            "kdh.pem",
            "-noverify",
            "-binary",
            "-out",
            "env.bin",
        ],
    );
    let read = KeyToken::parse(&token).unwrap();
    let signer = tr34::SignerKey {
        id: PartyId::new(certificate.issuer_der(), certificate.serial()).unwrap(),
        spki_der: certificate.spki_der().to_vec(),
        certificate_der: certificate.der().to_vec(),
    };
    read.verify(&signer).unwrap();
    let sorted = read.form().sorted;
    assert_eq!(
        *read.form(),
        Form {
            sorted,
            ..Form::X9_TR34_2012
        }
    );
}
