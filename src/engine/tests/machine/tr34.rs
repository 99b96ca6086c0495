//! TR-34 both ways, as the model sees it: a pair of the vault signs what leaves, and what left comes in again under a
//! token or under another pair.

use serde_json::{Value, json};

use super::{INVALID, Judged, Kind, NOT_FOUND, Name, Run, Sent};
use crate::{
    api::Operation,
    engine::tests::{DAY, import, parameters::text},
    pki::Certificate,
};

/// Under whose certificate a token is wrapped, and whose private key opens it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Receiver {
    Token(usize),
    Pair(Name),
}

/// A moment as certificates and signatures have it.
const fn second(millis: i64) -> i64 {
    millis.div_euclid(1000)
}

impl Run {
    /// The root of the vault itself, as a counterparty would import it.
    pub(super) fn import_own_root(&mut self) {
        let Some(root) = self.own_root.clone() else {
            return;
        };
        let mut input = import::root_request("root-4096", "RSA_4096");
        input["KeyMaterial"]["RootCertificatePublicKey"]["PublicKeyCertificate"] = json!(root);
        if let Some(answer) = self.call(Operation::ImportKey, &input, Ok(())) {
            self.keep(&answer, Kind::OwnRoot, None);
        }
    }

    /// The certificate that was last issued for a pair.
    fn issued(&self, name: Name) -> Option<String> {
        let key = &self.keys[self.find(name).ok()?];
        key.issued.as_ref().map(|(text, _)| text.clone())
    }

    fn still_valid(&self, certificate: &str) -> Judged {
        let read = Certificate::from_any(certificate.as_bytes()).unwrap();
        let ended = second(self.now()) > second(read.not_after().millis());
        if ended { Err(INVALID) } else { Ok(()) }
    }

    /// A pair of this kind that can be used, with a certificate of its own that is valid.
    fn pair(&self, name: Name, kind: Kind) -> Judged {
        let n = self.usable(name)?;
        (self.keys[n].kind == kind).then_some(()).ok_or(INVALID)?;
        self.still_valid(&self.issued(name).ok_or(INVALID)?)
    }

    /// A root that vouches for what this vault issued.
    fn vouches(&self, authority: Name) -> Judged {
        let n = self.usable(authority)?;
        let own = self.keys[n].kind == Kind::OwnRoot;
        own.then_some(()).ok_or(INVALID)
    }

    /// The certificate of a receiver; of nobody's, where there is none.
    pub(super) fn certificate_of(&self, receiver: Receiver) -> Option<String> {
        match receiver {
            Receiver::Token(n) => self.tokens.get(n).map(|token| token.certificate.clone()),
            Receiver::Pair(name) => self.issued(name),
        }
    }

    /// The certificate of a pair that signs says that nothing is wrapped for it.
    fn may_receive(&self, to: Receiver) -> Judged {
        match to {
            Receiver::Token(_) => Ok(()),
            Receiver::Pair(name) => {
                let n = self.find(name).map_err(|_| INVALID)?;
                let opens = self.keys[n].kind == Kind::Opener;
                opens.then_some(()).ok_or(INVALID)
            }
        }
    }

    pub(super) fn send(&mut self, subject: Name, authority: Name, signer: Name, to: Receiver) {
        let judged = || {
            for name in [subject, authority, signer] {
                self.living(name)?;
            }
            self.pair(signer, Kind::Pair)?;
            let n = self.usable(subject)?;
            self.vouches(authority)?;
            self.may_leave(n)?;
            self.may_receive(to)?;
            self.still_valid(&self.certificate_of(to).ok_or(INVALID)?)
        };
        let expected = judged();
        if self.certificate_of(to).is_none() && self.vouches(authority).is_err() {
            // The stranger's certificate may well stand under the stranger's root: no case of this model.
            return;
        }
        let foreign = || import::aws("leaf-3072");
        let signed_with = self.issued(signer).unwrap_or_else(foreign);
        let receiver = self.certificate_of(to).unwrap_or_else(foreign);
        let input = json!({"ExportKeyIdentifier": self.text(subject), "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": self.text(authority),
            "SigningKeyIdentifier": self.text(signer), "SigningKeyCertificate": signed_with,
            "WrappingKeyCertificate": receiver, "KeyBlockFormat": "X9_TR34_2012"}}});
        self.went("export under a pair", expected);
        let Some(answer) = self.call(Operation::ExportKey, &input, expected) else {
            return;
        };
        let n = self.find(subject).unwrap();
        self.sent.push(Sent {
            signer: signed_with,
            receiver,
            at: self.now(),
            holds: self.keys[n].material,
            kind: self.keys[n].kind,
            text: text(&answer["WrappedKey"], "KeyMaterial").to_owned(),
        });
    }

    /// What may open: a token of this form that lives, or a pair.
    pub(super) fn opens(&self, with: Receiver, form: &str) -> Judged {
        match with {
            Receiver::Pair(name) => self.pair(name, Kind::Opener),
            Receiver::Token(n) => {
                let token = self.tokens.get(n).ok_or(NOT_FOUND)?;
                let good = !token.export && token.form == form && self.now() < token.until;
                good.then_some(()).ok_or(INVALID)
            }
        }
    }

    /// How long one pass is good.
    fn window(&self, with: Receiver) -> i64 {
        let of_token = |token: &super::Token| token.until - token.given;
        match with {
            Receiver::Token(n) => self.tokens.get(n).map_or(0, of_token),
            Receiver::Pair(_) => 7 * DAY,
        }
    }

    /// Writes into a request who opens, and says which of the two roads that is.
    pub(super) fn named_as(
        &self,
        with: Receiver,
        certificate: String,
        request: &mut Value,
    ) -> usize {
        match with {
            Receiver::Token(n) => {
                let nobodys = || "import-token-aaaaaaaaaaaaaaaa".to_owned();
                let token = self.tokens.get(n).map(|token| token.name.clone());
                request["ImportToken"] = Value::from(token.unwrap_or_else(nobodys));
                0
            }
            Receiver::Pair(name) => {
                request["WrappingKeyIdentifier"] = Value::from(self.text(name));
                request["WrappingKeyCertificate"] = Value::from(certificate);
                1
            }
        }
    }

    pub(super) fn receive(&mut self, sent: usize, authority: Name, with: Receiver) {
        let Some(sent) = self.sent.get(sent).cloned() else {
            return;
        };
        let own = self.certificate_of(with);
        let judged = || {
            // Who opens must be there, and the authority, before either is judged; a token is judged whole at once.
            match with {
                Receiver::Pair(name) => {
                    self.living(name)?;
                }
                Receiver::Token(_) => self.opens(with, "TR34_KEY_BLOCK")?,
            }
            self.living(authority)?;
            self.opens(with, "TR34_KEY_BLOCK")?;
            self.vouches(authority)?;
            self.still_valid(&sent.signer)?;
            let meant = own.as_ref() == Some(&sent.receiver);
            let fresh = self.now() - second(sent.at) * 1000 <= self.window(with);
            (meant && fresh).then_some(()).ok_or(INVALID)
        };
        let expected = judged();
        let mut block = json!({"CertificateAuthorityPublicKeyIdentifier": self.text(authority),
            "SigningKeyCertificate": sent.signer, "WrappedKeyBlock": sent.text, "KeyBlockFormat": "X9_TR34_2012"});
        let foreign = || import::aws("leaf-3072");
        let road = self.named_as(with, own.unwrap_or_else(foreign), &mut block);
        self.went(
            ["import under a token", "import under a pair"][road],
            expected,
        );
        let input = json!({"KeyMaterial": {"Tr34KeyBlock": block}});
        if let Some(answer) = self.call(Operation::ImportKey, &input, expected) {
            self.keep(&answer, sent.kind, Some(sent.holds));
        }
    }
}
