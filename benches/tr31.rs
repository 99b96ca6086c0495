//! TR-31 wrap and unwrap against Python psec on the same keys in the same run, and initial keys beside
//! plain block encryptions. Prints ratios; absolute times say little about another machine.

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Instant;

use keymoot::api::KeyAlgorithm;
use keymoot::crypto::dukpt::{self, KeySerialNumber};
use keymoot::crypto::tr31::{self, Algorithm, Exportability, Header, Mode, Usage, Version};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes, symmetric};

type Failure = Box<dyn std::error::Error>;

/// Pairs of one wrap and one unwrap in a round.
const PAIRS: u32 = 2_000;
const ROUNDS: usize = 7;

/// psec in its own process, timed inside it, so that neither Python's start nor the pipe counts.
const PEER: &str = r#"
import sys, time, os
try:
    import psec
except ImportError:
    sys.exit("the pip package psec is missing: python3 -m pip install psec")
version, algorithm, pairs, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
kbpk, key = bytes(range(int(sys.argv[5]))), bytes(range(16))
times = []
for _ in range(rounds):
    begun = time.perf_counter()
    for _ in range(pairs):
        header = psec.tr31.Header(version, "P0", algorithm, "B", "00", "E")
        _, back = psec.tr31.unwrap(kbpk, psec.tr31.wrap(kbpk, header, key))
        assert back == key
    times.append((time.perf_counter() - begun) / pairs)
print(sorted(times)[rounds // 2])
"#;

fn secret(length: u8) -> SecretBytes {
    SecretBytes::new((0..length).collect())
}

/// Median over the rounds, in seconds for one act.
fn median(mut act: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..PAIRS {
            act()?;
        }
        times.push(begun.elapsed().as_secs_f64() / f64::from(PAIRS));
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(ROUNDS / 2).copied().unwrap_or_default())
}

fn ours(version: Version, under: KeyAlgorithm, wrapped: Algorithm) -> Result<f64, Failure> {
    let kbpk = secret(u8::try_from(under.key_bytes().unwrap_or_default())?);
    let key = secret(16);
    let usage = Usage::new("P0").ok_or("usage")?;
    let mode = Mode::new("B").ok_or("mode")?;
    let header = Header::new(version, usage, wrapped, mode, Exportability::TRUSTED);
    let mut rng = OsEntropy.draw("tr31-padding")?;
    median(|| {
        let block = tr31::wrap(under, &kbpk, &header, &key, rng.as_mut())?;
        let (_, back) = tr31::unwrap(under, &kbpk, &block)?;
        if back.ct_eq(&key) {
            Ok(())
        } else {
            Err("another key came back".into())
        }
    })
}

fn theirs(version: Version, under: KeyAlgorithm, wrapped: Algorithm) -> Result<f64, Failure> {
    let output = Command::new("python3")
        .args(["-W", "ignore", "-c", PEER])
        .arg(version.letter().to_string())
        .arg(wrapped.code())
        .arg((PAIRS / 10).to_string())
        .arg(ROUNDS.to_string())
        .arg(under.key_bytes().unwrap_or_default().to_string())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn initial_keys() -> Result<(), Failure> {
    for (base, serial) in [
        (KeyAlgorithm::TDES_2KEY, "FFFF9876543210E00000"),
        (KeyAlgorithm::AES_256, "123456789012345600000000"),
    ] {
        let key = secret(u8::try_from(base.key_bytes().unwrap_or_default())?);
        let serial = KeySerialNumber::parse(base, serial)?;
        let derive = median(|| {
            black_box(dukpt::initial_key(base, &key, &serial)?);
            Ok(())
        })?;
        let encrypt = median(|| {
            let mut block = [0; 16];
            symmetric::ecb_encrypt(base, &key, &mut block)?;
            black_box(block);
            Ok(())
        })?;
        println!(
            "initial key {:9}  {:8.2} us  {:5.1} x one encryption of 16 bytes",
            base.name(),
            derive * 1e6,
            derive / encrypt
        );
    }
    Ok(())
}

fn run() -> Result<(), Failure> {
    println!("wrap and unwrap of a 16-byte key, median of {ROUNDS} rounds");
    for (version, under, wrapped) in [
        (Version::B, KeyAlgorithm::TDES_2KEY, Algorithm::TDES),
        (Version::B, KeyAlgorithm::TDES_3KEY, Algorithm::TDES),
        (Version::D, KeyAlgorithm::AES_128, Algorithm::AES),
        (Version::D, KeyAlgorithm::AES_256, Algorithm::AES),
    ] {
        let (ours, theirs) = (
            ours(version, under, wrapped)?,
            theirs(version, under, wrapped)?,
        );
        println!(
            "version {} under {:9}  keymoot {:8.2} us  psec {:8.2} us  psec takes {:5.1} x as long",
            version.letter(),
            under.name(),
            ours * 1e6,
            theirs * 1e6,
            theirs / ours
        );
    }
    initial_keys()
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
