//! Against OpenSSL and Python `cryptography`: key pairs, wrapped keys, check values, chains.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXUPPER;
use keymoot::api::{KeyAlgorithm, KeyCheckValueAlgorithm, Timestamp, WrappingKeySpec};
use keymoot::crypto::components::{self, Parity};
use keymoot::crypto::keygen::{self, RsaPair};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes, kcv, rsa_wrap};
use keymoot::pki::{Certificate, PkiError, verify_issued, verify_root};
use tempfile::TempDir;

const SPECS: [(WrappingKeySpec, &str); 2] = [
    (WrappingKeySpec::RSA_OAEP_SHA_256, "sha256"),
    (WrappingKeySpec::RSA_OAEP_SHA_512, "sha512"),
];

/// Runs a peer and returns what it printed; a peer that is not there fails the test.
fn run(folder: &Path, program: &str, package: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| {
            panic!("{program} does not start ({error}): install the package {package}")
        })
}

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = run(folder, "openssl", "openssl", arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {complaint}"
    );
    output.stdout
}

fn python(folder: &Path, script: &str, arguments: &[&str]) -> String {
    let mut all = vec!["-c", script];
    all.extend_from_slice(arguments);
    let output = run(folder, "python3", "python3", &all);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        !complaint.contains("No module named"),
        "install the package python3-cryptography (pip: cryptography)"
    );
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn pair(bits: usize) -> RsaPair {
    let rngs = [(); 2].map(|()| OsEntropy.draw("rsa-prime").unwrap());
    keygen::rsa_parallel(bits, rngs, &AtomicBool::new(false)).unwrap()
}

fn key(algorithm: KeyAlgorithm) -> SecretBytes {
    let mut rng = OsEntropy.draw("key-material").unwrap();
    keygen::symmetric(algorithm, rng.as_mut()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    HEXUPPER.encode(bytes)
}

#[test]
fn openssl_accepts_our_pairs() {
    let folder = folder();
    let go = AtomicBool::new(false);
    let mut made = vec![("4096 race", pair(4096))];
    for bits in [2048, 3072] {
        let mut rng = OsEntropy.draw("rsa-prime").unwrap();
        made.push(("one thread", keygen::rsa(bits, rng.as_mut(), &go).unwrap()));
        made.push(("race", pair(bits)));
    }
    for (how, pair) in made {
        std::fs::write(folder.path().join("key.der"), pair.pkcs8.expose()).unwrap();
        let check = [
            "rsa", "-inform", "DER", "-in", "key.der", "-check", "-noout",
        ];
        let said = openssl(folder.path(), &check);
        assert!(
            String::from_utf8_lossy(&said).contains("RSA key ok"),
            "{how}"
        );
        let public = [
            "pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER",
        ];
        assert_eq!(openssl(folder.path(), &public), pair.spki, "{how}");
    }
}

#[test]
fn openssl_opens_what_we_wrap_and_the_other_way() {
    let folder = folder();
    let path = folder.path();
    for bits in [2048, 3072] {
        let pair = pair(bits);
        std::fs::write(path.join("key.der"), pair.pkcs8.expose()).unwrap();
        std::fs::write(path.join("pub.der"), &pair.spki).unwrap();
        for (spec, hash) in SPECS {
            for algorithm in KeyAlgorithm::ALL.iter().filter(|a| a.key_bytes().is_some()) {
                let key = key(*algorithm);
                let mut rng = OsEntropy.draw("oaep").unwrap();
                let closed = rsa_wrap::wrap(&pair.spki, &key, spec, rng.as_mut()).unwrap();
                std::fs::write(path.join("in"), closed).unwrap();
                let digest = format!("rsa_oaep_md:{hash}");
                let mgf = format!("rsa_mgf1_md:{hash}");
                let oaep = [
                    "-pkeyopt",
                    "rsa_padding_mode:oaep",
                    "-pkeyopt",
                    &digest,
                    "-pkeyopt",
                    &mgf,
                ];
                let mut open = vec![
                    "pkeyutl", "-decrypt", "-keyform", "DER", "-inkey", "key.der", "-in", "in",
                ];
                open.extend_from_slice(&oaep);
                let opened = SecretBytes::new(openssl(path, &open));
                assert!(opened.ct_eq(&key), "{bits} {hash} {}", algorithm.name());

                std::fs::write(path.join("plain"), key.expose()).unwrap();
                let mut close = vec![
                    "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "pub.der", "-in",
                    "plain",
                ];
                close.extend_from_slice(&oaep);
                let closed = openssl(path, &close);
                let opened = rsa_wrap::unwrap(&pair.pkcs8, &closed, spec).ok().unwrap();
                assert!(opened.ct_eq(&key), "{bits} {hash} {}", algorithm.name());
            }
        }
    }
}

/// Prints the opened key's length and its check values; CMAC for AES, zero block for TDES.
const PYTHON: &str = r#"
import sys, warnings
warnings.simplefilter("ignore")
from cryptography.hazmat.primitives import cmac, hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
private, closed, name, kind = sys.argv[1:]
key = serialization.load_der_private_key(open(private, "rb").read(), None)
md = {"sha256": hashes.SHA256, "sha512": hashes.SHA512}[name]
plain = key.decrypt(open(closed, "rb").read(), padding.OAEP(padding.MGF1(md()), md(), None))
if kind == "A":
    mac = cmac.CMAC(algorithms.AES(plain))
    mac.update(bytes(16))
    value = mac.finalize()
else:
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    except ImportError:
        TripleDES = algorithms.TripleDES
    full = plain + plain[:8] if len(plain) == 16 else plain
    value = Cipher(TripleDES(full), modes.ECB()).encryptor().update(bytes(8))
print(len(plain), value[:3].hex().upper())
"#;

#[test]
fn python_opens_what_we_wrap_and_agrees_on_check_values() {
    let folder = folder();
    let path = folder.path();
    let pair = pair(2048);
    std::fs::write(path.join("key.der"), pair.pkcs8.expose()).unwrap();
    for (spec, hash) in SPECS {
        for algorithm in KeyAlgorithm::ALL.iter().filter(|a| a.key_bytes().is_some()) {
            let key = key(*algorithm);
            let mut rng = OsEntropy.draw("oaep").unwrap();
            let closed = rsa_wrap::wrap(&pair.spki, &key, spec, rng.as_mut()).unwrap();
            std::fs::write(path.join("in"), closed).unwrap();
            let kind = if algorithm.is_tdes() { "T" } else { "A" };
            let said = python(path, PYTHON, &["key.der", "in", hash, kind]);
            let method = kcv::default_method(*algorithm);
            let value = kcv::check_value(*algorithm, method, &key).unwrap();
            assert_eq!(said, format!("{} {value}", key.len()));
        }
    }
}

#[test]
fn openssl_agrees_on_check_values() {
    let folder = folder();
    let path = folder.path();
    std::fs::write(path.join("zeros"), [0; 16]).unwrap();
    std::fs::write(path.join("zero8"), [0; 8]).unwrap();
    for (algorithm, cipher) in [
        (KeyAlgorithm::AES_128, "AES-128-CBC"),
        (KeyAlgorithm::AES_192, "AES-192-CBC"),
        (KeyAlgorithm::AES_256, "AES-256-CBC"),
        (KeyAlgorithm::TDES_3KEY, "DES-EDE3-CBC"),
    ] {
        let key = key(algorithm);
        let input = if algorithm.is_tdes() {
            "zero8"
        } else {
            "zeros"
        };
        let option = format!("hexkey:{}", hex(key.expose()));
        let cipher = format!("cipher:{cipher}");
        let said = openssl(
            path,
            &[
                "mac", "-macopt", &cipher, "-macopt", &option, "-in", input, "CMAC",
            ],
        );
        let ours = kcv::check_value(algorithm, KeyCheckValueAlgorithm::CMAC, &key).unwrap();
        assert!(String::from_utf8(said).unwrap().starts_with(&ours));
    }
    for (algorithm, cipher) in [
        (KeyAlgorithm::TDES_2KEY, "-des-ede"),
        (KeyAlgorithm::TDES_3KEY, "-des-ede3"),
    ] {
        let key = key(algorithm);
        let plain = hex(key.expose());
        let said = openssl(
            path,
            &["enc", cipher, "-nopad", "-K", &plain, "-in", "zero8"],
        );
        let ours = kcv::ansi_x9_24(algorithm, &key).unwrap();
        assert_eq!(said[..3], ours);
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn read(path: &Path, name: &str) -> Certificate {
    Certificate::from_any(&std::fs::read(path.join(name)).unwrap()).unwrap()
}

/// `openssl req` and `openssl x509`: a certificate `NAME.pem` under `issuer`, or self-signed.
fn issue(
    path: &Path,
    name: &str,
    bits: &str,
    issuer: Option<&str>,
    extensions: &str,
    sign: &[&str],
) {
    let file = |ending: &str| format!("{name}.{ending}");
    let (key, out, request, ext) = (file("key"), file("pem"), file("csr"), file("ext"));
    std::fs::write(path.join(&ext), extensions).unwrap();
    let (size, subject) = (format!("rsa:{bits}"), format!("/C=US/O=Interop/CN={name}"));
    openssl(
        path,
        &[
            "req", "-newkey", &size, "-nodes", "-keyout", &key, "-subj", &subject, "-out", &request,
        ],
    );
    let mut arguments = vec![
        "x509", "-req", "-in", &request, "-days", "30", "-extfile", &ext, "-out", &out,
    ];
    arguments.extend_from_slice(sign);
    let names = issuer.map(|issuer| (format!("{issuer}.pem"), format!("{issuer}.key")));
    match &names {
        Some((certificate, signer)) => {
            arguments.extend_from_slice(&["-CA", certificate, "-CAkey", signer, "-CAcreateserial"]);
        }
        None => arguments.extend_from_slice(&["-signkey", &key]),
    }
    openssl(path, &arguments);
}

/// Compares a certificate with what openssl prints of `leaf.pem`.
fn same_facts(path: &Path, leaf: &Certificate) {
    assert!(leaf.may_wrap_keys() && !leaf.is_ca());
    let modulus = openssl(path, &["x509", "-in", "leaf.pem", "-noout", "-modulus"]);
    let expected = format!("Modulus={}", leaf.modulus_hex().unwrap());
    assert_eq!(String::from_utf8(modulus).unwrap().trim(), expected);
    let print = openssl(
        path,
        &[
            "x509",
            "-in",
            "leaf.pem",
            "-noout",
            "-fingerprint",
            "-sha256",
        ],
    );
    let print = String::from_utf8(print).unwrap().replace(':', "");
    assert!(print.trim().ends_with(&hex(&leaf.sha256_fingerprint())));
    let der = openssl(path, &["x509", "-in", "leaf.pem", "-outform", "DER"]);
    assert_eq!(der, leaf.der());
}

#[test]
fn fresh_openssl_chains_are_judged_as_openssl_judges_them() {
    const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
    const LEAF: &str = "keyUsage=critical,keyEncipherment\nsubjectKeyIdentifier=hash\n";
    let pss = [
        "-sha384",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:48",
    ];
    for sign in [&["-sha512"][..], &pss] {
        let folder = folder();
        let path = folder.path();
        issue(path, "root", "3072", None, CA, sign);
        issue(path, "middle", "3072", Some("root"), CA, sign);
        issue(path, "leaf", "2048", Some("middle"), LEAF, sign);
        issue(path, "stranger", "2048", None, CA, sign);
        issue(path, "large", "4096", Some("middle"), LEAF, sign);
        openssl(
            path,
            &[
                "verify",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "middle.pem",
                "leaf.pem",
            ],
        );
        let [root, middle, leaf, stranger, large] = [
            "root.pem",
            "middle.pem",
            "leaf.pem",
            "stranger.pem",
            "large.pem",
        ]
        .map(|n| read(path, n));
        assert_eq!(verify_root(&root, now()), Ok(()));
        assert_eq!(verify_issued(&middle, &root, now()), Ok(()));
        assert_eq!(verify_issued(&leaf, &middle, now()), Ok(()));
        for wrong in [&root, &stranger] {
            assert!(matches!(
                verify_issued(&leaf, wrong, now()),
                Err(PkiError::NotSignedBy { .. })
            ));
        }
        assert!(matches!(
            verify_issued(&large, &middle, now()),
            Err(PkiError::WeakIssuer { .. })
        ));
        assert!(matches!(
            verify_issued(&leaf, &leaf, now()),
            Err(PkiError::NotSignedBy { .. })
        ));
        let later = now().plus_millis(31 * 86_400_000);
        assert!(matches!(
            verify_issued(&leaf, &middle, later),
            Err(PkiError::Expired { .. })
        ));
        same_facts(path, &leaf);
    }
}

/// Reads lines `algorithm component component ...`, answers the check value of each and of what they form.
const COMPONENTS: &str = r#"
import sys
from cryptography.hazmat.primitives.ciphers import Cipher, modes, algorithms
from cryptography.hazmat.primitives.cmac import CMAC
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES
def kcv(name, key):
    if name.startswith("TDES"):
        box = Cipher(TripleDES(key), modes.ECB()).encryptor()
        return box.update(bytes(8))[:3].hex().upper()
    mac = CMAC(algorithms.AES(key))
    mac.update(bytes(16))
    return mac.finalize()[:3].hex().upper()
for line in sys.stdin:
    name, *parts = line.split()
    parts = [bytes.fromhex(part) for part in parts]
    key = bytes(len(parts[0]))
    for part in parts:
        key = bytes(a ^ b for a, b in zip(key, part))
    print(" ".join(kcv(name, part) for part in parts + [key]))
"#;

#[test]
fn python_forms_the_same_key_of_components() {
    use std::io::Write as _;
    use std::process::Stdio;
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    let symmetric = KeyAlgorithm::ALL.iter().filter(|a| a.key_bytes().is_some());
    for algorithm in symmetric.filter(|a| a.is_tdes() || a.name().starts_with("AES")) {
        let method = if algorithm.is_tdes() {
            KeyCheckValueAlgorithm::ANSI_X9_24
        } else {
            KeyCheckValueAlgorithm::CMAC
        };
        for parts in 2..=9 {
            let mut rng = OsEntropy.draw("components").unwrap();
            let parts: Vec<SecretBytes> = (0..parts)
                .map(|_| components::draw(*algorithm, rng.as_mut()).unwrap())
                .collect();
            let parity = if parts.len().is_multiple_of(2) {
                Parity::AsFormed
            } else {
                Parity::Odd
            };
            let key = components::combine(*algorithm, &parts, parity).unwrap();
            let all = parts.iter().chain([&key]);
            let value = |part| components::check_value(*algorithm, method, part).unwrap();
            ours.push(all.map(value).collect::<Vec<_>>().join(" "));
            let hexes: Vec<String> = parts.iter().map(|part| hex(part.expose())).collect();
            asked.push(format!("{} {}", algorithm.name(), hexes.join(" ")));
        }
    }
    let mut child = Command::new("python3")
        .args(["-c", COMPONENTS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("install the package python3");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(asked.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "install the package python3-cryptography (pip: cryptography)"
    );
    let theirs = String::from_utf8(output.stdout).unwrap();
    let theirs: Vec<&str> = theirs.lines().collect();
    assert_eq!(theirs, ours);
    assert!(ours.len() >= 40, "five algorithms, two to nine components");
}
