//! What is run on the other side afterwards.

use crate::session::{op, op_exchange, op_tr34};

use super::super::changing::gives_words;
use super::super::model::{Doing, Model};
use super::Page;

/// What stands in a command for an algorithm that only the file says.
pub(super) const ANY: &str = "ALGORITHM";

pub(super) fn section(model: &Model, page: &mut Page) {
    page.title("AFTERWARDS");
    let mut any = false;
    let mut imported = false;
    for doing in model.doings().filter(|doing| !doing.step.expects_error()) {
        let Some(file) = doing.field("output") else {
            continue;
        };
        any = true;
        page.line(&format!("  {file}  "), what(doing));
        imported |= doing.op.name.starts_with("export-key.") && doing.field("serial").is_none();
    }
    if imported {
        page.line(
            "  ",
            "For each of the receiver's files, in the order of NEXT.txt:",
        );
        page.command(
            "aws payment-cryptography import-key --cli-input-json file://FILE > receipt.json",
        );
        page.command("keymoot receipt receipt.json --vault DIR");
    }
    if model.doings().any(|doing| gives_words(doing.op)) {
        page.line(
            "  ",
            "No file leaves. An enrolment form for each person with new words is written beside the record: print it, have it signed, and keep it.",
        );
    } else if any {
        page.line(
            "  ",
            "NEXT.txt beside the files says all this with check values; the vault's profile stands in every file name.",
        );
    } else {
        page.line("  ", "No file leaves.");
    }
}

fn what(doing: Doing<'_>) -> &'static str {
    match doing.op.name {
        name if name == op_exchange::PARAMETERS_FOR_IMPORT.name => {
            "goes to the sender, who wraps a key under the certificate in it and sends back a request for import-key"
        }
        name if name == op_exchange::PARAMETERS_FOR_EXPORT.name => {
            "goes to the receiver, who checks with the certificate in it what this vault signs"
        }
        name if name == op_exchange::PUBLIC_KEY_CERTIFICATE.name => {
            "goes to whoever wraps keys for the pair or checks what it signs"
        }
        name if name == op_exchange::SIGNING_REQUEST.name => {
            "goes to the authority that issues the certificate"
        }
        name if name == op_tr34::UNBIND.name => {
            "goes to the device that is let go: an unbind token of TR-34"
        }
        name if name == op_tr34::REBIND.name => {
            "goes to the device that is handed over: a rebind token of TR-34"
        }
        name if name == op_tr34::RANDOM.name => {
            "goes to the sender, who signs its number into one token"
        }
        _ if doing.field("serial").is_some() => {
            "goes to whoever loads the terminal: a TR-31 key block with its initial key"
        }
        name if name == op::EXPORT_RSA_WRAP.name => "goes to the receiver",
        _ => "goes to whoever holds the wrapping key too",
    }
}

/// The RSA algorithm that the counterparty's command names, for the commands that fetch fingerprints.
pub(super) fn algorithm(model: &Model) -> &'static str {
    let named = |name: &&&str| {
        model
            .inputs
            .iter()
            .filter_map(|input| input.command.as_deref())
            .any(|command| command.contains(**name))
    };
    ["RSA_4096", "RSA_3072", "RSA_2048"]
        .iter()
        .find(named)
        .copied()
        .unwrap_or(ANY)
}
