//! Rules by their codes: whoever reads C4 in a refusal types it, and reads the rule.

use super::{Does, Entry};
use crate::ceremony::codes;
use crate::text::{say, tr};
use crate::tui::screen::{Reaction, Step};
use crate::tui::screens::page::Page;

/// An entry for every rule.
pub(super) fn entries() -> Vec<Entry> {
    let entry = |code: crate::ceremony::Code| Entry {
        key: code.id.to_owned(),
        name: code.id.to_owned(),
        also: String::new(),
        help: code.words,
        off: None,
        does: Does::Rule(code.id),
        enter: Some(tr("shows the rule and where it comes from").to_owned()),
    };
    codes().into_iter().map(entry).collect()
}

/// Whether it is the rule whose code was typed.
pub(super) fn is(entry: &Entry, typed: &str) -> bool {
    entry.is_rule() && entry.name.eq_ignore_ascii_case(typed.trim())
}

/// The rule's page in the place of the palette.
pub(super) fn page(id: &str) -> Reaction {
    let Some(code) = codes().into_iter().find(|code| code.id == id) else {
        return Reaction::pop();
    };
    let title = say!("rule {id}", id);
    let page = Page::new(
        &[tr("Rules"), &title],
        code.whole,
        tr("nothing has changed"),
    );
    Reaction::pop().then(Step::Push(Box::new(page)))
}

#[cfg(test)]
mod tests {
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::home::Home;

    /// Refusals name their rules by codes that nobody knows by heart.
    #[test]
    fn a_rules_code_leads_to_the_rule_in_plain_words() {
        let mut room = Room::new(Home::new(), practice_session(true));
        room.press("<C-p>c4");
        room.shows(&["whoever holds one part reaches neither enough others"]);
        room.press("<Enter>");
        room.shows(&["Rule C4, PCI PIN 8-2"]);
        room.press("<Esc><C-p>L08<Enter>");
        room.shows(&["L08  "]);
        // Nobody meets them who looks for something else.
        room.press("<Esc><C-p>");
        assert!(!room.text().contains("whoever holds one part"));
    }
}
