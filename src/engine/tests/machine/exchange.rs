//! The roads in and out, as the model sees them: tokens, certificates, blocks, cryptograms.

use data_encoding::HEXUPPER;
use serde_json::json;

use super::{B, Block, INVALID, Judged, Kind, NOT_FOUND, Name, Run, Token, tr34::Receiver};
use crate::{
    api::{Operation, WrappingKeySpec},
    crypto::{Entropy, OsEntropy, SecretBytes, rsa_wrap},
    engine::tests::{
        DAY, import, named,
        parameters::{certificate, text},
        symmetric,
    },
    pki::Certificate,
};

impl Run {
    pub(super) fn parameters(&mut self, export: bool, form: &'static str, reuse: bool) {
        let (operation, member) = if export {
            (Operation::GetParametersForExport, "SigningKey")
        } else {
            (Operation::GetParametersForImport, "WrappingKey")
        };
        let expected = if export && form != "TR34_KEY_BLOCK" {
            Err(INVALID)
        } else {
            Ok(())
        };
        let input = json!({"KeyMaterialType": form, (format!("{member}Algorithm")): "RSA_3072",
                           "ReuseLastGeneratedToken": reuse});
        let Some(answer) = self.call(operation, &input, expected) else {
            return;
        };
        let now = self.now();
        let name = text(&answer, if export { "ExportToken" } else { "ImportToken" });
        let alike = |t: &&Token| t.export == export && t.form == form && t.until >= now + DAY;
        let newest = self.tokens.iter().filter(alike).map(|t| t.given).max();
        if let Some(known) = self.tokens.iter().find(|t| t.name == name) {
            assert!(reuse && alike(&known) && Some(known.given) == newest);
            return;
        }
        assert!(
            !reuse || newest.is_none(),
            "a token that is good was not given again"
        );
        let token = Token {
            name: name.to_owned(),
            export,
            form,
            given: now,
            until: (now + 7 * DAY).div_euclid(1000) * 1000,
            certificate: text(&answer, &format!("{member}Certificate")).to_owned(),
        };
        self.tokens.push(token);
    }

    pub(super) fn import_root(&mut self) {
        let expected = self.valid(&["root-4096"]);
        let input = import::root_request("root-4096", "RSA_4096");
        if let Some(answer) = self.call(Operation::ImportKey, &input, expected) {
            self.keep(&answer, Kind::Root, None);
        }
    }

    /// Whether all these certificates are valid now.
    pub(super) fn valid(&self, files: &[&str]) -> Judged {
        let now = self.now();
        let ended = |file: &&str| {
            let certificate = Certificate::from_any(import::pem(file).as_bytes()).unwrap();
            now / 1000 > certificate.not_after().millis() / 1000
        };
        if files.iter().any(ended) {
            Err(INVALID)
        } else {
            Ok(())
        }
    }

    pub(super) fn import_trusted(&mut self, authority: Name) {
        let expected = self.usable(authority).and_then(|n| {
            let root = self.keys[n].kind == Kind::Root;
            root.then_some(()).ok_or(INVALID)?;
            self.valid(&["root-4096", "sub-3072"])
        });
        let input = import::trusted_request("sub-3072", "RSA_3072", &self.text(authority));
        if let Some(answer) = self.call(Operation::ImportKey, &input, expected) {
            // It vouches for others as a root does, but not for what the root issued.
            self.keep(&answer, Kind::Sub, None);
        }
    }

    pub(super) fn import_cryptogram(&mut self, with: Receiver) {
        let expected = self.opens(with, "KEY_CRYPTOGRAM");
        let foreign = || import::aws("leaf-3072");
        let under = self.certificate_of(with).unwrap_or_else(foreign);
        let spki = certificate(&json!({"C": under}), "C");
        let mut rng = OsEntropy.draw("test").unwrap();
        let mut key = vec![0; 16];
        rng.fill_bytes(&mut key);
        let spec = WrappingKeySpec::RSA_OAEP_SHA_256;
        let wrapped = rsa_wrap::wrap(spki.spki_der(), &SecretBytes::new(key), spec, rng.as_mut());
        let key = symmetric("TR31_P0_PIN_ENCRYPTION_KEY", "AES_128", &B);
        let mut cryptogram = json!({"KeyAttributes": key["KeyAttributes"], "Exportable": true,
            "WrappedKeyCryptogram": HEXUPPER.encode(&wrapped.unwrap())});
        let road = self.named_as(with, under, &mut cryptogram);
        self.went(
            ["cryptogram under a token", "cryptogram under a pair"][road],
            expected,
        );
        let input = json!({"KeyMaterial": {"KeyCryptogram": cryptogram}});
        if let Some(answer) = self.call(Operation::ImportKey, &input, expected) {
            self.keep(&answer, Kind::Pek { exportable: true }, None);
        }
    }

    pub(super) fn import_block(&mut self, n: usize, under: Name) {
        let Some(block) = self.blocks.get(n).cloned() else {
            return;
        };
        let expected = self.usable(under).and_then(|key| {
            // Another key than the one that wrapped cannot verify the block.
            (self.keys[key].material == block.under)
                .then_some(())
                .ok_or(INVALID)
        });
        let input = json!({"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": self.text(under),
                           "WrappedKeyBlock": block.text}}});
        if let Some(answer) = self.call(Operation::ImportKey, &input, expected) {
            self.keep(&answer, block.kind, Some(block.holds));
        }
    }

    pub(super) fn may_leave(&self, n: usize) -> Judged {
        match self.keys[n].kind {
            Kind::Kek | Kind::Pek { exportable: true } => Ok(()),
            _ => Err(INVALID),
        }
    }

    pub(super) fn export_block(&mut self, subject: Name, under: Name) {
        let both = self.both(subject, under);
        let expected = both.and_then(|(n, wrapping)| {
            self.may_leave(n)?;
            // A key does not wrap itself, under whatever name.
            let same = self.keys[n].material == self.keys[wrapping].material;
            let wraps = self.keys[wrapping].kind == Kind::Kek && n != wrapping && !same;
            wraps.then_some(()).ok_or(INVALID)
        });
        let input = json!({"ExportKeyIdentifier": self.text(subject), "KeyMaterial": {"Tr31KeyBlock": {
            "WrappingKeyIdentifier": self.text(under)}}});
        if let Some(answer) = self.call(Operation::ExportKey, &input, expected) {
            let (subject, under) = both.unwrap();
            self.blocks.push(Block {
                under: self.keys[under].material,
                holds: self.keys[subject].material,
                kind: self.keys[subject].kind,
                text: text(&answer["WrappedKey"], "KeyMaterial").to_owned(),
            });
        }
    }

    pub(super) fn export_cryptogram(&mut self, subject: Name, authority: Name) {
        let expected = self.both(subject, authority).and_then(|(n, root)| {
            self.may_leave(n)?;
            (self.keys[root].kind == Kind::Root)
                .then_some(())
                .ok_or(INVALID)?;
            self.valid(&["root-4096", "leaf-3072"])
        });
        let input = json!({"ExportKeyIdentifier": self.text(subject), "KeyMaterial": {"KeyCryptogram": {
            "CertificateAuthorityPublicKeyIdentifier": self.text(authority),
            "WrappingKeyCertificate": import::aws("leaf-3072")}}});
        self.call(Operation::ExportKey, &input, expected);
    }

    pub(super) fn export_token(&mut self, subject: Name, authority: Name, n: usize) {
        let token = self.tokens.get(n).cloned();
        let now = self.now();
        let judged = || {
            if token.as_ref().is_some_and(|token| !token.export) {
                // An import token does not even have the shape of an export token.
                return Err(INVALID);
            }
            self.living(subject)?;
            self.living(authority)?;
            let token = token.as_ref().ok_or(NOT_FOUND)?;
            let (n, root) = self.both(subject, authority)?;
            self.may_leave(n)?;
            let good = self.keys[root].kind == Kind::Root && now < token.until;
            good.then_some(()).ok_or(INVALID)?;
            self.valid(&["root-4096", "leaf-3072"])
        };
        let expected = judged();
        let name = token
            .as_ref()
            .map_or("export-token-aaaaaaaaaaaaaaaa", |token| &token.name);
        let input = json!({"ExportKeyIdentifier": self.text(subject), "KeyMaterial": {"Tr34KeyBlock": {
            "CertificateAuthorityPublicKeyIdentifier": self.text(authority), "ExportToken": name,
            "WrappingKeyCertificate": import::aws("leaf-3072"), "KeyBlockFormat": "X9_TR34_2012"}}});
        self.call(Operation::ExportKey, &input, expected);
    }

    pub(super) fn certificate(&mut self, name: Name) {
        let found = self.usable(name);
        let expected = found.and_then(|n| match self.keys[n].kind {
            Kind::Pair | Kind::Opener | Kind::Root | Kind::OwnRoot | Kind::Sub => Ok(()),
            _ => Err(INVALID),
        });
        let input = named(&self.text(name));
        let answer = self.call(Operation::GetPublicKeyCertificate, &input, expected);
        let (Some(answer), Ok(n)) = (answer, found) else {
            return;
        };
        let now = self.now();
        let given = text(&answer, "KeyCertificate").to_owned();
        let key = &mut self.keys[n];
        if !matches!(key.kind, Kind::Pair | Kind::Opener) {
            return;
        }
        let chain = certificate(&answer, "KeyCertificateChain").to_aws();
        let root = self.own_root.get_or_insert_with(|| chain.clone());
        assert_eq!(*root, chain);
        match &key.issued {
            Some((known, until)) if *until >= now + 30 * DAY => assert_eq!(*known, given),
            _ => key.issued = Some((given, (now + 90 * DAY).div_euclid(1000) * 1000)),
        }
    }

    pub(super) fn signing_request(&mut self, name: Name) {
        let expected = self.usable(name).and_then(|n| {
            let pair = matches!(self.keys[n].kind, Kind::Pair | Kind::Opener);
            pair.then_some(()).ok_or(INVALID)
        });
        let input = json!({"KeyIdentifier": self.text(name), "SigningAlgorithm": "SHA256",
                           "CertificateSubject": {"CommonName": "machine"}});
        self.call(Operation::GetCertificateSigningRequest, &input, expected);
    }
}
