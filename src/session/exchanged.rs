//! What passed between this vault and others, beside the keys themselves: certificates and requests for certificates
//! that were given out, the digests of files, which token and which root an exchange went by. Screens list it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::api::{
    CounterpartyProfile, ExportKeyMaterial, ImportKeyMaterial, Request, Response, Timestamp,
};
use crate::engine::{GivenToken, KeyRecord, Material};
use crate::pki::Certificate;

use super::action::Action;
use super::command::Executed;
use super::state::{RootRecord, State};
use super::view::{CounterpartyView, GivenView, RootStanding, TokenView};
use super::views::name_of;
use super::{Session, handover};

/// A certificate or a request for one that was given out, or a token with its certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GivenRecord {
    /// `token`, `certificate` or `request`.
    pub(crate) what: String,
    /// The token's name, or the ARN of the pair.
    pub(crate) of: String,
    /// SHA-256 of the certificate (DER), lower-case hex; a request has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<String>,
    /// The file that was written for the other side, without folder; empty where a program asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) file: String,
    /// SHA-256 of that file, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// When.
    pub(crate) at: i64,
}

/// A key that came in by TR-34 or RSA wrap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceivedRecord {
    /// The ARN of the key.
    pub(crate) arn: String,
    /// When.
    pub(crate) at: i64,
    /// The token of this vault that it came under; absent where a pair of this vault took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// The ARN of the sender's root; nobody is named in an RSA wrap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<String>,
}

/// What an export went by.
pub(super) struct Way {
    /// The ARN of the root above the receiver's certificate.
    pub(super) root: Option<String>,
    /// The token of this vault whose pair signed.
    pub(super) token: Option<String>,
}

impl Way {
    /// What the material of an export names.
    pub(super) fn of(material: &ExportKeyMaterial, state: &State) -> Self {
        let arn = |named: &str| state.engine.find(named).map(|r| r.key.key_arn.clone());
        match material {
            ExportKeyMaterial::KeyCryptogram(under) => Self {
                root: arn(&under.certificate_authority_public_key_identifier),
                token: None,
            },
            ExportKeyMaterial::Tr34KeyBlock(under) => Self {
                root: arn(&under.certificate_authority_public_key_identifier),
                token: under.export_token.clone(),
            },
            ExportKeyMaterial::Tr31KeyBlock(_) => Self {
                root: None,
                token: None,
            },
        }
    }
}

/// Remembers what one executed operation gave out, or took in from somebody.
pub(super) fn remember(state: &mut State, request: &Request, response: &Response, at: i64) {
    let fingerprint = |certificate: &str| {
        let read = Certificate::from_any(certificate.as_bytes());
        read.ok().map(|c| super::door::hex(&c.sha256_fingerprint()))
    };
    let (what, of, certificate) = match (request, response) {
        (Request::ImportKey(input), Response::ImportKey(output)) => {
            let received = received(&input.key_material, &output.key.key_arn, state, at);
            state.received.extend(received);
            return;
        }
        (_, Response::GetParametersForImport(o)) => (
            "token",
            o.import_token.clone(),
            fingerprint(&o.wrapping_key_certificate),
        ),
        (_, Response::GetParametersForExport(o)) => (
            "token",
            o.export_token.clone(),
            fingerprint(&o.signing_key_certificate),
        ),
        (Request::GetPublicKeyCertificate(i), Response::GetPublicKeyCertificate(o)) => (
            "certificate",
            i.key_identifier.clone(),
            fingerprint(&o.key_certificate),
        ),
        (Request::GetCertificateSigningRequest(i), _) => {
            ("request", i.key_identifier.clone(), None)
        }
        _ => return,
    };
    let of = state
        .engine
        .find(&of)
        .map_or(of.clone(), |r| r.key.key_arn.clone());
    // Asked for again it is the same thing: a program that asks all day fills nothing.
    state
        .given
        .retain(|g| !(g.what == what && g.of == of && g.file.is_empty()));
    state.given.push(GivenRecord {
        what: what.to_owned(),
        of,
        certificate,
        file: String::new(),
        sha256: None,
        at,
    });
}

fn received(
    material: &ImportKeyMaterial,
    key: &str,
    state: &State,
    at: i64,
) -> Option<ReceivedRecord> {
    let arn = |named: &str| state.engine.find(named).map(|r| r.key.key_arn.clone());
    let (token, root) = match material {
        ImportKeyMaterial::KeyCryptogram(m) => (m.import_token.clone(), None),
        ImportKeyMaterial::Tr34KeyBlock(m) => (
            m.import_token.clone(),
            arn(&m.certificate_authority_public_key_identifier),
        ),
        _ => return None,
    };
    Some(ReceivedRecord {
        arn: key.to_owned(),
        at,
        token,
        root,
    })
}

impl Session {
    /// The digest of the file that an act writes for the other side goes into the record of what it gave out, in the
    /// same commit: the file is made of the act and its answer alone. Outside of a run, whose journal has it, the file
    /// itself is kept until it is written.
    pub(super) fn remember_file(
        &self,
        working: &mut State,
        (action, executed): (&Action, &Executed),
        in_run: bool,
    ) {
        let noted = match action {
            Action::Control {
                request,
                export: Some(note),
                ..
            } => Some((request, note)),
            Action::Tr34(_) => None,
            _ => return,
        };
        let Ok(handover) = handover::of(self, action, executed) else {
            return;
        };
        let sha256 = Some(handover.sha256());
        if !in_run {
            self.keep_unwritten(working, executed, handover);
        }
        let Some((request, note)) = noted else { return };
        if matches!(request, Request::ExportKey(_)) {
            if let Some(export) = working.exports.last_mut() {
                export.sha256 = sha256;
            }
        } else if let Some(given) = working.given.last_mut() {
            given.file.clone_from(&note.file);
            given.sha256 = sha256;
        }
    }

    /// Every token that this vault gave out, those that are good first, the first to end first.
    pub(crate) fn token_views(&self) -> Vec<TokenView> {
        let mut uses: HashMap<&str, Vec<(String, Timestamp)>> = HashMap::new();
        let label = |arn: &str| self.record(arn).map_or_else(|| arn.to_owned(), name_of);
        let went = self.state.exports.iter().map(|e| (&e.token, &e.arn, e.at));
        let came = self.state.received.iter().map(|r| (&r.token, &r.arn, r.at));
        for (token, arn, at) in went.chain(came) {
            if let Some(token) = token {
                let key_then = (label(arn), Timestamp::from_millis(at));
                uses.entry(token.as_str()).or_default().push(key_then);
            }
        }
        let now = self.now();
        let view = |token: GivenToken<'_>| {
            let mut given = self.state.given.iter().rev();
            let given = given.find(|g| g.what == "token" && g.of == token.name);
            let certificate = given
                .and_then(|g| g.certificate.clone())
                .or_else(|| fingerprint(token.certificate_der?));
            TokenView {
                name: token.name.to_owned(),
                comes_in: token.comes_in,
                material: token.material_type.name(),
                algorithm: token.algorithm.name(),
                given: token.given,
                until: token.until,
                certificate,
                root: token.certificate_der.and_then(|der| self.root_over(der)),
                file: given.map(|g| g.file.clone()).unwrap_or_default(),
                sha256: given.and_then(|g| g.sha256.clone()),
                used: uses.remove(token.name).unwrap_or_default(),
            }
        };
        let mut tokens: Vec<TokenView> = self.state.engine.given_tokens().map(view).collect();
        tokens.sort_by_key(|token| (token.until <= now, token.until));
        tokens
    }

    /// The fingerprint of this vault's own root, where it stands above that certificate.
    fn root_over(&self, der: &[u8]) -> Option<String> {
        let root = self.own_root()?;
        let certificate = Certificate::from_any(der).ok()?;
        super::above::issued_under(&certificate, &root)
            .then(|| super::door::hex(&root.sha256_fingerprint()))
    }

    /// Certificates and requests for certificates that were given out, the newest first.
    pub(crate) fn given_views(&self) -> Vec<GivenView> {
        let given = self.state.given.iter().rev().filter(|g| g.what != "token");
        given
            .map(|g| GivenView {
                request: g.what == "request",
                arn: g.of.clone(),
                label: self.record(&g.of).map_or_else(|| g.of.clone(), name_of),
                certificate: g.certificate.clone(),
                file: g.file.clone(),
                sha256: g.sha256.clone(),
                at: Timestamp::from_millis(g.at),
            })
            .collect()
    }

    /// Everybody whose root is here, in the order of their coming.
    pub(crate) fn counterparty_views(&self) -> Vec<CounterpartyView> {
        let mut roots: Vec<CounterpartyView> = Vec::new();
        for root in &self.state.roots {
            if let Some(record) = self.record(&root.arn)
                && let Material::Public { .. } = &record.material
            {
                roots.push(self.counterparty(root, record));
            }
        }
        if roots.is_empty() {
            return roots;
        }
        for record in self.state.engine.records() {
            let Material::Public {
                certificate_der,
                chain_der,
                authority: Some(authority),
            } = &record.material
            else {
                continue;
            };
            // The chain ends in the root; the authority may stand in between.
            let top = chain_der.last().and_then(|der| fingerprint(der));
            let above =
                |c: &&mut CounterpartyView| Some(&c.sha256) == top.as_ref() || c.arn == *authority;
            if let Some(root) = roots.iter_mut().find(above)
                && let Ok(certificate) = Certificate::from_any(certificate_der)
            {
                root.certificates.push((
                    name_of(record),
                    certificate.subject(),
                    certificate.not_after(),
                ));
            }
        }
        roots
    }

    fn counterparty(&self, root: &RootRecord, record: &KeyRecord) -> CounterpartyView {
        let mut tags = record.tags.iter();
        let went = self.state.exports.iter();
        let went = went.filter(|e| e.root.as_deref() == Some(&root.arn));
        let came = self.state.received.iter();
        let came = came.filter(|r| r.root.as_deref() == Some(&root.arn));
        let last = went
            .map(|e| (e.at, true, &e.arn))
            .chain(came.map(|r| (r.at, false, &r.arn)))
            .max();
        let key = &record.key;
        let suspect = self.suspicion(&root.arn).is_some();
        CounterpartyView {
            arn: root.arn.clone(),
            standing: RootStanding::of(key.key_state, key.enabled, suspect),
            label: name_of(record),
            subject: root.subject.clone(),
            sha256: root.sha256.clone(),
            typed: root.confirmed == "typed",
            by: root.by.clone(),
            source: root.source.clone(),
            since: Timestamp::from_millis(root.at),
            until: record
                .material
                .certificate_der()
                .and_then(|der| Certificate::from_any(der).ok())
                .map_or(Timestamp::from_millis(root.at), |c| c.not_after()),
            profile: tags
                .find(|t| t.key == CounterpartyProfile::TAG)
                .map(|t| t.value.clone()),
            certificates: Vec::new(),
            last: last.map(|(at, went, arn)| {
                let label = self.record(arn).map_or_else(|| arn.clone(), name_of);
                (Timestamp::from_millis(at), went, label)
            }),
        }
    }
}

fn fingerprint(der: &[u8]) -> Option<String> {
    let certificate = Certificate::from_any(der).ok()?;
    Some(super::door::hex(&certificate.sha256_fingerprint()))
}

#[cfg(test)]
mod tests;
