//! What leaves, to whom, and what is run afterwards.

use std::path::Path;

use crate::session::{Profile, op, op_components, op_custody, op_envelopes, op_exchange, op_tr34};

use super::super::model::{Doing, Model, Step};
use super::super::{ops, ops_carry};
use super::files::{self, Leaving};
use super::page::Page;

pub(super) fn section(model: &Model, file: Option<&str>, page: &mut Page) {
    page.title("AFTERWARDS");
    let all = files::leaving(model);
    for leaving in all.iter().filter(|leaving| !files::during(model, leaving)) {
        page.line(&format!("  {}  ", leaving.file), &what(model, leaving));
        super::others::taking(model, leaving, page);
    }
    imports(&all, page);
    let parts = components(model, page);
    let papers = custody(model, page);
    copies(model, page);
    if super::brings::card(model).is_some() {
        page.line(
            "  ",
            "The witness copies the new witness card from the ceremony's last page, crosses the old one out, and brings \
             the new one to the next opening. A rehearsal's card is for nothing.",
        );
    }
    if all.is_empty() && !parts && !papers {
        page.line("  ", "No file leaves.");
    }
    if !all.is_empty() {
        page.line(
            "  ",
            "NEXT.txt beside the files says all this, and no check value: those reach the other side by another way. A file of a rehearsal or test vault says so in its name.",
        );
        if model.profiles.contains(&Profile::Production) {
            page.line("  ", "A file of a production vault bears no mark.");
        }
    }
    evidence(model, file, page);
}

/// The commands that take in what this vault exported, and close the loop.
fn imports(all: &[Leaving<'_>], page: &mut Page) {
    let imported = |leaving: &&Leaving<'_>| {
        leaving.doing.op.name.starts_with("export-key.") && leaving.doing.field("serial").is_none()
    };
    if !all.iter().any(|leaving| imported(&leaving)) {
        return;
    }
    page.line(
        "  ",
        "For each of the receiver's files, in the order of NEXT.txt:",
    );
    page.command("aws payment-cryptography import-key --cli-input-json file://FILE > receipt.json");
    page.command("keymoot receipt receipt.json --vault DIR");
}

/// Keys that leave on paper.
fn components(model: &Model, page: &mut Page) -> bool {
    let mut any = false;
    for step in &model.steps {
        if step.op.name != op_components::EXPORT_COMPONENTS.name {
            continue;
        }
        any = true;
        let key = step.key().and_then(|id| model.key(id));
        let label = key.map_or("the key", |key| key.label.as_str());
        page.line(
            "  ",
            &format!(
                "The components of {label} leave on paper, each in a package and with a courier of its own. Serials and \
                 check values go to the receiver by another way than the packages, whose check value comes back."
            ),
        );
    }
    any
}

/// Forms, cards, envelopes and copies, where people or shares were made new.
fn custody(model: &Model, page: &mut Page) -> bool {
    let mut any = false;
    for (at, step) in model.steps.iter().enumerate() {
        if !makes_anew(step) {
            continue;
        }
        any = true;
        let id = &step.id;
        let mut later = model.steps.iter().skip(at);
        let copied = later.any(|step| ops::copies(step.op.name));
        let mut later = model.steps.iter().skip(at);
        let attested = later.any(|step| step.op.name == op_envelopes::ENVELOPES_GONE.name);
        page.line(
            &format!("  {id}-NAME.enrolment.txt  "),
            "one for each person: printed, signed and kept; it goes to nobody",
        );
        let set = step.op.name == op_custody::RECOVERY_SET.name;
        page.line("  ", going_on(set, copied, attested));
        if !copied {
            page.command("keymoot vault backup DIR --to COPY --medium LABEL --bag SERIAL");
        }
        if set {
            page.line("  ", "Every year:");
            page.command("keymoot vault recovery-drill DIR");
        } else {
            page.command("keymoot vault attest-destroyed DIR --copy ID --how TEXT");
        }
    }
    any
}

/// What is done with papers and copies once people or shares were made new: a copy was made in the ceremony, or is due.
/// `attested`: what became of old envelopes is a step of the ceremony as well.
const fn going_on(set: bool, copied: bool, attested: bool) -> &'static str {
    match (set, copied) {
        (false, true) if attested => {
            "Old envelopes and papers that were not there in the ceremony are destroyed before a witness once they are: \
             Home lists whose. So are the copies made before the one of this ceremony, which still open to the old \
             envelopes:"
        }
        (true, true) => {
            "Bags and papers of the holders go to the other place, never together. So does the copy of the vault that \
             was made here: without it the set opens nothing, and copies made before know nothing of it."
        }
        (true, false) => {
            "Bags and papers of the holders go to the other place, never together. A new copy of the vault is made: \
             without it the set opens nothing, and copies made before know nothing of it."
        }
        (false, true) => {
            "Old envelopes and papers are destroyed before a witness. So are the copies made before the one of this \
             ceremony, which still open to the old envelopes:"
        }
        (false, false) => {
            "Old envelopes and papers are destroyed before a witness. A new copy of the vault is made, and the copies \
             made before, which still open to the old envelopes, are destroyed:"
        }
    }
}

/// The copy of the vault leaves for where it is kept.
fn copies(model: &Model, page: &mut Page) {
    for step in &model.steps {
        if !ops::copies(step.op.name) {
            continue;
        }
        let on = step.medium.as_ref();
        let on = on.map_or_else(String::new, |medium| format!(" on {medium}"));
        let said = |id: &str| step.fields.get(id).map(String::as_str);
        let to = match (said("holder"), said("place")) {
            (Some(holder), Some(place)) => format!("{holder}, {place}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => "whoever keeps it".to_owned(),
        };
        page.line(
            "  ",
            &format!(
                "The copy of the vault{on} goes to {to}, in its bag and never with the vault. A rehearsal reads \
                 the vault through and writes nothing."
            ),
        );
    }
}

/// Whether people get new words and envelopes in a step.
pub(super) fn makes_anew(step: &Step) -> bool {
    [
        op_custody::RESHARE.name,
        op_custody::ROTATE.name,
        op_custody::REPLACE.name,
        op_custody::RECOVERY_SET.name,
    ]
    .contains(&step.op.name)
}

/// How the record is had, whenever it is wanted.
fn evidence(model: &Model, file: Option<&str>, page: &mut Page) {
    page.line(
        "  ",
        "Where the vault is kept: the evidence in one file, and the report again, at any time:",
    );
    let id = &model.id;
    let script = file.unwrap_or(id);
    page.command(&format!(
        "keymoot bundle DIR --script {script} --sign NAME --out {id}.bundle"
    ));
    // A script that ships is found by the run itself.
    page.command(&match file {
        Some(file) => format!("keymoot report DIR --script {file}"),
        None => "keymoot report DIR".to_owned(),
    });
}

/// Where a file goes, and what it is there: completes a sentence that begins with its name.
pub(super) fn what(model: &Model, leaving: &Leaving<'_>) -> String {
    let (doing, name) = (leaving.doing, leaving.doing.op.name);
    let goes = |what: &str| what.to_owned();
    if name == op_exchange::PARAMETERS_FOR_IMPORT.name {
        let answer = leaving.answer(model);
        let by = answer.and_then(|input| input.made_by.as_deref());
        let by = by.unwrap_or("the sender");
        let back = answer.map_or_else(
            || "the key comes back wrapped under the certificate in it".to_owned(),
            |input| {
                format!(
                    "the key is wrapped under the certificate in it; what comes back first is {}",
                    input.id
                )
            },
        );
        return format!("goes to {by}: {back}");
    }
    if name == op::EXPORT_RSA_WRAP.name || name == op_exchange::EXPORT_TR34.name {
        let to = files::receiver(model, doing);
        return format!("goes to {to}, under whose certificate the key in it is wrapped");
    }
    if name == ops_carry::CHECK.name {
        let to = files::receiver(model, doing);
        let request = Path::new(leaving.file)
            .extension()
            .is_some_and(|end| end == "json");
        let form = if request {
            "a request for import-key"
        } else {
            "the token alone"
        };
        return format!("goes to {to}, for whom the token was made: {form}");
    }
    match name {
        name if name == op_exchange::PARAMETERS_FOR_EXPORT.name => {
            let mut tokens = model.doings();
            let token = tokens.find(|doing| doing.op.name == op_exchange::EXPORT_TR34.name);
            let to = token.map_or_else(
                || "the receiver".to_owned(),
                |token| files::receiver(model, token),
            );
            format!("goes to {to}: the certificate in it checks what this vault signs")
        }
        name if name == op_exchange::PUBLIC_KEY_CERTIFICATE.name => {
            goes("goes to whoever wraps keys for the pair or checks what it signs")
        }
        name if name == op_exchange::SIGNING_REQUEST.name => {
            goes("goes to the authority that issues the certificate")
        }
        name if name == op_tr34::UNBIND.name => {
            goes("goes to the device that is let go: an unbind token of TR-34")
        }
        name if name == op_tr34::REBIND.name => {
            goes("goes to the device that is handed over: a rebind token of TR-34")
        }
        name if name == op_tr34::RANDOM.name => {
            goes("goes to the sender, who signs its number into one token")
        }
        _ => block(model, doing),
    }
}

/// Where a key block goes: to whoever has the key that it is wrapped under.
fn block(model: &Model, doing: Doing<'_>) -> String {
    let id = doing.field("wrap").unwrap_or_default();
    let label = model
        .key(id)
        .map_or("the wrapping key", |key| key.label.as_str());
    let to = files::holder(model, id);
    let to = to.map_or_else(|| "whoever".to_owned(), |to| format!("{to}, who"));
    let terminal = if doing.field("serial").is_some() {
        ", with the initial key of one terminal"
    } else {
        ""
    };
    format!("goes to {to} holds {label} too: a TR-31 key block under it{terminal}")
}
