//! What a rule's code stands for: those of the custody ledger (C4) and of the linter (L08), in plain words, for whoever
//! reads one in a refusal.

use super::RULES;
use crate::custody::ledger::Rule;
use crate::text::{say, tr};

/// A rule by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// `C4`, `L08`.
    pub id: &'static str,
    /// The rule in a sentence without its full stop.
    pub words: String,
    /// All that is known of it, for a page.
    pub whole: String,
}

/// What the ledger holds people to.
fn words(rule: Rule) -> &'static str {
    match rule {
        Rule::G3 => tr("a custodian sees one component of a key, and no other of it"),
        Rule::A3 => tr("nobody ever knows enough parts of a secret, now and earlier together"),
        Rule::A6 => tr("whoever watches a destruction never held a part of that key"),
        Rule::A7 => tr("a custodian has a signed appointment that is in force on the day"),
        Rule::A8 => tr("custodians who together have enough do not report to one manager"),
        Rule::A9 => tr("every access to a package has a custodian, another witness and a purpose"),
        Rule::C4 => {
            tr("whoever holds one part reaches neither enough others nor where they are kept")
        }
    }
}

fn of_ledger(rule: Rule) -> Code {
    let (words, clause) = (words(rule), rule.clause());
    let asked = say!(
        "Rule {id}, {clause}: {words}.",
        id = rule.id(),
        clause,
        words
    );
    let lifted = rule
        .lifted_by()
        .map(|at| say!("What lifts it is entered at Custodians: {at}.", at = tr(at)));
    Code {
        id: rule.id(),
        words: words.to_owned(),
        whole: [Some(asked), lifted]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n\n"),
    }
}

/// Every rule that has a code.
pub fn codes() -> Vec<Code> {
    let ledger = Rule::ALL.iter().map(|rule| of_ledger(*rule));
    let linter = RULES.iter().map(|rule| Code {
        id: rule.id,
        words: rule.title.to_owned(),
        whole: format!("{}  {}\n\n{}", rule.id, rule.title, rule.explain),
    });
    ledger.chain(linter).collect()
}

/// The rules whose codes stand in a text that somebody reads, each once, in their order there.
pub fn codes_in(text: &str) -> Vec<Code> {
    let known = codes();
    let mut found: Vec<Code> = Vec::new();
    // A key block version or a key's name is no rule: the ledger's are told with their clause behind them.
    for (at, word) in text.match_indices(|c: char| c.is_ascii_uppercase()) {
        let rest = text.get(at..).unwrap_or(word);
        let inside = text
            .get(..at)
            .is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let code = known.iter().find(|code| {
            let linter = code.id.starts_with('L');
            rest.strip_prefix(code.id).is_some_and(|behind| {
                let alone = linter && !behind.starts_with(char::is_alphanumeric);
                alone || behind.starts_with(" (PCI PIN ")
            })
        });
        if let Some(code) = code.filter(|code| !inside && !found.contains(code)) {
            found.push(code.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_where_they_are_rules() {
        let ids = |text: &str| codes_in(text).iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids("C4 (PCI PIN 8-2): Bob holds"), ["C4"]);
        assert_eq!(
            ids("L08 line 3: x; A7 (PCI PIN 25-1): y; L08 again"),
            ["L08", "A7"]
        );
        assert!(ids("a C4 sheet, XL08, L081, kek-A7 (PCI)").is_empty());
        let told = codes();
        assert!(
            told.iter()
                .all(|code| !code.words.is_empty() && code.whole.contains(code.id))
        );
    }
}
