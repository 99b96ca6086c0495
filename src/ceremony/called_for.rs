//! Whom a script calls into the room, in a line.

use crate::session::{op_custody, said};
use crate::text::{say, tr};

use super::Script;
use super::brief::people::stays_away;
use super::model::{Person, Role};

/// `1 administrator, 2 custodians, 1 witness`: whoever has a place when it begins and comes, who takes one in it, and who
/// is called though they have none.
pub fn people(script: &Script) -> String {
    let model = &script.model;
    let comes = |person: &&Person| !stays_away(model, person);
    let (join, serve): (Vec<_>, Vec<_>) = model
        .places()
        .filter(comes)
        .partition(|p| p.joins.is_some());
    let mut counts: Vec<(Role, usize)> = Vec::new();
    for person in serve {
        match counts.iter_mut().find(|(known, _)| *known == person.role) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => counts.push((person.role, 1)),
        }
    }
    let mut told: Vec<String> = counts
        .iter()
        .map(|(role, count)| match (*count, role) {
            (1, role) => format!("1 {}", said::role(role.name())),
            (n, Role::Administrator) => say!("{n} administrators", n),
            (n, Role::Custodian) => say!("{n} custodians", n),
            (n, Role::Witness) => say!("{n} witnesses", n),
        })
        .collect();
    match join.len() {
        0 => {}
        1 => told.push(tr("1 who joins").to_owned()),
        n => told.push(say!("{n} who join", n)),
    }
    let makes_set = |op: &str| op == op_custody::RECOVERY_SET.name;
    if let Some(at) = model.steps.iter().position(|s| makes_set(s.op.name)) {
        let step = at.saturating_add(1);
        told.push(say!("from step {step} on 3 or more holders", step));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::shipped;

    /// Four custodians were called into a vault of three, and holders without whom a step cannot go on were not.
    #[test]
    fn whoever_comes_is_counted_and_nobody_who_leaves() {
        for (name, told) in [
            ("first-key.toml", "1 administrator, 2 custodians, 1 witness"),
            (
                "custodian-replacement.toml",
                "1 administrator, 2 custodians, 1 witness, 1 who joins",
            ),
            (
                "recovery-set.toml",
                "1 administrator, 2 custodians, 1 witness, from step 4 on 3 or more holders",
            ),
        ] {
            let (_, bytes) = shipped().iter().find(|(file, _)| *file == name).unwrap();
            let script = Script::parse(bytes).ok().unwrap();
            assert_eq!(people(&script), told, "{name}");
        }
    }
}
