//! What the rules on components look at: who handles which component of which key, step by step.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::op_components::EXPORT_COMPONENTS;

use super::super::model::{Model, Step};
use super::super::ops_components as ops;
use super::heads::{Head, head};

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

/// Somebody who sees a second component of a key.
pub(super) struct Seen<'m> {
    /// The step, with the component that is the second.
    pub(super) handling: Handling<'m>,
    /// The first that they saw.
    pub(super) before: Handling<'m>,
    /// The person, by approval key or else by the own place.
    pub(super) who: &'m str,
}

impl Seen<'_> {
    /// Whether both were seen at own places, and none at one whose holder stayed away.
    pub(super) fn at_own_places(&self, model: &Model) -> bool {
        let own = |place: &str| head(model, place) == self.who;
        own(self.handling.place) && own(self.before.place)
    }
}

/// For every person and key, the step at which a second component of it is before their eyes: nobody forgets, so what a
/// person knows only grows along a path, and the path that does every step, with everybody who stands by at every place
/// whose holder may stay away, shows the most.
pub(super) fn seen_twice<'m>(
    model: &'m Model,
    heads: &BTreeMap<&'m str, Head<'m>>,
) -> Vec<Seen<'m>> {
    let mut at: BTreeMap<&str, Vec<&'m str>> = BTreeMap::new();
    for (who, head) in heads {
        for place in &head.places {
            at.entry(place).or_default().push(who);
        }
    }
    let mut first: BTreeMap<(&str, &str), Handling<'m>> = BTreeMap::new();
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut found: Vec<Seen<'m>> = Vec::new();
    for handling in handlings(model) {
        for &who in at.get(handling.place).map_or(&[][..], Vec::as_slice) {
            let knows = (who, handling.label);
            let before = *first.entry(knows).or_insert(handling);
            if before.part != handling.part && told.insert(knows) {
                found.push(Seen {
                    handling,
                    before,
                    who,
                });
            }
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
    use super::super::heads::{heads, worlds};
    use super::{Model, seen_twice};

    /// What is done with a component: the turns of a custodian, and the act that lets the last one out.
    const TURNS: &[&str] = &[
        "component.enter",
        "component.generate",
        "component.receive",
        "component.read-back",
        "component.seal",
        "export-key.components",
    ];

    /// Key, part, place, what is done, whether the step may be passed as an exception, and whether it expects a refusal.
    type Turn = (usize, u8, usize, usize, bool, bool);

    /// A place: its approval key, if it has one of some, and which of two stands by for it.
    type PlaceSpec = (Option<usize>, Option<usize>);

    fn script(places: &[PlaceSpec], spares: &[Option<usize>], turns: &[Turn]) -> String {
        let mut text = String::from(
            "version = 1\nid = \"x\"\ntitle = \"x\"\n[policy]\nprofiles = [\"rehearsal\"]\n",
        );
        let bound = |key: &Option<usize>| {
            key.map_or(String::new(), |k| {
                format!("key = \"{}\"\n", format!("{k:x}").repeat(64))
            })
        };
        for (n, (key, backup)) in places.iter().enumerate() {
            let backup = backup.map_or(String::new(), |b| format!("backup = \"b{b}\"\n"));
            let key = bound(key);
            let _ = write!(
                text,
                "[[person]]\nid = \"p{n}\"\nrole = \"custodian\"\n{key}{backup}"
            );
        }
        for (n, key) in spares.iter().enumerate() {
            let key = bound(key);
            let _ = write!(
                text,
                "[[person]]\nid = \"b{n}\"\nrole = \"custodian\"\npresent = false\n{key}"
            );
        }
        for n in 0..2 {
            let _ = write!(
                text,
                "[[key]]\nid = \"k{n}\"\nusage = \"K0\"\nalgorithm = \"AES_128\"\nmodes = \"B\"\nexportable = \
                 false\ncomponents = 3\n"
            );
        }
        for (n, (key, part, place, turn, exception, refused)) in turns.iter().enumerate() {
            let op = TURNS[*turn];
            let number = if op == "export-key.components" {
                "initiate = \"lead\"\napprove = { count = 2 }\n".to_owned()
            } else {
                format!("part = {part}\n")
            };
            let expect = if *refused {
                "expect = { error = \"ValidationException\" }\n"
            } else {
                ""
            };
            let fail = if *exception {
                "on_fail = \"exception\"\n"
            } else {
                ""
            };
            let _ = write!(
                text,
                "[[step]]\nid = \"s{n}\"\nop = \"{op}\"\nkey = \"k{key}\"\n{number}who = [\"p{place}\"]\n{fail}{expect}"
            );
        }
        text
    }

    /// Walks every path: each step is done, passed as an exception, or the run stops before it; collects who ever
    /// knows two components of one key.
    fn walk<'m>(
        model: &'m Model,
        at: usize,
        world: &BTreeMap<&'m str, &'m str>,
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
        let who = world[step.who[0].as_str()];
        // The one that leaves is the last of three; nobody sees anything where the step expects to be refused.
        let part = step.fields.get("part").map_or("3", String::as_str);
        if !step.expects_error() {
            after
                .entry((who, &step.fields["key"]))
                .or_default()
                .insert(part);
        }
        walk(model, at + 1, world, &after, found);
        walk(model, at + 1, world, knows, found);
    }

    proptest! {
        #[test]
        fn every_path_agrees_with_the_one_that_decides(
            places in proptest::collection::vec(
                (proptest::option::of(0_usize..3), proptest::option::of(0_usize..2)),
                3,
            ),
            spares in proptest::collection::vec(proptest::option::of(0_usize..3), 2),
            turns in proptest::collection::vec(
                (0_usize..2, 1_u8..4, 0_usize..3, 0..TURNS.len(), any::<bool>(), any::<bool>()),
                0..6,
            ),
        ) {
            let script = Script::parse(script(&places, &spares, &turns).as_bytes());
            prop_assert!(script.is_ok() || turns.is_empty());
            prop_assume!(script.is_ok());
            let script = script.unwrap_or_else(|_| unreachable!());
            let mut every = BTreeSet::new();
            for world in worlds(&script.model) {
                walk(&script.model, 0, &world, &BTreeMap::new(), &mut every);
            }
            let decided: BTreeSet<(String, String)> = seen_twice(&script.model, &heads(&script.model))
                .iter()
                .map(|seen| (seen.who.to_owned(), seen.handling.key.to_owned()))
                .collect();
            prop_assert_eq!(decided, every);
        }
    }
}
