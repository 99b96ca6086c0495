//! Which imported certificate stands above the one in a counterparty's file. The file knows it, so nobody has to; what
//! is signed still names it, and the engine judges it again.

use std::collections::BTreeMap;

use super::guide::Entry;
use super::{Refusal, Session, asked, brought, build, op, op_exchange};
use crate::crypto::tr34::KeyToken;
use crate::engine::{KeyRecord, Material};
use crate::pki::{Certificate, CounterpartyFile, ImportParameters, verify_issued};
use crate::text::{say, tr};

/// The field of the imported certificate above another.
pub const ROOT: &str = "ca";

/// What the file of an act says about the certificate above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Above {
    /// The imported certificates that it was issued under, by ARN.
    pub fits: Vec<String>,
    /// Whom it names as its issuer, for people.
    pub issuer: String,
}

impl Above {
    /// The choices with those that fit first; the others cannot be taken and say why.
    pub fn sorted(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let fits = |entry: &Entry| self.fits.contains(&entry.id);
        let (first, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(fits);
        let off = |entry: Entry| match entry.off {
            Some(_) => entry,
            None => entry.off_because(tr("the file was not signed under it")),
        };
        first
            .into_iter()
            .chain(others.into_iter().map(off))
            .collect()
    }

    /// What is missing where nothing fits, and what comes first.
    pub fn missing(&self) -> Option<String> {
        self.fits.is_empty().then(|| {
            say!(
                "No root that is trusted here signed this file: it is from {issuer}. Import that root first, from the file its owner gave.",
                issuer = self.issuer
            )
        })
    }
}

/// Whether one certificate was issued under the other. Whether one of them has ended is another question, and the engine
/// asks it.
pub(super) fn issued_under(certificate: &Certificate, root: &Certificate) -> bool {
    let both = certificate.not_before().max(root.not_before());
    verify_issued(certificate, root, both).is_ok()
}

impl Session {
    /// Whether a file can be what a field of an act asks for, judged as soon as it is named; what nobody can tell from
    /// the file alone the act itself judges.
    ///
    /// # Errors
    /// It is something else; the refusal names the field.
    pub(crate) fn file_fits(&self, op: &str, field: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let receivers = [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name];
        let own = self.profile();
        let rule = match field {
            "parameters" if receivers.contains(&op) => {
                return self.their_parameters(bytes).map(|_| ());
            }
            "file" if op == op::IMPORT_ROOT.name => {
                return self.their_root(bytes).map(|_| ());
            }
            "file" if op == op::IMPORT_TRUSTED.name => build::one_certificate(bytes).err(),
            "sender" if op == op_exchange::IMPORT_TR34.name => return self.their_signer(bytes),
            "file" if op == op_exchange::IMPORT_TR31.name => brought::key_block(bytes, own).err(),
            "file" if op == op_exchange::IMPORT_RSA_WRAP.name => {
                brought::cryptogram(bytes, own).err()
            }
            "file" if op == op_exchange::IMPORT_TR34.name => brought::tr34(bytes, own).err(),
            _ => None,
        };
        rule.map_or(Ok(()), |rule| Err(build::wrong(field, &rule)))
    }

    /// Whether a text can be what a field of an act asks for, judged as soon as it is typed and not behind other questions.
    ///
    /// # Errors
    /// It cannot; the refusal names the field, or says what a fingerprint that differs means.
    pub(crate) fn answer_fits(
        &self,
        op: &str,
        field: &str,
        files: &BTreeMap<String, Vec<u8>>,
        text: &str,
    ) -> Result<(), Refusal> {
        match field {
            "fingerprint" if op == op::IMPORT_ROOT.name => match files.get("file") {
                Some(bytes) => build::fingerprint_fits(self, bytes, text),
                None => Ok(()),
            },
            asked::OUTPUT => {
                let fits = self.marked_file_name(text);
                fits.map(|_| ()).map_err(|rule| build::wrong(field, &rule))
            }
            _ => Ok(()),
        }
    }

    /// Whether whoever takes a TR-34 token in has to bring its sender's certificate, because neither the file nor the
    /// token holds it; `None` where nobody can tell, and where an act takes none.
    pub(crate) fn sender_needed(
        &self,
        op: &str,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Option<bool> {
        let bytes = files
            .get("file")
            .filter(|_| op == op_exchange::IMPORT_TR34.name)?;
        let read = brought::tr34(bytes, self.profile()).ok()?;
        if read.request.is_some() {
            return Some(false);
        }
        match KeyToken::parse(&read.token).ok()?.certificates() {
            [] => Some(true),
            [_] => Some(false),
            _ => None,
        }
    }

    /// What the files of an act say about the certificate above theirs; `None` where they say nothing legible, and
    /// where the act asks for none.
    pub(crate) fn above(&self, op: &str, files: &BTreeMap<String, Vec<u8>>) -> Option<Above> {
        let certificate = self.certificate_in(op, files)?;
        let under = |record: &&KeyRecord| {
            let Material::Public {
                certificate_der, ..
            } = &record.material
            else {
                return false;
            };
            record.key.enabled
                && Certificate::from_any(certificate_der)
                    .is_ok_and(|root| issued_under(&certificate, &root))
        };
        let records = self.state.engine.records().filter(under);
        Some(Above {
            fits: records.map(|record| record.key.key_arn.clone()).collect(),
            issuer: certificate.issuer(),
        })
    }

    /// The certificate in an act's file that the chosen root has to stand above.
    fn certificate_in(&self, op: &str, files: &BTreeMap<String, Vec<u8>>) -> Option<Certificate> {
        let file = |id: &str| files.get(id);
        if [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name].contains(&op) {
            let parameters = ImportParameters::parse(file("parameters")?).ok()?;
            return Some(parameters.wrapping_certificate);
        }
        if op == op::IMPORT_TRUSTED.name {
            let handed_over = CounterpartyFile::parse(file("file")?).ok()?;
            return Some(handed_over.leaf().clone());
        }
        if op != op_exchange::IMPORT_TR34.name {
            return None;
        }
        let read = brought::tr34(file("file")?, self.profile()).ok()?;
        if let Some((_, block)) = &read.request {
            return Certificate::from_any(block.signing_key_certificate.as_bytes()).ok();
        }
        if let Some(sender) = file("sender") {
            return Some(CounterpartyFile::parse(sender).ok()?.leaf().clone());
        }
        match KeyToken::parse(&read.token).ok()?.certificates() {
            [one] => Certificate::from_any(one).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange_tests::{OwnPairs, own_pairs};
    use super::super::tests::{act, answers, practice};
    use super::*;
    use crate::session::guide;

    /// Both fingerprints stand side by side on every paper: the one below says nothing against the file.
    #[test]
    fn the_fingerprint_of_the_certificate_below_the_root_is_called_that() {
        let (_, session) = practice(true);
        let bytes =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        let file = CounterpartyFile::parse(bytes).unwrap();
        let below = super::super::door::hex(&file.leaf().sha256_fingerprint());
        let refused = |typed: &str| {
            let fields = [("fingerprint", typed), ("source", "x"), ("label", "r")];
            let given = answers(&fields, &[("file", bytes.as_slice())]);
            let asked = build::action(&session, "import-key.root-certificate", &given);
            asked.err().unwrap().to_string()
        };
        let words = refused(&below);
        assert!(words.contains("nothing is wrong with the file"), "{words}");
        let words = refused(&"ab".repeat(32));
        assert!(
            words.contains("not the fingerprint of this file"),
            "{words}"
        );
    }

    #[test]
    fn the_root_is_chosen_by_the_file_and_a_stranger_has_none() {
        let OwnPairs {
            mut session,
            parameters,
            ..
        } = own_pairs();
        let stranger =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        let about = |session: &Session, bytes: &[u8]| {
            let files = BTreeMap::from([("parameters".to_owned(), bytes.to_vec())]);
            session
                .above(op_exchange::EXPORT_TR34.name, &files)
                .unwrap()
        };
        let ours = about(&session, &parameters);
        let theirs = about(&session, stranger);
        assert!(ours.missing().is_none());
        assert!(theirs.missing().unwrap().contains(&theirs.issuer));
        // A second root: each file finds its own, whichever came first.
        let fields = [
            ("fingerprint", "as-shown"),
            ("source", "here"),
            ("label", "aws-root"),
        ];
        let files = [("file", stranger.as_slice())];
        act(&mut session, "import-key.root-certificate", &fields, &files).unwrap();
        let first = |above: &Above| {
            let entries = guide::keys(&session.view(), op_exchange::EXPORT_TR34.name, ROOT);
            let sorted = above.sorted(entries);
            let others = sorted.iter().skip(1).all(|entry| entry.off.is_some());
            assert!(others, "{sorted:?}");
            sorted.first().map(|entry| entry.label.clone()).unwrap()
        };
        assert_eq!(first(&about(&session, &parameters)), "root");
        assert_eq!(first(&about(&session, stranger)), "aws-root");
        // What holds no certificate says nothing, and nothing is asked of an act without a root.
        let none = BTreeMap::from([("parameters".to_owned(), b"{}".to_vec())]);
        assert!(
            session
                .above(op_exchange::EXPORT_TR34.name, &none)
                .is_none()
        );
        assert!(session.above("create-key", &none).is_none());
    }
}
