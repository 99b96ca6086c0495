//! The receiver of a carried key (KRD) as rehearsals play it: a device with a certificate of its own, or the service.

use data_encoding::BASE32_NOPAD;
use serde_json::json;

use crate::api::{KeyOrigin, KeyState, Profile, iso_time};
use crate::crypto::{kcv, keygen};
use crate::pki::{self, Certificate, Purpose};
use crate::session::brought;

use super::model::KeyDeclaration;
use super::stand_in::{OtherSide, attributes};

impl OtherSide<'_> {
    /// The root above the receiver's certificate, as PEM.
    pub(super) fn receiver_root(&self, declared: &KeyDeclaration) -> Result<Vec<u8>, String> {
        Ok(self.authority(declared)?.0.to_pem().into_bytes())
    }

    /// The certificate that tokens are made for, as PEM.
    pub(super) fn receiver_certificate(
        &self,
        declared: &KeyDeclaration,
    ) -> Result<Vec<u8>, String> {
        let (root, key) = self.authority(declared)?;
        let (pair, terms) = self.made(declared, "Partner KRD", Purpose::Encipherment)?;
        let certificate =
            pki::issued(&pair.spki, &terms, &root, &key.pkcs8).map_err(|e| e.to_string())?;
        Ok(certificate.to_pem().into_bytes())
    }

    fn authority(
        &self,
        declared: &KeyDeclaration,
    ) -> Result<(Certificate, keygen::RsaPair), String> {
        let (pair, terms) = self.made(declared, "Receiver Root", Purpose::Root)?;
        let certificate =
            pki::self_signed(&pair.pkcs8, &pair.spki, &terms).map_err(|e| e.to_string())?;
        Ok((certificate, pair))
    }

    /// What `import-key` prints where the token in this request was opened. This side plays sender and receiver: it
    /// knows the key without opening anything.
    pub(super) fn import_receipt(
        &self,
        declared: &KeyDeclaration,
        handed: &[u8],
    ) -> Result<serde_json::Value, String> {
        brought::tr34(handed, Profile::Rehearsal)
            .or_else(|_| brought::tr34(handed, Profile::Test))
            .map_err(|rule| format!("the request {rule}"))?;
        let (algorithm, key) = self.own_key(declared)?;
        let method = kcv::default_method(algorithm);
        let value = kcv::check_value(algorithm, method, &key).map_err(|e| e.to_string())?;
        let mut id = [0_u8; 10];
        self.draw("receipt", &declared.id)?.fill_bytes(&mut id);
        let id = BASE32_NOPAD.encode(&id).to_ascii_lowercase();
        let mut answer = json!({ "Key": {
            "KeyArn": format!("arn:aws:payment-cryptography:us-east-1:444455556666:key/{id}"),
            "KeyAttributes": attributes(declared, algorithm),
            "KeyCheckValue": value,
            "KeyCheckValueAlgorithm": method,
            "Enabled": true,
            "Exportable": declared.exportable,
            "KeyState": KeyState::CREATE_COMPLETE,
            "KeyOrigin": KeyOrigin::EXTERNAL,
            "CreateTimestamp": self.now,
            "UsageStartTimestamp": self.now,
        }});
        iso_time::print_form(&mut answer);
        Ok(answer)
    }
}
