//! Files that this vault gave out itself, brought back as somebody else's: nobody is checked by them, and what is wrapped
//! for them can only come back here.

use super::{Refusal, Session, brought, build};
use crate::pki::{Certificate, CounterpartyFile, ImportParameters, PkiError};

impl Session {
    /// This vault's own root, where it has issued anything.
    pub(super) fn own_root(&self) -> Option<Certificate> {
        Certificate::from_any(self.state.engine.own_root()?).ok()
    }

    /// Whether a certificate is this vault's own root, or was issued under it.
    pub(super) fn is_ours(&self, certificate: &Certificate) -> bool {
        self.own_root().is_some_and(|root| {
            root.der() == certificate.der() || super::above::issued_under(certificate, &root)
        })
    }

    /// The root in a file that somebody is to be known by.
    ///
    /// # Errors
    /// There is none, it is of another profile, or it is this vault's own.
    pub(crate) fn their_root(&self, bytes: &[u8]) -> Result<Certificate, Refusal> {
        let root = build::root_for(self, bytes)?;
        if self.is_ours(&root) {
            return Err(build::wrong(
                "file",
                "holds the root of this very vault, which proves nothing about anybody else. Take a file that the other \
                 side gave: a sender's get-parameters-for-export, a receiver's get-parameters-for-import, or its \
                 certificate",
            ));
        }
        Ok(root)
    }

    /// What a receiver printed, to wrap a key for it.
    ///
    /// # Errors
    /// It is no such file, or this vault gave it out itself.
    pub(crate) fn their_parameters(&self, bytes: &[u8]) -> Result<ImportParameters, Refusal> {
        let parameters = build::receivers_file(bytes)?;
        if self.is_ours(&parameters.wrapping_certificate) {
            return Err(build::wrong(
                "parameters",
                "was given out by this very vault: a key that is wrapped for it could come back here alone. Take the \
                 file of the receiver",
            ));
        }
        Ok(parameters)
    }

    /// The certificate of whoever signed a token, or the file that holds it.
    ///
    /// # Errors
    /// There is none in it, or this vault gave it out itself.
    pub(crate) fn their_signer(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let Ok(handed_over) = CounterpartyFile::parse(bytes) else {
            // What is wrong inside of it, the act itself says.
            return brought::kind_of(bytes).map_or(Ok(()), |kind| {
                let rule =
                    format!("is {kind}, and holds no certificate of whoever signed the token");
                Err(build::wrong("sender", &rule))
            });
        };
        if self.is_ours(handed_over.leaf()) {
            return Err(build::wrong(
                "sender",
                "was given out by this very vault: it says nothing about who signed the token. Take the sender's own, or \
                 leave the field empty where the token holds it",
            ));
        }
        Ok(())
    }
}

/// What a file is that is not what a receiver printed, completing a sentence.
pub(super) fn no_parameters(bytes: &[u8]) -> Option<String> {
    const WANTED: &str = "what get-parameters-for-import printed";
    let kind = match brought::kind_of(bytes) {
        Some(WANTED) => return None,
        Some(kind) => format!("is {kind}"),
        None => match Certificate::from_any(bytes) {
            Ok(_) => "is a certificate alone".to_owned(),
            Err(error) => chain(&error).unwrap_or_else(|| "is another kind of file".to_owned()),
        },
    };
    Some(format!(
        "{kind}. Wanted is {WANTED} at the receiver, with the certificate to wrap under"
    ))
}

/// What a file of several certificates is, by what its reading said, completing a sentence.
pub(super) fn chain(error: &PkiError) -> Option<String> {
    let PkiError::NotOne { count: count @ 2.. } = error else {
        return None;
    };
    Some(format!(
        "is a chain of {count} certificates, the holder's own and the authorities that signed it"
    ))
}

/// What a file is that holds no certificate, completing a sentence; nothing where its kind does not say so.
pub(super) fn no_root(bytes: &[u8]) -> Option<String> {
    let kind = brought::kind_of(bytes)?;
    let holds = ["WrappingKeyCertificate", "SigningKeyCertificate"];
    let text = String::from_utf8_lossy(bytes);
    if holds.iter().any(|member| text.contains(member)) && !kind.starts_with("a request") {
        return None;
    }
    Some(format!(
        "is {kind}, and holds no root. Bring the file of the other side that holds it, which may have come \
         before: what its get-parameters-for-export or get-parameters-for-import printed, or its certificate"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::exchange_tests::{OwnPairs, own_pairs};
    use super::super::{op, op_exchange};

    #[test]
    fn what_this_vault_gave_out_is_nobody_elses() {
        let OwnPairs {
            session,
            parameters,
            ..
        } = own_pairs();
        let fits = |op: &str, field: &str, bytes: &[u8]| session.file_fits(op, field, bytes);
        let said = |op: &str, field: &str| {
            fits(op, field, parameters.as_ref())
                .unwrap_err()
                .to_string()
        };
        let root = said(op::IMPORT_ROOT.name, "file");
        assert!(root.contains("the root of this very vault"), "{root}");
        for op in [op::EXPORT_RSA_WRAP.name, op_exchange::EXPORT_TR34.name] {
            let receiver = said(op, "parameters");
            assert!(
                receiver.contains("given out by this very vault"),
                "{receiver}"
            );
        }
        let signer = said(op_exchange::IMPORT_TR34.name, "sender");
        assert!(signer.contains("given out by this very vault"), "{signer}");
        let stranger =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json");
        fits(op_exchange::IMPORT_TR34.name, "sender", stranger).unwrap();
        fits(op::IMPORT_ROOT.name, "file", stranger).unwrap();
        fits(op::EXPORT_RSA_WRAP.name, "parameters", stranger).unwrap();
    }

    #[test]
    fn a_file_of_another_kind_is_called_what_it_is() {
        let session = own_pairs().session;
        let token = br#"{"KeyMaterial":{"Tr34KeyBlock":{"SigningKeyCertificate":"x"}}}"#;
        let sender = br#"{"SigningKeyCertificate":"x","SigningKeyCertificateChain":"y"}"#;
        for (op, field, bytes, words) in [
            (
                op::IMPORT_ROOT.name,
                "file",
                &token[..],
                "a request for import-key with a TR-34 token, and holds no root",
            ),
            (
                op::IMPORT_ROOT.name,
                "file",
                b"{\"people\":[]}",
                "a file of no kind that is known here, and holds no root",
            ),
            (
                op::EXPORT_RSA_WRAP.name,
                "parameters",
                &sender[..],
                "is what get-parameters-for-export printed",
            ),
            (
                op_exchange::EXPORT_TR34.name,
                "parameters",
                b"# Task",
                "is another kind of file",
            ),
        ] {
            let said = session.file_fits(op, field, bytes).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
            assert!(
                !said.contains("line 1 column") && !said.contains("= signs"),
                "{said}"
            );
        }
    }

    /// A reader's own error spoke of lines and columns to whoever had taken the wrong file.
    #[test]
    fn what_nobody_means_to_hand_over_is_called_what_it_plainly_is() {
        let session = own_pairs().session;
        let number = crate::crypto::tr34::write_random(&[7; 8]).unwrap();
        let number = data_encoding::HEXUPPER.encode(&number);
        for (op, field, bytes, words) in [
            (
                op::IMPORT_ROOT.name,
                "file",
                &b"# Read me first\n\nThis is (only) text.\n"[..],
                "is a text for people, and holds no root",
            ),
            (op::IMPORT_ROOT.name, "file", b" \n", "is empty"),
            (
                op_exchange::IMPORT_TR34.name,
                "file",
                b"\x89PNG\r\n\x1a\n",
                "is a picture",
            ),
            (
                op::IMPORT_ROOT.name,
                "file",
                number.as_bytes(),
                "is a random token (RT_KRD), and holds no root",
            ),
            (
                op_exchange::IMPORT_TR31.name,
                "file",
                b"Dear Ben,\n\nthe block comes tomorrow.\n",
                "is a text for people",
            ),
            (
                op_exchange::IMPORT_TR34.name,
                "sender",
                b"%PDF-1.7",
                "is a PDF, and holds no certificate",
            ),
        ] {
            let said = session.file_fits(op, field, bytes).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
    }

    /// Two sentences stood in brackets in a third, and a file sealed with age was "a AGE ENCRYPTED FILE".
    #[test]
    fn a_file_that_is_no_root_is_called_what_it_is_in_one_sentence() {
        let (_, session) = super::super::tests::practice(true);
        let told = |bytes: &[u8]| session.their_root(bytes).unwrap_err().to_string();
        for (bytes, words) in [
            (
                b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"
                    .as_slice(),
                "is a file sealed with age",
            ),
            (
                b"-----BEGIN DH PARAMETERS-----\nYWdl\n-----END DH PARAMETERS-----\n",
                "a PEM block in it is headed DH PARAMETERS",
            ),
            (b"hello", "is neither a certificate nor"),
            (
                br#"{"custodians":[],"administrator":{}}"#,
                "is an unlock file",
            ),
        ] {
            let why = told(bytes);
            assert!(why.contains(words), "{why}");
            assert!(!why.contains("line 1") && !why.contains('('), "{why}");
        }
    }
}
