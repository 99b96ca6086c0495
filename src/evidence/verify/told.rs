//! What a verification came to, in words for people.

use std::fmt::Write as _;

use super::Verified;

/// How a bundle that does not hold is called, before the place and the reason.
pub const NOT: &str = "NOT CONSISTENT.";
/// What to do with it.
pub const DO_NOT_RELY: &str =
    "The bundle is not what keymoot wrote: do not rely on any of it, and ask for another copy.";

/// A verified bundle in lines.
pub fn told(done: &Verified) -> String {
    let mut text = String::new();
    let verdict = if done.authentic {
        "CONSISTENT and AUTHENTIC: the people of the trust file signed this."
    } else {
        "CONSISTENT: nothing in it contradicts the rest. Who signed is not proven: --trust proves it."
    };
    let _ = writeln!(text, "{verdict}\n");
    let outcome = if done.outcome.is_empty() {
        "stands open"
    } else {
        &done.outcome
    };
    for (label, value) in [
        ("Vault", format!("{} ({})", done.vault, done.profile)),
        ("Run", format!("{} ({outcome})", done.run)),
        ("Script", format!("SHA-256 {}", done.script_sha256)),
        ("Log", format!("{} lines, whole from line 1", done.events)),
        (
            "States",
            match done.heads {
                (n, 0) => format!("{n} heads recomputed"),
                (n, older) => format!("{n} heads recomputed, {older} taken from an older log"),
            },
        ),
    ] {
        let _ = writeln!(text, "{label:<11}{value}");
    }
    signatures(done, &mut text);
    let files = match done.artifacts.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let recording = if done.recording {
        "in the bundle"
    } else {
        "none"
    };
    let _ = writeln!(text, "{:<11}{files}", "Files");
    let _ = writeln!(text, "{:<11}{recording}", "Recording");
    remarks(done, &mut text);
    text
}

/// Who signed what.
fn signatures(done: &Verified, text: &mut String) {
    for (name, who) in &done.acts {
        let _ = writeln!(text, "{:<11}{name}: signed by {}", "Act", who.join(", "));
    }
    for (line, who) in &done.sign_offs {
        let _ = writeln!(text, "{:<11}line {line}: {}", "Signed off", who.join(", "));
    }
}

/// What an auditor has to know besides.
fn remarks(done: &Verified, text: &mut String) {
    if !done.bundle_signed {
        text.push_str(
            "note       files, report and recording are as the vault noted them; nobody signed for them.\n",
        );
    }
    if done.signed_from_file > 0 {
        let _ = writeln!(
            text,
            "note       {} signatures came from a file: nobody typed a passphrase for them.",
            done.signed_from_file
        );
    }
}
