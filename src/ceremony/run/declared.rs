//! What arrives compared with what the script declares, before anybody signs; and declared keys past their time.

use data_encoding::HEXUPPER;

use crate::api::{ImportKeyMaterial, KeyAttributes, Request};
use crate::crypto::tr31::{Block, Exportability};
use crate::crypto::tr34::KeyToken;
use crate::session::field::Kind;
use crate::session::{Action, Session};

use super::super::model::{Algorithm, Doing, KeyDeclaration, Step};
use super::Runner;

impl Runner {
    /// The words of the first key that arrives as another than declared; what only an open block tells is compared
    /// after the import.
    pub(super) fn not_as_declared(&self, action: &Action) -> Option<String> {
        let step = self.step()?;
        let requests = action.requests();
        let expects = step.expect.as_ref().is_some_and(|e| e.declared);
        if !expects {
            return None;
        }
        let doings = step.doings();
        let mut pairs = doings.iter().zip(requests);
        pairs.find_map(|(doing, request)| self.differs(doing, request))
    }

    fn differs(&self, doing: &Doing<'_>, request: &Request) -> Option<String> {
        let brings = self.brings_another(doing, request)?;
        Some(format!("The file {brings} Nothing was imported."))
    }

    /// That a request brings another key than the declared one, in words that go on after `the file`.
    pub(super) fn brings_another(&self, doing: &Doing<'_>, request: &Request) -> Option<String> {
        let declared = self.script.model.key(doing.makes?)?;
        let (attributes, exportable) = arriving(request, declared)?;
        if declared.matches(&attributes, exportable) {
            return None;
        }
        if declared.matches(&attributes, declared.exportable) {
            return Some(leaves_otherwise(&declared.label, exportable, request));
        }
        let may_leave = |may: bool| if may { "may leave" } else { "may not leave" };
        let algorithm = match declared.algorithm {
            Algorithm::Is(algorithm) => algorithm.name(),
            Algorithm::FromCertificate => "a certificate's key",
        };
        Some(format!(
            "brings {} {} for {} ({}), and {} is {} {} for {} ({}): another key, or one with another use. Ask the \
             sender which key this is.",
            attributes.key_algorithm.name(),
            attributes.key_usage.code(),
            crate::session::modes::words(&attributes.key_modes_of_use),
            may_leave(exportable),
            declared.label,
            algorithm,
            declared.usage.code(),
            crate::session::modes::words(&declared.modes),
            may_leave(declared.exportable),
        ))
    }

    /// A key of the step that the script lets nobody use any more.
    pub(super) fn unusable(&self, session: &Session, step: &Step) -> Option<String> {
        let now = session.now();
        for doing in step.doings() {
            // What takes a key out of use is done on any day.
            let moves = ["create-key", "import-key.", "export-key."];
            if !moves.iter().any(|name| doing.op.name.starts_with(name)) {
                continue;
            }
            let used = doing.op.fields.iter().filter(|f| f.kind == Kind::Key);
            let used = used.filter_map(|f| doing.field(f.id)).chain(doing.makes);
            for id in used {
                let ended = self.script.model.key(id).and_then(|key| key.not_after);
                if ended.is_some_and(|end| now >= end) && !step.expects_error() {
                    return Some(format!(
                        "The script lets nobody use `{id}` any more: its last day is over. Nothing was done."
                    ));
                }
            }
        }
        None
    }
}

/// It is the declared key in all but whether it may leave, in words that go on after `the file`.
fn leaves_otherwise(label: &str, exportable: bool, request: &Request) -> String {
    let in_request = matches!(
        request,
        Request::ImportKey(input) if matches!(input.key_material, ImportKeyMaterial::KeyCryptogram(_))
    );
    let (is, wants, how) = match (exportable, in_request) {
        (true, true) => (
            "may leave",
            "never does",
            "\"Exportable\": false in the request",
        ),
        (true, false) => (
            "may leave",
            "never does",
            "exportability N in the sender's header",
        ),
        (false, true) => (
            "may never leave",
            "may",
            "\"Exportable\": true in the request",
        ),
        (false, false) => (
            "may never leave",
            "may",
            "exportability E or S in the sender's header",
        ),
    };
    format!(
        "brings {label} as a key that {is}, and the script wants that it {wants}: {how}. Ask the sender for it so."
    )
}

/// What a request says about the key that it brings.
fn arriving(request: &Request, declared: &KeyDeclaration) -> Option<(KeyAttributes, bool)> {
    let Request::ImportKey(input) = request else {
        return None;
    };
    match &input.key_material {
        ImportKeyMaterial::KeyCryptogram(cryptogram) => {
            Some((cryptogram.key_attributes, cryptogram.exportable))
        }
        ImportKeyMaterial::Tr31KeyBlock(block) => {
            // A block hides its key's length; the declared one decides what is compared here.
            let Algorithm::Is(algorithm) = declared.algorithm else {
                return None;
            };
            let block = Block::parse(&block.wrapped_key_block).ok()?;
            let header = block.header();
            let attributes = header.attributes(algorithm.key_bytes()?)?;
            Some((attributes, header.exportability != Exportability::NONE))
        }
        ImportKeyMaterial::Tr34KeyBlock(block) => {
            // So does a token, whose header stands in the open and signed: what it says of the key's leaving is the sender's
            // word.
            let Algorithm::Is(algorithm) = declared.algorithm else {
                return None;
            };
            let bytes = HEXUPPER.decode(block.wrapped_key_block.as_bytes()).ok()?;
            let token = KeyToken::parse(&bytes).ok()?;
            let attributes = token.header().attributes(algorithm.key_bytes()?)?;
            Some((
                attributes,
                token.header().exportability != Exportability::NONE,
            ))
        }
        _ => None,
    }
}
