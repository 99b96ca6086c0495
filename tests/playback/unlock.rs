//! The unlock file of everybody in a practice vault.

use keymoot::session::practice;

/// Everybody's practice passphrases, as an opening reads them.
pub(crate) fn file() -> Vec<u8> {
    let person =
        |name: &str| serde_json::json!({"name": name, "passphrase": practice::phrase(name)});
    serde_json::json!({
        "custodians": [person("Ana"), person("Ben"), person("Cho")],
        "administrator": person("Ada"),
        "witness": person("Wim"),
    })
    .to_string()
    .into_bytes()
}
