//! The sections of the report, in their order; each returns its blocks, or none if it has no content.

use super::sheet::{Block, field, paragraph, wrapped};
use super::{
    Access, ClauseState, EnteredAccess, Exempted, NOT_A_DEVICE, Paper, RunReport, SuspectKey,
    SuspectPackage, affidavit, handled, ink,
};
use crate::api::Timestamp;

/// Every section: its numbered title and its blocks. What an auditor looks for and does not find is said to be none;
/// a section whose absence says nothing is left out.
pub(super) fn numbered(report: &RunReport) -> Vec<(String, Vec<Block>)> {
    let sections: [(&str, Vec<Block>, &str); 14] = [
        ("What was done", summary(report), ""),
        ("People", people(report), ""),
        ("Hashes of tool, script and boot medium", hashes(report), ""),
        ("Steps", steps(report), ""),
        (
            "Keys",
            keys(report),
            or(&report.no_key, "none: this run declares no key"),
        ),
        (
            "Access to components and shares",
            access(report),
            "none: no share, approval key or component was used",
        ),
        (
            "Certificates of counterparties",
            certificates(report),
            "none: this run confirmed no certificate",
        ),
        (
            "Copies and backups",
            copies(report),
            "none: the vault has no copy on record",
        ),
        ("Suspect packages and keys", suspect(report), "none"),
        ("Exceptions", exceptions(report), "none"),
        (
            "Clauses",
            clauses(report),
            "none: the script names no clause",
        ),
        (
            "Affidavit of destruction",
            affidavit::blocks(report),
            "none: this run destroyed no key",
        ),
        ("Still to do", still_to_do(report), ""),
        ("Signed in ink", ink::section(report), ""),
    ];
    let mut numbered = Vec::new();
    for (title, content, absent) in sections {
        let mut blocks: Vec<Block> = content.into_iter().filter(|b| !b.is_empty()).collect();
        if blocks.is_empty() && !absent.is_empty() {
            blocks.push(paragraph(absent));
        }
        if !blocks.is_empty() {
            numbered.push((format!("{}. {title}", numbered.len() + 1), blocks));
        }
    }
    numbered
}

/// The blocks of every section for pages; a title stays with what follows it.
pub(super) fn all(report: &RunReport) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (title, content) in numbered(report) {
        let mut content = content.into_iter();
        let mut head = vec![title, String::new()];
        head.extend(content.next().unwrap_or_default());
        blocks.push(head);
        blocks.extend(content);
    }
    blocks
}

/// What the vault waits for beyond this run; left out where nothing is.
fn still_to_do(report: &RunReport) -> Vec<Block> {
    if report.still_to_do.is_empty() {
        return Vec::new();
    }
    let mut block = paragraph("In the vault, as it stood when this report was written:");
    for one in &report.still_to_do {
        block.extend(wrapped(one, "- ", "  "));
    }
    vec![block]
}

pub(super) fn time(at: Option<Timestamp>) -> String {
    at.map(Timestamp::rfc3339).unwrap_or_default()
}

/// Fields of one record, empty ones left out.
pub(super) fn record(title: &str, fields: &[(&str, &str)]) -> Block {
    let mut block = wrapped(title, "- ", "  ");
    for (label, value) in fields {
        block.extend(field(label, value));
    }
    block
}

/// A value, or what its absence means.
pub(super) fn or<'t>(value: &'t str, absent: &'t str) -> &'t str {
    if value.is_empty() { absent } else { value }
}

fn summary(report: &RunReport) -> Vec<Block> {
    let mut facts = Block::new();
    for (label, value) in [
        ("Outcome", report.outcome.clone()),
        ("Profile", report.profile.clone()),
        ("Place", report.place.clone()),
        ("Start", time(report.started)),
        ("End", time(report.ended)),
        ("Estimated", report.estimated.clone()),
        ("Used", time_used(report)),
        ("Clock", report.clock.clone()),
        ("Network", report.network.clone()),
        ("Answers", report.answers.clone()),
        ("Rehearsal", report.rehearsed.clone()),
        ("Vault", report.vault.clone()),
        ("Run", report.run.clone()),
        (
            "Interruptions",
            handled::interruptions(
                report.interruptions,
                &report.interrupted,
                report.profile == "rehearsal",
            ),
        ),
    ] {
        facts.extend(field(label, &value));
    }
    let mut blocks = vec![paragraph(&report.done), facts];
    let mut machine = paragraph(NOT_A_DEVICE);
    if !report.software_policy.is_empty() {
        machine = paragraph(&format!("{NOT_A_DEVICE} {}", report.software_policy));
    }
    blocks.push(machine);
    blocks
}

/// How long people were at it, where it can be said.
fn time_used(report: &RunReport) -> String {
    match (report.used_ms, report.profile.as_str()) {
        (Some(millis), _) => used(millis),
        (None, "rehearsal") if report.ended.is_some() => {
            "not measured: a rehearsal's clock stands still".to_owned()
        }
        (None, _) => String::new(),
    }
}

/// A time that people were at it.
fn used(millis: i64) -> String {
    let minutes = millis / 60_000;
    let words = match (minutes / 60, minutes % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, minutes) => format!("{minutes}m"),
        (hours, minutes) => format!("{hours}h {minutes:02}m"),
    };
    format!("{words}, without waits and the time that the vault was closed")
}

fn people(report: &RunReport) -> Vec<Block> {
    let mut blocks: Vec<Block> = report
        .people
        .iter()
        .map(|person| {
            record(
                &format!(
                    "{}, {}{}",
                    person.name,
                    person.role,
                    if person.gave_up {
                        ", gave up the place"
                    } else {
                        ""
                    }
                ),
                &[
                    ("Form", &person.form),
                    ("Approval key", &person.key),
                    ("Signed", &handled::signed(person)),
                ],
            )
        })
        .collect();
    blocks.extend(report.relieved.iter().map(|relieved| {
        paragraph(&format!(
            "{} had the place of {} (`{}`) from step {} on: the run was interrupted and taken up again.",
            relieved.to, relieved.from, relieved.place, relieved.step
        ))
    }));
    if !blocks.is_empty() {
        blocks.push(signatures(report));
    }
    blocks
}

/// What was counted, in the words in which `keymoot verify` counts.
fn signatures(report: &RunReport) -> Block {
    let counted = &report.signatures;
    let mut said = Vec::new();
    if counted.acts + counted.sign_offs > 0 {
        let other = counted.exceptions + counted.stops;
        let parts = [
            (Some(counted.acts), "for acts"),
            (some(counted.exceptions), "under exceptions"),
            (some(counted.stops), "under the record of the stop"),
            (
                Some(counted.sign_offs.saturating_sub(other)),
                "under sign-offs",
            ),
        ];
        let parts = parts.into_iter();
        let parts = parts.filter_map(|(count, what)| Some(format!("{} {what}", count?)));
        said.push(format!(
            "{} in the audit log of this run: {}.",
            many(counted.acts + counted.sign_offs, "signature"),
            parts.collect::<Vec<_>>().join(", ")
        ));
    }
    let from_file: u64 = report.people.iter().map(|p| p.signed_from_file).sum();
    said.push(match from_file {
        0 => "No signature came from a file.".to_owned(),
        1 => "1 signature came from a file: nobody typed a passphrase for it.".to_owned(),
        n => format!("{n} signatures came from a file: nobody typed a passphrase for them."),
    });
    if counted.unkept > 0 {
        said.push(format!(
            "Not counted: {} that people signed and that was then refused or stopped; of it the log keeps no signature.",
            many(counted.unkept, "step")
        ));
    }
    if counted.acts + counted.sign_offs > 0 {
        said.push(
            "Those at enrolment and under a bundle's own line are not of this run; keymoot verify counts them apart."
                .to_owned(),
        );
    }
    paragraph(&said.join(" "))
}

/// A count that is said.
fn some(count: u64) -> Option<u64> {
    (count > 0).then_some(count)
}

/// `1 step`, `2 steps`.
fn many(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Who compared a hash from outside is not known here.
const BY_HAND: &str =
    "who compared it from outside, to be filled in by hand: ______________________________";

fn hashes(report: &RunReport) -> Vec<Block> {
    report
        .hashes
        .iter()
        .map(|hash| {
            let absent = match hash.not_taken.as_str() {
                "" => "not taken".to_owned(),
                why => format!("not taken: {why}"),
            };
            record(
                &hash.what,
                &[
                    ("SHA-256", or(&hash.sha256, &absent)),
                    ("Checked by", or(&hash.checked_by, BY_HAND)),
                ],
            )
        })
        .collect()
}

fn steps(report: &RunReport) -> Vec<Block> {
    let all = report.steps.iter();
    let mut blocks: Vec<Block> = all
        .map(|step| {
            let heading = match step.title.as_str() {
                "" => step.id.clone(),
                title => format!("{title} ({})", step.id),
            };
            record(
                &heading,
                &[
                    ("Operation", &step.op),
                    ("Time", &time(step.at)),
                    ("Acted", &step.acted.join(", ")),
                    ("Named", &asked_nothing(&step.named)),
                    ("Named to watch", &step.observers.join(", ")),
                    ("Signed", &step.signed.join(", ")),
                    ("Approval words", &step.words),
                    ("Result", &step.result),
                    ("Keys", &step.keys.join("; ")),
                    ("Clause", &step.clause),
                    ("Why", &step.why),
                ],
            )
        })
        .collect();
    if !blocks.is_empty() {
        blocks.insert(0, paragraph(ATTESTED));
    }
    blocks
}

/// What a name in a step is worth that stands under no signature.
const ATTESTED: &str = "A name under `Signed` is authenticated by that person's key. Names under `Acted` and `Named`, and \
    times and values that somebody is said to have read, rest on the presence of those who sign this record: a key was \
    pressed for them, and nobody proved who pressed it.";

/// People whom the script names and of whom nothing was asked.
fn asked_nothing(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(
        "{}, by the script; nothing was asked of each of them",
        names.join(", ")
    )
}

fn keys(report: &RunReport) -> Vec<Block> {
    report
        .keys
        .iter()
        .map(|key| {
            let check = match (key.check_value.as_str(), key.other_check_value.as_str()) {
                ("", _) => String::new(),
                (value, "") => format!("{value} by {}", key.check_value_method),
                (value, other) => format!("{value} by {}; {other}", key.check_value_method),
            };
            record(
                or(&key.label, "(no label)"),
                &[
                    ("ARN here", &key.arn),
                    ("ARN at receiver", &key.receiver_arn),
                    ("Use", &key.usage),
                    ("Algorithm", &key.algorithm),
                    ("Check value", &check),
                    ("Generated by", &key.generated_by),
                    ("Stored as", &key.storage),
                    ("Sent how", &key.sent_how),
                    ("Sent to", &key.sent_to),
                    ("Sent under", &key.sent_under),
                    ("Confirmed", &key.confirmed),
                    ("Cryptoperiod end", &key.cryptoperiod_end),
                    ("Destroyed", &key.destroyed),
                ],
            )
        })
        .collect()
}

fn access(report: &RunReport) -> Vec<Block> {
    let openings = report.openings.iter().map(handled::Opening::block);
    let of_steps = report.access.iter().map(Access::block);
    let keys = report.key_uses.iter().map(handled::KeyUse::block);
    let entered = report.accesses.iter().map(EnteredAccess::block);
    let refused = [
        handled::refused(&report.refused),
        handled::in_the_open(&report.in_the_open),
        handled::dropped(&report.dropped),
    ];
    let all = openings.chain(of_steps).chain(keys);
    all.chain(entered).chain(refused).collect()
}

fn certificates(report: &RunReport) -> Vec<Block> {
    report
        .certificates
        .iter()
        .map(|certificate| {
            record(
                &certificate.counterparty,
                &[
                    ("Subject", &certificate.subject),
                    ("SHA-256", &certificate.sha256),
                    ("Valid", &certificate.valid),
                    (
                        "Authenticated",
                        or(&certificate.authenticated, "NOT AUTHENTICATED"),
                    ),
                ],
            )
        })
        .collect()
}

fn copies(report: &RunReport) -> Vec<Block> {
    report
        .copies
        .iter()
        .map(|copy| {
            record(
                &format!("{} of change {}", copy.id, copy.seq),
                &[
                    ("Medium, bag", &copy.medium),
                    ("Holder", or(&copy.holder, "not recorded")),
                    ("State", &copy.state),
                ],
            )
        })
        .collect()
}

fn suspect(report: &RunReport) -> Vec<Block> {
    let packages = report.suspect_packages.iter().map(SuspectPackage::block);
    let keys = report.suspect_keys.iter().map(SuspectKey::block);
    packages.chain(keys).collect()
}

fn exceptions(report: &RunReport) -> Vec<Block> {
    let of_run = report.exceptions.iter().map(|exception| {
        record(
            &exception.what,
            &[
                ("Time", &time(exception.at)),
                ("Decision", or(&exception.decision, "none recorded")),
                ("By", &exception.by.join(", ")),
            ],
        )
    });
    let papers = report.papers.iter().map(Paper::block);
    let exempted = report.exempted.iter().map(Exempted::block);
    of_run.chain(papers).chain(exempted).collect()
}

/// What the program cannot know.
const FOR_PEOPLE: &str = "for the people who sign below to say; the program saw nothing of it";

fn clauses(report: &RunReport) -> Vec<Block> {
    report
        .clauses
        .iter()
        .map(|clause| {
            let state = match (clause.state, clause.lines.as_slice()) {
                // A claim of evidence without a line is no evidence.
                (ClauseState::Evidenced, [_, ..]) => {
                    let lines: Vec<String> = clause.lines.iter().map(u64::to_string).collect();
                    let noun = if lines.len() == 1 { "line" } else { "lines" };
                    format!("evidenced, audit {noun} {}", lines.join(", "))
                }
                (ClauseState::NotEvidenced, _) if !clause.why.is_empty() => {
                    format!("NOT EVIDENCED: {}", clause.why)
                }
                (ClauseState::Procedural, _) => {
                    format!("procedural: {}", or(&clause.why, FOR_PEOPLE))
                }
                (ClauseState::NotEvidenced | ClauseState::Evidenced, _) => {
                    "NOT EVIDENCED".to_owned()
                }
            };
            record(&clause.clause, &[("Asks", &clause.asks), ("State", &state)])
        })
        .collect()
}
