//! The sender of a TR-34 exchange (KDH) as rehearsals play it: its own authority, its own signing pair, its token.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use data_encoding::{BASE32_NOPAD, HEXUPPER};
use rand_core::CryptoRng;

use crate::api::{
    GetParametersForExportOutput, ImportKeyInput, ImportKeyMaterial, ImportTr34KeyBlock,
    KeyAlgorithm, Request, Response, Tr34KeyBlockFormat, WrappedKey, WrappedKeyMaterialFormat,
    iso_time,
};
use crate::crypto::rsa_backend::SigningKey;
use crate::crypto::tr31::{Exportability, Header, Version};
use crate::crypto::tr34::{self, Freshness, KeyToSend, PartyId, Recipient, Sender};
use crate::crypto::{SecretBytes, kcv, keygen};
use crate::pki::{
    self, Certificate, CounterpartyFile, ImportParameters, Purpose, SignatureHash, Subject, Terms,
};
use crate::session::op_exchange;

use super::model::KeyDeclaration;
use super::ops_carry;
use super::peer::StandIn;
use super::run::number_in;
use super::stand_in::{OtherSide, attributes};

/// The name under which the sender writes to us of its root: ours decides, so nothing depends on it.
const ROOT: &str = "alias/sender-root";

/// 30 days in milliseconds.
const MONTH: i64 = 30 * 86_400_000;

/// A certificate of the sender's and its private key.
struct Holder {
    certificate: Certificate,
    key: SecretBytes,
}

/// A key on its way, and what the sender knows of it.
struct Sent {
    algorithm: KeyAlgorithm,
    key: SecretBytes,
    token: Vec<u8>,
    signing: Holder,
    /// What the receiver gave beside its certificate.
    parameters: Option<ImportParameters>,
}

impl OtherSide<'_> {
    /// The root above the sender's certificate, as PEM.
    pub(super) fn tr34_root(&self, declared: &KeyDeclaration) -> Result<Vec<u8>, String> {
        Ok(self.root(declared)?.certificate.to_pem().into_bytes())
    }

    /// The number that the sender signs into its token: that of the random token it was handed, else the one that the
    /// script's own people gave it.
    pub(super) fn nonce_for(
        &self,
        stand_in: &StandIn,
        random: Option<&[u8]>,
    ) -> Result<Option<String>, String> {
        if stand_in.random.is_none() {
            return Ok(self.nonce_given_for(&stand_in.gives));
        }
        let file = random.ok_or("it was handed no random number")?;
        let number = number_in(file);
        let number = number.ok_or("what it was handed for a random number is no random token")?;
        Ok(Some(number))
    }

    /// The nonce that the script's own people gave to the sender of this input.
    fn nonce_given_for(&self, input: &str) -> Option<String> {
        self.model
            .doings()
            .find(|doing| {
                (doing.op.name == op_exchange::IMPORT_TR34.name
                    && doing.field("file") == Some(input))
                    || (doing.op.name == ops_carry::CHECK.name
                        && doing.field("token") == Some(input))
            })
            .and_then(|doing| {
                let answers = self.model.rehearsal.answers.get(&doing.step.id);
                let answered = answers.and_then(|a| a.get("nonce")).map(String::as_str);
                doing.field("nonce").or(answered).map(str::to_owned)
            })
    }

    /// Wraps a key of its own under the certificate it was handed, and signs: one-pass, or two-pass with a nonce.
    pub(super) fn tr34_token(
        &self,
        declared: &KeyDeclaration,
        handed: &[u8],
        nonce: Option<String>,
    ) -> Result<serde_json::Value, String> {
        let sent = self.sent(declared, handed, nonce.as_deref())?;
        let Sent {
            algorithm,
            token,
            signing,
            parameters,
            ..
        } = sent;
        let request = Request::ImportKey(ImportKeyInput {
            key_material: ImportKeyMaterial::Tr34KeyBlock(Box::new(ImportTr34KeyBlock {
                certificate_authority_public_key_identifier: ROOT.to_owned(),
                signing_key_certificate: signing.certificate.to_aws(),
                import_token: parameters.map(|parameters| parameters.import_token),
                wrapping_key_identifier: None,
                wrapping_key_certificate: None,
                wrapped_key_block: HEXUPPER.encode(&token),
                key_block_format: Tr34KeyBlockFormat::X9_TR34_2012,
                random_nonce: nonce.map(|n| n.split_whitespace().collect()),
            })),
            enabled: true,
            key_check_value_algorithm: Some(kcv::default_method(algorithm)),
            tags: Vec::new(),
        });
        Ok(request.to_json())
    }

    /// The same as the service prints it for `export-key`.
    pub(super) fn exported(
        &self,
        declared: &KeyDeclaration,
        handed: &[u8],
        nonce: Option<&str>,
    ) -> Result<serde_json::Value, String> {
        let sent = self.sent(declared, handed, nonce)?;
        let method = kcv::default_method(sent.algorithm);
        let wrapped = WrappedKey {
            wrapping_key_arn:
                "arn:aws:payment-cryptography:us-east-1:444455556666:key/rootofthereceiver"
                    .to_owned(),
            wrapped_key_material_format: WrappedKeyMaterialFormat::TR34_KEY_BLOCK,
            key_material: HEXUPPER.encode(&sent.token),
            key_check_value: kcv::check_value(sent.algorithm, method, &sent.key)
                .map_err(|e| e.to_string())?,
            key_check_value_algorithm: method,
        };
        Ok(serde_json::json!({ "WrappedKey": wrapped }))
    }

    /// The certificate that signs, as the service prints it for `get-parameters-for-export`.
    pub(super) fn exporter_parameters(
        &self,
        declared: &KeyDeclaration,
    ) -> Result<serde_json::Value, String> {
        let mut id = [0_u8; 10];
        self.draw("export-token", &declared.id)?.fill_bytes(&mut id);
        let id = BASE32_NOPAD.encode(&id).to_ascii_lowercase();
        let answer = Response::GetParametersForExport(GetParametersForExportOutput {
            signing_key_certificate: self.signing(declared)?.certificate.to_aws(),
            signing_key_certificate_chain: self.root(declared)?.certificate.to_aws(),
            signing_key_algorithm: KeyAlgorithm::RSA_2048,
            export_token: format!("export-token-{id}"),
            parameters_valid_until_timestamp: self.now.plus_millis(7 * 86_400_000),
        });
        let mut value = answer.to_json();
        iso_time::print_form(&mut value);
        Ok(value)
    }

    fn sent(
        &self,
        declared: &KeyDeclaration,
        handed: &[u8],
        nonce: Option<&str>,
    ) -> Result<Sent, String> {
        let handed = CounterpartyFile::parse(handed).map_err(|e| e.to_string())?;
        handed.verify(self.now).map_err(|e| e.to_string())?;
        let (algorithm, key) = self.own_key(declared)?;
        let signing = self.signing(declared)?;
        let token = self.token(declared, handed.leaf(), &signing, (algorithm, &key), nonce)?;
        Ok(Sent {
            algorithm,
            key,
            token,
            signing,
            parameters: match handed {
                CounterpartyFile::Import(parameters) => Some(*parameters),
                _ => None,
            },
        })
    }

    fn token(
        &self,
        declared: &KeyDeclaration,
        receiver: &Certificate,
        signing: &Holder,
        (algorithm, key): (KeyAlgorithm, &SecretBytes),
        nonce: Option<&str>,
    ) -> Result<Vec<u8>, String> {
        let exportability = if declared.exportable {
            Exportability::TRUSTED
        } else {
            Exportability::NONE
        };
        let profile = tr34::Profile::default();
        let header = Header::for_key(Version::D, &attributes(declared, algorithm), exportability)
            .ok_or_else(|| format!("{} does not travel in a TR-34 token", declared.id))?;
        let header = tr34::header_text(&header, &profile).map_err(|e| e.to_string())?;
        let freshness = match nonce {
            Some(hex) => Freshness::Nonce(
                HEXUPPER
                    .decode(
                        hex.split_whitespace()
                            .collect::<String>()
                            .to_ascii_uppercase()
                            .as_bytes(),
                    )
                    .map_err(|_| "the nonce it was given is no hex".to_owned())?,
            ),
            None => Freshness::SigningTime(self.now),
        };
        tr34::build(
            &profile,
            &Sender {
                id: &party(&signing.certificate)?,
                key: &SigningKey::new(&signing.key),
            },
            &Recipient {
                id: &party(receiver)?,
                spki_der: receiver.spki_der(),
            },
            &KeyToSend {
                key,
                header: &header,
                freshness: &freshness,
                crl: None,
                certificate: None,
            },
            self.draw("tr34-token", &declared.id)?.as_mut(),
        )
        .map_err(|e| e.to_string())
    }

    /// The sender's root: the same each time it is needed.
    fn root(&self, declared: &KeyDeclaration) -> Result<Holder, String> {
        let (pair, terms) = self.made(declared, "Partner Root", Purpose::Root)?;
        let certificate =
            pki::self_signed(&pair.pkcs8, &pair.spki, &terms).map_err(|e| e.to_string())?;
        Ok(Holder {
            certificate,
            key: pair.pkcs8,
        })
    }

    /// The sender's signing certificate under its root.
    fn signing(&self, declared: &KeyDeclaration) -> Result<Holder, String> {
        let root = self.root(declared)?;
        let (pair, terms) = self.made(declared, "Partner KDH", Purpose::Signing)?;
        let certificate = pki::issued(&pair.spki, &terms, &root.certificate, &root.key)
            .map_err(|e| e.to_string())?;
        Ok(Holder {
            certificate,
            key: pair.pkcs8,
        })
    }

    pub(super) fn made(
        &self,
        declared: &KeyDeclaration,
        name: &str,
        purpose: Purpose,
    ) -> Result<(keygen::RsaPair, Terms), String> {
        let mut rng = self.draw(name, &declared.id)?;
        let mut serial = [0_u8; 16];
        rng.fill_bytes(&mut serial);
        let pair = pair_of(serial, rng.as_mut())?;
        let today = self.day();
        let terms = Terms {
            subject: Subject {
                organization: Some("Rehearsal".to_owned()),
                common_name: name.to_owned(),
                ..Subject::default()
            },
            serial,
            not_before: today.plus_millis(-MONTH),
            not_after: today.plus_millis(12 * MONTH),
            purpose,
            hash: SignatureHash::Sha256,
        };
        Ok((pair, terms))
    }

    /// The month's first second, so that a root that was handed over stays the same while days pass.
    fn day(&self) -> crate::api::Timestamp {
        let millis = self.now.millis();
        self.now.plus_millis(-millis.rem_euclid(MONTH))
    }
}

/// Pairs of stand-ins by their certificate's serial number, which is drawn before the pair from the same randomness. A
/// script asks its sender three or four times, and each time the two pairs are the same; they protect nothing.
static MADE: Mutex<BTreeMap<[u8; 16], keygen::RsaPair>> = Mutex::new(BTreeMap::new());

/// So many are remembered: one script's, and a few of scripts before it.
const REMEMBERED: usize = 16;

/// The pair that this randomness makes.
fn pair_of(serial: [u8; 16], rng: &mut dyn CryptoRng) -> Result<keygen::RsaPair, String> {
    let mut made = MADE
        .lock()
        .map_err(|_| "another thread failed".to_owned())?;
    let again = |pair: &keygen::RsaPair| keygen::RsaPair {
        pkcs8: SecretBytes::from_slice(pair.pkcs8.expose()),
        spki: pair.spki.clone(),
    };
    if let Some(pair) = made.get(&serial) {
        return Ok(again(pair));
    }
    drop(made);
    // RSA_2048 is what this vault's own rules ask of a sender at least.
    let pair = keygen::rsa(2048, rng, &AtomicBool::new(false)).map_err(|e| e.to_string())?;
    made = MADE
        .lock()
        .map_err(|_| "another thread failed".to_owned())?;
    if made.len() >= REMEMBERED {
        made.clear();
    }
    made.insert(serial, again(&pair));
    Ok(pair)
}

fn party(certificate: &Certificate) -> Result<PartyId, String> {
    PartyId::new(certificate.issuer_der(), certificate.serial())
        .ok_or_else(|| "a certificate has no issuer or serial number".to_owned())
}
