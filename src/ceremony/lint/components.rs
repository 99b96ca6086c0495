//! What the rules on components look at: who handles which component of which key, step by step.

use std::collections::BTreeMap;

use crate::session::op_components::EXPORT_COMPONENTS;

use super::super::model::{Model, Step};
use super::super::ops_components as ops;

/// One step in which somebody has a component in front of them.
#[derive(Clone, Copy)]
pub(super) struct Handling<'m> {
    pub(super) step: &'m Step,
    /// What people call the key: two declarations of one name are one key.
    pub(super) label: &'m str,
    /// The declared key.
    pub(super) key: &'m str,
    pub(super) part: u8,
    /// The place that sees it.
    pub(super) place: &'m str,
}

/// Every such step, in order; steps that expect to be refused show nobody anything.
pub(super) fn handlings(model: &Model) -> Vec<Handling<'_>> {
    let one = |step| -> Option<Handling<'_>> {
        let step: &Step = step;
        let leaves = step.op.name == EXPORT_COMPONENTS.name;
        if (!leaves && !ops::is_turn(step.op)) || step.expects_error() {
            return None;
        }
        let key = model.key(step.key()?)?;
        let part = if leaves {
            key.components?
        } else {
            step.fields.get("part")?.parse().ok()?
        };
        Some(Handling {
            step,
            label: &key.label,
            key: &key.id,
            part,
            place: step.who.first()?,
        })
    };
    model.steps.iter().filter_map(one).collect()
}

/// Places by the person who takes them: those with one key are one, every other is one of its own.
pub(super) fn head<'m>(model: &'m Model, place: &'m str) -> &'m str {
    model
        .person(place)
        .and_then(|person| person.key.as_deref())
        .unwrap_or(place)
}

/// For every person and key, the step at which a second component of it is before their eyes, with both numbers:
/// nobody forgets, so what a person knows only grows along a path, and the path that does every step shows the most.
pub(super) fn seen_twice(model: &Model) -> Vec<(Handling<'_>, u8)> {
    let mut first: BTreeMap<(&str, &str), u8> = BTreeMap::new();
    let mut found: Vec<(Handling<'_>, u8)> = Vec::new();
    for handling in handlings(model) {
        let who = (head(model, handling.place), handling.label);
        let before = *first.entry(who).or_insert(handling.part);
        let told = found
            .iter()
            .any(|(h, _)| head(model, h.place) == who.0 && h.label == who.1);
        if before != handling.part && !told {
            found.push((handling, before));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::super::super::Script;
    use super::{Model, head, seen_twice};

    /// Key, part, place, and whether the step may be passed as an exception.
    type Turn = (usize, u8, usize, bool);

    fn script(keys: &[Option<usize>], turns: &[Turn]) -> String {
        let mut text = String::from(
            "version = 1\nid = \"x\"\ntitle = \"x\"\n[policy]\nprofiles = [\"rehearsal\"]\n",
        );
        for (n, key) in keys.iter().enumerate() {
            let key = key.map_or(String::new(), |k| {
                format!("key = \"{}\"\n", format!("{k:x}").repeat(64))
            });
            let _ = write!(
                text,
                "[[person]]\nid = \"p{n}\"\nrole = \"custodian\"\n{key}"
            );
        }
        for n in 0..2 {
            let _ = write!(
                text,
                "[[key]]\nid = \"k{n}\"\nusage = \"K0\"\nalgorithm = \"AES_128\"\nmodes = \"B\"\nexportable = \
                 false\ncomponents = 3\n"
            );
        }
        for (n, (key, part, place, exception)) in turns.iter().enumerate() {
            let fail = if *exception {
                "on_fail = \"exception\"\n"
            } else {
                ""
            };
            let _ = write!(
                text,
                "[[step]]\nid = \"s{n}\"\nop = \"component.enter\"\nkey = \"k{key}\"\npart = {part}\nwho = \
                 [\"p{place}\"]\n{fail}"
            );
        }
        text
    }

    /// Walks every path: each step is done, passed as an exception, or the run stops before it; collects who ever
    /// knows two components of one key.
    fn walk<'m>(
        model: &'m Model,
        at: usize,
        knows: &BTreeMap<(&'m str, &'m str), BTreeSet<&'m str>>,
        found: &mut BTreeSet<(String, String)>,
    ) {
        for ((who, key), parts) in knows {
            if parts.len() > 1 {
                found.insert(((*who).to_owned(), (*key).to_owned()));
            }
        }
        let Some(step) = model.steps.get(at) else {
            return;
        };
        let mut after = knows.clone();
        let who = head(model, &step.who[0]);
        after
            .entry((who, &step.fields["key"]))
            .or_default()
            .insert(&step.fields["part"]);
        walk(model, at + 1, &after, found);
        walk(model, at + 1, knows, found);
    }

    proptest! {
        #[test]
        fn every_path_agrees_with_the_one_that_decides(
            keys in proptest::collection::vec(proptest::option::of(0_usize..3), 3),
            turns in proptest::collection::vec((0_usize..2, 1_u8..4, 0_usize..3, any::<bool>()), 0..7),
        ) {
            let script = Script::parse(script(&keys, &turns).as_bytes());
            prop_assume!(script.is_ok());
            let script = script.unwrap_or_else(|_| unreachable!());
            let mut every = BTreeSet::new();
            walk(&script.model, 0, &BTreeMap::new(), &mut every);
            let decided: BTreeSet<(String, String)> = seen_twice(&script.model)
                .iter()
                .map(|(h, _)| (head(&script.model, h.place).to_owned(), h.key.to_owned()))
                .collect();
            prop_assert_eq!(decided, every);
        }
    }
}
