//! A bundle that somebody brought, and the fingerprints of a trust file: read and judged in one way by every front end.

use super::forms::ENROLMENT;
use crate::custody::{Role, TypedFingerprint};
use crate::evidence::verify::{Trusted, Verified, refused, verify};

/// A trust file: a fingerprint (64 hex digits or 16 words) and a name a line, perhaps with the role behind it as the form
/// has it: `Ana (custodian)`. `#` begins a remark.
///
/// # Errors
/// The line and what is wrong with it.
pub fn trust_file(text: &str) -> Result<Vec<Trusted>, String> {
    if let Some((name, fingerprint)) = enrolment_form(text) {
        return Err(format!(
            "this is the enrolment form of {name} as keymoot wrote it, and no trust file: whoever changed the bundle may \
             have changed it too. Nothing was verified. Compare its fingerprint with the form that {name} signed in ink; \
             where both agree, this line goes into a trust file, with one of each person who signed:\n{fingerprint} {name}"
        ));
    }
    let mut trusted = Vec::new();
    for (n, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = trust_line(line).ok_or_else(|| {
            format!(
                "line {n} is not a fingerprint (64 hex digits or 16 words) and a name. Nothing was verified. Type one \
                 line a person, the fingerprint as the signed enrolment form has it and then the name: 3498...79e3 Ana."
            )
        })?;
        trusted.push(entry);
    }
    if trusted.is_empty() {
        return Err(
            "it names nobody. Nothing was verified. It wants a fingerprint and a name a line, from the signed \
             enrolment forms."
                .into(),
        );
    }
    Ok(trusted)
}

/// Verifies a bundle, with a trust file where there is one: its name for people, and its text.
///
/// # Errors
/// What is wrong with the trust file, or why the bundle does not hold, in sentences.
pub fn judged(bundle: &[u8], trust: Option<(&str, &str)>) -> Result<Verified, String> {
    let trusted = match trust {
        None => None,
        Some((name, text)) => Some(trust_file(text).map_err(|why| format!("{name}: {why}"))?),
    };
    verify(bundle, trusted.as_deref()).map_err(|fault| refused(&fault))
}

/// Name and fingerprint (64 lower-case hex digits) of an enrolment form as [`super::forms`] writes it.
fn enrolment_form(text: &str) -> Option<(String, String)> {
    let mut lines = text.lines().map(str::trim);
    lines.next().filter(|first| first.starts_with(ENROLMENT))?;
    let name = lines.find_map(|line| line.strip_prefix("Name "))?.trim();
    lines.find(|line| line.ends_with("fingerprint:"))?;
    let hex = |line: &&str| line.chars().all(|c| c.is_ascii_hexdigit() || c == ' ');
    let digits = lines.skip_while(|line| line.is_empty());
    let digits = digits.take_while(|line| hex(line) && !line.is_empty());
    let digits: String = digits.collect::<String>().replace(' ', "");
    (digits.len() == 64).then(|| (name.to_owned(), digits.to_ascii_lowercase()))
}

/// The longest beginning of the line that is a fingerprint; the rest is the name.
fn trust_line(line: &str) -> Option<Trusted> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // Hex in groups first: on the form it stands in sixteen groups of four.
    (1..words.len()).find_map(|split| {
        let (fingerprint, name) = words.split_at(split);
        let typed = TypedFingerprint::parse(&fingerprint.join(" ")).ok()?;
        let (name, role) = of_role(name.join(" "));
        Some(Trusted {
            name,
            fingerprint: typed.bytes().to_vec(),
            role,
        })
    })
}

/// The name, and the role that stands behind it.
fn of_role(name: String) -> (String, Option<String>) {
    let split = name.strip_suffix(')').and_then(|n| n.rsplit_once(" ("));
    match split.and_then(|(name, role)| Some((name, Role::from_word(role)?))) {
        Some((own, role)) => (own.trim().to_owned(), Some(role.word().to_owned())),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::trust_file;
    use crate::custody::Fingerprint;

    #[test]
    fn a_trust_file_takes_hex_groups_and_words() {
        let fingerprint = Fingerprint::of(b"abc");
        let groups: Vec<String> = fingerprint
            .hex()
            .as_bytes()
            .chunks(4)
            .map(|c| String::from_utf8_lossy(c).into_owned())
            .collect();
        let text = format!(
            "# forms of 2026\n{} Ana\n\n{} Ben Bo (witness)\n{}  Cho\n",
            fingerprint.hex(),
            groups.join(" "),
            fingerprint.words().join(" ")
        );
        let trusted = trust_file(&text).unwrap();
        let names: Vec<&str> = trusted.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["Ana", "Ben Bo", "Cho"]);
        let lengths: Vec<usize> = trusted.iter().map(|t| t.fingerprint.len()).collect();
        assert_eq!(lengths, [32, 32, 16]);
        let roles: Vec<Option<&str>> = trusted.iter().map(|t| t.role.as_deref()).collect();
        assert_eq!(roles, [None, Some("witness"), None]);
        assert!(trust_file("abcd Ana").unwrap_err().contains("line 1"));
        assert!(trust_file("\n# nobody\n").is_err());
    }

    /// The form lies beside the vault and names itself: it was refused as a line that is no fingerprint.
    #[test]
    fn an_enrolment_form_is_told_from_a_trust_file_and_gives_its_line() {
        use crate::session::{Environment, practice};
        let store = Box::new(crate::vault::MemoryStore::new());
        let environment = Environment::seeded("forms").unwrap();
        let vault = practice::vault(store, environment, None, true);
        let forms = crate::session::forms::enrolment(&vault.unwrap().session);
        let (name, form) = forms.first().unwrap();
        let why = trust_file(form).unwrap_err();
        assert!(
            why.contains("enrolment form of") && why.contains("signed in ink"),
            "{why}"
        );
        let line = why.lines().last().unwrap();
        assert!(line.ends_with(&format!(" {name}")), "{why}");
        assert_eq!(trust_file(line).unwrap()[0].fingerprint.len(), 32);
    }
}
