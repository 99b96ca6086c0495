//! What a script declares before its steps: roles, people, policy, keys, file inputs.

use crate::api::{KeyAlgorithm, KeyUsage};
use crate::session::Profile;
use crate::session::field::usage;
use crate::session::modes;

use super::super::finding::Place;
use super::super::model::{AbortAct, Algorithm, FileInput, KeyDeclaration, Person, Role};
use super::super::others::Others;
use super::reader::{Reading, Table};
use super::values;

/// `role = [{ id = "custodian", min = 3 }]`.
pub(super) fn roles(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<(Role, usize)> {
    let mut roles = Vec::new();
    for mut role in table.tables("role", on) {
        let place = role.place.clone();
        let name = role.need_text("id", on);
        let min = role.take("min").and_then(|value| value.integer(on));
        role.finish(on);
        if let Some(found) = known_role(&name, &place.member("id"), on) {
            roles.push((
                found,
                min.and_then(|n| usize::try_from(n).ok()).unwrap_or(1),
            ));
        }
    }
    roles
}

fn known_role(name: &str, place: &Place, on: &mut Reading<'_>) -> Option<Role> {
    let role = Role::named(name);
    if role.is_none() {
        on.wrong(
            place,
            format!("`{name}` is no role: write administrator, custodian or witness."),
        );
    }
    role
}

/// `[[person]]`: places.
pub(super) fn people(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for mut person in table.tables("person", on) {
        let place = person.place.clone();
        let id = values::need_id(&mut person, "id", on);
        let role = person.need_text("role", on);
        let key = person.text("key", on).map(|k| k.to_ascii_lowercase());
        let manager = values::id(&mut person, "manager", on);
        let form = values::label(&mut person, "form", on);
        let form_until = values::last_day(&mut person, "form_until", on);
        let joins = values::id(&mut person, "joins", on);
        let backup = values::id(&mut person, "backup", on);
        let present = person.take("present").and_then(|value| value.boolean(on));
        person.finish(on);
        if let Some(key) = &key {
            check_fingerprint(key, &place.member("key"), on);
        }
        twice(people.iter().any(|p| p.id == id), &id, &place, on);
        if let Some(role) = known_role(&role, &place.member("role"), on) {
            people.push(Person {
                place,
                id,
                role,
                key,
                manager,
                form,
                form_until,
                joins,
                backup,
                stands_by: present == Some(false),
            });
        }
    }
    people
}

fn check_fingerprint(key: &str, place: &Place, on: &mut Reading<'_>) {
    if key.len() != 64 || !key.bytes().all(|b| b.is_ascii_hexdigit()) {
        on.wrong(
            place,
            "wants the fingerprint of an approval key: 64 hex digits, as on the enrolment form.",
        );
    }
}

/// An id that is declared before.
pub(super) fn twice(found: bool, id: &str, place: &Place, on: &mut Reading<'_>) {
    if found {
        on.wrong(
            &place.member("id"),
            format!("`{id}` is declared twice: give one of them another id."),
        );
    }
}

/// `[[key]]`.
pub(super) fn keys(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<KeyDeclaration> {
    let mut keys: Vec<KeyDeclaration> = Vec::new();
    for mut key in table.tables("key", on) {
        let place = key.place.clone();
        let id = values::need_id(&mut key, "id", on);
        let label = key.text("label", on).unwrap_or_else(|| id.clone());
        let certificates = key.says("algorithm", FROM_CERTIFICATE);
        let usage = declared_usage(&mut key, certificates, on);
        let algorithm = declared_algorithm(&mut key, on);
        let modes = declared_modes(&mut key, certificates, on);
        let public = algorithm == Some(Algorithm::FromCertificate);
        let exportable = declared_exportable(&mut key, public, on);
        let components = declared_components(&mut key, on);
        let existing = key
            .take("existing")
            .and_then(|value| value.boolean(on))
            .unwrap_or_default();
        let class = declared_class(&mut key, on);
        let not_after = values::last_day(&mut key, "not_after", on);
        let counterparty = values::id(&mut key, "counterparty", on);
        declared_method(&mut key, algorithm, on);
        key.finish(on);
        twice(keys.iter().any(|k| k.id == id), &id, &place, on);
        if let (Some(usage), Some(algorithm), Some(modes)) = (usage, algorithm, modes) {
            keys.push(KeyDeclaration {
                place,
                id,
                label,
                usage,
                algorithm,
                modes,
                exportable,
                components,
                existing,
                class,
                not_after,
                counterparty,
            });
        }
    }
    keys
}

/// The key of a certificate is of one kind: whoever left out a member is told what stands there.
fn of_certificate(key: &Table<'_>, member: &str, on: &mut Reading<'_>) -> bool {
    let missing = !key.members().any(|(name, _)| name == member);
    if missing {
        on.wrong(
            &key.place.member(member),
            format!("`{member}` is missing here: the key of a certificate has usage = \"S0\" and modes = [\"verify\"]."),
        );
        return true;
    }
    false
}

/// The algorithm of a public key, which its certificate says.
const FROM_CERTIFICATE: &str = "from-certificate";

fn declared_usage(
    key: &mut Table<'_>,
    certificates: bool,
    on: &mut Reading<'_>,
) -> Option<KeyUsage> {
    if certificates && of_certificate(key, "usage", on) {
        return None;
    }
    let text = key.need_text("usage", on);
    let found = usage(&text);
    if found.is_none() && !text.is_empty() {
        on.wrong(
            &key.place.member("usage"),
            format!("`{text}` is no key usage: write its code, for example K0."),
        );
    }
    found
}

fn declared_algorithm(key: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Algorithm> {
    let text = key.need_text("algorithm", on);
    if text == FROM_CERTIFICATE {
        return Some(Algorithm::FromCertificate);
    }
    let found = KeyAlgorithm::ALL.iter().find(|a| a.name() == text);
    if found.is_none() && !text.is_empty() {
        let names: Vec<_> = KeyAlgorithm::ALL.iter().map(|a| a.name()).collect();
        on.wrong(
            &key.place.member("algorithm"),
            format!(
                "`{text}` is no algorithm: write one of {}, or from-certificate.",
                names.join(", ")
            ),
        );
    }
    found.copied().map(Algorithm::Is)
}

fn declared_modes(
    key: &mut Table<'_>,
    certificates: bool,
    on: &mut Reading<'_>,
) -> Option<crate::api::KeyModesOfUse> {
    if certificates && of_certificate(key, "modes", on) {
        return None;
    }
    let value = key.need("modes", on)?;
    let place = value.place.clone();
    let text = value.texts(on).join(",");
    let found = modes::parse(&text).ok();
    if found.is_none() {
        on.wrong(
            &place,
            format!(
                "`{text}` are no modes of use: list encrypt, decrypt, wrap, unwrap, generate, sign, verify, \
                 derive-key or no-restrictions, or write a TR-31 letter, for example \"B\"."
            ),
        );
    }
    found
}

fn declared_exportable(key: &mut Table<'_>, public: bool, on: &mut Reading<'_>) -> bool {
    match key.take("exportable") {
        Some(value) => value.boolean(on).unwrap_or_default(),
        None if public => false,
        None => {
            on.wrong(
                &key.place.member("exportable"),
                "`exportable` is missing here: write whether the key may ever leave, for it is fixed for life.",
            );
            false
        }
    }
}

/// `components = 3`: into how many parts the key is divided, or of how many it is formed.
fn declared_components(key: &mut Table<'_>, on: &mut Reading<'_>) -> Option<u8> {
    let value = key.take("components")?;
    let place = value.place.clone();
    let count = value.integer(on)?;
    let fits = u8::try_from(count).ok().filter(|n| (2..=9).contains(n));
    if fits.is_none() {
        on.wrong(
            &place,
            "wants a number from 2 to 9: with one, a single person would know the key.",
        );
    }
    fits
}

/// `kcv = "CMAC"`: how its check value is made. The algorithm decides it; a script may say so and cannot change it.
fn declared_method(key: &mut Table<'_>, algorithm: Option<Algorithm>, on: &mut Reading<'_>) {
    let place = key.place_of("kcv");
    let Some(said) = key.text("kcv", on) else {
        return;
    };
    let method = match algorithm {
        Some(Algorithm::Is(algorithm)) if algorithm.is_tdes() => "ANSI_X9_24",
        Some(Algorithm::Is(algorithm)) if algorithm.name().starts_with("AES") => "CMAC",
        _ => {
            on.wrong(&place, "is for AES and TDES keys alone: remove it here.");
            return;
        }
    };
    if said != method {
        on.wrong(
            &place,
            format!(
                "is `{said}`, and the check value of this algorithm is made by {method}: correct it, or leave it out."
            ),
        );
    }
}

/// `class = "test"`: the kind of vault that the key belongs to.
fn declared_class(key: &mut Table<'_>, on: &mut Reading<'_>) -> Option<Profile> {
    let value = key.take("class")?;
    let place = value.place.clone();
    let name = value.text(on)?;
    let class = Profile::named(&name);
    if class.is_none() {
        on.wrong(
            &place,
            format!("`{name}` is no class: write rehearsal, test or production."),
        );
    }
    class
}

/// `[[input]]`: files that people bring.
pub(super) fn inputs(table: &mut Table<'_>, on: &mut Reading<'_>) -> Vec<FileInput> {
    let mut inputs: Vec<FileInput> = Vec::new();
    for mut input in table.tables("input", on) {
        let place = input.place.clone();
        let id = values::need_id(&mut input, "id", on);
        let hint = input.need_text("hint", on);
        let default = input.text("default", on);
        let during = arrives(&mut input, on);
        let medium = values::label(&mut input, "medium", on);
        let made_by = input.text("made_by", on);
        let commands = input.texts("command", on);
        let others = Others {
            gets: input.text("gets", on),
            does: input.text("does", on),
            back: None,
        };
        input.finish(on);
        if during && default.is_some() {
            on.wrong(
                &place.member("default"),
                "A file that comes during the ceremony answers to it and can have no default: remove one of the two.",
            );
        }
        twice(inputs.iter().any(|i| i.id == id), &id, &place, on);
        if let Some(path) = &default {
            check_default(path, &place.member("default"), on);
        }
        inputs.push(FileInput {
            place,
            id,
            hint,
            default,
            during,
            medium,
            made_by,
            commands,
            others,
        });
    }
    inputs
}

/// `arrives = "during"`: brought in answer to what the ceremony hands out; `before` if nothing is said.
fn arrives(input: &mut Table<'_>, on: &mut Reading<'_>) -> bool {
    let Some(value) = input.take("arrives") else {
        return false;
    };
    let place = value.place.clone();
    match value.text(on).as_deref() {
        Some("during") => true,
        Some("before") | None => false,
        Some(other) => {
            on.wrong(
                &place,
                format!("`{other}` is not known: write before or during."),
            );
            false
        }
    }
}

/// `[on_abort] do = ["wipe", "reseal-open-components", "list-custody", "sign-off"]`.
pub(super) fn on_abort(table: &mut Table<'_>, on: &mut Reading<'_>) -> (Vec<AbortAct>, Place) {
    let Some(mut section) = table.take("on_abort").and_then(|value| value.table(on)) else {
        return (Vec::new(), Place::default());
    };
    let place = section.place_of("do");
    let names = section.texts("do", on);
    section.finish(on);
    let mut acts = Vec::new();
    for name in names {
        match AbortAct::ALL.iter().find(|act| act.name() == name) {
            Some(act) if acts.contains(act) => {
                on.wrong(&place, format!("`{name}` stands there twice: remove one."));
            }
            Some(act) => acts.push(*act),
            None => on.wrong(
                &place,
                format!("`{name}` is not known: write wipe, reseal-open-components, list-custody or sign-off."),
            ),
        }
    }
    (acts, place)
}

/// A default stays inside the script's own folder.
fn check_default(path: &str, place: &Place, on: &mut Reading<'_>) {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if path.contains('\\') || path.contains(':') || !path.split('/').all(plain) {
        on.wrong(
            place,
            "is no path inside the script's folder: write it relative, without `..`, for example samples/x.json.",
        );
    }
}
