//! TR-34 key tokens under RSA-2048, built and opened, against OpenSSL's CMS calls for the same work in a process of its
//! own, round by round: `cargo bench --bench tr34`. Budget (design §9): at most 1.0 of OpenSSL's time.
//!
//! The two do not start from the same place: OpenSSL has its keys in memory, while each act here reads its private key
//! from PKCS#8, because between two acts nothing holds it.

mod peer;

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

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

fn sent(kdh: &Party, krd: &Party, key: &SecretBytes) -> Result<Vec<u8>, Failure> {
    let mut rng = OsEntropy.draw("tr34")?;
    let mut nonce = vec![0; 8];
    rng.fill_bytes(&mut nonce);
    let sender = Sender {
        id: &kdh.id,
        pkcs8: &kdh.pair.pkcs8,
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

fn received(token: &[u8], kdh: &Party, krd: &Party) -> Result<SecretBytes, Failure> {
    let token = KeyToken::parse(token)?;
    token.verify(&SignerKey {
        id: kdh.id.clone(),
        spki_der: kdh.pair.spki.clone(),
        certificate_der: Vec::new(),
    })?;
    Ok(token.open(&krd.id, &krd.pair.pkcs8)?)
}

fn run() -> Result<(), Failure> {
    let mut openssl = Peer::start(OPENSSL, &["libcrypto"], "install the package libssl-dev")?;
    let (kdh, krd) = (party(1)?, party(2)?);
    let key = SecretBytes::new((1..=16).collect());
    let token = sent(&kdh, &krd, &key)?;
    let build = in_turn(
        || round(TOKENS, || sent(&kdh, &krd, &key).map(drop)),
        || openssl.round("build", TOKENS),
    )?;
    let open = in_turn(
        || {
            round(TOKENS, || {
                let came = received(&token, &kdh, &krd)?;
                if came.ct_eq(&key) {
                    Ok(())
                } else {
                    Err("another key came out".into())
                }
            })
        },
        || openssl.round("open", TOKENS),
    )?;
    println!(
        "TR-34 under RSA-2048, median of {} rounds of {TOKENS}",
        peer::ROUNDS
    );
    for (what, (ours, theirs)) in [("build", build), ("open", open)] {
        println!(
            "{what:5}  keymoot {:6.3} ms  openssl {:6.3} ms  keymoot takes {:4.2} x as long (budget 1.0)",
            ours * 1e3,
            theirs * 1e3,
            ours / theirs
        );
    }
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
