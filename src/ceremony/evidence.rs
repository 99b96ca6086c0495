//! The evidence of a run that a vault remembers, whoever asks for it.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Script, run_report};
use crate::evidence::report;
use crate::session::{Brought, KeySource, Refusal, Run, Session};

/// The bundle of a run: `bytes` are its script's, `recording` is what was recorded of it, `signers` sign it.
///
/// # Errors
/// As [`Session::bundle`].
pub fn bundle(
    session: &mut Session,
    bytes: &[u8],
    run: &str,
    recording: Option<Vec<u8>>,
    signers: Vec<(String, KeySource)>,
) -> Result<Vec<u8>, Refusal> {
    let report = run_report_of(session, bytes, run)?;
    let brought = Brought {
        script: bytes.to_vec(),
        report: serde_json::to_value(report).unwrap_or_default(),
        recording,
        build: json!({
            "version": env!("CARGO_PKG_VERSION"), "sha256": crate::os::own_sha256(),
        }),
    };
    session.bundle(run, brought, signers)
}

/// The report of a run: `bytes` are its script's.
///
/// # Errors
/// The vault knows no such run of this script.
pub fn run_report_of(
    session: &Session,
    bytes: &[u8],
    run: &str,
) -> Result<report::RunReport, Refusal> {
    let script = Script::parse(bytes).ok();
    let runs = session.view().runs;
    let played = |script: &Script| {
        let found = runs.iter().find(|known| known.id == run);
        found.is_some_and(|known| known.script_sha256 == script.sha256_hex())
    };
    script
        .filter(played)
        .and_then(|script| run_report(session, &script, run))
        .ok_or_else(|| {
            Refusal::Usage(
                "There is no such run of this script in this vault. Nothing was changed.".into(),
            )
        })
}

/// The script that was played, where it is at hand: one that ships with keymoot, or one whose text the vault kept. Runs of
/// before texts of people's own files were kept have none.
pub fn script_of(run: &Run) -> Option<Vec<u8>> {
    if let Some(shipped) = shipped_by_hash(&run.script_sha256) {
        return Some(shipped.to_vec());
    }
    let kept = run.script_text.as_ref()?.as_bytes();
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(kept));
    (digest == run.script_sha256).then(|| kept.to_vec())
}

/// The bytes of a script that ships with keymoot, by its SHA-256.
pub fn shipped_by_hash(sha256: &str) -> Option<&'static [u8]> {
    let mut shipped = super::shipped().iter();
    let found = shipped.find(|(_, bytes)| crate::evidence::bundle::sha256(bytes) == sha256);
    found.map(|(_, bytes)| *bytes)
}
