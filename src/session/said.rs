//! Words that are kept or sent as they are, in the language of the screens: roles, states of exports and of steps.

use crate::text::{say, tr};

/// A role in the language of the screens.
pub fn role(role: &str) -> &str {
    match role {
        "administrator" => tr("administrator"),
        "custodian" => tr("custodian"),
        "witness" => tr("witness"),
        "holder" => tr("holder"),
        other => other,
    }
}

/// A person with their role, `custodian Ben`; a name that says the role already, as the names that were left empty do,
/// stands alone: `custodian-1`, `witness`.
pub fn called(kept: &str, person: &str) -> String {
    let named = person.to_lowercase();
    let says = |word: &str| named.starts_with(word) || named.starts_with(role(word));
    if ["custodian", "administrator", "witness", "holder"]
        .into_iter()
        .any(says)
    {
        person.to_owned()
    } else {
        format!("{} {person}", role(kept))
    }
}

/// The other reading of a 16-byte key's check value: by which method, and which devices show it.
pub fn other_reading(row: &super::KeyRow) -> Option<String> {
    let (method, value) = row.other_check_value.as_ref()?;
    let tdes = row.key.key_attributes.key_algorithm.is_tdes();
    Some(say!(
        "{value}  {method}, on a device that takes it for {twin}",
        value,
        method = method.name(),
        twin = if tdes { "AES_128" } else { "TDES_2KEY" }
    ))
}

/// How far an export has come, in the language of the screens.
pub fn export(state: &str) -> &str {
    match state {
        "sent" => tr("sent"),
        "confirmed" => tr("confirmed"),
        "DIFFERS" => tr("DIFFERS"),
        other => other,
    }
}

/// The name of a step's state in the language of the screens.
pub fn step(name: &str) -> &str {
    match name {
        "planned" => tr("planned"),
        "armed" => tr("armed"),
        "issued" => tr("issued"),
        "co-signed" => tr("co-signed"),
        "executing" => tr("executing"),
        "executed" => tr("executed"),
        "verified" => tr("verified"),
        "witnessed" => tr("witnessed"),
        "closed" => tr("closed"),
        "exception" => tr("exception"),
        "aborted" => tr("aborted"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn a_name_that_says_the_role_is_not_said_twice() {
        assert_eq!(called("custodian", "Ben"), "custodian Ben");
        assert_eq!(called("custodian", "custodian-1"), "custodian-1");
        assert_eq!(called("administrator", "administrator"), "administrator");
    }
}
