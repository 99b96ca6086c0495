//! What whoever sends a key has to say of it, in the terms of what it travels in: drawn from the declared key, for the brief
//! beforehand and for NEXT.txt.

use crate::crypto::tr31::{Exportability, Header, Version};
use crate::session::handover::Coming;
use crate::session::{modes, op_exchange};

use super::model::{Algorithm, Doing, KeyDeclaration, Model};
use super::{ops_carry, stand_in};

/// What a key travels in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Travels {
    /// A TR-34 token, whose sender signs the header.
    Token,
    /// A TR-31 key block, whose header is bound to the key.
    Block,
    /// A request around a cryptogram, which says nothing itself.
    Request,
}

/// A key that comes in a file, and what that has to say of it.
pub(super) struct Asked<'m> {
    /// The input that it comes in.
    pub(super) file: &'m str,
    key: &'m KeyDeclaration,
    travels: Travels,
    /// Whether a file that says another is refused before anybody signs.
    judged: bool,
}

impl<'m> Asked<'m> {
    /// What an act asks of its file, if it takes a wrapped key from one.
    pub(super) fn by(model: &'m Model, doing: Doing<'m>) -> Option<Self> {
        let name = doing.op.name;
        let (field, travels) = match name {
            _ if name == ops_carry::CHECK.name => ("token", Travels::Token),
            _ if name == op_exchange::IMPORT_TR34.name => ("file", Travels::Token),
            _ if name == op_exchange::IMPORT_TR31.name => ("file", Travels::Block),
            _ if name == op_exchange::IMPORT_RSA_WRAP.name => ("file", Travels::Request),
            _ => return None,
        };
        let expect = doing.step.expect.as_ref();
        Some(Self {
            file: doing.field(field)?,
            key: model.key(doing.key()?)?,
            travels,
            judged: name == ops_carry::CHECK.name || expect.is_some_and(|e| e.declared),
        })
    }

    /// Where it is said: a word that a line begins with.
    pub(super) const fn place(&self) -> &'static str {
        match self.travels {
            Travels::Token | Travels::Block => "header",
            Travels::Request => "request",
        }
    }

    /// What is to be said, and what becomes of a file that says another.
    pub(super) fn told(&self) -> Option<String> {
        let words = self.words()?;
        let file = match self.travels {
            Travels::Token => "token",
            Travels::Block => "block",
            Travels::Request => "request",
        };
        Some(if self.judged {
            format!("{words}: a {file} that says another is refused here.")
        } else {
            format!("{words}.")
        })
    }

    /// What is to be said.
    fn words(&self) -> Option<String> {
        let Algorithm::Is(algorithm) = self.key.algorithm else {
            return None;
        };
        let leaves = if self.key.exportable {
            "it may leave again"
        } else {
            "it never leaves again"
        };
        let attributes = stand_in::attributes(self.key, algorithm);
        if self.travels == Travels::Request {
            return Some(format!(
                "KeyUsage {}, KeyAlgorithm {}, KeyModesOfUse {}, Exportable {} ({leaves})",
                self.key.usage.name(),
                algorithm.name(),
                modes::words(&attributes.key_modes_of_use),
                self.key.exportable
            ));
        }
        let exportability = if self.key.exportable {
            Exportability::TRUSTED
        } else {
            Exportability::NONE
        };
        let header = Header::for_key(Version::D, &attributes, exportability)?;
        let text = header.to_text(0).ok()?;
        let (usage, kind) = (text.get(5..7)?, text.get(7..8)?);
        let (mode, export) = (text.get(8..9)?, text.get(11..12)?);
        Some(format!(
            "usage {usage}, algorithm {kind} ({}), mode of use {mode}, exportability {export} ({leaves})",
            algorithm.name()
        ))
    }
}

/// What is wanted of the keys that come under a certificate which the step at `at` hands out, from 0.
pub(super) fn coming(model: &Model, at: usize) -> Coming {
    let Some(step) = model.steps.get(at) else {
        return Coming::default();
    };
    let of_form = match step.fields.get("form").map(String::as_str) {
        _ if step.op.name != op_exchange::PARAMETERS_FOR_IMPORT.name => None,
        Some("TR34_KEY_BLOCK") => Some(Travels::Token),
        Some("KEY_CRYPTOGRAM") => Some(Travels::Request),
        _ => None,
    };
    let later = model.steps.iter().skip(at.saturating_add(1));
    // What was wrapped for a pair of this vault is not wrapped under a certificate that came with a token.
    let doings = later.flat_map(|step| step.doings().into_iter());
    let doings = doings.filter(|doing| {
        !doing.step.expects_error() && doing.makes.is_some() && doing.field("pair").is_none()
    });
    let asked: Vec<Asked<'_>> = doings
        .filter_map(|doing| Asked::by(model, doing))
        .filter(|asked| Some(asked.travels) == of_form)
        .collect();
    let says = asked.iter().filter_map(|asked| {
        let (label, words) = (&asked.key.label, asked.words()?);
        Some(format!("{label}, in the {}: {words}.", asked.place()))
    });
    Coming {
        says: says.collect(),
        never_leaves: !asked.is_empty() && asked.iter().all(|asked| !asked.key.exportable),
    }
}
