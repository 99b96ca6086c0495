//! `keymoot inspect`: what a file is, field by field. It opens no secret and asks nobody.

mod aws_json;
mod certificate;
mod checks;
mod facts;
mod own_files;
mod public_files;
mod tr31;
mod tr34;
mod vault_folder;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::api::{Clock, Timestamp};
use crate::custody::{json, words};
use crate::os::WallClock;

use super::status::{Answer, Failure, Status};
use super::streams;
use facts::Facts;

/// Say what a file is, field by field
#[derive(clap::Args)]
#[command(after_help = "\
It knows certificates, signing requests, revocation lists and public keys (PEM, DER, hex, base64; chains), what
get-parameters-for-import printed, key exchange requests and answers, TR-31 key blocks, TR-34 tokens, vault folders,
custody.toml and age files. It opens no secret. A TR-34 token can be compared with what must hold
of it; the status is 1 where one thing does not.

Example:
  keymoot inspect parameters.json
  keymoot inspect unbind.hex --signed-by sender.pem --receiver own.pem --nonce 0439F40A883AD204
  aws payment-cryptography get-parameters-for-import ... | keymoot inspect -")]
pub(super) struct Inspect {
    /// The file, a vault's folder, or - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    against: checks::Against,
}

impl Inspect {
    pub(super) fn run(self) -> Answer<Status> {
        let wanted = self.against.read()?;
        let (facts, holds) = look(&self.file, wanted.as_ref())?;
        if self.json {
            streams::print_json(&facts.to_json())?;
        } else {
            streams::print(&streams::printable(&facts.to_text()))?;
        }
        if holds {
            return Ok(Status::Done);
        }
        Err(Failure::failed(
            "it is not what it was compared with: do not act on it, and ask its sender.",
        ))
    }
}

/// What a file says, and whether it is what it was compared with.
fn look(path: &Path, wanted: Option<&checks::Wanted>) -> Answer<(Facts, bool)> {
    let path = streams::bare(path);
    if path != Path::new("-") && path.is_dir() && wanted.is_none() {
        return Ok((vault_folder::folder(path)?, true));
    }
    let bytes = streams::read(path, streams::INPUT_LIMIT)?;
    let shown = if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let mut facts = recognise(&bytes, WallClock.now())
        .map_err(|reason| Failure::failed(format!("{shown}: {}", only_looked(&reason))))?;
    let holds = match wanted {
        Some(wanted) => wanted
            .compare(&bytes, &mut facts)
            .map_err(|reason| Failure::failed(format!("{shown}: {reason}")))?,
        None => true,
    };
    let digest: [u8; 32] = Sha256::digest(&bytes[..]).into();
    facts.line(
        "sha256",
        "File SHA-256",
        data_encoding::HEXLOWER.encode(&digest),
    );
    facts.line("words", "In words", words::sixteen(&digest).join(" "));
    Ok((facts, holds))
}

/// What a file says, as text, judged at a time; the reason where it is nothing known.
///
/// # Errors
/// Why it cannot be explained.
pub fn explain(bytes: &[u8], now: Timestamp) -> Result<String, String> {
    recognise(bytes, now).map(|facts| facts.to_text())
}

fn recognise(bytes: &[u8], now: Timestamp) -> Result<Facts, String> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim();
    if vault_folder::is_age(bytes) {
        return vault_folder::age_file(bytes);
    }
    if text.starts_with('{') {
        // Without the byte-order mark that some editors write: here nothing depends on it.
        let value = json::strict(text.as_bytes()).map_err(|e| e.to_string())?;
        if let Some(own) = own_files::bundle(&value).or_else(|| own_files::unlock_file(&value)) {
            return Ok(own);
        }
        return aws_json::explain(text.as_bytes(), &value, now);
    }
    if let Some(block) = tr31::block_in(text) {
        return tr31::block(&block);
    }
    if let Some(token) = tr34::bytes(bytes) {
        return tr34::token(&token, now);
    }
    if let Some(script) = own_files::script(bytes) {
        return Ok(script);
    }
    if text.contains("vault_id") && text.contains("recipients") {
        return vault_folder::custody(bytes);
    }
    certificate::all(bytes, now).or_else(|reason| {
        public_files::explain(bytes, now)
            .ok_or_else(|| bare_hex(text).unwrap_or_else(|| only_looked(&reason)))
    })
}

/// Hexadecimal that nothing known can be made of: what it may be, and nothing of what it says.
fn bare_hex(text: &str) -> Option<String> {
    let digits = text.bytes().filter(|b| !b.is_ascii_whitespace());
    let mut count = 0_usize;
    for digit in digits {
        if !digit.is_ascii_hexdigit() {
            return None;
        }
        count += 1;
    }
    (count > 0).then(|| {
        format!(
            "hexadecimal, {count} digits, without a structure that keymoot knows. An RSA cryptogram looks like this, and \
             so does a key or a component in clear: if it is one, treat it as exposed."
        )
    })
}

/// A reason without what became of an import: here nothing was to be imported.
fn only_looked(reason: &str) -> String {
    [
        " Nothing was imported or written.",
        " Nothing was imported.",
    ]
    .iter()
    .fold(reason.to_owned(), |text, words| text.replace(words, ""))
}

#[cfg(test)]
mod tests;
