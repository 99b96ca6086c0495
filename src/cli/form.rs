//! `--form`: an output as a file that other tools read, instead of the AWS CLI's JSON.

use std::io::IsTerminal as _;

use data_encoding::{BASE64, HEXUPPER};

use crate::api::{Clock as _, ExportKeyMaterial, Request, Response, WrappedKeyMaterialFormat};
use crate::crypto::tr34::Credential;
use crate::os::WallClock;

use super::inspect;
use super::status::{Answer, Failure};
use super::streams;

/// A form of key material, certificates and requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    // Not `///`: the help of `call` would list each on lines of its own.
    // Certificates (chain behind the leaf), requests and TR-34 tokens as PEM
    Pem,
    // The bytes: DER; a cryptogram or token; a TR-31 block's characters
    Der,
    // The same bytes in upper-case hexadecimal
    Hex,
    // In words, as `inspect` explains it
    Text,
    // A certificate as a TR-34 credential (CT_KRD) in upper-case hexadecimal, for HSMs that take no other
    Credential,
}

/// What a response carries that has a form.
enum Carried<'a> {
    /// Leaf and chain, or a request: base64 of PEM.
    Armored(&'a str, Option<&'a str>),
    /// Key material: an RSA cryptogram in hexadecimal.
    Hex(&'a str),
    /// Key material: a TR-34 token, a ContentInfo in hexadecimal.
    Token(&'a str),
    /// Key material: a TR-31 block.
    Block(&'a str),
}

impl Form {
    /// Refuses before anything is called what this form cannot show.
    pub(super) fn fits(self, request: &Request) -> Answer<()> {
        match request {
            Request::ExportKey(_) | Request::GetCertificateSigningRequest(_)
                if self == Self::Credential =>
            {
                return Err(Failure::usage(
                    "a credential holds a certificate, and this answer has none. Nothing was called.",
                ));
            }
            Request::ExportKey(input) if self == Self::Pem => {
                let what = match &input.key_material {
                    ExportKeyMaterial::Tr34KeyBlock(_) => return Ok(()),
                    ExportKeyMaterial::Tr31KeyBlock(_) => "a TR-31 key block is text and",
                    ExportKeyMaterial::KeyCryptogram(_) => "an RSA cryptogram",
                };
                return Err(Failure::usage(format!(
                    "{what} has no PEM form: use der, hex or text. Nothing was called."
                )));
            }
            Request::ExportKey(_)
            | Request::GetPublicKeyCertificate(_)
            | Request::GetCertificateSigningRequest(_)
            | Request::GetParametersForImport(_)
            | Request::GetParametersForExport(_) => {}
            other => {
                return Err(Failure::usage(format!(
                    "{} answers with no key material, certificate or request: --form has nothing to show. Nothing was \
                     called.",
                    other.operation().kebab()
                )));
            }
        }
        if self == Self::Der && std::io::stdout().is_terminal() {
            return Err(Failure::usage(
                "der is bytes, and this is a terminal: send them to a file, or use hex. Nothing was called.",
            ));
        }
        Ok(())
    }

    /// Prints what the response carries; what goes with it and is no part of it goes to stderr.
    pub(super) fn print(self, response: &Response) -> Answer<()> {
        beside(response);
        let carried = carried(response).ok_or_else(|| {
            Failure::failed(
                "the answer carries nothing that has this form; it was given nonetheless.",
            )
        })?;
        match self {
            Self::Pem => streams::print_bytes(&pem(&carried)?),
            Self::Der => streams::print_bytes(&bytes(&carried)?),
            Self::Hex => streams::print(&format!("{}\n", HEXUPPER.encode(&bytes(&carried)?))),
            Self::Credential => {
                let credential = Credential {
                    certificate: bytes(&carried)?,
                    crls: Vec::new(),
                };
                let token = credential.to_der().map_err(|_| unreadable())?;
                streams::print(&format!("{}\n", HEXUPPER.encode(&token)))
            }
            Self::Text => {
                let explained = match &carried {
                    Carried::Armored(..) => inspect::explain(&pem(&carried)?, WallClock.now()),
                    Carried::Hex(hex) | Carried::Token(hex) => {
                        inspect::explain(hex.as_bytes(), WallClock.now()).or_else(|_| {
                            Ok(format!("KEY MATERIAL, {} bytes\n  {hex}\n", hex.len() / 2))
                        })
                    }
                    Carried::Block(block) => inspect::explain(block.as_bytes(), WallClock.now()),
                };
                let text = explained.map_err(Failure::failed)?;
                streams::print(&streams::printable(&text))
            }
        }
    }
}

fn carried(response: &Response) -> Option<Carried<'_>> {
    Some(match response {
        Response::GetPublicKeyCertificate(o) => {
            Carried::Armored(&o.key_certificate, Some(&o.key_certificate_chain))
        }
        Response::GetCertificateSigningRequest(o) => {
            Carried::Armored(&o.certificate_signing_request, None)
        }
        Response::GetParametersForImport(o) => Carried::Armored(
            &o.wrapping_key_certificate,
            Some(&o.wrapping_key_certificate_chain),
        ),
        Response::GetParametersForExport(o) => Carried::Armored(
            &o.signing_key_certificate,
            Some(&o.signing_key_certificate_chain),
        ),
        Response::ExportKey(o) => {
            let material = o.wrapped_key.key_material.as_str();
            match o.wrapped_key.wrapped_key_material_format {
                WrappedKeyMaterialFormat::TR31_KEY_BLOCK => Carried::Block(material),
                WrappedKeyMaterialFormat::KEY_CRYPTOGRAM => Carried::Hex(material),
                WrappedKeyMaterialFormat::TR34_KEY_BLOCK => Carried::Token(material),
            }
        }
        _ => return None,
    })
}

/// Tokens and check values, for whoever reads along.
fn beside(response: &Response) {
    match response {
        Response::GetParametersForImport(o) => streams::note(&o.import_token),
        Response::GetParametersForExport(o) => streams::note(&o.export_token),
        Response::ExportKey(o) => {
            let (value, method) = (
                &o.wrapped_key.key_check_value,
                o.wrapped_key.key_check_value_algorithm.name(),
            );
            streams::note(&format!("check value {value} ({method})"));
        }
        _ => {}
    }
}

fn pem(carried: &Carried<'_>) -> Answer<Vec<u8>> {
    let (leaf, chain) = match carried {
        Carried::Armored(leaf, chain) => (leaf, chain),
        Carried::Token(_) => {
            return Ok(crate::pki::cms_pem(&bytes(carried)?).into_bytes());
        }
        Carried::Hex(_) | Carried::Block(_) => return Err(unreadable()),
    };
    let mut text = decoded(leaf)?;
    for more in chain.iter().filter(|chain| !chain.is_empty()) {
        if text.last() != Some(&b'\n') {
            text.push(b'\n');
        }
        text.extend(decoded(more)?);
    }
    Ok(text)
}

fn bytes(carried: &Carried<'_>) -> Answer<Vec<u8>> {
    match carried {
        Carried::Armored(leaf, _) => {
            let text = decoded(leaf)?;
            let text = std::str::from_utf8(&text).map_err(|_| unreadable())?;
            let (_, document) =
                der::Document::from_pem(text.trim_end()).map_err(|_| unreadable())?;
            Ok(document.into_vec())
        }
        Carried::Hex(hex) | Carried::Token(hex) => {
            HEXUPPER.decode(hex.as_bytes()).map_err(|_| unreadable())
        }
        Carried::Block(block) => Ok(block.as_bytes().to_vec()),
    }
}

fn decoded(text: &str) -> Answer<Vec<u8>> {
    BASE64.decode(text.as_bytes()).map_err(|_| unreadable())
}

fn unreadable() -> Failure {
    Failure::failed(
        "the answer was given, but it could not be put into this form. Ask without --form.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_pem_and_a_cryptogram_has_none() {
        let text = pem(&Carried::Token("3003020101")).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (label, document) = der::Document::from_pem(text.trim_end()).unwrap();
        assert_eq!(
            (label, document.as_bytes()),
            ("CMS", [0x30, 3, 2, 1, 1].as_slice())
        );
        assert!(pem(&Carried::Hex("3003020101")).is_err());
    }
}
