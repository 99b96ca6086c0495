//! People's names in answers: several of them in one, and what is none.

/// The names in a text, joined by commas, or by semicolons as some write them; a name has neither in it.
pub(crate) fn listed_names(text: &str) -> Vec<&str> {
    let names = text.split([',', ';']).map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

/// Whether a text has the look of a fingerprint or check value: hex digits in groups, six of them at least, and figures
/// among them. Nobody is called so.
pub(super) fn reads_like_a_value(text: &str) -> bool {
    let mut digits = text.chars().filter(|c| !" :-".contains(*c));
    let hex = text
        .chars()
        .all(|c| c.is_ascii_hexdigit() || " :-".contains(c));
    hex && text.chars().any(|c| c.is_ascii_digit()) && digits.nth(5).is_some()
}

#[cfg(test)]
mod tests {
    use super::{listed_names, reads_like_a_value};

    #[test]
    fn commas_and_semicolons_part_names() {
        assert_eq!(listed_names(" Fay; Gus ,Hal,, "), ["Fay", "Gus", "Hal"]);
        assert!(listed_names(" ; ").is_empty());
    }

    #[test]
    fn a_value_is_told_from_a_name() {
        for value in ["C43E 3905", "08d7b4", "AB:CD:EF:01"] {
            assert!(reads_like_a_value(value), "{value}");
        }
        for name in ["Ada", "Abe Dade", "Ana 2", "custodian-1", "Deca 2", "D2"] {
            assert!(!reads_like_a_value(name), "{name}");
        }
    }
}
