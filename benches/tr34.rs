//! TR-34 key tokens under RSA-2048, built and opened, against OpenSSL's CMS calls for the same work in a process of its
//! own, round by round: `cargo bench --bench tr34`. Budget (design §9): at most 1.0 of OpenSSL's time.
//!
//! Twice: with the private keys in memory on both sides, and with both reading them from PKCS#8 for each act, as
//! keymoot does, because between two acts nothing holds them.

mod peer;

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use keymoot::crypto::rsa_backend::{OpeningKey, SigningKey};
use keymoot::crypto::tr34::{
    Freshness, KeyToSend, KeyToken, PartyId, Profile, Recipient, Sender, SignerKey, build,
};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes, keygen};
use peer::{Failure, Peer, in_turn, round};

/// Tokens in a round.
const TOKENS: u32 = 60;
const OPENSSL: &str = include_str!("peer/tr34.c");

struct Party {
    id: PartyId,
    pair: keygen::RsaPair,
}

fn party(serial: u8) -> Result<Party, Failure> {
    let mut rng = OsEntropy.draw("rsa-prime")?;
    // CN=peer, as OpenSSL's certificates have it.
    let name = b"\x30\x0F\x31\x0D\x30\x0B\x06\x03\x55\x04\x03\x0C\x04peer";
    Ok(Party {
        id: PartyId::new(name, &[serial]).ok_or("the name is none")?,
        pair: keygen::rsa(2048, rng.as_mut(), &AtomicBool::new(false))?,
    })
}

fn sent(
    kdh: &Party,
    with: &SigningKey<'_>,
    krd: &Party,
    key: &SecretBytes,
) -> Result<Vec<u8>, Failure> {
    let mut rng = OsEntropy.draw("tr34")?;
    let mut nonce = vec![0; 8];
    rng.fill_bytes(&mut nonce);
    let sender = Sender {
        id: &kdh.id,
        key: with,
    };
    let recipient = Recipient {
        id: &krd.id,
        spki_der: &krd.pair.spki,
    };
    let what = KeyToSend {
        key,
        header: "D0112K0TB00E0000",
        freshness: &Freshness::Nonce(nonce),
        crl: None,
        certificate: None,
    };
    Ok(build(
        &Profile::default(),
        &sender,
        &recipient,
        &what,
        rng.as_mut(),
    )?)
}

fn received(
    token: &[u8],
    kdh: &Party,
    krd: &Party,
    with: &OpeningKey<'_>,
    key: &SecretBytes,
) -> Result<(), Failure> {
    let token = KeyToken::parse(token)?;
    token.verify(&SignerKey {
        id: kdh.id.clone(),
        spki_der: kdh.pair.spki.clone(),
        certificate_der: Vec::new(),
    })?;
    if token.open(&krd.id, with)?.ct_eq(key) {
        Ok(())
    } else {
        Err("another key came out".into())
    }
}

fn run() -> Result<(), Failure> {
    let mut openssl = Peer::start(OPENSSL, &["libcrypto"], "install the package libssl-dev")?;
    let (kdh, krd) = (party(1)?, party(2)?);
    let key = SecretBytes::new((1..=16).collect());
    let (signing, opening) = (
        SigningKey::new(&kdh.pair.pkcs8),
        OpeningKey::new(&krd.pair.pkcs8),
    );
    let token = sent(&kdh, &signing, &krd, &key)?;
    println!(
        "TR-34 under RSA-2048, median of {} rounds of {TOKENS} (budget 1.0)",
        peer::ROUNDS
    );
    println!("private keys in memory on both sides");
    let mut build = || sent(&kdh, &signing, &krd, &key).map(drop);
    compare("build", &mut openssl, "build", &mut build)?;
    let mut open = || received(&token, &kdh, &krd, &opening, &key);
    compare("open", &mut openssl, "open", &mut open)?;
    println!("private keys read by both for each act");
    let mut build = || sent(&kdh, &SigningKey::new(&kdh.pair.pkcs8), &krd, &key).map(drop);
    compare("build", &mut openssl, "build-anew", &mut build)?;
    let mut open = || received(&token, &kdh, &krd, &OpeningKey::new(&krd.pair.pkcs8), &key);
    compare("open", &mut openssl, "open-anew", &mut open)
}

fn compare(
    what: &str,
    openssl: &mut Peer,
    word: &str,
    act: &mut dyn FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (ours, theirs) = in_turn(|| round(TOKENS, &mut *act), || openssl.round(word, TOKENS))?;
    println!(
        "  {what:5}  keymoot {:6.3} ms  openssl {:6.3} ms  keymoot takes {:4.2} x as long",
        ours * 1e3,
        theirs * 1e3,
        ours / theirs
    );
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
