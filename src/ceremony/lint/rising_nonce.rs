//! L19: a script's nonce rises.

use super::super::model::Model;
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L19",
    title: "a nonce that cannot rise",
    explain: "\
A nonce makes one printed script one ceremony: a run begins only if its nonce is higher than that of every run of \
this id before it in the vault, so that nobody plays last year's paper again. It counts from 1. In rehearsal and test \
it is not compared, since there one plays the same script many times.

Write a whole number from 1 on, higher than the last one used, or leave `nonce` out.",
    check: rises,
};

fn rises(model: &Model, report: &mut Report) {
    if let Some((place, nonce)) = &model.nonce
        && *nonce < 1
    {
        report.error(
            place,
            None,
            format!("{nonce} can be higher than no nonce before it: write a number from 1 on."),
        );
    }
}
