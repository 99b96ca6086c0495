//! Names of several people in one answer.

/// The names in a text, joined by commas, or by semicolons as some write them; a name has neither in it.
pub(crate) fn listed_names(text: &str) -> Vec<&str> {
    let names = text.split([',', ';']).map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::listed_names;

    #[test]
    fn commas_and_semicolons_part_names() {
        assert_eq!(listed_names(" Fay; Gus ,Hal,, "), ["Fay", "Gus", "Hal"]);
        assert!(listed_names(" ; ").is_empty());
    }
}
