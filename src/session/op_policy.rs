//! A change of the policy, rule by rule: each is a field, and what is left empty stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::custody::Policy;
use crate::text::{say, tr};

use super::build::Answers;
use super::changing_policy::{read, wrong};
use super::error::Refusal;
use super::field::{Field, Kind};
use super::guide::Entry;
use super::op::Op;

/// What is answered where a rule falls away.
const NONE: &str = "none";

/// How many sign where nothing else is said.
pub const APPROVALS: Field = Field {
    id: "approvals",
    label: "Custodians per act",
    hint: "How many custodians approve an act where nothing else is said; empty: as now.",
    kind: Kind::Number { min: 1, max: 16 },
    optional: true,
};

/// How many sign single acts.
pub const OVERRIDES: Field = Field {
    id: "overrides",
    label: "Acts with others",
    hint: "Acts that take another number of custodians, by the service's names, joined by commas: ExportKey 3, DeleteKey 3; \
           none: all as above; empty: as now.",
    kind: Kind::Text { max: 1000 },
    optional: true,
};

/// Whether keys may be made here.
pub const SOFTWARE: Field = Field {
    id: "software",
    label: "Keys in software",
    hint: "Production: whether this vault makes keys in software and takes clear components. A laptop is not a secure \
           cryptographic device (PCI PIN 5-1, 6-2).",
    kind: Kind::YesNo,
    optional: true,
};

/// Whether files go out by camera.
pub const QR_CODES: Field = Field {
    id: "qr",
    label: "Files as QR codes",
    hint: "Production: whether files for counterparties are shown as QR codes. A camera in the room conflicts with PCI PIN \
           6-1.5 wherever clear key material can be seen.",
    kind: Kind::YesNo,
    optional: true,
};

/// How long what is given out lives.
pub const TOKEN_DAYS: Field = Field {
    id: "parameters-days",
    label: "Days of a token",
    hint: "How many days a token and its certificate live, 7 to 30; the service's have 7. Empty: as now.",
    kind: Kind::Number { min: 7, max: 30 },
    optional: true,
};

/// What is not taken.
pub const REFUSED_BLOCKS: Field = Field {
    id: "refused-blocks",
    label: "Blocks not taken",
    hint: "Versions of TR-31 key block that are not imported, of A, B and C, joined by commas; none: all are taken; empty: as \
           now.",
    kind: Kind::Text { max: 20 },
    optional: true,
};

/// Whether a revocation list is asked for.
pub const DEMAND_CRL: Field = Field {
    id: "demand-crl",
    label: "Ask for a CRL",
    hint: "Whether a TR-34 token is taken only with a revocation list of its sender's authority in it. The service's own \
           tokens carry none.",
    kind: Kind::YesNo,
    optional: true,
};

/// How many keys.
pub const MOST_KEYS: Field = Field {
    id: "most-keys",
    label: "Most keys",
    hint: "How many keys this vault holds at most; none: no limit; empty: as now.",
    kind: Kind::Text { max: 20 },
    optional: true,
};

/// How many aliases.
pub const MOST_ALIASES: Field = Field {
    id: "most-aliases",
    label: "Most aliases",
    hint: "How many aliases this vault holds at most; none: no limit; empty: as now.",
    kind: Kind::Text { max: 20 },
    optional: true,
};

/// All of it at once.
pub const POLICY_FILE: Field = Field {
    id: "file",
    label: "Or from a file",
    hint: "The whole policy in a file, in the place of single answers: policy.json, which Custodians writes with the \
           forms (at a shell, what `keymoot vault policy DIR` printed). TOML or JSON.",
    kind: Kind::File,
    optional: true,
};

/// What the vault decided about approvals and limits.
pub const CHANGE_POLICY: Op = Op {
    name: "vault.policy",
    title: "Change the policy",
    does: "sets how many sign each act and what the vault takes and gives, from the next opening on",
    fields: &[
        APPROVALS,
        OVERRIDES,
        SOFTWARE,
        QR_CODES,
        TOKEN_DAYS,
        REFUSED_BLOCKS,
        DEMAND_CRL,
        MOST_KEYS,
        MOST_ALIASES,
        POLICY_FILE,
    ],
    uses_secret: false,
    phrase: None,
};

/// The policy that the answers make of the one that holds, or of the one that was decided already.
///
/// # Errors
/// The field and the rule.
pub(crate) fn built(now: &Policy, answers: &Answers) -> Result<Policy, Refusal> {
    let single = CHANGE_POLICY
        .fields
        .iter()
        .find(|field| answers.optional(field.id).is_some());
    if answers.files.contains_key(POLICY_FILE.id) {
        return match single {
            None => read(answers.file(POLICY_FILE.id)?),
            Some(field) => Err(wrong(&say!(
                "The field {id} is answered beside a whole policy in a file: give one of them.",
                id = field.id
            ))),
        };
    }
    let mut policy = now.clone();
    if let Some(count) = answers.optional(APPROVALS.id) {
        policy.default = number(&APPROVALS, count)?;
    }
    if let Some(text) = answers.optional(OVERRIDES.id) {
        policy.overrides = overrides(text)?;
    }
    for (field, rule) in [
        (&SOFTWARE, &mut policy.software_generation),
        (&QR_CODES, &mut policy.qr_of_exports),
        (&DEMAND_CRL, &mut policy.demand_crl),
    ] {
        if let Some(answer) = answers.optional(field.id) {
            *rule = answer == "yes";
        }
    }
    if let Some(days) = answers.optional(TOKEN_DAYS.id) {
        let days = number(&TOKEN_DAYS, days)?;
        // What holds without a word is not written.
        let unsaid = policy.parameters_days.is_none() && days == Policy::PARAMETERS_DAYS.0;
        policy.parameters_days = Some(days).filter(|_| !unsaid);
    }
    if let Some(text) = answers.optional(REFUSED_BLOCKS.id) {
        policy.refused_key_blocks = blocks(text)?;
    }
    for (field, name) in [(&MOST_KEYS, "keys"), (&MOST_ALIASES, "aliases")] {
        match answers.optional(field.id) {
            Some(NONE) => {
                policy.quotas.remove(name);
            }
            Some(most) => {
                policy.quotas.insert(name.to_owned(), number(field, most)?);
            }
            None => {}
        }
    }
    Ok(policy)
}

fn broken(field: &Field, rule: &str) -> Refusal {
    Refusal::Usage(format!(
        "The field {} {rule}. The policy in force stays.",
        field.id
    ))
}

fn number<N: std::str::FromStr>(field: &Field, text: &str) -> Result<N, Refusal> {
    text.trim()
        .parse()
        .map_err(|_| broken(field, tr("is no such number: digits alone")))
}

/// `ExportKey 3, DeleteKey 3`.
fn overrides(text: &str) -> Result<BTreeMap<String, u8>, Refusal> {
    if text == NONE {
        return Ok(BTreeMap::new());
    }
    let rule = tr("wants an act and a number each: ExportKey 3");
    let one = |item: &str| {
        let (act, count) = item.trim().split_once(' ')?;
        Some((act.to_owned(), count.trim().parse().ok()?))
    };
    text.split(',')
        .map(|item| one(item).ok_or_else(|| broken(&OVERRIDES, rule)))
        .collect()
}

/// `A, C`.
fn blocks(text: &str) -> Result<BTreeSet<char>, Refusal> {
    if text == NONE {
        return Ok(BTreeSet::new());
    }
    text.split(',')
        .map(|item| {
            let mut letters = item.trim().chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => Ok(letter.to_ascii_uppercase()),
                _ => Err(broken(
                    &REFUSED_BLOCKS,
                    tr("wants letters joined by commas: A, C"),
                )),
            }
        })
        .collect()
}

/// What holds now of a rule, in the form in which it is answered; `None` for a field that is no rule.
pub(crate) fn now(policy: &Policy, field: &str) -> Option<String> {
    let yes = |yes: bool| tr(if yes { "yes" } else { "no" }).to_owned();
    let joined = |items: Vec<String>| {
        if items.is_empty() {
            tr("none").to_owned()
        } else {
            items.join(", ")
        }
    };
    let most = |name: &str| {
        joined(
            policy
                .quotas
                .get(name)
                .map(u64::to_string)
                .into_iter()
                .collect(),
        )
    };
    Some(match field {
        f if f == APPROVALS.id => policy.default.to_string(),
        f if f == OVERRIDES.id => {
            let all = policy.overrides.iter();
            joined(all.map(|(act, n)| format!("{act} {n}")).collect())
        }
        f if f == SOFTWARE.id => yes(policy.software_generation),
        f if f == QR_CODES.id => yes(policy.qr_of_exports),
        f if f == DEMAND_CRL.id => yes(policy.demand_crl),
        f if f == TOKEN_DAYS.id => {
            let unsaid = Policy::PARAMETERS_DAYS.0;
            policy.parameters_days.unwrap_or(unsaid).to_string()
        }
        f if f == REFUSED_BLOCKS.id => {
            let all = policy.refused_key_blocks.iter();
            joined(all.map(char::to_string).collect())
        }
        f if f == MOST_KEYS.id => most("keys"),
        f if f == MOST_ALIASES.id => most("aliases"),
        _ => return None,
    })
}

/// What a question with yes and no is chosen from.
pub(crate) fn yes_or_no(policy: &Policy, field: &str) -> Option<Vec<Entry>> {
    let asked = CHANGE_POLICY.fields.iter().find(|f| f.id == field)?;
    if asked.kind != Kind::YesNo {
        return None;
    }
    let now = now(policy, field)?;
    Some(vec![
        Entry::new("", &say!("as now: {what}", what = now), ""),
        Entry::new("no", tr("no"), ""),
        Entry::new("yes", tr("yes"), ""),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(texts: &[(&str, &str)]) -> Answers {
        let texts = texts
            .iter()
            .map(|(id, text)| ((*id).into(), (*text).into()));
        Answers {
            texts: texts.collect(),
            ..Answers::default()
        }
    }

    fn some() -> Policy {
        Policy {
            default: 3,
            overrides: [("ExportKey".to_owned(), 3)].into(),
            quotas: [("keys".to_owned(), 10), ("aliases".to_owned(), 20)].into(),
            refused_key_blocks: ['A'].into(),
            demand_crl: true,
            ..Policy::default()
        }
    }

    #[test]
    fn what_is_not_answered_stays() {
        assert_eq!(built(&some(), &answers(&[])).unwrap(), some());
        let changed = built(
            &some(),
            &answers(&[("software", "yes"), ("most-keys", "none")]),
        );
        let expected = Policy {
            software_generation: true,
            quotas: [("aliases".to_owned(), 20)].into(),
            ..some()
        };
        assert_eq!(changed.unwrap(), expected);
    }

    #[test]
    fn every_rule_can_be_answered_and_what_is_told_of_it_is_such_an_answer() {
        let all = [
            ("approvals", "3"),
            ("overrides", "ExportKey 3"),
            ("software", "no"),
            ("qr", "no"),
            ("parameters-days", "7"),
            ("refused-blocks", "A"),
            ("demand-crl", "yes"),
            ("most-keys", "10"),
            ("most-aliases", "20"),
        ];
        assert_eq!(built(&Policy::default(), &answers(&all)).unwrap(), some());
        let rules = CHANGE_POLICY.fields.iter().filter(|f| f.kind != Kind::File);
        let told: Vec<_> = rules.map(|f| (f.id, now(&some(), f.id).unwrap())).collect();
        assert_eq!(told, all.map(|(id, text)| (id, text.to_owned())));
        let none = [
            ("overrides", "none"),
            ("refused-blocks", "none"),
            ("most-keys", "none"),
            ("most-aliases", "none"),
        ];
        for (field, text) in none {
            assert_eq!(now(&Policy::default(), field).unwrap(), text);
        }
        let bare = built(&some(), &answers(&none)).unwrap();
        assert!(
            bare.overrides.is_empty()
                && bare.quotas.is_empty()
                && bare.refused_key_blocks.is_empty()
        );
    }

    #[test]
    fn a_wrong_answer_is_named_with_its_field_and_its_rule() {
        for (field, text, says) in [
            ("overrides", "ExportKey", "ExportKey 3"),
            ("overrides", "ExportKey three", "ExportKey 3"),
            ("overrides", "ExportKey 300", "ExportKey 3"),
            ("refused-blocks", "AC", "letters"),
            ("most-keys", "many", "no such number"),
            ("most-aliases", "-1", "no such number"),
        ] {
            let said = built(&some(), &answers(&[(field, text)]))
                .unwrap_err()
                .to_string();
            assert!(
                said.contains(&format!("field {field} ")) && said.contains(says),
                "{said}"
            );
            assert!(said.contains("The policy in force stays."), "{said}");
        }
        let mut both = answers(&[("qr", "yes")]);
        both.files.insert("file".into(), b"default = 2".to_vec());
        let said = built(&some(), &both).unwrap_err().to_string();
        assert!(said.contains("field qr"), "{said}");
        both.texts.clear();
        assert_eq!(
            built(&some(), &both).unwrap(),
            Policy {
                default: 2,
                ..Policy::default()
            }
        );
    }
}
