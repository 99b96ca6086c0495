//! DUKPT initial keys against openemv/dukpt on the same keys, round by round: `cargo bench --bench dukpt`.
//!
//! The library is in no distribution: build github.com/openemv/dukpt with cmake, install it somewhere, and name its
//! folder `lib/pkgconfig` in `PKG_CONFIG_PATH`.

mod peer;

use std::hint::black_box;
use std::process::ExitCode;

use keymoot::api::KeyAlgorithm;
use keymoot::crypto::SecretBytes;
use keymoot::crypto::dukpt::{self, KeySerialNumber};
use peer::{Failure, Peer, in_turn, round};

/// Keys in a round.
const KEYS: u32 = 20_000;
const OPENEMV: &str = include_str!("peer/dukpt.c");
const FROM: &str =
    "build and install github.com/openemv/dukpt, and name its lib/pkgconfig in PKG_CONFIG_PATH";

fn run() -> Result<(), Failure> {
    let mut openemv = Peer::start(OPENEMV, &["libdukpt_tdes", "libdukpt_aes"], FROM)?;
    println!("initial keys, median of {} rounds of {KEYS}", peer::ROUNDS);
    for (base, serial) in [
        (KeyAlgorithm::TDES_2KEY, "FFFF9876543210E00000"),
        (KeyAlgorithm::AES_128, "FFFF9876543210E000000000"),
        (KeyAlgorithm::AES_256, "FFFF9876543210E000000000"),
    ] {
        let length = u8::try_from(base.key_bytes().unwrap_or_default())?;
        let key = SecretBytes::new((0..length).collect());
        let (ours, theirs) = in_turn(
            || {
                round(KEYS, || {
                    let serial = KeySerialNumber::parse(base, black_box(serial))?;
                    black_box(dukpt::initial_key(base, &key, &serial)?);
                    Ok(())
                })
            },
            || openemv.round(base.name(), KEYS),
        )?;
        println!(
            "{:9}  keymoot {:6.2} us  openemv {:6.2} us  keymoot takes {:4.2} x as long",
            base.name(),
            ours * 1e6,
            theirs * 1e6,
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
