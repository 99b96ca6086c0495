//! A new script from a template, or from one that ships.

use super::shipped::shipped;

const TEMPLATE: &str = include_str!("template.toml");
const TEMPLATE_ID: &str = "my-ceremony";

/// A script of this id: from the template, or a copy of the shipped script `from` (a file name, with or without
/// `.toml`). Its comments, steps and people are those of the original.
///
/// # Errors
/// The id has not the form of one, or no such script ships.
pub fn new_script(id: &str, from: Option<&str>) -> Result<String, String> {
    if !super::parse::is_id(id) {
        return Err(format!(
            "`{id}` is no id: a small letter, then up to 39 small letters, digits or hyphens"
        ));
    }
    let Some(from) = from else {
        return Ok(renamed(TEMPLATE, TEMPLATE_ID, id));
    };
    let stem = from.strip_suffix(".toml").unwrap_or(from);
    let found = shipped()
        .iter()
        .find(|(name, _)| name.strip_suffix(".toml") == Some(stem));
    let Some((_, bytes)) = found else {
        let names: Vec<_> = shipped().iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "no script {from} ships with keymoot; these do: {}",
            names.join(", ")
        ));
    };
    Ok(renamed(&String::from_utf8_lossy(bytes), stem, id))
}

/// The script under its new id, which also names its file and its seed.
fn renamed(text: &str, old: &str, new: &str) -> String {
    let lines = text.lines().map(|line| {
        let names_itself = line.starts_with("id ") || line.starts_with("seed ");
        if names_itself || line.contains(&format!("sha256sum {old}.toml")) {
            line.replace(old, new)
        } else {
            line.to_owned()
        }
    });
    let mut out = lines.collect::<Vec<_>>().join("\n");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Script, shipped};
    use super::new_script;

    #[test]
    fn every_new_script_is_clean_and_has_its_own_id() {
        let all = shipped().iter().map(|(name, _)| Some(*name));
        for from in all.chain([None]) {
            let text = new_script("quarterly-42", from).unwrap();
            let script = Script::parse(text.as_bytes())
                .unwrap_or_else(|findings| panic!("{from:?}: {findings:#?}"));
            assert_eq!(script.lint(), [], "{from:?}");
            assert_eq!(script.id(), "quarterly-42");
            assert_eq!(script.rehearsal().0.as_deref(), Some("quarterly-42"));
            assert!(text.contains("sha256sum quarterly-42.toml"), "{from:?}");
        }
    }

    #[test]
    fn ids_and_sources_are_judged() {
        assert!(new_script("Bad Id", None).is_err());
        assert!(
            new_script("x", Some("nowhere"))
                .unwrap_err()
                .contains("first-key.toml")
        );
    }
}
