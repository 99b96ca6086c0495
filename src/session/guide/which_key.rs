//! Which keys an act takes, and why the others cannot be taken; what a vault has not got that an act needs, and what
//! brings it.

use crate::api::{KeyAlgorithm, KeyClass, KeyMaterialType, KeyState, KeyUsage};
use crate::crypto::strength::{WrapPath, may_wrap};
use crate::session::field::Kind;
use crate::session::op::{self, Op};
use crate::session::op_exchange::{
    EXPORT_TR34, IMPORT_RSA_WRAP, IMPORT_TR34, PARAMETERS_FOR_EXPORT, PARAMETERS_FOR_IMPORT,
    PUBLIC_KEY_CERTIFICATE, SIGNING_REQUEST,
};
use crate::session::view::{KeyRow, View};
use crate::session::{Comparing, holders, op_exchange, op_suspect, op_tr34};
use crate::text::{say, tr};

use super::{
    Entry, NO_DUKPT, SUSPECT_OFF, export_off, export_off_words, is_no_dukpt, out_off, state_word,
};

/// The keys that a key field of an act takes, and why the others cannot be taken, as far as that is known before
/// the door judges it. Those that can serve come first.
pub fn keys(view: &View, op: &str, field: &str) -> Vec<Entry> {
    let rows = settled_first(view, op, field);
    sorted(rows.into_iter().map(|row| entry(op, field, row)))
}

/// Keys in the order in which they are offered. Where one goes out, or another goes under it, those that nobody compared
/// stand last, and those that differed behind them: none of them is what a tired Enter takes while there is another. Nor is a key
/// to wrap under that nobody else has.
fn settled_first<'v>(view: &'v View, op: &str, field: &str) -> Vec<&'v KeyRow> {
    let mut rows: Vec<&KeyRow> = view.keys.iter().collect();
    if field == "wrap" || op.starts_with("export-key") {
        // Under a key that nobody else has, nobody opens what leaves.
        let alone = |row: &KeyRow| field == "wrap" && is_kek(row) && holders::nobody(view, row);
        rows.sort_by_cached_key(|row| match row.comparing {
            None => usize::from(alone(row)),
            Some(Comparing::Differs) => 3,
            Some(_) => 2,
        });
    }
    rows
}

/// The keys that may wrap: the same as [`keys`] once it is known which key will travel (its ARN). A key never wraps
/// itself, nor one that is stronger.
pub fn wrapping(view: &View, op: &str, field: &str, travels: &str) -> Vec<Entry> {
    let carried = view.keys.iter().find(|row| row.key.key_arn == travels);
    sorted(settled_first(view, op, field).into_iter().map(|row| {
        let mut entry = entry(op, field, row);
        if let Some(holder) = holders::told(view, row).filter(|_| is_kek(row)) {
            entry.note = format!("{}, {holder}", entry.note);
        }
        match carried.filter(|_| entry.off.is_none()) {
            Some(carried) if carried.key.key_arn == row.key.key_arn => {
                entry.off_because(tr("a key cannot wrap itself"))
            }
            Some(carried) => match too_weak(carried, row).or_else(|| one_key(carried, row)) {
                Some(reason) => entry.off_because(&reason),
                None => entry,
            },
            None => entry,
        }
    }))
}

fn too_weak(carried: &KeyRow, row: &KeyRow) -> Option<String> {
    let (wrapped, wrapping) = (algorithm(carried), algorithm(row));
    may_wrap(wrapped, wrapping, WrapPath::Tr31).err().map(|_| {
        say!(
            "{wrapping} is weaker than {wrapped}, which would travel under it",
            wrapping = wrapping.name(),
            wrapped = wrapped.name()
        )
    })
}

/// Both names may be of one key: it was brought in twice. Nothing where a check value is hidden: it would tell it.
fn one_key(carried: &KeyRow, row: &KeyRow) -> Option<String> {
    let hidden = |row: &KeyRow| row.comparing.is_some_and(Comparing::hides);
    let value = |row: &KeyRow| {
        let key = &row.key;
        let by = key.key_check_value_algorithm;
        (algorithm(row), by, key.key_check_value.clone())
    };
    let one = !hidden(carried) && !hidden(row) && value(carried) == value(row);
    one.then(|| {
        say!(
            "same check value as {label}: it may be the same key, and none wraps itself",
            label = carried.label
        )
    })
}

const fn algorithm(row: &KeyRow) -> KeyAlgorithm {
    row.key.key_attributes.key_algorithm
}

fn sorted(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let (can, cannot): (Vec<Entry>, Vec<Entry>) = entries.partition(|e| e.off.is_none());
    can.into_iter().chain(cannot).collect()
}

fn entry(op: &str, field: &str, row: &KeyRow) -> Entry {
    let attributes = &row.key.key_attributes;
    let note = say!(
        "{key_usage} {key_algorithm}, KCV {key_check_value}, {state_word}",
        key_usage = attributes.key_usage.code(),
        key_algorithm = attributes.key_algorithm.name(),
        key_check_value = row.key.key_check_value,
        state_word = state_word(row)
    );
    let entry = Entry::new(&row.key.key_arn, &row.label, &note);
    match key_off(op, field, row) {
        Some(reason) => entry.off_because(reason),
        None => entry,
    }
}

/// The base derivation keys among the keys of an act; the others are off.
pub fn base_keys(entries: Vec<Entry>, view: &View) -> Vec<Entry> {
    let base = |id: &str| {
        let row = view.keys.iter().find(|row| row.key.key_arn == id)?;
        let attributes = &row.key.key_attributes;
        (attributes.key_usage.code() == BASE_KEY).then_some(attributes)
    };
    sorted(entries.into_iter().map(|entry| match base(&entry.id) {
        None => entry.off_because(tr(NO_BASE_KEY)),
        Some(attributes) if is_no_dukpt(attributes.key_usage, attributes.key_algorithm) => {
            entry.off_because(tr(NO_DUKPT))
        }
        Some(_) => entry,
    }))
}

/// Why another key derives nothing.
const NO_BASE_KEY: &str = "it is no base derivation key (purpose B0)";

/// The purpose of a base derivation key.
pub(super) const BASE_KEY: &str = "B0";

/// Why a key is none for a field of an act as it is declared: what is derived takes base keys alone.
fn unfit_for(op: &Op, field: &str, row: &KeyRow) -> Option<&'static str> {
    let attributes = &row.key.key_attributes;
    let derives = field == op::KEY.id && op_exchange::derives(op);
    if derives && attributes.key_usage.code() != BASE_KEY {
        return Some(tr(NO_BASE_KEY));
    }
    if derives && is_no_dukpt(attributes.key_usage, attributes.key_algorithm) {
        return Some(tr(NO_DUKPT));
    }
    key_off(op.name, field, row)
}

/// Whether one of the keys here is one for a field of an act.
///
/// # Errors
/// The first that is offered, with the reason why it is none, if there is any key.
pub(super) fn some_fits<'v>(
    view: &'v View,
    op: &Op,
    field: &str,
) -> Result<(), Option<(&'v KeyRow, &'static str)>> {
    let fits = |row: &KeyRow| unfit_for(op, field, row).is_none();
    if view.keys.iter().any(fits) {
        return Ok(());
    }
    let first = settled_first(view, op.name, field).first().copied();
    Err(first.and_then(|row| Some((row, unfit_for(op, field, row)?))))
}

/// Whether the vault has a key that a key field of an act takes.
pub fn has_key_for(view: &View, op: &str, field: &str) -> bool {
    view.keys
        .iter()
        .any(|row| key_off(op, field, row).is_none())
}

/// Whether no RSA key is strong enough for this one.
fn beyond_rsa(row: &KeyRow) -> bool {
    let rsa = KeyAlgorithm::ALL
        .iter()
        .filter(|a| a.modulus_bits().is_some());
    let mut carry = rsa.filter(|a| may_wrap(algorithm(row), **a, WrapPath::Rsa).is_ok());
    carry.next().is_none()
}

/// Why a key cannot go out under an RSA certificate, in a word.
pub fn rsa_off(row: &KeyRow) -> Option<&'static str> {
    export_off(row).or_else(|| beyond_rsa(row).then_some("TR-31"))
}

/// The word of [`rsa_off`] as the end of a sentence.
pub fn rsa_off_words(word: &str) -> &'static str {
    match word {
        "TR-31" => tr("no RSA key is strong enough to carry it; it leaves in a TR-31 key block"),
        other => export_off_words(other),
    }
}

fn key_off(op: &str, field: &str, row: &KeyRow) -> Option<&'static str> {
    let gone = out_off(row).map(export_off_words);
    let disabled = || (!row.key.enabled).then_some(tr("it is disabled; enable it first"));
    let puts_away = [
        op::DELETE_KEY.name,
        op::STOP_KEY_USAGE.name,
        op_suspect::SUSPECT.name,
    ];
    if row.suspect.is_some()
        && !puts_away.contains(&op)
        && !op.ends_with("-alias")
        && op != "tag-resource"
    {
        return gone.or(Some(tr(SUSPECT_OFF)));
    }
    match op {
        _ if field == "ca" => gone
            .or_else(|| {
                (row.key.key_attributes.key_class != KeyClass::PUBLIC_KEY)
                    .then_some(tr("it is no imported certificate"))
            })
            .or_else(disabled),
        name if field == "wrap" => gone.or_else(|| wrap_off(name, row)).or_else(disabled),
        name if field == "pair" => gone.or_else(|| pair_off(name, row)).or_else(disabled),
        name if [op::EXPORT_RSA_WRAP.name, EXPORT_TR34.name].contains(&name) => {
            rsa_off(row).map(rsa_off_words)
        }
        name if name.starts_with("export-key") => export_off(row).map(export_off_words),
        name if [PUBLIC_KEY_CERTIFICATE.name, SIGNING_REQUEST.name].contains(&name) => gone
            .or_else(|| {
                (row.key.key_attributes.key_class != KeyClass::ASYMMETRIC_KEY_PAIR)
                    .then_some(tr("it is no key pair of this vault"))
            })
            .or_else(disabled),
        name if name == op::RESTORE_KEY.name => {
            (row.key.key_state != KeyState::DELETE_PENDING).then_some(tr("it is not being deleted"))
        }
        name if name == op::START_KEY_USAGE.name => {
            gone.or_else(|| row.key.enabled.then_some(tr("it is enabled already")))
        }
        name if name == op::STOP_KEY_USAGE.name => {
            gone.or_else(|| (!row.key.enabled).then_some(tr("it is disabled already")))
        }
        _ => gone,
    }
}

/// Whether a key is one that others travel under.
fn is_kek(row: &KeyRow) -> bool {
    matches!(row.key.key_attributes.key_usage.code(), "K0" | "K1")
}

/// Why a key wraps nothing on its way out, or unwraps nothing that comes in.
fn wrap_off(op: &str, row: &KeyRow) -> Option<&'static str> {
    let modes = &row.key.key_attributes.key_modes_of_use;
    if !is_kek(row) {
        Some(tr("it is no key-encryption key"))
    } else if op.starts_with("import-key") {
        (!modes.unwrap).then_some(tr("its modes of use do not unwrap"))
    } else {
        (!modes.wrap).then_some(tr("its modes of use do not wrap"))
    }
}

/// Why a key is no pair that opens what comes in, or signs what leaves.
fn pair_off(op: &str, row: &KeyRow) -> Option<&'static str> {
    let attributes = &row.key.key_attributes;
    let modes = &attributes.key_modes_of_use;
    let usage = attributes.key_usage.code();
    if attributes.key_class != KeyClass::ASYMMETRIC_KEY_PAIR {
        Some(tr("it is no key pair of this vault"))
    } else if op.starts_with("import-key") {
        let opens = matches!(usage, "K2" | "D1") && modes.unwrap;
        (!opens).then_some(tr("it is no pair that unwraps keys"))
    } else {
        (usage != "S0").then_some(tr("it is no pair that signs"))
    }
}

/// What an act needs that the vault has not got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The end of a sentence.
    pub why: String,
    /// The act that brings it, by name, where one does.
    pub first: Option<&'static str>,
    /// An answer that the act which comes first is given: field and value.
    pub with: Option<(&'static str, &'static str)>,
}

impl Missing {
    pub(super) fn new(why: impl Into<String>, first: Option<&'static str>) -> Self {
        let why = why.into();
        Self {
            why,
            first,
            with: None,
        }
    }

    /// The key that is made first has this purpose.
    const fn with_usage(mut self, usage: KeyUsage) -> Self {
        self.with = Some(("usage", usage.name()));
        self
    }
}

/// What an act needs that the vault has not got, as far as its fields tell; about `key`, where one was chosen before.
pub(super) fn missing(op: &Op, view: &View, key: Option<&KeyRow>) -> Option<Missing> {
    let unfit = key.and_then(|row| unfit(op, row));
    let mut missing = unfit.or_else(|| lacks(op, view, key))?;
    // Nobody is led to the making of a key that this vault refuses.
    if missing.first == Some(op::CREATE_KEY.name) && !view.software_generation {
        missing.first = None;
        missing.why = say!(
            "{why}; this vault makes none in software, it has to come in",
            why = missing.why
        );
    }
    Some(missing)
}

/// Why this key is none for the act.
fn unfit(op: &Op, row: &KeyRow) -> Option<Missing> {
    let asks = op.fields.iter().any(|f| f.id == op::KEY.id);
    let off = key_off(op.name, op::KEY.id, row).or_else(|| {
        let base = row.key.key_attributes.key_usage.code() == BASE_KEY;
        (op_exchange::derives(op) && !base).then_some(tr(NO_BASE_KEY))
    });
    let reason = off.filter(|_| asks)?;
    let why = say!("{label}: {reason}", label = row.label, reason);
    Some(Missing::new(why, None))
}

/// No key here can wrap any of those that may leave: said before the last question, which none would answer.
fn none_wraps(op: &Op, view: &View, key: Option<&KeyRow>) -> Option<Missing> {
    let asks = op.fields.iter().any(|f| f.id == "wrap");
    if !asks || !op.name.starts_with("export-key") {
        return None;
    }
    let leaves = |row: &&KeyRow| match key {
        Some(chosen) => chosen.key.key_arn == row.key.key_arn,
        None if op_exchange::derives(op) => leaves_derived(row),
        None => key_off(op.name, op::KEY.id, row).is_none(),
    };
    let mut leaving: Vec<&KeyRow> = view.keys.iter().filter(leaves).collect();
    let travels = |row: &&KeyRow| {
        let wraps = |kek: &KeyRow| {
            let itself = kek.key.key_arn == row.key.key_arn;
            let fits = !itself && key_off(op.name, "wrap", kek).is_none();
            fits && too_weak(row, kek).or_else(|| one_key(row, kek)).is_none()
        };
        view.keys.iter().any(wraps)
    };
    if leaving.iter().any(travels) {
        return None;
    }
    let row = leaving.pop()?;
    let why = say!(
        "no key-encryption key here can carry {label}: it takes another one that is at least as strong, and that the other side holds too",
        label = row.label
    );
    let missing = Missing::new(why, Some(op::CREATE_KEY.name));
    Some(missing.with_usage(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY))
}

fn lacks(op: &Op, view: &View, key: Option<&KeyRow>) -> Option<Missing> {
    let none_for = |id: &str| {
        let asks = |f: &super::super::field::Field| f.id == id && f.kind == Kind::Key;
        op.fields.iter().any(asks) && !has_key_for(view, op.name, id)
    };
    if none_for("wrap") {
        let almost = nearly(view, op.name, "wrap", is_kek);
        return almost.or_else(|| {
            let missing = Missing::new(
                tr("there is no key-encryption key here yet"),
                Some(op::CREATE_KEY.name),
            );
            Some(missing.with_usage(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY))
        });
    }
    // Nobody sends anything before a certificate of this vault is out; the sender's root comes with what they send.
    if let Some(missing) = unasked(op, view) {
        return Some(missing);
    }
    // The wizard of the RSA wrap imports the receiver's root on its way.
    if op.name.starts_with("import-key") && none_for("ca") {
        let none = Missing::new(
            tr("no root is trusted here yet"),
            Some(op::IMPORT_ROOT.name),
        );
        return Some(disbelieved(view).unwrap_or(none));
    }
    if op.name.starts_with("export-key") && none_for("key") {
        let none = tr("no key that may leave is here yet: make one, and answer yes to Exportable");
        return nearly(view, op.name, "key", |row| row.key.exportable)
            .or_else(|| Some(Missing::new(none, None)));
    }
    if op_exchange::derives(op) && !view.keys.iter().any(leaves_derived) {
        return Some(no_base_key(view));
    }
    if let Some(missing) = none_wraps(op, view, key) {
        return Some(missing);
    }
    if op.name == EXPORT_TR34.name && none_for("ca") {
        return disbelieved(view).or_else(|| Some(Missing::new(
            tr(
                "the receiver's root is not trusted here yet: import it first, from the file that the receiver gave",
            ),
            Some(op::IMPORT_ROOT.name),
        )));
    }
    if op::certifies(op) && none_for("key") {
        let missing = Missing::new(
            tr("there is no key pair here yet: make a key of purpose K2, D1 or S0, an RSA pair"),
            Some(op::CREATE_KEY.name),
        );
        return Some(missing.with_usage(KeyUsage::TR31_K2_TR34_ASYMMETRIC_KEY));
    }
    let signs = op.name == EXPORT_TR34.name || op_tr34::binds(op);
    if signs && !view.signs_tokens && none_for("pair") {
        return Some(Missing::new(
            tr("first give out a certificate to check with: the token is signed with its key"),
            Some(PARAMETERS_FOR_EXPORT.name),
        ));
    }
    None
}

/// A root that is here and not believed now: who is told to import it once more is refused.
fn disbelieved(view: &View) -> Option<Missing> {
    let mut roots = view.counterparties.iter();
    roots.find_map(|root| {
        let why = root.standing.off(&root.label)?;
        let first = root.standing.lifted_by().map(|op| op.name);
        Some(Missing::new(why, first))
    })
}

/// No key here from which an initial key may leave, and what brings one.
fn no_base_key(view: &View) -> Missing {
    let almost = nearly(view, op_exchange::EXPORT_IPEK.name, "key", |row| {
        row.key.key_attributes.key_usage.code() == BASE_KEY
    });
    almost.unwrap_or_else(|| {
        let why =
            tr("there is no base derivation key here yet: make a key of purpose B0 that may leave");
        let missing = Missing::new(why, Some(op::CREATE_KEY.name));
        missing.with_usage(KeyUsage::TR31_B0_BASE_DERIVATION_KEY)
    })
}

/// Whether a key is a base derivation key of which something may leave.
fn leaves_derived(row: &KeyRow) -> bool {
    row.key.key_attributes.key_usage.code() == BASE_KEY && export_off(row).is_none()
}

/// Nobody can have wrapped a key for this vault that gave out nothing to wrap it under.
fn unasked(op: &Op, view: &View) -> Option<Missing> {
    let form = match op.name {
        name if name == IMPORT_RSA_WRAP.name => KeyMaterialType::KEY_CRYPTOGRAM,
        name if name == IMPORT_TR34.name => KeyMaterialType::TR34_KEY_BLOCK,
        _ => return None,
    };
    let given = |t: &crate::session::TokenView| {
        t.name.starts_with("import-token") && t.material == form.name()
    };
    if view.tokens.iter().any(given) || has_key_for(view, op.name, "pair") {
        return None;
    }
    let missing = Missing::new(
        tr(
            "no certificate of this vault is out for it: the sender needs one to wrap the key under",
        ),
        Some(PARAMETERS_FOR_IMPORT.name),
    );
    Some(Missing {
        with: Some(("form", form.name())),
        ..missing
    })
}

/// A key that would do but for its state: which, and why not now.
fn nearly(view: &View, op: &str, field: &str, is: impl Fn(&KeyRow) -> bool) -> Option<Missing> {
    let mut rows = view.keys.iter().filter(|row| is(row));
    let (row, reason) = rows.find_map(|row| Some((row, key_off(op, field, row)?)))?;
    let why = say!("{label}: {reason}", label = row.label, reason);
    Some(Missing::new(why, None))
}
