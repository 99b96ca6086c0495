//! What a TR-34 token is compared with where its reader has more than the token: who must have signed it, whom it is
//! for, and the random number that was given for it. All of it is public.

use std::path::PathBuf;

use data_encoding::HEXUPPER_PERMISSIVE;

use crate::cli::status::{Answer, Failure};
use crate::cli::streams;
use crate::crypto::tr34::{AnyToken, PartyId, SignerKey, Tr34Error, codings, read_random};
use crate::pki::{Certificate, CounterpartyFile};

use super::facts::Facts;
use super::tr34;

/// What a token is compared with.
#[derive(clap::Args)]
pub(super) struct Against {
    /// A TR-34 token must be signed with the key of this certificate
    #[arg(long, value_name = "FILE")]
    signed_by: Option<PathBuf>,
    /// A TR-34 token must name this certificate as its receiver's
    #[arg(long, value_name = "FILE")]
    receiver: Option<PathBuf>,
    /// A TR-34 token must carry this random number (hex, or RT_KRD in hex)
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,
}

/// What must hold of a token, its files read.
pub(super) struct Wanted {
    signer: Option<Certificate>,
    receiver: Option<Certificate>,
    nonce: Option<Vec<u8>>,
}

impl Against {
    /// Reads what is named; nothing where nothing is.
    pub(super) fn read(&self) -> Answer<Option<Wanted>> {
        if self.signed_by.is_none() && self.receiver.is_none() && self.nonce.is_none() {
            return Ok(None);
        }
        let certificate = |path: &PathBuf| -> Answer<Certificate> {
            let bytes = streams::read(path, streams::INPUT_LIMIT)?;
            let file = CounterpartyFile::parse(&bytes).map_err(|e| {
                Failure::failed(format!("{}: it holds no certificate: {e}", path.display()))
            })?;
            Ok(file.leaf().clone())
        };
        Ok(Some(Wanted {
            signer: self.signed_by.as_ref().map(certificate).transpose()?,
            receiver: self.receiver.as_ref().map(certificate).transpose()?,
            nonce: self.nonce.as_deref().map(number).transpose()?,
        }))
    }
}

fn number(text: &str) -> Answer<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    let bytes = HEXUPPER_PERMISSIVE.decode(digits.as_bytes()).ok();
    let bytes = bytes.map(|bytes| read_random(&bytes).unwrap_or(bytes));
    bytes
        .filter(|bytes| (8..=16).contains(&bytes.len()))
        .ok_or_else(|| {
            Failure::usage("--nonce wants a number of 16 to 32 hex digits. Nothing was compared.")
        })
}

impl Wanted {
    /// Compares, and notes each result; false if one does not hold.
    ///
    /// # Errors
    /// The file is no token that anybody signs.
    pub(super) fn compare(&self, file: &[u8], found: &mut Facts) -> Result<bool, String> {
        let token = tr34::bytes(file)
            .or_else(|| tr34::in_json(file))
            .or_else(|| codings(file).next())
            .and_then(|bytes| AnyToken::parse(&bytes).ok());
        let checks = match &token {
            Some(AnyToken::Binding(token)) => [
                self.signer.as_ref().map(|c| token.verify(&signer(c)?)),
                self.receiver.as_ref().map(|c| named(token.krd(), c)),
                self.nonce.as_deref().map(|n| token.check_nonce(n)),
            ],
            Some(AnyToken::Key(token)) => [
                self.signer.as_ref().map(|c| token.verify(&signer(c)?)),
                self.receiver.as_ref().map(|c| named(token.recipient(), c)),
                self.nonce.as_deref().map(|n| token.check_nonce(Some(n))),
            ],
            _ => {
                return Err(
                    "it is no TR-34 token that somebody signed: there is nothing to compare."
                        .into(),
                );
            }
        };
        let labels = [
            ("signature_holds", "Signed with the key given"),
            ("receiver_holds", "For the receiver given"),
            ("nonce_holds", "With the number given"),
        ];
        let mut all = true;
        for ((id, label), check) in labels.into_iter().zip(checks) {
            let Some(result) = check else { continue };
            found.line(id, label, result.is_ok());
            if let Err(fault) = result {
                all = false;
                found.note(format!("{label}: no. {fault}"));
            }
        }
        let complete = self.signer.is_some() && self.receiver.is_some() && self.nonce.is_some();
        if let (Some(AnyToken::Binding(token)), true, true) = (&token, all, complete) {
            found.note(consequence(token.new_kdh().is_some()));
        }
        Ok(all)
    }
}

/// What a receiver does with a binding token that is genuine.
const fn consequence(over: bool) -> &'static str {
    if over {
        "genuine if the certificate given is that of the sender you are bound to, and the number was not used before. \
         From now on take tokens of the new sender alone: compare its fingerprint over another channel, import its \
         root, and take no token of the old sender again."
    } else {
        "genuine if the certificate given is that of the sender you are bound to, and the number was not used before. \
         From now on take no token of this sender; its root can be deleted here (delete-key) if nothing else hangs on \
         it."
    }
}

fn signer(certificate: &Certificate) -> Result<SignerKey, Tr34Error> {
    Ok(SignerKey {
        id: id(certificate).ok_or(Tr34Error::Signer)?,
        spki_der: certificate.spki_der().to_vec(),
        certificate_der: certificate.der().to_vec(),
    })
}

fn id(certificate: &Certificate) -> Option<PartyId> {
    PartyId::new(certificate.issuer_der(), certificate.serial())
}

fn named(receiver: &PartyId, certificate: &Certificate) -> Result<(), Tr34Error> {
    match id(certificate) {
        Some(id) if id == *receiver => Ok(()),
        _ => Err(Tr34Error::Recipient),
    }
}
