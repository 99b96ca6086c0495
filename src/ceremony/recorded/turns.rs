//! Components that were brought or taken: every custodian's turn again.

use super::super::component_steps::PartSteps;
use super::writer::Writer;
use crate::session::deeds::Deed;
use crate::session::op::KEY;
use crate::session::op_components::{EXPORT_COMPONENTS, IMPORT_COMPONENTS, RECEIVER};

/// Why a key's second ceremony on paper is none of the same script.
pub(super) const TWICE_ON_PAPER: [&str; 2] = [
    "A script brings or takes the papers of one key once, and those of this key are in a step above:",
    "play it as another ceremony (`keymoot new-script` has templates).",
];

/// Whether it is an act on components, which takes a turn of each custodian.
pub(super) fn has_turns(op: &str) -> bool {
    [IMPORT_COMPONENTS.name, EXPORT_COMPONENTS.name].contains(&op)
}

impl Writer {
    /// The turns, the act among them, and what a rehearsal answers; its packages are declared. Nothing where the papers
    /// of this key are in the script already.
    pub(super) fn turns(&mut self, n: usize, deed: &Deed) -> Option<String> {
        let import = deed.op == IMPORT_COMPONENTS.name;
        let made = deed.made.as_ref().filter(|_| import);
        let key = made.or_else(|| deed.keys.get(KEY.id))?;
        if !self.first_on_paper(key) {
            return None;
        }
        let (label, algorithm) = (&key.label, key.algorithm.as_deref().unwrap_or_default());
        let key = self.key(key);
        let custodians: Vec<String> = deed
            .parts
            .iter()
            .map(|(name, _)| self.people.place_of(name).to_owned())
            .collect();
        let lead = deed.who.first().map_or("", |(name, _)| name);
        let steps = PartSteps {
            import,
            label,
            algorithm,
            suffix: &format!("-{}", n.saturating_add(1)),
            key: &key,
            lead: self.people.place_of(lead),
            watch: self.people.other(),
            custodians: &custodians,
            receiver: deed.texts.get(RECEIVER.id).map_or("", String::as_str),
            approve: deed.who.len().saturating_sub(1),
        };
        let text = format!("\n{}", steps.steps().trim_end());
        let items: Vec<String> = (1..=custodians.len()).map(|n| steps.item(n)).collect();
        let answers = steps.answers();
        self.items.extend(items);
        self.answers.push(answers);
        Some(format!("{text}\n"))
    }
}
