//! L04: no key under a weaker one.

use crate::api::KeyAlgorithm;
use crate::crypto::strength::{self, WrapPath};
use crate::session::{op, op_exchange};

use super::super::model::{Algorithm, Doing, Model};
use super::contradictions::is_pair;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L04",
    title: "a wrapping key weaker than what it wraps",
    explain: "\
A key travels under one at least as strong (PCI PIN 10-1, Annex C): TDES never carries AES, TDES_2KEY never carries \
TDES_3KEY, RSA_2048 carries TDES only, and no RSA key carries AES_192 or AES_256. For key blocks both algorithms are \
declared and compared. For RSA wrap to a receiver its certificate is known at run time only, so the strongest one \
decides here and the engine judges the real one; for RSA wrap and TR-34 to this vault the pair is the one that an \
earlier step made, and so is the pair that signs a TR-34 token.

Declare a stronger wrapping key, a weaker key, or take another way.",
    check: strength,
};

fn strength(model: &Model, report: &mut Report) {
    let mut given = Given::default();
    for doing in model.doings() {
        given.see(doing);
        if doing.step.expects_error() {
            continue;
        }
        let Some((wrapping, path)) = wrapping(model, doing, &given) else {
            continue;
        };
        let Some(key) = doing.key().and_then(|id| model.key(id)) else {
            continue;
        };
        let Algorithm::Is(wrapped) = key.algorithm else {
            continue;
        };
        if let Err(refusal) = strength::may_wrap(wrapped, wrapping, path) {
            report.error(
                &doing.place.member("key"),
                Some(doing.step),
                format!(
                    "{} Declare another algorithm for `{}` or take another way.",
                    refusal.words(),
                    key.id
                ),
            );
        }
    }
}

/// The strongest pairs that earlier steps made, by what they serve.
#[derive(Default)]
struct Given {
    unwraps: Option<KeyAlgorithm>,
    unwraps_tr34: Option<KeyAlgorithm>,
    signs_tr34: Option<KeyAlgorithm>,
}

impl Given {
    fn see(&mut self, doing: Doing<'_>) {
        let tr34 = doing.field("form") == Some("TR34_KEY_BLOCK");
        let pair = match doing.op.name {
            name if name == op_exchange::PARAMETERS_FOR_EXPORT.name => &mut self.signs_tr34,
            name if name != op_exchange::PARAMETERS_FOR_IMPORT.name => return,
            _ if tr34 => &mut self.unwraps_tr34,
            _ => &mut self.unwraps,
        };
        let named = doing.field("algorithm");
        let mut all = KeyAlgorithm::ALL.iter().copied();
        *pair = all.find(|a| Some(a.name()) == named).max(*pair);
    }
}

/// What an act wraps, unwraps or signs with.
fn wrapping(model: &Model, doing: Doing<'_>, given: &Given) -> Option<(KeyAlgorithm, WrapPath)> {
    let algorithm = |field: &str| match model.key(doing.field(field)?)?.algorithm {
        Algorithm::Is(algorithm) => Some(algorithm),
        Algorithm::FromCertificate => None,
    };
    let declared = || Some((algorithm("wrap")?, WrapPath::Tr31));
    // A pair of the vault stands in the place of a token's; that it is one, L05 says.
    let pair = doing.field("pair").and_then(|id| model.key(id));
    if pair.is_some_and(|pair| !is_pair(pair)) {
        return None;
    }
    let own = algorithm("pair");
    match doing.op.name {
        name if name == op::EXPORT_RSA_WRAP.name => Some((KeyAlgorithm::RSA_4096, WrapPath::Rsa)),
        name if name == op_exchange::IMPORT_RSA_WRAP.name => {
            Some((own.or(given.unwraps)?, WrapPath::Rsa))
        }
        name if name == op_exchange::IMPORT_TR34.name => {
            Some((own.or(given.unwraps_tr34)?, WrapPath::Tr34))
        }
        // The receiver's certificate is known at run time only; the pair that signs is known here.
        name if name == op_exchange::EXPORT_TR34.name => {
            let signs = own.or(given.signs_tr34).unwrap_or(KeyAlgorithm::RSA_4096);
            Some((signs, WrapPath::Tr34))
        }
        name if name == op_exchange::IMPORT_TR31.name => declared(),
        name if name == op_exchange::EXPORT_TR31.name => declared(),
        _ => None,
    }
}
