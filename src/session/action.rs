//! Actions: what is asked, typed, validated and fully defaulted. This is what people sign and what is executed.

use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{ExportKeyMaterial, ImportKeyMaterial, Request, Timestamp};

use super::components::ComponentAct;
use super::custody_act::CustodyAct;
use super::tr34_act::Tr34Act;

/// How a root's fingerprint was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// A second person typed it from another channel.
    Typed {
        /// SHA-256 of the DER, lower-case hex, as typed.
        sha256: String,
        /// Who fetched it, when, from which account, region and principal: in their own words.
        source: String,
        /// Who typed it.
        by: String,
    },
    /// Taken as shown: rehearsal and test only, recorded as such.
    AsShown {
        /// SHA-256 of the DER, lower-case hex.
        sha256: String,
    },
}

/// An act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// One operation of the control plane that changes something or lets something out.
    Control {
        /// The request.
        request: Request,
        /// Only for roots.
        confirmation: Option<Confirmation>,
        /// For exports: who receives it, and the file that will be written.
        export: Option<ExportNote>,
    },
    /// Several operations under one approval; all or none. `#n` names the key made by act n.
    List {
        /// What the list is for.
        name: String,
        /// 2 to 10 000 acts.
        acts: Vec<Request>,
    },
    /// A copy of the vault to another medium.
    Backup(Copying),
    /// An act on people, shares and copies.
    Custody(CustodyAct),
    /// A key that comes in or goes out as components.
    Components(Box<ComponentAct>),
    /// Another token of TR-34 than one with a key.
    Tr34(Box<Tr34Act>),
}

/// A copy of the vault as people sign it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copying {
    /// Label of the medium.
    pub medium: String,
    /// Serial of the bag it goes into.
    pub bag: Option<String>,
    /// Who keeps it.
    pub holder: Option<String>,
    /// Where it is kept.
    pub place: Option<String>,
}

impl Copying {
    /// What is signed; who keeps it, and where, only where it is said.
    fn to_json(&self) -> Value {
        let mut act = json!({"name": "vault.backup", "medium": self.medium, "bag": self.bag});
        for (name, said) in [("holder", &self.holder), ("place", &self.place)] {
            if let (Some(said), Some(act)) = (said, act.as_object_mut()) {
                act.insert(name.into(), json!(said));
            }
        }
        act
    }
}

/// What an export is for: recorded with it, and checked by the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportNote {
    /// The receiver's token, `import-token-...`; empty where none belongs to the act (key blocks, parameters).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub import_token: String,
    /// When token and certificate end.
    pub valid_until: Option<Timestamp>,
    /// The file that will be written, without folder.
    pub file: String,
    /// Of a terminal's initial key: its key serial number in upper-case hex as it was typed, where its counter was not at
    /// zero; the request has it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typed_number: Option<String>,
}

impl Action {
    /// An operation without more to say.
    pub const fn control(request: Request) -> Self {
        Self::Control {
            request,
            confirmation: None,
            export: None,
        }
    }

    /// The operations of the service that it performs, in order: one, or those of a list.
    pub fn requests(&self) -> &[Request] {
        match self {
            Self::Control { request, .. } => std::slice::from_ref(request),
            Self::List { acts, .. } => acts,
            Self::Backup { .. } | Self::Custody(_) | Self::Components(_) | Self::Tr34(_) => &[],
        }
    }

    /// The act's name: an [`crate::session::op::Op`] name, or `act-list`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Control { request, .. } => control_name(request),
            Self::List { .. } => "act-list",
            Self::Backup { .. } => "vault.backup",
            Self::Custody(act) => act.name(),
            Self::Components(act) => act.name(),
            Self::Tr34(act) => act.name(),
        }
    }

    /// The file that it writes for the other side, without folder.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Control {
                export: Some(note), ..
            } => Some(&note.file),
            Self::Tr34(act) => Some(&act.file),
            _ => None,
        }
    }

    /// What is signed: the whole act as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Control {
                request,
                confirmation,
                export,
            } => {
                let mut value = json!({
                    "name": self.name(),
                    "operation": request.operation().name(),
                    "input": request.to_json(),
                });
                if let Some(map) = value.as_object_mut() {
                    if let Some(confirmation) = confirmation {
                        map.insert("confirmation".into(), json!(confirmation));
                    }
                    if let Some(export) = export {
                        map.insert("export".into(), json!(export));
                    }
                }
                value
            }
            Self::List { name, acts } => {
                let acts: Vec<Value> = acts
                    .iter()
                    .map(|a| json!({"operation": a.operation().name(), "input": a.to_json()}))
                    .collect();
                json!({"name": "act-list", "title": name, "acts": acts})
            }
            Self::Backup(copying) => copying.to_json(),
            Self::Custody(act) => act.to_json(),
            Self::Components(act) => act.to_json(),
            Self::Tr34(act) => act.to_json(),
        }
    }
}

fn control_name(request: &Request) -> &'static str {
    match request {
        Request::ImportKey(input) => match input.key_material {
            ImportKeyMaterial::RootCertificatePublicKey(_) => "import-key.root-certificate",
            ImportKeyMaterial::TrustedCertificatePublicKey(_) => "import-key.trusted-certificate",
            ImportKeyMaterial::KeyCryptogram(_) => "import-key.rsa-wrap",
            ImportKeyMaterial::Tr31KeyBlock(_) => "import-key.tr31",
            ImportKeyMaterial::Tr34KeyBlock(_) => "import-key.tr34",
        },
        Request::ExportKey(input) => match input.key_material {
            ExportKeyMaterial::KeyCryptogram(_) => "export-key.rsa-wrap",
            ExportKeyMaterial::Tr31KeyBlock(_) => "export-key.tr31",
            ExportKeyMaterial::Tr34KeyBlock(_) => "export-key.tr34",
        },
        other => other.operation().kebab(),
    }
}
