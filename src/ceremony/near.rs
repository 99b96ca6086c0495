//! The name that somebody may have meant.

/// Names offered at most.
const MOST: usize = 3;

/// Names that are a slip or two away from what was typed, or hold all its words; the nearest first, few of them.
fn near<'n>(typed: &str, names: &[&'n str]) -> Vec<&'n str> {
    let slip = names.iter().map(|name| (slips(typed, name), *name)).min();
    if let Some((slips, name)) = slip
        && slips <= 2
        && slips < typed.len()
    {
        return vec![name];
    }
    let wanted: Vec<&str> = words(typed).collect();
    let holds = |name: &&&str| {
        let has: Vec<&str> = words(name).collect();
        !wanted.is_empty() && wanted.iter().all(|word| has.contains(word))
    };
    let mut found: Vec<&str> = names.iter().filter(holds).copied().collect();
    found.sort_by_key(|name| name.len());
    found.truncate(MOST);
    found
}

/// The same as a question that follows a sentence: ` (did you mean ...?)`; nothing where none is near.
pub fn meant(typed: &str, names: &[&str]) -> String {
    let found: Vec<String> = near(typed, names)
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    if found.is_empty() {
        return String::new();
    }
    format!(" (did you mean {}?)", found.join(" or "))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty())
}

/// How many letters have to be put in, taken out or changed to make one word of another.
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().take(60).enumerate() {
        let mut next = vec![at + 1];
        let mut before = at + 1;
        for ((above, across), letter_there) in row.iter().skip(1).zip(&row).zip(&other) {
            let changed = across + usize::from(*letter_there != letter);
            before = changed.min(above + 1).min(before + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{meant, near};

    #[test]
    fn a_slip_or_the_words_of_a_name_lead_to_it() {
        let names = [
            "create-key",
            "export-key.tr31",
            "export-key.tr34",
            "kek-to-aws-rsa.toml",
        ];
        assert_eq!(near("creat-key", &names), ["create-key"]);
        assert_eq!(near("export-tr31", &names), ["export-key.tr31"]);
        assert_eq!(near("kek-to-aws", &names), ["kek-to-aws-rsa.toml"]);
        assert_eq!(
            meant("export", &names),
            " (did you mean `export-key.tr31` or `export-key.tr34`?)"
        );
        assert_eq!(meant("nonsense", &names), "");
        assert_eq!(meant("", &names), "");
    }
}
