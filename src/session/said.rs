//! Words that are kept or sent as they are, in the language of the screens: roles, states of exports and of steps.

use crate::text::tr;

/// A role in the language of the screens.
pub fn role(role: &str) -> &str {
    match role {
        "administrator" => tr("administrator"),
        "custodian" => tr("custodian"),
        "witness" => tr("witness"),
        other => other,
    }
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
