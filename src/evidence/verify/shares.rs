//! Shares and approval keys: the report names every use of one that the log has, those for nothing included.
#![deny(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::report::RunReport;
use super::file::string;
use super::log::Line;
use super::{Fault, Verified, fault};

/// How an access to a share begins.
pub(super) const SHARE: &str = "use share";

/// Each custodian used them once in every act of the run that was carried out, and once in every request that was not.
pub(super) fn shares<'l>(
    report: &RunReport,
    done: &Verified,
    acts: impl Iterator<Item = &'l Line>,
    of_run: impl Iterator<Item = &'l Line>,
) -> Result<(), Fault> {
    let mut signed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in acts {
        let of_script = line.detail("script") == Some(&done.script_sha256);
        let Some(digest) = line.detail("digest").filter(|_| of_script) else {
            continue;
        };
        let signatures = line.details().get("signatures").and_then(Value::as_array);
        for signature in signatures.into_iter().flatten() {
            if string(signature, "role") == Some("custodian") {
                let name = string(signature, "name").unwrap_or_default();
                signed.entry(name).or_default().insert(digest);
            }
        }
    }
    let signed = signed.into_iter().map(|(name, acts)| (name, acts.len()));
    let mut signed: BTreeMap<&str, usize> = signed.collect();
    let unused = dropped(of_run, &done.run, &done.script_sha256);
    for name in unused.iter().flat_map(Dropped::approved) {
        *signed.entry(name).or_default() += 1;
    }
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for access in &report.access {
        if access.component.starts_with(SHARE) {
            *said.entry(access.custodian.as_str()).or_default() += 1;
        }
    }
    if said != signed {
        return fault(
            "report, accesses",
            "shares were used in other acts than the log has",
        );
    }
    Ok(())
}

/// One such request: its step, and who had signed it, whoever asked for it first.
#[derive(PartialEq)]
struct Dropped<'l> {
    step: &'l str,
    signed: Vec<&'l str>,
}

impl<'l> Dropped<'l> {
    /// Custodians who approved it: whoever asks uses no share.
    fn approved(&self) -> impl Iterator<Item = &'l str> + '_ {
        self.signed.iter().skip(1).copied()
    }
}

/// Every one of the run. What was taken off the table before the run was taken up again stands in both lines, and counts
/// once.
fn dropped<'l>(lines: impl Iterator<Item = &'l Line>, run: &str, script: &str) -> Vec<Dropped<'l>> {
    let (mut all, mut withdrawn) = (Vec::new(), Vec::new());
    for line in lines {
        if line.is("noted", "withdraw") && line.detail("script") == Some(script) {
            withdrawn.push(of(line.details(), Value::as_str));
            all.push(of(line.details(), Value::as_str));
        }
        if !(line.is("noted", "run-resume") && line.detail("run") == Some(run)) {
            continue;
        }
        let took = line.details().get("unused").and_then(Value::as_array);
        for one in took.into_iter().flatten() {
            let own = of(one, |signed| string(signed, "name"));
            match withdrawn.iter().position(|known| *known == own) {
                Some(at) => drop(withdrawn.remove(at)),
                None => all.push(own),
            }
        }
    }
    all
}

fn of<'l>(request: &'l Value, name: impl Fn(&'l Value) -> Option<&'l str>) -> Dropped<'l> {
    let signed = request.get("signed").and_then(Value::as_array);
    Dropped {
        step: string(request, "step").unwrap_or_default(),
        signed: signed.into_iter().flatten().filter_map(name).collect(),
    }
}
