//! What a verification came to, in words for people.

use std::fmt::Write as _;

use super::trust::CHANGED;
use super::{Fault, TRUST, Verified};

/// Why a bundle is not what it should be, and what to do with it.
pub fn refused(fault: &Fault) -> String {
    if fault.place == TRUST && fault.what.ends_with(CHANGED) {
        return format!(
            "consistent, but NOT AUTHENTIC yet: {}. Add what is missing, and verify again.",
            fault.what
        );
    }
    if fault.place == TRUST {
        return format!(
            "consistent, but NOT AUTHENTIC: {}. Compare the trust file with the signed enrolment forms; if they agree, \
             this bundle is not of the people it names.",
            fault.what
        );
    }
    format!(
        "NOT CONSISTENT. {fault}. The bundle is not what keymoot wrote: do not rely on any of it, and ask for another \
         copy."
    )
}

/// A verified bundle in lines.
pub fn told(done: &Verified) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}{}\n", of_what(done), verdict(done));
    let outcome = if done.outcome.is_empty() {
        "stands open"
    } else {
        &done.outcome
    };
    for (label, value) in [
        ("Vault", format!("{} ({})", done.vault, done.profile)),
        ("Run", format!("{} ({outcome})", done.run)),
        ("Script", format!("SHA-256 {}", done.script_sha256)),
        (
            "Tool",
            match done.tools.as_slice() {
                [] if done.profile == "rehearsal" => {
                    "not taken: a rehearsal is the same to the byte on every build".to_owned()
                }
                [] => "not taken: the log does not name the program that played the run".to_owned(),
                tools => format!("SHA-256 {}, as it read itself", tools.join(", ")),
            },
        ),
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
    let _ = writeln!(
        text,
        "{:<11}held against the log: {}",
        "Report",
        done.report.held.join(", ")
    );
    let _ = writeln!(
        text,
        "{:<11}on the word of whoever signs it: {}",
        "",
        done.report.on_word.join("; ")
    );
    remarks(done, &mut text);
    text
}

/// What it is of comes before how well it holds: nobody takes the first line of a practice for evidence.
fn of_what(done: &Verified) -> &'static str {
    match done.profile.as_str() {
        "rehearsal" => "REHEARSAL, nothing in it is real. ",
        "test" => "TEST vault, no real keys. ",
        _ => "",
    }
}

/// The first sentences: how far it holds, and who vouches for it.
fn verdict(done: &Verified) -> String {
    if !done.signers_trusted {
        return "CONSISTENT: nothing in it contradicts the rest. Who signed is not proven: --trust proves it."
            .to_owned();
    }
    if !done.unshown.is_empty() {
        return format!(
            "CONSISTENT. The people of the trust file signed the acts that it shows; but {} moved the state, and the \
             bundle does not show how: an act could be hidden there, so this is NOT AUTHENTIC as a whole.",
            lines(&done.unshown)
        );
    }
    if done.authentic {
        return format!(
            "CONSISTENT and AUTHENTIC: the people of the trust file signed this, the whole of it by {}.",
            signers(done)
        );
    }
    let bundle = if done.bundle_signed.is_empty() {
        "Nobody signed the bundle itself.".to_owned()
    } else if done.bundle_vouched() {
        format!("The bundle itself is signed by {}.", signers(done))
    } else {
        format!(
            "The bundle itself is signed by {} alone, and neither by a custodian nor by a witness.",
            signers(done)
        )
    };
    if !done.missing.is_empty() {
        return format!(
            "CONSISTENT, and its acts AUTHENTIC: the people of the trust file signed each of them. The log says that the \
             run {}, and sign-offs that the script asks for are NOT THERE: {}. {bundle}",
            ended(done),
            done.missing.join(", ")
        );
    }
    if done.covered == 0 {
        return format!(
            "CONSISTENT, and its acts AUTHENTIC: the people of the trust file signed each of them. No custodian and no \
             witness signed the log, so that nobody vouches for what else was done. {bundle}"
        );
    }
    format!(
        "CONSISTENT and AUTHENTIC as far as line {} of the log: the people of the trust file signed that. {bundle}",
        done.covered
    )
}

/// How the log says that a run ended.
fn ended(done: &Verified) -> &'static str {
    match done.outcome.as_str() {
        "aborted" => "was stopped for good",
        "exception" => "was done with exceptions",
        _ => "was completed",
    }
}

/// Who signed the bundle's own line, each with the role: `Ana (custodian), Wim (witness)`.
fn signers(done: &Verified) -> String {
    let named = done.roles.iter();
    let named: Vec<String> = named
        .map(|(name, role)| format!("{name} ({role})"))
        .collect();
    named.join(", ")
}

/// `line 12 of the log`, `lines 12 and 20 of the log`.
fn lines(of: &[u64]) -> String {
    let numbers: Vec<String> = of.iter().map(u64::to_string).collect();
    match numbers.as_slice() {
        [all @ .., last] if !all.is_empty() => {
            format!("lines {} and {last} of the log", all.join(", "))
        }
        all => format!("line {} of the log", all.concat()),
    }
}

/// What the sign-offs of the run are under, counted as the report counts them.
fn under(done: &Verified) -> Vec<String> {
    let of = |lines: &[u64]| -> usize {
        let signed = done.sign_offs.iter();
        let signed = signed.filter(|(line, _)| lines.contains(line));
        signed.map(|(_, who)| who.len()).sum()
    };
    let (exceptions, stops) = (of(&done.exceptions), of(&done.stops));
    let all: usize = done.sign_offs.iter().map(|(_, who)| who.len()).sum();
    let rest = all.saturating_sub(exceptions).saturating_sub(stops);
    let apart = [
        (exceptions, "under exceptions"),
        (stops, "under the record of the stop"),
    ];
    let apart = apart.into_iter().filter(|(count, _)| *count > 0);
    apart
        .chain([(rest, "under sign-offs")])
        .map(|(count, what)| format!("{count} {what}"))
        .collect()
}

/// Who signed what, and how many signatures that makes.
fn signatures(done: &Verified, text: &mut String) {
    for (name, who) in &done.acts {
        let _ = writeln!(text, "{:<11}{name}: signed by {}", "Act", who.join(", "));
    }
    for (line, who) in &done.sign_offs {
        let what = match line {
            line if done.stops.contains(line) => "Stop",
            line if done.exceptions.contains(line) => "Exception",
            _ => "Signed off",
        };
        let _ = writeln!(text, "{what:<11}line {line}: {}", who.join(", "));
    }
    if !done.bundle_signed.is_empty() {
        let who = done.bundle_signed.join(", ");
        let _ = writeln!(text, "{:<11}its parts, by {who}", "Bundle");
    }
    let counts = &done.signatures;
    let run = counts.of_the_run();
    let mut rows = vec![format!(
        "{} of this run, as its report counts them: {} for acts, {}",
        run.hold,
        counts.acts.hold,
        under(done).join(", ")
    )];
    for (count, under) in [
        (
            counts.bundle,
            "under the line that names the parts of this bundle",
        ),
        (
            counts.enrolment,
            "at enrolment: own keys, lists of people, answers about policy",
        ),
        (
            counts.elsewhere,
            "under sign-offs of other runs and bundles",
        ),
    ] {
        if count.hold > 0 {
            rows.push(format!("{} {under}", count.hold));
        }
    }
    let all = run.hold + counts.others().hold;
    rows.push(format!("{all} in all, and every one of them holds"));
    let labels = std::iter::once("Signatures").chain(std::iter::repeat(""));
    for (label, row) in labels.zip(rows) {
        let _ = writeln!(text, "{label:<11}{row}");
    }
}

/// What an auditor has to know besides.
fn remarks(done: &Verified, text: &mut String) {
    let counts = &done.signatures;
    let mut notes = Vec::new();
    if done.bundle_signed.is_empty() {
        notes.push(unsigned(done));
    }
    let (run, others) = (counts.of_the_run().from_file, counts.others().from_file);
    if run + others > 0 {
        notes.push(format!(
            "{run} of this run's signatures and {others} of the others came from a file: nobody typed a passphrase for \
             them."
        ));
    }
    if done.in_the_open > 0 {
        notes.push(format!(
            "during the run something secret was typed where it is drawn, {} times; its report says in section 6 what and where, \
             and whoever saw it knows it.",
            done.in_the_open
        ));
    }
    if !done.unshown.is_empty() {
        notes.push(format!(
            "{}: nobody signs the destruction of a key whose window ends, nor the end of a set of shares, and this bundle \
             does not show what was done there. Make the bundle again with this version of keymoot: it shows it.",
            lines(&done.unshown)
        ));
    }
    if counts.not_shown > 0 {
        notes.push(format!(
            "{} signatures more are for acts outside this run. The log names who signed, and these people may sign so; \
             what they signed is not in this bundle, so those signatures are not checked.",
            counts.not_shown
        ));
    }
    if !done.beside.is_empty() {
        notes.push(format!(
            "{}: done while the run stood open, and not of it. This bundle does not show what was done there.",
            lines(&done.beside)
        ));
    }
    if done.signers_trusted && !done.roles_trusted {
        notes.push(
            "who is custodian and who witness is the word of the log: the trust file does not say it of everybody who \
             signed. Write the role of the enrolment form behind the name, as in: Ana (custodian)."
                .to_owned(),
        );
    }
    if !done.unnamed.is_empty() {
        notes.push(format!(
            "not in the trust file, and not among those who signed this run: {}.",
            done.unnamed.join(", ")
        ));
    }
    for note in notes {
        let _ = writeln!(text, "{:<11}{note}", "note");
    }
}

/// Why nobody signed the bundle, and what is proven all the same.
fn unsigned(done: &Verified) -> String {
    let mut text = String::from(
        "nobody signed the line that names files, report and recording. Made again, the bundle is signed by a custodian \
         or a witness: `keymoot bundle --sign NAME`, or on the screen Evidence.",
    );
    let covered = match done.covered {
        0 => " No sign-off of a custodian or a witness covers the log either: what is signed are the acts, each by itself."
            .to_owned(),
        line => format!(
            " The sign-offs cover the log up to line {line}, and with it every act, its answer and its check value."
        ),
    };
    text.push_str(&covered);
    if !done.from_acts.is_empty() {
        let _ = write!(
            text,
            " These files hold what an act answered, so that they follow from the log: {}.",
            done.from_acts.join(", ")
        );
    }
    text += " The report is not signed here: compare it with the one in ink.";
    if done.recording {
        text += " The recording is what the vault noted, and no more.";
    }
    text
}
