//! A policy in a file: TOML, or JSON as `keymoot vault policy DIR` prints it. Read for a vault that is to be made, and for
//! one that has a policy.

use serde::de::Deserializer;
use serde_json::{Value, json};

use crate::api::Operation;
use crate::custody::policy::operation;
use crate::custody::{Policy, json};

use super::error::Refusal;

/// What a refusal means for a vault that is not there yet.
const UNMADE: &str = "Nothing was made.";

/// The policy in a file; the error is the broken rule as a sentence that names the member.
pub(super) fn parse(bytes: &[u8]) -> Result<Policy, String> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        let value = json::strict(bytes).map_err(|e| format!("The policy is not JSON: {e}."))?;
        return typed(value);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "The policy is not text.".to_owned())?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        let line = e.span().map_or(1, |at| lines_before(text, at.start));
        format!("The policy is not TOML: line {line}: {}.", e.message())
    })?;
    typed(table)
}

fn lines_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.matches('\n').count().saturating_add(1)
}

fn typed<'de, D: Deserializer<'de>>(value: D) -> Result<Policy, String> {
    serde_path_to_error::deserialize(value).map_err(|e| match e.path().to_string().as_str() {
        "." => format!("This is no policy: {}.", sentence(e.inner())),
        path => format!("This is no policy: {path}: {}.", sentence(e.inner())),
    })
}

/// The error without the full stop or the line end that it may come with.
fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    text.trim_end().trim_end_matches('.').to_owned()
}

/// Whether everything that the policy counts approvals of is there; the error says what is not.
pub(super) fn known(policy: &Policy) -> Result<(), String> {
    let known = |name: &str| {
        operation::ALL.contains(&name) || Operation::ALL.iter().any(|o| o.name() == name)
    };
    match policy.overrides.keys().find(|name| !known(name)) {
        Some(name) => Err(format!(
            "The policy counts approvals of {name} (overrides), and nothing here is called that."
        )),
        None => Ok(()),
    }
}

/// Reads the policy of a vault that is to be made.
///
/// # Errors
/// No policy; names the member and the rule.
pub fn read_policy(bytes: &[u8]) -> Result<Policy, Refusal> {
    let wrong = |what: String| {
        Refusal::Usage(format!(
            "{what} {UNMADE} Begin from what `keymoot vault policy DIR` prints."
        ))
    };
    let policy = parse(bytes).map_err(wrong)?;
    known(&policy).map_err(wrong)?;
    Ok(policy)
}

/// Whether a policy can stand in a vault of that many custodians that is to be made.
///
/// # Errors
/// The rule that it breaks.
pub fn policy_fits(policy: &Policy, custodians: u8) -> Result<(), Refusal> {
    policy
        .check(custodians)
        .map_err(|e| Refusal::Usage(e.said(UNMADE)))
}

/// Every member that a new vault would not have by itself, as people read it; the two questions that are asked of people
/// in production apart.
pub fn policy_lines(policy: &Policy) -> Vec<(String, String)> {
    let usual = Policy {
        software_generation: policy.software_generation,
        qr_of_exports: policy.qr_of_exports,
        ..Policy::default()
    };
    let (Value::Object(usual), Value::Object(members)) = (json!(usual), json!(policy)) else {
        return Vec::new();
    };
    members
        .iter()
        .filter(|(name, value)| usual.get(*name) != Some(value))
        .map(|(name, value)| (name.replace('_', " "), plainly(value)))
        .collect()
}

/// Without the signs of JSON.
pub(super) fn plainly(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plainly).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name} {}", plainly(value)))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [&str; 2] = [
        "default = 2\nparameters_days = 30\nrefused_key_blocks = [\"A\", \"C\"]\ndemand_crl = true\n\
         [overrides]\nExportKey = 3\n[quotas]\nkeys = 10\n",
        r#"{"default":2,"parameters_days":30,"refused_key_blocks":["A","C"],"demand_crl":true,
            "overrides":{"ExportKey":3},"quotas":{"keys":10}}"#,
    ];

    #[test]
    fn toml_and_json_say_the_same() {
        let [toml, json] = BOTH.map(|text| read_policy(text.as_bytes()).unwrap());
        assert_eq!(toml, json);
        assert_eq!(toml.overrides["ExportKey"], 3);
        assert_eq!(
            policy_lines(&toml),
            [
                ("demand crl", "yes"),
                ("overrides", "ExportKey 3"),
                ("parameters days", "30"),
                ("quotas", "keys 10"),
                ("refused key blocks", "A, C"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(policy_lines(&Policy::default()).is_empty());
    }

    #[test]
    fn what_is_refused_is_named_with_its_member() {
        for (text, says) in [
            ("", "missing field `default`"),
            ("default = 2\nquorum = 3", "unknown field `quorum`"),
            ("default = 300", "default: "),
            (
                "default = 2\n[overrides]\nExportKey = \"two\"",
                "overrides.ExportKey: ",
            ),
            (
                "default = 2\n[overrides]\nExportKeys = 3",
                "of ExportKeys (overrides)",
            ),
            ("default = 2\ndefault = 3", "line 2"),
            (r#"{"default":2,"default":3}"#, "not JSON"),
            (
                r#"{"default":2,"overrides":{"ExportKey":-1}}"#,
                "overrides.ExportKey: ",
            ),
        ] {
            let said = read_policy(text.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(says), "{text}: {said}");
            assert!(said.contains(UNMADE), "{said}");
        }
        let policy = read_policy(b"default = 4").unwrap();
        let said = policy_fits(&policy, 3).unwrap_err().to_string();
        assert!(
            said.contains("4 custodians for default") && said.contains(UNMADE),
            "{said}"
        );
    }
}
