//! Scripts that nobody means well with: how long keymoot takes to answer each, beside the `toml` crate alone reading the
//! same text: `cargo bench --bench hostile`. Budget: 100 ms for any script of up to 256 KiB.
//!
//! The peer stops at its first error and looks at nothing that a script means; where it is refused at once, the ratio
//! says little and the milliseconds all.

#[path = "../tests/lint/hostile_cases.rs"]
mod hostile_cases;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use keymoot::ceremony::Script;

/// Runs of each case; the median counts.
const RUNS: usize = 9;

/// Milliseconds for any script.
const BUDGET: f64 = 100.0;

fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(RUNS / 2).copied().unwrap_or_default()
}

fn answer(text: &str) {
    match Script::parse(black_box(text.as_bytes())) {
        Ok(script) => drop(black_box(script.lint())),
        Err(findings) => drop(black_box(findings)),
    }
}

fn main() -> ExitCode {
    let mut over = 0;
    println!(
        "{:26} {:>8} {:>10} {:>10}",
        "script", "KiB", "keymoot ms", "toml ms"
    );
    for (name, text) in hostile_cases::all() {
        let ours = median(|| answer(&text));
        let peer = median(|| {
            let read = toml::from_str::<toml::Table>(black_box(&text));
            drop(black_box(read));
        });
        let mark = if ours > BUDGET { "over 100 ms" } else { "" };
        over += usize::from(ours > BUDGET);
        println!(
            "{name:26} {:8} {ours:10.2} {peer:10.2} {mark}",
            text.len() / 1024
        );
    }
    println!("{over} over the budget of {BUDGET} ms");
    ExitCode::from(u8::from(over > 0))
}
