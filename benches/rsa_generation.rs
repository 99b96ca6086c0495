//! RSA key generation against `openssl genrsa` in the same run: `cargo bench --bench rsa_generation [RUNS]`.
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
    println!("median of {runs} runs; ratio = openssl genrsa / keymoot, above 1 keymoot is faster");
    println!(
        "{:>5} {:>12} {:>12} {:>12} {:>8} {:>8}",
        "bits", "openssl ms", "1 thread ms", "2 threads ms", "ratio 1", "ratio 2"
    );
    for bits in [2048, 3072, 4096] {
        let go = AtomicBool::new(false);
        let (mut peer, mut one, mut two) = (Vec::new(), Vec::new(), Vec::new());
        // Taken in turn, so that whatever else the machine does meets all three alike.
        for _ in 0..runs {
            peer.push(timed(|| openssl(bits)));
            one.push(timed(|| {
                let mut rng = draw();
                drop(keygen::rsa(bits, rng.as_mut(), &go).expect("a pair"));
            }));
            two.push(timed(|| {
                drop(keygen::rsa_parallel(bits, [draw(), draw()], &go).expect("a pair"));
            }));
        }
        let (peer, one, two) = (median(peer), median(one), median(two));
        println!(
            "{bits:>5} {peer:>12.0} {one:>12.0} {two:>12.0} {:>8.2} {:>8.2}",
            peer / one,
            peer / two
        );
    }
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
