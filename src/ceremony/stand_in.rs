//! Counterparties that keymoot plays in rehearsal and test: their side of an exchange, with keys of their own.
//!
//! They know what a counterparty would know: the files that were handed to them, and their own keys. Those are
//! practice keys: whoever knows the seed, or without one the run, can make them again. Nothing of the vault is
//! known here.

use data_encoding::HEXUPPER;
use rand_core::CryptoRng;
use serde_json::json;

use crate::api::{
    ImportKeyCryptogram, ImportKeyInput, ImportKeyMaterial, KeyAlgorithm, KeyAttributes, KeyClass,
    Request, Timestamp, WrappedKey, WrappedKeyMaterialFormat, WrappingKeySpec,
};
use crate::crypto::tr31::{self, Exportability, Header, Version};
use crate::crypto::{Entropy as _, SecretBytes, SeededEntropy, kcv, keygen, rsa_wrap};
use crate::pki::ImportParameters;

use super::model::{Algorithm, KeyDeclaration, Model};
use super::peer::{Peer, StandIn};

/// The other side of one run.
pub(super) struct OtherSide<'a> {
    pub(super) model: &'a Model,
    /// The run's seed, or else its id.
    pub(super) seed: &'a str,
    /// SHA-256 of the script.
    pub(super) script: [u8; 32],
    /// The run's number.
    pub(super) run: u64,
    pub(super) now: Timestamp,
}

impl OtherSide<'_> {
    /// The file that a stand-in answers with, given what it was handed, and the file with the receiver's random number.
    ///
    /// # Errors
    /// Why it does not answer, in words.
    pub(super) fn answer(
        &self,
        stand_in: &StandIn,
        handed: Option<&[u8]>,
        random: Option<&[u8]>,
    ) -> Result<Vec<u8>, String> {
        let declared = self.declared(&stand_in.key)?;
        let handed = || handed.ok_or("it was handed no file");
        let answer = match stand_in.peer {
            Peer::RsaWrap => self.rsa_wrap(declared, handed()?)?,
            Peer::Tr31 => self.key_block(declared, self.declared(&stand_in.needs)?)?,
            Peer::Tr34Sender => {
                let nonce = self.nonce_for(stand_in, random)?;
                self.tr34_token(declared, handed()?, nonce)?
            }
            Peer::Tr34SenderRoot => return self.tr34_root(declared),
            Peer::Tr34ExporterParameters => self.exporter_parameters(declared)?,
            Peer::Tr34Exporter => {
                let nonce = self.nonce_for(stand_in, random)?;
                self.exported(declared, handed()?, nonce.as_deref())?
            }
            Peer::Tr34ReceiverRoot => return self.receiver_root(declared),
            Peer::Tr34Receiver => return self.receiver_certificate(declared),
            Peer::ImportReceipt => self.import_receipt(declared, handed()?)?,
        };
        let mut bytes = serde_json::to_vec_pretty(&answer).map_err(|e| e.to_string())?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn declared(&self, id: &str) -> Result<&KeyDeclaration, String> {
        self.model
            .key(id)
            .ok_or_else(|| format!("the script declares no key {id}"))
    }

    /// Wraps a key of its own under the certificate it was handed, after looking at it as a careful sender does.
    fn rsa_wrap(
        &self,
        declared: &KeyDeclaration,
        handed: &[u8],
    ) -> Result<serde_json::Value, String> {
        let parameters = ImportParameters::parse(handed).map_err(|e| e.to_string())?;
        parameters.verify(self.now).map_err(|e| e.to_string())?;
        let (algorithm, key) = self.own_key(declared)?;
        let spec = WrappingKeySpec::RSA_OAEP_SHA_256;
        let certificate = &parameters.wrapping_certificate;
        let cryptogram = rsa_wrap::wrap(
            certificate.spki_der(),
            &key,
            spec,
            self.draw("oaep", &declared.id)?.as_mut(),
        )
        .map_err(|e| e.to_string())?;
        let request = Request::ImportKey(ImportKeyInput {
            key_material: ImportKeyMaterial::KeyCryptogram(Box::new(ImportKeyCryptogram {
                key_attributes: attributes(declared, algorithm),
                exportable: declared.exportable,
                wrapped_key_cryptogram: HEXUPPER.encode(&cryptogram),
                import_token: Some(parameters.import_token),
                wrapping_key_identifier: None,
                wrapping_key_certificate: None,
                wrapping_spec: Some(spec),
            })),
            enabled: true,
            key_check_value_algorithm: Some(kcv::default_method(algorithm)),
            tags: Vec::new(),
        });
        Ok(request.to_json())
    }

    /// Sends a key of its own in a key block, as `export-key` prints it.
    fn key_block(
        &self,
        declared: &KeyDeclaration,
        under: &KeyDeclaration,
    ) -> Result<serde_json::Value, String> {
        let (algorithm, key) = self.own_key(declared)?;
        let (wrapping, kbpk) = self.own_key(under)?;
        let exportability = if declared.exportable {
            Exportability::TRUSTED
        } else {
            Exportability::NONE
        };
        let header = Version::written_under(wrapping)
            .and_then(|version| {
                Header::for_key(version, &attributes(declared, algorithm), exportability)
            })
            .ok_or_else(|| format!("{} does not travel in a key block", declared.id))?;
        let mut rng = self.draw("tr31-padding", &declared.id)?;
        let block =
            tr31::wrap(wrapping, &kbpk, &header, &key, rng.as_mut()).map_err(|e| e.to_string())?;
        let method = kcv::default_method(algorithm);
        let wrapped = WrappedKey {
            wrapping_key_arn: format!(
                "arn:aws:payment-cryptography:us-east-1:444455556666:alias/{}",
                under.id
            ),
            wrapped_key_material_format: WrappedKeyMaterialFormat::TR31_KEY_BLOCK,
            key_material: block,
            key_check_value: kcv::check_value(algorithm, method, &key)
                .map_err(|e| e.to_string())?,
            key_check_value_algorithm: method,
        };
        Ok(json!({ "WrappedKey": wrapped }))
    }

    /// The other side's own key for a declared one: the same each time it is needed.
    pub(super) fn own_key(
        &self,
        declared: &KeyDeclaration,
    ) -> Result<(KeyAlgorithm, SecretBytes), String> {
        let Algorithm::Is(algorithm) = declared.algorithm else {
            return Err(format!("{} is a certificate's key", declared.id));
        };
        let mut rng = self.draw("key", &declared.id)?;
        let key = keygen::symmetric(algorithm, rng.as_mut()).map_err(|e| e.to_string())?;
        Ok((algorithm, key))
    }

    pub(super) fn draw(
        &self,
        purpose: &str,
        of: &str,
    ) -> Result<Box<dyn CryptoRng + Send>, String> {
        // Its own seed: what the vault draws says nothing about it.
        let mut own = SeededEntropy::new(&format!("keymoot/stand-in/{}", self.seed));
        own.set_context(&self.script, self.run, of);
        own.draw(purpose).map_err(|e| e.to_string())
    }
}

pub(super) fn attributes(declared: &KeyDeclaration, key_algorithm: KeyAlgorithm) -> KeyAttributes {
    KeyAttributes {
        key_usage: declared.usage,
        key_class: KeyClass::SYMMETRIC_KEY,
        key_algorithm,
        key_modes_of_use: declared.modes,
    }
}
