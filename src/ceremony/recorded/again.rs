//! Deeds as a script can say them: what people answered one after the other stands in one script together.

use std::collections::BTreeSet;

use crate::session::deeds::Deed;
use crate::session::heard::at_zero;
use crate::session::op_exchange;

/// The field that names the file an act writes.
const OUTPUT: &str = "output";

/// The same deeds, each file under a name of its own (a run writes them into one folder) and a terminal's number as the act
/// has it.
pub(super) fn sayable(deeds: &[Deed]) -> Vec<Deed> {
    let mut taken = BTreeSet::new();
    let deeds = deeds.iter().cloned();
    let said = deeds.map(|mut deed| {
        if let Some(output) = deed.texts.get_mut(OUTPUT) {
            *output = free(output, &taken);
            taken.insert(output.clone());
        }
        if let Some(number) = deed.texts.get_mut(op_exchange::SERIAL) {
            *number = at_zero(number);
        }
        deed
    });
    said.collect()
}

/// The name, or the next that no file has: `kek.json`, `kek-2.json`.
fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let (stem, ending) = match name.split_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let numbered = (2_usize..).map(|n| format!("{stem}-{n}{ending}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| name.to_owned())
}
