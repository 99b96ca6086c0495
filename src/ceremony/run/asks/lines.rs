//! Lines of text that several asks share.

use crate::api::{ImportKeyInput, ImportKeyMaterial, KeyAttributes, KeyMaterialType, KeyState};
use crate::crypto::tr31::Block;
use crate::pki::Certificate;
use crate::pki::CounterpartyFile;
use crate::session::field::Footing;
use crate::session::guide::state_word;
use crate::session::handover::commands_for;
use crate::session::span::clock;
use crate::session::{Comparing, KeyRow, PendingView, arns, modes, op_components, said, twin_told};
use crate::text::{say, tr};

use super::super::super::model::Step;

pub(in super::super) fn footing(acts: String, enter: &str, so_far: &str) -> Footing {
    Footing {
        acts,
        enter: enter.to_owned(),
        so_far: so_far.to_owned(),
    }
}

/// What Enter does where the last of what is typed is there.
pub(super) fn compares() -> &'static str {
    tr("compares what you typed and records it")
}

pub(in super::super) fn acting(person: &str, role: &str) -> String {
    crate::session::said::called(role, person)
}

/// What has not happened while an act is only being signed.
pub(super) fn not_yet(step: &Step) -> &'static str {
    match step.op.name {
        "create-key" => tr("this key does not exist. If request or vault changes, all sign again."),
        "delete-key" => tr("the key still works. Nothing is destroyed before its window ends."),
        name if name == op_components::EXPORT_COMPONENTS.name => {
            tr("the last component has not left; without it nobody has the key.")
        }
        name if name.starts_with("export-key.") => {
            tr("nothing was wrapped, nothing left this machine.")
        }
        name if name == op_components::IMPORT_COMPONENTS.name => {
            tr("this key does not exist; its components are sealed here.")
        }
        name if name.starts_with("import-key.") => tr("nothing was imported, nothing is trusted."),
        _ => tr("nothing was changed. If request or vault changes, all sign again."),
    }
}

/// Why a step is done, and the clauses it serves.
pub(in super::super) fn why(step: &Step) -> Vec<String> {
    let mut lines: Vec<String> = step.why.iter().map(|why| say!("Why: {why}", why)).collect();
    if !step.clause.is_empty() {
        lines.push(say!("Clause: {clause}", clause = step.clause.join(", ")));
    }
    lines
}

pub(super) fn act_lines(pending: &PendingView) -> Vec<String> {
    let mut lines = vec![pending.sentence.clone()];
    lines.extend(
        pending
            .details
            .iter()
            .map(|(label, value)| format!("  {label:<11} {value}")),
    );
    lines.push(String::new());
    lines
}

pub(super) fn certificate_lines(label: &str, certificate: &Certificate) -> Vec<String> {
    vec![
        format!("  {label:<11} {}", certificate.subject()),
        format!(
            "  {:<11} {} to {}",
            "",
            certificate.not_before().rfc3339(),
            certificate.not_after().rfc3339()
        ),
    ]
}

/// What the header of a key block says; the key itself stays closed.
pub(super) fn block_lines(block: &Block) -> Vec<String> {
    let header = block.header();
    let said = |code: &str, words: Option<&str>| format!("{code}, {}", words.unwrap_or("unknown"));
    vec![
        tr("A TR-31 key block. Its header says:").to_owned(),
        String::new(),
        say!(
            "  version     {version}, {version_2}",
            version = header.version.letter(),
            version_2 = tr(header.version.words())
        ),
        say!(
            "  use         {said}",
            said = said(header.usage.code(), header.usage.words().map(tr))
        ),
        say!(
            "  algorithm   {said}",
            said = said(header.algorithm.code(), header.algorithm.words().map(tr))
        ),
        say!(
            "  modes       {said}",
            said = said(header.mode.code(), header.mode.words().map(tr))
        ),
        say!(
            "  export      {said}",
            said = said(
                header.exportability.code(),
                header.exportability.words().map(tr)
            )
        ),
        String::new(),
        tr("The header is checked when the block is opened; until then it is a claim.").to_owned(),
    ]
}

fn use_line(attributes: &KeyAttributes) -> String {
    say!(
        "  use         {code}, {words}",
        code = attributes.key_usage.code(),
        words = tr(attributes.key_usage.words())
    )
}

fn algorithm_line(attributes: &KeyAttributes) -> String {
    say!(
        "  algorithm   {algorithm}",
        algorithm = attributes.key_algorithm.name()
    )
}

/// What a request with a cryptogram says about the key in it.
pub(super) fn cryptogram_lines(request: &ImportKeyInput) -> Vec<String> {
    let ImportKeyMaterial::KeyCryptogram(cryptogram) = &request.key_material else {
        return Vec::new();
    };
    let attributes = &cryptogram.key_attributes;
    vec![
        tr("A key wrapped under an RSA certificate of this vault. Its sender says:").to_owned(),
        String::new(),
        use_line(attributes),
        algorithm_line(attributes),
        say!(
            "  modes       {words}",
            words = modes::words(&attributes.key_modes_of_use)
        ),
        say!(
            "  exportable  {exportable}",
            exportable = if cryptogram.exportable {
                tr("yes")
            } else {
                tr("no")
            }
        ),
        match (
            &cryptogram.import_token,
            &cryptogram.wrapping_key_identifier,
        ) {
            (Some(token), _) => say!("  token       {token}", token),
            (None, Some(pair)) => say!("  own pair    {pair}", pair),
            (None, None) => tr("  token       none").to_owned(),
        },
        String::new(),
        tr("RSA wrap does not say who sent it: compare the check value that comes by another way.")
            .to_owned(),
    ]
}

/// The service's word and the switch; of a key that is being deleted only that it is.
fn state_line(row: &KeyRow) -> String {
    let key = &row.key;
    if [KeyState::DELETE_PENDING, KeyState::DELETE_COMPLETE].contains(&key.key_state) {
        return say!("  state       {state}", state = state_word(row));
    }
    say!(
        "  state       {key_state}, {enabled}",
        key_state = key.key_state.name(),
        enabled = if key.enabled {
            tr("enabled")
        } else {
            tr("disabled")
        }
    )
}

/// A key in lines: use, algorithm, state, check values; these are `hidden` where somebody has yet to type the sender's.
pub(crate) fn key_lines(label: &str, row: &KeyRow, hidden: bool) -> Vec<String> {
    let key = &row.key;
    let attributes = &key.key_attributes;
    let hidden = hidden || row.comparing.is_some_and(Comparing::hides);
    let mut lines = vec![
        say!("  key         {label}", label),
        say!("  ARN         {key_arn}", key_arn = key.key_arn),
        format!("              {}", arns::whose()),
        use_line(attributes),
        algorithm_line(attributes),
        state_line(row),
        if hidden {
            tr("  check value hidden until its sender's is typed").to_owned()
        } else {
            say!(
                "  check value {key_check_value} ({key_check_value_algorithm})",
                key_check_value = key.key_check_value,
                key_check_value_algorithm = key.key_check_value_algorithm.name()
            )
        },
    ];
    if let Some(reading) = said::other_reading(row).filter(|_| !hidden) {
        lines.push(say!(
            "  also        {reading}; its people ask for that one",
            reading
        ));
    }
    if let Some(words) = &row.compared {
        lines.push(say!("  compared    {words}", words));
    }
    if let Some(told) = twin_told(row) {
        lines.push(say!("  here twice  {told}", told));
    }
    if let Some(at) = key.delete_pending_timestamp {
        lines.push(say!(
            "  destroyed   on {at}, unless it is restored before",
            at = clock(at)
        ));
    }
    if let Some(at) = key.delete_timestamp {
        lines.push(say!(
            "  destroyed   {at}; removed from this vault",
            at = clock(at)
        ));
    }
    lines
}

/// The exact command that fetches one fingerprint elsewhere, in lines that fit a narrow screen and that a shell reads
/// as one command.
pub(super) fn commands(
    root: bool,
    handed_over: &CounterpartyFile,
    material: KeyMaterialType,
) -> Vec<String> {
    let wanted =
        |line: &String| !line.starts_with('#') && line.contains("CertificateChain") == root;
    let mut lines: Vec<String> = Vec::new();
    for command in commands_for(handed_over, material)
        .into_iter()
        .filter(wanted)
    {
        for (at, word) in command.split(' ').enumerate() {
            let breaks = at > 0 && (word.starts_with("--") || word == "|");
            match lines.last_mut() {
                Some(line) if !breaks || line.len() + word.len() < 40 => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(format!("  {}{word}", if at > 0 { "    " } else { "" })),
            }
        }
    }
    let last = lines.len().saturating_sub(1);
    let continued = |(at, line)| {
        if at == last {
            line
        } else {
            format!("{line} \\")
        }
    };
    lines.into_iter().enumerate().map(continued).collect()
}

/// Words in rows of four, for reading aloud.
pub(super) fn word_lines(words: &[&str]) -> Vec<String> {
    words
        .chunks(4)
        .map(|row| format!("  {}", row.join("  ")))
        .collect()
}
