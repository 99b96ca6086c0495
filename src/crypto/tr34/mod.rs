//! TR-34 (ASC X9 TR-34:2012 and TR-34-2019): a symmetric key sent under RSA, signed by its sender.
//!
//! The sender is the KDH (key distribution host), the receiver the KRD (key receiving device). Reading has three
//! levels: [`KeyToken::parse`] judges the form and needs no key, [`KeyToken::verify`] the sender's signature, and
//! [`KeyToken::open`] needs the receiver's private key. Tokens are read in every dialect known from the field and
//! written in the one that a [`Profile`] names.

mod any;
mod asn1;
mod binding;
mod build;
mod codings;
mod credential;
mod enveloped;
mod error;
mod form;
mod key_block;
mod oid;
mod signed;
mod token;

pub use any::AnyToken;
pub use asn1::PartyId;
pub use binding::{Binding, BindingToSend, build_binding};
pub use build::{Freshness, KeyToSend, Recipient, Sender, build, header_text};
pub use codings::{codings, names_signed_data};
pub use credential::{Credential, read_random, write_random};
pub use enveloped::{ContentCipher, OaepForm};
pub use error::{OpenFault, Tr34Error};
pub use form::{Form, Profile};
pub use key_block::InnerHeader;
pub use signed::SignerKey;
pub use token::KeyToken;

use der::Decode;

/// Certificates carried inside a token prove nothing; but where there are any, the signer's is among them, and no
/// other has its name and number, so that nobody is shown another.
fn carried_certificates(carried: &[Vec<u8>], signer: &SignerKey) -> Result<(), Tr34Error> {
    let mut own = carried.is_empty();
    for der in carried {
        let certificate = x509_cert::Certificate::from_der(der)?;
        let tbs = certificate.tbs_certificate();
        let issuer = der::Encode::to_der(tbs.issuer())?;
        let id = PartyId::new(&issuer, tbs.serial_number().as_bytes());
        if *der == signer.certificate_der {
            own = true;
        } else if id.is_none_or(|id| id == signer.id) {
            return Err(Tr34Error::Certificate);
        }
    }
    if own {
        Ok(())
    } else {
        Err(Tr34Error::Certificate)
    }
}

#[cfg(test)]
mod tests;
