//! L24: before a carried token is checked, people have compared the fingerprints of both roots.

use super::super::model::{Model, Step};
use super::super::{ops, ops_carry};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L24",
    title: "a carried key under certificates that nobody compared",
    explain: "\
A carry ceremony never opens the token: what makes it the right one is who signed it and for whom it was made, and both \
hang on a root. A root that came with the file proves nothing about itself. So an earlier step attest.fingerprint has a \
person type the fingerprint of each root from another channel, and somebody else than whoever checks the token.

Put a step attest.fingerprint for the root before carry.check.",
    check: carried,
};

fn carried(model: &Model, report: &mut Report) {
    let mut compared: Vec<(&str, &[String])> = Vec::new();
    for step in &model.steps {
        if step.op.name == ops::ATTEST_FINGERPRINT.name
            && let Some(file) = step.fields.get("file")
        {
            compared.push((file, &step.who));
        }
        if step.op.name == ops_carry::CHECK.name {
            for member in ["sender-root", "receiver-root"] {
                root(step, member, &compared, report);
            }
        }
    }
}

fn root(step: &Step, member: &str, compared: &[(&str, &[String])], report: &mut Report) {
    let Some(file) = step.fields.get(member) else {
        return;
    };
    let place = step.place.member(member);
    match compared.iter().find(|(input, _)| input == file) {
        None => report.error(
            &place,
            Some(step),
            format!("Nobody compares the fingerprint of `{file}`: add a step attest.fingerprint before this one."),
        ),
        Some((_, who)) if who.first() == step.who.first() => report.error(
            &place,
            Some(step),
            format!(
                "Whoever compares the fingerprint of `{file}` checks the token too: let somebody else do one of both."
            ),
        ),
        Some(_) => {}
    }
}
