//! What every fuzz target and the smoke test run: one function for each parser of foreign bytes. None may panic.

use std::io::{Cursor, Write};
use std::sync::OnceLock;

use keymoot::api::Timestamp;
use keymoot::evidence::audit;
use keymoot::session::{Environment, practice};
use keymoot::vault::{self, CustodyFile, Envelope, Identity, MemoryStore, Store, Vault};

/// A target: whatever the bytes, it returns.
pub(crate) type Target = fn(&[u8]);

/// Name and function of every target.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("certificate", certificate),
    ("parameters", parameters),
    ("script", script),
    ("custody_file", custody_file),
    ("unlock_file", unlock_file),
    ("envelope", envelope),
    ("payload", payload),
    ("audit_log", audit_log),
    ("batch_line", batch_line),
    ("inspect", inspect),
    ("key_block", key_block),
    ("signed_request", signed_request),
    ("tr34", tr34),
    ("crl", crl),
];

/// The public file of a practice vault, as a sample.
pub(crate) fn custody_sample() -> Vec<u8> {
    practice_store()
        .read(vault::CUSTODY)
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// The audit log of a practice vault, as a sample.
pub(crate) fn audit_sample() -> Vec<u8> {
    let mut log = Vec::new();
    if let Ok(Some(mut reader)) = practice_store().reader(vault::AUDIT) {
        let _ = std::io::copy(&mut reader, &mut log);
    }
    log
}

fn practice_store() -> MemoryStore {
    static STORE: OnceLock<MemoryStore> = OnceLock::new();
    let made = STORE.get_or_init(|| {
        let store = MemoryStore::default();
        let clock = Some(Timestamp::from_millis(1_796_115_600_000));
        if let Ok(environment) = Environment::seeded("fuzz")
            && let Ok(created) = practice::vault(Box::new(store.clone()), environment, clock, true)
        {
            let _ = created.session.close();
        }
        store
    });
    made.clone()
}

/// A certificate in any form, and what is asked of it.
pub(crate) fn certificate(data: &[u8]) {
    if let Ok(certificate) = keymoot::pki::Certificate::from_any(data) {
        let now = Timestamp::from_millis(1_796_115_600_000);
        let _ = keymoot::pki::verify_root(&certificate, now);
        let _ = keymoot::pki::verify_issued(&certificate, &certificate, now);
        let again = keymoot::pki::Certificate::from_any(certificate.to_aws().as_bytes());
        assert!(again.is_ok_and(|again| again.der() == certificate.der()));
    }
}

/// What `get-parameters-for-import` printed.
pub(crate) fn parameters(data: &[u8]) {
    if let Ok(parameters) = keymoot::pki::ImportParameters::parse(data) {
        let _ = parameters.verify(Timestamp::from_millis(1_796_115_600_000));
    }
}

/// A ceremony script, linted where it parses.
pub(crate) fn script(data: &[u8]) {
    match keymoot::ceremony::Script::parse(data) {
        Ok(script) => drop(script.lint()),
        Err(findings) => assert!(!findings.is_empty()),
    }
}

/// `custody.toml`: what parses is written as it was read.
pub(crate) fn custody_file(data: &[u8]) {
    if let Ok(file) = CustodyFile::parse(data) {
        let again = file
            .to_toml()
            .ok()
            .map(|text| CustodyFile::parse(text.as_bytes()));
        assert!(again.is_some_and(|again| again.is_ok_and(|again| again == file)));
    }
}

/// An unlock file.
pub(crate) fn unlock_file(data: &[u8]) {
    let _ = keymoot::custody::UnlockFile::parse(data);
}

/// An envelope: the bytes as a sealed file, and as what a sealed file holds.
pub(crate) fn envelope(data: &[u8]) {
    let Ok(custody) = CustodyFile::parse(&custody_sample()) else {
        return;
    };
    // The cost of scrypt is the writer's to choose, up to the cap; a fuzzer has no time for more than a little.
    if !costly(data) {
        let _ = Envelope::open(&custody, "Ana", data, "x");
    }
    if let Some(sealed) = sealed_with_passphrase(data) {
        let _ = Envelope::open(&custody, "Ana", &sealed, "x");
    }
}

fn costly(data: &[u8]) -> bool {
    data.windows(7).any(|w| w == b"-> scry") || data.starts_with(b"-----BEGIN AGE")
}

fn sealed_with_passphrase(plain: &[u8]) -> Option<Vec<u8>> {
    let mut recipient = age::scrypt::Recipient::new("x".to_owned().into());
    recipient.set_work_factor(1);
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).ok()?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).ok()?;
    writer.write_all(plain).ok()?;
    writer.finish().ok()?;
    Some(sealed)
}

/// `vault.age` whose owner wrote something else: sealed to V, but not by keymoot.
pub(crate) fn payload(data: &[u8]) {
    static IDENTITY: OnceLock<Option<Identity>> = OnceLock::new();
    let identity = IDENTITY.get_or_init(|| {
        Identity::from_raw(keymoot::crypto::SecretBytes::from_slice(&[7; 32])).ok()
    });
    let (Some(identity), Ok(mut custody)) = (identity, CustodyFile::parse(&custody_sample()))
    else {
        return;
    };
    identity
        .recipient()
        .clone_into(&mut custody.recipients.open);
    let mut store = MemoryStore::default();
    let Ok(sealed) = vault::seal_to(identity.recipient(), data) else {
        return;
    };
    let text = custody.to_toml().unwrap_or_default();
    let _ = store.replace(vault::CUSTODY, text.as_bytes());
    let _ = store.replace(vault::VAULT, &sealed);
    assert!(Vault::open(Box::new(store), identity).is_err());
}

/// An audit log, read without the vault's keys.
pub(crate) fn audit_log(data: &[u8]) {
    let vault_id = "00".repeat(16);
    let _ = audit::last_head(Cursor::new(data), &vault_id);
    let sealed = audit::Head::empty(&vault_id);
    let _ = audit::read(Cursor::new(data), &vault_id, &[], sealed, &mut |line| {
        let _ = line.bytes();
    });
}

/// One line of `call --batch`.
pub(crate) fn batch_line(data: &[u8]) {
    let _ = keymoot::cli::request_line(data);
}

/// `keymoot inspect`.
pub(crate) fn inspect(data: &[u8]) {
    let _ = keymoot::cli::explain(data, Timestamp::from_millis(1_796_115_600_000));
}

/// TR-31 key blocks: parsed without a key, and opened under one that is never right.
pub(crate) fn key_block(data: &[u8]) {
    use keymoot::api::KeyAlgorithm;
    use keymoot::crypto::{SecretBytes, tr31};
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(block) = tr31::Block::parse(text) {
        let _ = block.header().findings();
        for (algorithm, length) in [(KeyAlgorithm::TDES_2KEY, 16), (KeyAlgorithm::AES_256, 32)] {
            let kbpk = SecretBytes::new((0..length).collect());
            assert!(tr31::unwrap(algorithm, &kbpk, text).is_err());
        }
    }
}

/// What a request to `serve` says of itself: signature header, date, query, target.
pub(crate) fn signed_request(data: &[u8]) {
    use keymoot::serve::sigv4::{Arrived, canonical_request, verify};
    use keymoot::serve::{Authorization, Credentials, target};
    let text = String::from_utf8_lossy(data).into_owned();
    let secret = keymoot::crypto::SecretBytes::from_slice(b"never what signed it");
    let credentials = Credentials::new("K".into(), secret);
    let now = Timestamp::from_millis(1_440_938_160_000);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let (date, query) = text.split_once('\n').unwrap_or((&text, &text));
    for date in [date, "20150830T123600Z"] {
        let headers = [
            header("authorization", &text),
            header("host", query),
            header("x-amz-date", date),
        ];
        let arrived = Arrived {
            method: "POST",
            query,
            headers: &headers,
            body: data,
        };
        if let Ok(signed) = Authorization::parse(&text) {
            let canonical = canonical_request(&arrived, &signed);
            assert!(canonical.starts_with("POST\n/\n"));
        }
        assert!(verify(&arrived, &credentials, ("us-east-1", "service"), now).is_err());
    }
    if let Ok(operation) = target::operation(Some(&text)) {
        assert!(text.ends_with(operation.name()));
    }
}

/// TR-34 tokens of every kind: read without a key, verified and opened with keys that are never right.
pub(crate) fn tr34(data: &[u8]) {
    use keymoot::crypto::SecretBytes;
    use keymoot::crypto::rsa_backend::OpeningKey;
    use keymoot::crypto::tr34::{AnyToken, SignerKey};
    match AnyToken::parse(data) {
        Ok(AnyToken::Key(token)) => {
            let signer = SignerKey {
                id: token.signer().clone(),
                spki_der: vec![0x30, 0],
                certificate_der: Vec::new(),
            };
            assert!(token.verify(&signer).is_err());
            let private = SecretBytes::new(vec![0x30, 0]);
            assert!(
                token
                    .open(token.recipient(), &OpeningKey::new(&private))
                    .is_err()
            );
            for length in [16, 24, 32] {
                let content_key = SecretBytes::new((0..length).collect());
                assert!(token.open_with_content_key(&content_key).is_err());
            }
        }
        Ok(AnyToken::Binding(binding)) => assert!(binding.check_nonce(&[]).is_err()),
        Ok(AnyToken::Credential(credential)) => assert!(credential.to_der().is_ok()),
        Ok(AnyToken::Random(nonce)) => {
            assert!(keymoot::crypto::tr34::write_random(&nonce).is_ok());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Certificate revocation lists, judged under a certificate that never issued them.
pub(crate) fn crl(data: &[u8]) {
    use keymoot::pki::{Certificate, Crl};
    static SAMPLE: OnceLock<Option<Certificate>> = OnceLock::new();
    let issuer = SAMPLE.get_or_init(|| {
        let sample = include_bytes!("../ceremonies/samples/get-parameters-for-import-rsa2048.json");
        let parsed = keymoot::pki::ImportParameters::parse(sample).ok()?;
        Some(parsed.root().clone())
    });
    if let (Ok(crl), Some(issuer)) = (Crl::from_der(data), issuer) {
        let now = Timestamp::from_millis(1_796_115_600_000);
        let _ = crl.revoked();
        assert!(crl.judge(issuer, issuer, now).is_err());
    }
}
