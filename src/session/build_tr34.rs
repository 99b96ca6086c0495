//! From answers to acts on TR-34's other tokens, and what the other side is handed of them; see [`super::build`].

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use data_encoding::{BASE64, HEXUPPER};

use crate::crypto::tr34::read_random;
use crate::engine::{BindingRequest, NewSender};
use crate::pki::{Certificate, CounterpartyFile};

use super::Session;
use super::action::Action;
use super::build::{Answers, wrong};
use super::build_exchange::{counterparty, export_token, nonce, own_pair};
use super::command::Executed;
use super::error::Refusal;
use super::handover::{self, Handover};
use super::op_tr34::{RANDOM, REBIND, UNBIND};
use super::tr34_act::Tr34Act;

/// Builds the act; nothing if it is none of these.
pub(super) fn action(
    session: &Session,
    name: &str,
    answers: &Answers,
) -> Option<Result<Action, Refusal>> {
    let binding = match name {
        n if n == RANDOM.name => Ok(None),
        n if n == UNBIND.name => binding(session, answers, false).map(Some),
        n if n == REBIND.name => binding(session, answers, true).map(Some),
        _ => return None,
    };
    Some(binding.and_then(|binding| {
        // A random token is an attribute alone, for which PEM has no label.
        let endings: &[&str] = match &binding {
            None => &[".hex", ".der"],
            Some(_) => &[".hex", ".der", ".pem"],
        };
        let file = file(session, answers, endings)?;
        Ok(Action::Tr34(Box::new(Tr34Act { binding, file })))
    }))
}

fn binding(session: &Session, answers: &Answers, over: bool) -> Result<BindingRequest, Refusal> {
    let own = own_pair(session, answers)?;
    let export_token = export_token(session, answers, own.is_some())?;
    let (signing_key_identifier, signing_key_certificate) =
        own.map_or((None, None), |own| (Some(own.pair), Some(own.certificate)));
    let new_sender = if over {
        let ca = answers.optional("ca");
        Some(NewSender {
            certificate: handed(answers, "new-sender")?.to_aws(),
            certificate_authority_public_key_identifier: ca
                .map(|ca| session.resolve(ca))
                .transpose()?,
        })
    } else {
        None
    };
    let nonce = nonce(answers)?;
    Ok(BindingRequest {
        receiver: handed(answers, "device")?.to_aws(),
        new_sender,
        random_nonce: nonce.ok_or_else(|| wrong("nonce", "is missing: the device gives one"))?,
        export_token,
        signing_key_identifier,
        signing_key_certificate,
        counterparty_profile: counterparty(answers)?,
    })
}

fn handed(answers: &Answers, field: &str) -> Result<Certificate, Refusal> {
    CounterpartyFile::parse(answers.file(field)?)
        .map(|file| file.leaf().clone())
        .map_err(|error| wrong(field, &format!("holds no certificate: {error}")))
}

fn file(session: &Session, answers: &Answers, endings: &[&str]) -> Result<String, Refusal> {
    let name = answers.text("output")?;
    if !endings.iter().any(|ending| name.ends_with(ending)) {
        let rule = format!(
            "must end in {}, which is the form of the file",
            endings.join(" or ")
        );
        return Err(wrong("output", &rule));
    }
    session
        .marked_file_name(name)
        .map_err(|rule| wrong("output", &rule))
}

/// What the other side is handed: the token in the form of the file's ending, and what to do with it.
pub(super) fn handover(
    session: &Session,
    act: &Tr34Act,
    executed: &Executed,
) -> Result<Handover, Refusal> {
    let token = executed.token.as_deref();
    let bytes = token.and_then(|hex| HEXUPPER.decode(hex.as_bytes()).ok());
    let Some((hex, bytes)) = token.zip(bytes) else {
        return Err(Refusal::Usage(
            "This act wrote no token; there is nothing to hand over.".into(),
        ));
    };
    let ending = Path::new(&act.file).extension();
    let request = match ending.and_then(OsStr::to_str) {
        Some("der") => bytes.clone(),
        Some("pem") => pem(&bytes),
        _ => format!("{hex}\n").into_bytes(),
    };
    Ok(Handover {
        next: next(session, act, &bytes, &request),
        file: act.file.clone(),
        request,
    })
}

/// RFC 7468, section 9: 64 characters a line.
fn pem(der: &[u8]) -> Vec<u8> {
    let mut text = String::from("-----BEGIN CMS-----\n");
    for line in BASE64.encode(der).as_bytes().chunks(64) {
        text.extend(line.iter().map(|b| char::from(*b)));
        text.push('\n');
    }
    text.push_str("-----END CMS-----\n");
    text.into_bytes()
}

fn next(session: &Session, act: &Tr34Act, token: &[u8], file: &[u8]) -> String {
    let side = match &act.binding {
        None => "the sender's side",
        Some(_) => "the device's side",
    };
    let practice = "this token is for practice; no real device belongs to it.";
    let mut text = handover::head(session, side, practice);
    handover::arrived(&mut text, &act.file, file);
    let Some(asked) = &act.binding else {
        let nonce = read_random(token).map(|nonce| HEXUPPER.encode(&nonce));
        let nonce = nonce.unwrap_or_default();
        let _ = write!(
            text,
            "2. Sign this number into the one token that comes back (randomNonce):\n\n   {nonce}\n\n   Where the sender \
             is AWS it stands in the export-key command, in front\n   of ExportToken:\n\n   RandomNonce={nonce},\n\n   A token \
             without it was made in one pass, and is not taken.\n\n3. Here the same number is typed beside that token (field Nonce), from this\n   page. It serves once.\n"
        );
        return text;
    };
    let what = match asked.new_sender {
        None => "an unbind token (UBT_KDH)",
        Some(_) => "a rebind token (RBT_KDH)",
    };
    let _ = write!(
        text,
        "2. See what it says; it needs no secret:\n\n   keymoot inspect {}\n\n3. Give it to the device as {what}. The \
         device takes it only if its own\n   number {} is in it, and only once.\n\n",
        handover::quoted(&act.file),
        asked.random_nonce
    );
    text.push_str(if asked.new_sender.is_some() {
        "4. Ask the device whom it is bound to: it must name the new sender. From\n   then on it refuses what this vault \
         signed with the old certificate.\n"
    } else {
        "4. Ask the device whom it is bound to: it must name nobody.\n"
    });
    text
}
