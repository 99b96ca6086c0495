//! TR-31 wrap and unwrap against Python psec, and against the C library openemv/tr31 where it is installed, on the same
//! keys in the same run. Prints ratios; absolute times say little about another machine.
//!
//! openemv/tr31 is in no distribution: build github.com/openemv/tr31 with cmake, install it somewhere, and name its
//! folder `lib/pkgconfig` in `PKG_CONFIG_PATH`.

mod peer;

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Instant;

use keymoot::api::KeyAlgorithm;
use keymoot::crypto::tr31::{self, Algorithm, Exportability, Header, Mode, Usage, Version};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes};
use peer::{Failure, Peer, in_turn, round};

const OPENEMV: &str = include_str!("peer/tr31.c");
const FROM: &str =
    "build and install github.com/openemv/tr31, and name its lib/pkgconfig in PKG_CONFIG_PATH";

/// Versions, wrapping keys, and the algorithm of what is wrapped.
const CASES: [(Version, KeyAlgorithm, Algorithm); 4] = [
    (Version::B, KeyAlgorithm::TDES_2KEY, Algorithm::TDES),
    (Version::B, KeyAlgorithm::TDES_3KEY, Algorithm::TDES),
    (Version::D, KeyAlgorithm::AES_128, Algorithm::AES),
    (Version::D, KeyAlgorithm::AES_256, Algorithm::AES),
];

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

fn header(version: Version, wrapped: Algorithm) -> Result<Header, Failure> {
    let usage = Usage::new("P0").ok_or("usage")?;
    let mode = Mode::new("B").ok_or("mode")?;
    Ok(Header::new(
        version,
        usage,
        wrapped,
        mode,
        Exportability::TRUSTED,
    ))
}

fn same(back: &SecretBytes, key: &SecretBytes) -> Result<(), Failure> {
    if back.ct_eq(key) {
        Ok(())
    } else {
        Err("another key came back".into())
    }
}

fn ours(version: Version, under: KeyAlgorithm, wrapped: Algorithm) -> Result<f64, Failure> {
    let kbpk = secret(u8::try_from(under.key_bytes().unwrap_or_default())?);
    let key = secret(16);
    let header = header(version, wrapped)?;
    let mut rng = OsEntropy.draw("tr31-padding")?;
    median(|| {
        let block = tr31::wrap(under, &kbpk, &header, &key, rng.as_mut())?;
        let (_, back) = tr31::unwrap(under, &kbpk, &block)?;
        same(&back, &key)
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

/// The same against openemv/tr31, act by act; without it, how to get it.
fn against_openemv() -> Result<(), Failure> {
    let mut openemv = match Peer::start(OPENEMV, &["libtr31"], FROM) {
        Ok(openemv) => openemv,
        Err(why) => {
            println!("NOT MEASURED against openemv/tr31. {why}");
            return Ok(());
        }
    };
    println!(
        "against openemv/tr31, median of {} rounds of {PAIRS}",
        peer::ROUNDS
    );
    for (version, under, wrapped) in CASES {
        let bytes = under.key_bytes().unwrap_or_default();
        let (kbpk, key) = (secret(u8::try_from(bytes)?), secret(16));
        let header = header(version, wrapped)?;
        let mut rng = OsEntropy.draw("tr31-padding")?;
        let block = tr31::wrap(under, &kbpk, &header, &key, rng.as_mut())?;
        let wrap = in_turn(
            || {
                round(PAIRS, || {
                    black_box(tr31::wrap(under, &kbpk, &header, &key, rng.as_mut())?);
                    Ok(())
                })
            },
            || openemv.round(&format!("w{}{bytes}", version.letter()), PAIRS),
        )?;
        let unwrap = in_turn(
            || {
                round(PAIRS, || {
                    let (_, back) = tr31::unwrap(under, &kbpk, black_box(&block))?;
                    same(&back, &key)
                })
            },
            || openemv.round(&format!("u{}{bytes}", version.letter()), PAIRS),
        )?;
        for (act, (ours, theirs), budget) in [("wrap", wrap, 0.1), ("unwrap", unwrap, 1.0)] {
            println!(
                "version {} under {:9}  {act:6}  keymoot {:7.2} us  openemv {:7.2} us  keymoot takes {:5.3} x as long \
                 (budget {budget})",
                version.letter(),
                under.name(),
                ours * 1e6,
                theirs * 1e6,
                ours / theirs
            );
        }
    }
    Ok(())
}

fn run() -> Result<(), Failure> {
    println!("wrap and unwrap of a 16-byte key, median of {ROUNDS} rounds");
    for (version, under, wrapped) in CASES {
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
    against_openemv()
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
