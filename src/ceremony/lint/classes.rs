//! L07: keys of one kind of vault never meet those of another.

use crate::session::field::Kind;

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L07",
    title: "classes of keys that mix",
    explain: "\
A key that serves test never serves production, and back (PCI PIN 19-4). Where a key declares its class, the script \
may run in vaults of that class only, and no act brings keys of two classes together: what wraps and what is wrapped \
are of one.

Take the other profiles out of [policy] profiles, or leave `class` out of a key that belongs to whichever vault it is \
made in.",
    check: classes,
};

fn classes(model: &Model, report: &mut Report) {
    for key in &model.keys {
        let Some(class) = key.class else { continue };
        if let Some(other) = model.profiles.iter().find(|profile| **profile != class) {
            report.error(
                &key.place.member("class"),
                None,
                format!(
                    "`{}` is declared a {} key, and the script may run in {} vaults: take that profile out, or the \
                     class.",
                    key.id,
                    class.name(),
                    other.name()
                ),
            );
        }
    }
    for doing in model.doings() {
        let named = doing.op.fields.iter().filter(|f| f.kind == Kind::Key);
        let named = named.filter_map(|f| doing.field(f.id)).chain(doing.makes);
        let mut classed = named.filter_map(|id| model.key(id).filter(|k| k.class.is_some()));
        let Some(first) = classed.next() else {
            continue;
        };
        if let Some(other) = classed.find(|key| key.class != first.class) {
            report.error(
                doing.place,
                Some(doing.step),
                format!(
                    "`{}` and `{}` are of different classes and meet here: one never touches the other.",
                    first.id, other.id
                ),
            );
        }
    }
}
