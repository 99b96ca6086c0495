//! RSA key generation against `openssl genrsa` and aws-lc-rs (one thread, in this process) in the same run:
//! `cargo bench --bench rsa_generation [RUNS]`. Budgets (design §9): on one core at most 0.4 of OpenSSL and 1.0 of
//! aws-lc-rs, on two 0.25 and 0.65.
//!
//! Prime searches scatter widely, so only medians and ratios of one run mean anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a bench that cannot run says so and stops

use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use keymoot::crypto::{Entropy, OsEntropy, keygen};

fn main() {
    // `cargo bench` passes `--bench`; a number is the count of runs.
    let runs = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(11);
    println!("median of {runs} runs, ms; ratios: keymoot takes so much of the peer's time");
    println!(
        "{:>5} {:>9} {:>9} {:>9} {:>9}   {:>18} {:>18}",
        "bits",
        "openssl",
        "aws-lc-rs",
        "1 thread",
        "2 threads",
        "of openssl (1, 2)",
        "of aws-lc (1, 2)"
    );
    for bits in [2048, 3072, 4096] {
        let go = AtomicBool::new(false);
        let (mut peer, mut lc) = (Vec::new(), Vec::new());
        let (mut one, mut two) = (Vec::new(), Vec::new());
        // Taken in turn, so that whatever else the machine does meets all three alike.
        for _ in 0..runs {
            peer.push(timed(|| openssl(bits)));
            lc.push(timed(|| aws_lc(bits)));
            one.push(timed(|| {
                let mut rng = draw();
                drop(keygen::rsa(bits, rng.as_mut(), &go).expect("a pair"));
            }));
            two.push(timed(|| {
                drop(keygen::rsa_parallel(bits, [draw(), draw()], &go).expect("a pair"));
            }));
        }
        let (peer, lc, one, two) = (median(peer), median(lc), median(one), median(two));
        println!(
            "{bits:>5} {peer:>9.0} {lc:>9.0} {one:>9.0} {two:>9.0}   {:>9.2} {:>8.2} {:>9.2} {:>8.2}",
            one / peer,
            two / peer,
            one / lc,
            two / lc
        );
    }
}

fn aws_lc(bits: usize) {
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        _ => KeySize::Rsa4096,
    };
    drop(KeyPair::generate(size).expect("a pair"));
}

fn draw() -> Box<dyn rand_core::CryptoRng + Send> {
    OsEntropy
        .draw("rsa-prime")
        .expect("the system's random source")
}

fn openssl(bits: usize) {
    let status = Command::new("openssl")
        .args(["genrsa", "-out", "/dev/null", &bits.to_string()])
        .stderr(Stdio::null())
        .status()
        .expect("install the package openssl");
    assert!(status.success());
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times
        .get(times.len() / 2)
        .map_or(0.0, Duration::as_secs_f64)
        * 1000.0
}
