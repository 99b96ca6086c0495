//! The TR-34 vector files and what stands in them.

use std::collections::VecDeque;

use data_encoding::HEXUPPER;
use keymoot::api::Timestamp;
use keymoot::crypto::SecretBytes;
use keymoot::crypto::tr34::{KeyToken, PartyId, SignerKey, Tr34Error};
use keymoot::pki::{Certificate, Crl, verify_issued};
use serde_json::Value;

/// One file.
pub(crate) struct Vectors {
    identities: Value,
    pub(crate) vectors: Vec<Value>,
}

/// A member that is text.
pub(crate) fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no {member}", vector["id"]))
}

/// A member in hex.
pub(crate) fn hex(vector: &Value, member: &str) -> Vec<u8> {
    HEXUPPER.decode(text(vector, member).as_bytes()).unwrap()
}

/// When the vector is to be judged.
pub(crate) fn at(vector: &Value) -> Timestamp {
    Timestamp::parse_rfc3339(text(vector, "at")).unwrap()
}

/// A certificate as the signer of a token.
pub(crate) fn signer_key(certificate: &Certificate) -> SignerKey {
    SignerKey {
        id: PartyId::new(certificate.issuer_der(), certificate.serial()).unwrap(),
        spki_der: certificate.spki_der().to_vec(),
        certificate_der: certificate.der().to_vec(),
    }
}

impl Vectors {
    pub(crate) fn read(name: &str, count: usize) -> Self {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/vectors/{name}.json"));
        let mut file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let vectors = file["vectors"].take().as_array().unwrap().clone();
        assert_eq!(vectors.len(), count, "{name}: a vector is missing");
        Self {
            identities: file["identities"].take(),
            vectors,
        }
    }

    fn identity(&self, vector: &Value, who: &str) -> Value {
        match vector["identities"].get(who) {
            Some(own) => own.clone(),
            None => self.identities[who].clone(),
        }
    }

    pub(crate) fn certificate(&self, vector: &Value, who: &str) -> Certificate {
        Certificate::from_any(&hex(&self.identity(vector, who), "cert")).unwrap()
    }

    /// The signer's certificate without judging it: those of Annex B have extensions twice.
    pub(crate) fn unjudged(&self, vector: &Value, who: &str) -> SignerKey {
        use der::{Decode, Encode};
        let certificate_der = hex(&self.identity(vector, who), "cert");
        let certificate = x509_cert::Certificate::from_der(&certificate_der).unwrap();
        let tbs = certificate.tbs_certificate();
        let issuer = tbs.issuer().to_der().unwrap();
        SignerKey {
            id: PartyId::new(&issuer, tbs.serial_number().as_bytes()).unwrap(),
            spki_der: tbs.subject_public_key_info().to_der().unwrap(),
            certificate_der,
        }
    }

    pub(crate) fn key(&self, vector: &Value, who: &str) -> SecretBytes {
        SecretBytes::new(hex(&self.identity(vector, who), "key"))
    }

    /// The sender's certificate and the revocation lists, as a receiver judges them.
    pub(crate) fn judge_certificate(
        &self,
        vector: &Value,
        kdh: &Certificate,
        token: &KeyToken,
    ) -> Result<(), Tr34Error> {
        let authority = self.certificate(vector, text(vector, "kdh_ca"));
        let now = at(vector);
        let refused = |code: &'static str| Tr34Error::Unwritable(code);
        verify_issued(kdh, &authority, now).map_err(|_| refused("certificate-not-valid-now"))?;
        if token.crls().is_empty() && vector["require_crl"] == true {
            return Err(refused("crl-missing"));
        }
        for der in token.crls() {
            let crl = Crl::from_der(der).map_err(|_| refused("crl-signature"))?;
            crl.judge(kdh, &authority, now)
                .map_err(|e| refused(e.code()))?;
        }
        Ok(())
    }

    /// The code of a refusal, those of [`Vectors::judge_certificate`] too.
    pub(crate) fn code(error: &Tr34Error) -> &'static str {
        match error {
            Tr34Error::Unwritable(code) => code,
            other => other.code(),
        }
    }
}

/// A generator that gives what it was told to.
pub(crate) struct Script(VecDeque<u8>);

impl Script {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl rand_core::TryRng for Script {
    type Error = rand_core::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for byte in out {
            *byte = self.0.pop_front().unwrap();
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Script {}
