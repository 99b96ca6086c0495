//! L05: what is declared fits what is done.

use crate::api::{KeyAttributes, KeyClass, KeyUsage};
use crate::crypto::dukpt::KeySerialNumber;
use crate::engine::attributes::{self, Arrival};
use crate::session::{op, op_exchange};

use super::super::model::{Algorithm, Doing, KeyDeclaration, Model};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L05",
    title: "usage, modes, exportability or attributes that contradict each other",
    explain: "\
A key is declared once, and everything that is done with it must fit: its usage allows its algorithm and modes (the \
control plane's own table decides), what leaves is exportable, what wraps is a K0 or K1 key with the mode for it, \
nothing wraps itself, a certificate's key comes from a certificate, what vouches for the other side (`ca`) is such a \
key, certificates and requests for them are of key pairs, and a terminal's initial key comes from a B0 key with a \
serial number of the right length.

Change the declaration or the step, so that they say the same; or expect the refusal.",
    check: contradictions,
};

fn contradictions(model: &Model, report: &mut Report) {
    for doing in model.doings() {
        if doing.step.expects_error() {
            continue;
        }
        made(model, doing, report);
        leaves(model, doing, report);
        wraps(model, doing, report);
        pairs(model, doing, report);
        initial_key(model, doing, report);
    }
}

/// How a key arrives by an op.
fn arrival(name: &str) -> Arrival {
    if name == op::CREATE_KEY.name {
        Arrival::Created
    } else if name == op::IMPORT_ROOT.name || name == op::IMPORT_TRUSTED.name {
        Arrival::Certificate
    } else {
        Arrival::Wrapped
    }
}

fn made(model: &Model, doing: Doing<'_>, report: &mut Report) {
    let Some(key) = doing.makes.and_then(|id| model.key(id)) else {
        return;
    };
    let arrival = arrival(doing.op.name);
    if (arrival == Arrival::Certificate) != key.is_public() {
        let change = if key.is_public() {
            "name its algorithm there"
        } else {
            "write algorithm = \"from-certificate\" there"
        };
        report.error(
            &doing.place.member("key"),
            Some(doing.step),
            format!(
                "`{}` cannot make `{}` as it is declared: {change}.",
                doing.op.name, key.id
            ),
        );
        return;
    }
    let Algorithm::Is(key_algorithm) = key.algorithm else {
        return;
    };
    let key_class = if key_algorithm.modulus_bits().is_some() {
        KeyClass::ASYMMETRIC_KEY_PAIR
    } else {
        KeyClass::SYMMETRIC_KEY
    };
    let declared = KeyAttributes {
        key_usage: key.usage,
        key_class,
        key_algorithm,
        key_modes_of_use: key.modes,
    };
    if let Err(error) = attributes::judge(&declared, arrival) {
        report.error(
            &key.place,
            Some(doing.step),
            format!(
                "`{}` cannot exist as it is declared: {}",
                key.id, error.message
            ),
        );
    }
}

fn leaves(model: &Model, doing: Doing<'_>, report: &mut Report) {
    if !doing.op.name.starts_with("export-key.") {
        return;
    }
    if let Some(key) = doing.key().and_then(|id| model.key(id))
        && !key.exportable
    {
        report.error(
            &doing.place.member("key"),
            Some(doing.step),
            format!(
                "`{}` is declared exportable = false and exported here: change one of the two.",
                key.id
            ),
        );
    }
}

fn wraps(model: &Model, doing: Doing<'_>, report: &mut Report) {
    let Some(wrapping) = doing.field("wrap").and_then(|id| model.key(id)) else {
        return;
    };
    let mut wrong = |message: String| {
        report.error(&doing.place.member("wrap"), Some(doing.step), message);
    };
    let exports = doing.op.name == op_exchange::EXPORT_TR31.name;
    if doing.key() == Some(wrapping.id.as_str()) {
        wrong("A key cannot wrap itself: name the key that the other side holds too.".to_owned());
    }
    if let Some(lack) = lacks(wrapping, exports) {
        wrong(format!(
            "`{}` cannot serve as the wrapping key here: {lack}. Declare it so, or name another.",
            wrapping.id
        ));
    }
}

/// Certificates are of key pairs, and `ca` names the key of one.
fn pairs(model: &Model, doing: Doing<'_>, report: &mut Report) {
    let declared = |field: &str| doing.field(field).and_then(|id| model.key(id));
    let mut wrong = |field: &str, message: String| {
        report.error(&doing.place.member(field), Some(doing.step), message);
    };
    if let Some(ca) = declared("ca").filter(|key| !key.is_public()) {
        wrong(
            "ca",
            format!(
                "`{}` comes from no certificate and vouches for nobody: name the imported root (algorithm = \
                 \"from-certificate\").",
                ca.id
            ),
        );
    }
    if let Some(pair) = declared("pair").filter(|key| !is_pair(key)) {
        wrong(
            "pair",
            format!(
                "`{}` is no key pair: name one of this vault (RSA), or leave `pair` out.",
                pair.id
            ),
        );
    }
    let requests = doing.op.name == op_exchange::SIGNING_REQUEST.name;
    let certified = declared("key").filter(|_| op::certifies(doing.op));
    if let Some(key) = certified.filter(|key| !is_pair(key) && (requests || !key.is_public())) {
        wrong(
            "key",
            format!(
                "`{}` is no key pair, and only a pair has a certificate: name a pair, or declare an RSA algorithm.",
                key.id
            ),
        );
    }
}

/// Whether a declared key is a pair of this vault.
pub(super) fn is_pair(key: &KeyDeclaration) -> bool {
    matches!(key.algorithm, Algorithm::Is(algorithm) if algorithm.modulus_bits().is_some())
}

/// What a declared key lacks to close or open key blocks.
fn lacks(key: &KeyDeclaration, close: bool) -> Option<&'static str> {
    let wraps = [
        KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY,
        KeyUsage::TR31_K1_KEY_BLOCK_PROTECTION_KEY,
    ];
    let modes = &key.modes;
    let has = if close { modes.wrap } else { modes.unwrap };
    if !wraps.contains(&key.usage) {
        Some("its usage is neither K0 nor K1")
    } else if has || modes.no_restrictions {
        None
    } else if close {
        Some("its modes lack wrap")
    } else {
        Some("its modes lack unwrap")
    }
}

fn initial_key(model: &Model, doing: Doing<'_>, report: &mut Report) {
    let (Some(serial), Some(key)) = (
        doing.field("serial"),
        doing.key().and_then(|id| model.key(id)),
    ) else {
        return;
    };
    let Algorithm::Is(algorithm) = key.algorithm else {
        return;
    };
    let message = if key.usage != KeyUsage::TR31_B0_BASE_DERIVATION_KEY {
        format!(
            "Initial keys come from base derivation keys, and `{}` is none: declare usage B0, or leave `serial` out.",
            key.id
        )
    } else if let Err(error) = KeySerialNumber::parse(algorithm, &serial.to_ascii_uppercase()) {
        format!("{error}. Correct the serial number, or the key's algorithm.")
    } else {
        return;
    };
    report.error(&doing.place.member("serial"), Some(doing.step), message);
}
