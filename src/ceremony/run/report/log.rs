//! What the audit log shows of a run: who signed, how, and by which program it was played.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::Timestamp;
use crate::evidence::report::{Access, Paper, SuspectPackage};
use crate::session::{Run, Session, StepRecord};

use super::super::exceptions::EXCEPTION;
use super::super::stopping::STOPPED;
use super::audit_lines;

/// One signature that stands in the log.
pub(super) struct Signed {
    /// Whose.
    pub(super) name: String,
    /// Whether it came from a file: nobody typed a passphrase for it.
    pub(super) from_file: bool,
    /// What it is under.
    pub(super) under: Under,
}

/// What a signature is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    /// An act.
    Act,
    /// An exception.
    Exception,
    /// The record of a stop.
    Stop,
    /// A sign-off of the script.
    SignOff,
}

/// A list inside a line; empty where it has none.
pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().collect()
}

/// The lines of the log from the run's beginning to its end, by their numbers.
pub(super) struct Shown {
    pub(super) lines: BTreeMap<u64, Value>,
    /// The opening of the vault in which the run began; none where the vault was made in the same session.
    pub(super) opened: Option<(u64, Value)>,
    /// When the policy that counted in the run was decided, and who signed it; none where it is that of the creation.
    pub(super) rules: Option<Rules>,
    /// By how much the vault's clock had been moved on before the run, in milliseconds.
    pub(super) ahead: i64,
}

/// A change of the policy.
pub(super) struct Rules {
    pub(super) at: Option<Timestamp>,
    pub(super) by: Vec<String>,
}

impl Rules {
    fn of(line: &Value) -> Self {
        let at = line.get("time").and_then(Value::as_i64);
        let by = list(line, "/who").into_iter().filter_map(Value::as_str);
        Self {
            at: at.map(Timestamp::from_millis),
            by: by.map(str::to_owned).collect(),
        }
    }
}

/// What the log says before the run.
#[derive(Default)]
struct Before {
    opened: Option<(u64, Value)>,
    /// A policy that counts from the next opening on.
    decided: Option<Rules>,
    rules: Option<Rules>,
    ahead: i64,
}

impl Before {
    fn reads(&mut self, n: u64, line: Value) {
        match string(&line, &["op"]) {
            "open" => {
                self.rules = self.decided.take().or(self.rules.take());
                self.opened = Some((n, line));
            }
            "close" => self.opened = None,
            "advance" => self.ahead += moved(&line),
            "ChangePolicy" if string(&line, &["kind"]) == "outcome" => {
                self.decided = Some(Rules::of(&line));
            }
            _ => {}
        }
    }
}

impl Shown {
    /// Reads the log. One that cannot be read shows nothing, and what leans on it is then not evidenced.
    pub(super) fn of(run: &Run, session: &Session) -> Self {
        let mut lines = BTreeMap::new();
        let mut under_way = false;
        let mut before = Before::default();
        for (n, text) in (1_u64..).zip(session.log_lines().unwrap_or_default()) {
            let of_run = text.contains(run.id.as_str());
            if !under_way && !of_run && !BEFORE.iter().any(|op| text.contains(op)) {
                continue;
            }
            let line: Value = serde_json::from_str(&text).unwrap_or_default();
            if !under_way && !of_run {
                before.reads(n, line);
                continue;
            }
            let is = |op: &str| of_run && string(&line, &["op"]) == op;
            under_way |= is("run-begin");
            let ends = is("run-close");
            if under_way {
                lines.insert(n, line);
            }
            if ends {
                break;
            }
        }
        let mut shown = Self {
            lines,
            opened: before.opened,
            rules: before.rules,
            ahead: before.ahead,
        };
        shown.leave_out_voids();
        shown
    }

    /// An intent that no commit sealed is no act: nothing of it happened.
    fn leave_out_voids(&mut self) {
        let mut open: BTreeMap<String, u64> = BTreeMap::new();
        let mut void = BTreeSet::new();
        for (n, line) in &self.lines {
            let group = || line.get("group").map(Value::to_string).unwrap_or_default();
            match string(line, &["kind"]) {
                "intent" => drop(open.insert(group(), *n)),
                "void" => void.extend(open.remove(&group())),
                _ => {}
            }
        }
        self.lines.retain(|n, _| !void.contains(n));
    }

    /// Every signature of the run: under its acts, each once, and under its sign-offs.
    pub(super) fn signed(&self, run: &Run) -> Vec<Signed> {
        let mut acts = BTreeSet::new();
        let of_run = self.lines.values().filter(|line| {
            let digest = string(line, &["details", "digest"]);
            is_sign_off(line) || (act_of(line, run) && acts.insert(digest))
        });
        of_run.flat_map(signatures).collect()
    }

    /// Version and SHA-256 of each program that began the run or took it up again, where it was noted.
    pub(super) fn tools(&self, run: &Run) -> Vec<[String; 2]> {
        let mut tools: Vec<[String; 2]> = Vec::new();
        for line in self.lines.values() {
            let tool = string(line, &["details", "tool"]);
            let own = string(line, &["details", "run"]) == run.id;
            if own && !tool.is_empty() && !tools.iter().any(|[_, known]| known == tool) {
                let version = string(line, &["details", "version"]);
                tools.push([version.to_owned(), tool.to_owned()]);
            }
        }
        tools
    }

    /// Packages of components that showed tampering.
    pub(super) fn suspect_packages(&self) -> Vec<SuspectPackage> {
        let tampered = self
            .lines
            .iter()
            .filter(|(_, line)| line.pointer("/details/tampered") == Some(&Value::Bool(true)));
        let told = tampered.map(|(n, line)| SuspectPackage {
            line: *n,
            components_of: string(line, &["details", "components_of"]).to_owned(),
            package: string(line, &["details", "package"]).to_owned(),
            part: part(line),
            opened_by: first(line),
        });
        told.collect()
    }

    /// The safe that a component's package went into, as the line of it says.
    pub(super) fn safe(&self, paper: &Paper) -> String {
        let line = self.sealed(paper).and_then(|n| self.lines.get(&n));
        let details = line.and_then(|line| line.get("details"));
        details.map(Access::safe_in).unwrap_or_default()
    }

    /// The line in which this component went into this package.
    pub(super) fn sealed(&self, paper: &Paper) -> Option<u64> {
        let found = self.lines.iter().rev().find(|(_, line)| {
            let detail = |name: &str| string(line, &["details", name]);
            string(line, &["op"]) == "component-seal"
                && part(line) == paper.part
                && detail("components_of") == paper.components_of
                && detail("package") == paper.package
                && detail("witness") == paper.witness
                && first(line) == paper.holder
        });
        found.map(|(n, _)| *n)
    }

    /// The time of a line.
    pub(super) fn time(&self, n: u64) -> Option<Timestamp> {
        let millis = self.lines.get(&n)?.get("time")?.as_i64()?;
        Some(Timestamp::from_millis(millis))
    }

    /// By how much the vault's clock was moved on during the run, in milliseconds.
    pub(super) fn moved(&self) -> i64 {
        let lines = self.lines.values();
        let advances = lines.filter(|line| string(line, &["op"]) == "advance");
        advances.map(moved).sum()
    }

    /// The line in which the material of a key was removed for good.
    pub(super) fn destroyed(&self, arn: &str) -> Option<u64> {
        let found = self.lines.iter().rev().find(|(_, line)| {
            is_act(line)
                && string(line, &["op"]) == DESTROY
                && string(line, &["details", "key"]) == arn
        });
        found.map(|(n, _)| *n)
    }

    /// Whether anything of the run was signed from a file: its answers came from one as well.
    pub(super) fn leans_on_a_file(&self) -> bool {
        let mut signed = self.lines.values().flat_map(signatures);
        signed.any(|signature| signature.from_file)
    }

    /// The spans in which the run lay in a closed vault: from the last line before the opening to the line in which
    /// it was taken up again, in milliseconds.
    pub(super) fn closed(&self, run: &Run) -> Vec<(i64, i64)> {
        let mut spans = Vec::new();
        let (mut last, mut from) = (None, None);
        for line in self.lines.values() {
            let time = line.get("time").and_then(Value::as_i64);
            let own = string(line, &["details", "run"]) == run.id;
            match string(line, &["op"]) {
                "open" => from = from.or(last),
                "run-resume" if own => spans.extend(from.take().zip(time)),
                _ => {}
            }
            last = time.or(last);
        }
        spans
    }

    /// The signatures that a step's lines hold.
    pub(super) fn of_step(&self, record: &StepRecord) -> Vec<Signed> {
        let lines = audit_lines(record);
        let lines = lines.iter().filter_map(|n| self.lines.get(n));
        lines.flat_map(signatures).collect()
    }
}

/// The line of the log that removes a key's material when its window has ended.
pub(in crate::ceremony::run) const DESTROY: &str = "DestroyKey";

/// Lines before a run that bear on it.
const BEFORE: [&str; 4] = [
    "\"op\":\"open\"",
    "\"op\":\"close\"",
    "\"op\":\"advance\"",
    "\"op\":\"ChangePolicy\"",
];

fn moved(line: &Value) -> i64 {
    let millis = line.pointer("/details/millis").and_then(Value::as_i64);
    millis.unwrap_or_default()
}

/// The time of a line.
pub(super) fn time_of(line: &Value) -> Option<Timestamp> {
    let millis = line.get("time").and_then(Value::as_i64)?;
    Some(Timestamp::from_millis(millis))
}

/// Who stands in a line.
pub(super) fn who(line: &Value) -> Vec<String> {
    let names = line.get("who").and_then(Value::as_array);
    let names = names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned));
    names.collect()
}

/// Whether a line holds an act of this run's script.
pub(super) fn act_of(line: &Value, run: &Run) -> bool {
    string(line, &["details", "script"]) == run.script_sha256 && is_act(line)
}

/// What the signatures of a line are under.
fn under(line: &Value) -> Under {
    let text = string(line, &["details", "text"]);
    match text {
        _ if is_act(line) => Under::Act,
        text if text.starts_with(EXCEPTION) => Under::Exception,
        text if text.starts_with(STOPPED) => Under::Stop,
        _ => Under::SignOff,
    }
}

/// Bundles are signed off as well, and those signatures belong to no run.
pub(super) fn is_sign_off(line: &Value) -> bool {
    string(line, &["op"]) == "sign-off"
        && string(line, &["details", "text"]) != crate::session::OF_A_BUNDLE
}

fn is_act(line: &Value) -> bool {
    string(line, &["kind"]) == "intent"
}

fn signatures(line: &Value) -> Vec<Signed> {
    let signatures = line
        .pointer("/details/signatures")
        .and_then(Value::as_array);
    let signatures = signatures.map_or(&[][..], Vec::as_slice).iter();
    let signed = signatures.map(|signature| Signed {
        name: string(signature, &["name"]).to_owned(),
        from_file: string(signature, &["by"]) != crate::custody::By::Terminal.word(),
        under: under(line),
    });
    signed.collect()
}

/// The component that a line is about.
fn part(line: &Value) -> u64 {
    let part = line.pointer("/details/part").and_then(Value::as_u64);
    part.unwrap_or_default()
}

/// Who acted in a line.
fn first(line: &Value) -> String {
    let who = line.pointer("/who/0").and_then(Value::as_str);
    who.unwrap_or_default().to_owned()
}

pub(super) fn string<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    let found = path.iter().try_fold(value, |value, name| value.get(name));
    found.and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What two custodians changed was reported as decided by all at the creation.
    #[test]
    fn the_policy_of_a_run_is_the_one_of_its_opening() {
        let mut before = Before::default();
        let changed = |who: &str, time: i64| serde_json::json!({"op": "ChangePolicy", "kind": "outcome", "who": [who], "time": time});
        let opened = || serde_json::json!({"op": "open"});
        before.reads(1, opened());
        before.reads(2, changed("Ana", 1_000));
        assert!(before.rules.is_none(), "it counts from the next opening on");
        before.reads(3, opened());
        before.reads(4, opened());
        before.reads(5, changed("Ben", 2_000));
        let rules = before.rules.unwrap();
        assert_eq!(
            (rules.by, rules.at),
            (vec!["Ana".to_owned()], Some(Timestamp::from_millis(1_000)))
        );
    }
}
