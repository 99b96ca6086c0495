//! The report, held against the log: what it says of exceptions, accesses, suspect keys, papers of a stop and clauses has
//! to be what the log holds, and nothing that the log holds of them may be missing. Everything else in it rests on the
//! word of whoever signs it, and that is said.
#![deny(clippy::indexing_slicing)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::bundle::sha256;
use super::super::report::{Access, Clause, ClauseState, Leans, Paper, RunReport, known};
use super::file::{Parts, canonical, part, string};
use super::in_the_open::in_the_open;
use super::log::{Line, Log};
use super::openings::openings;
use super::relieved::relieved;
use super::shares::{SHARE, shares};
use super::{Fault, Verified, fault};

/// How far a report was held against the log.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Reported {
    /// What was held against the log, and holds: a few words each.
    pub held: Vec<String>,
    /// What the log does not hold: it rests on the word of whoever signs the report.
    pub on_word: Vec<String>,
}

/// What is in every report and in no log.
const ON_WORD: [&str; 4] = [
    "place, and who checked hashes from outside",
    "results and times of steps and of signatures, interruptions, and the table of keys beyond what acts answered",
    "how certificates were authenticated, copies with their holders, and what is still to do",
    "that a clause is procedural: people did it",
];

/// The most steps that holding a report against a log may take: its entries, each against every line. No run comes near.
const MOST: usize = 500_000_000;

/// The log with what the report is held against.
struct Against<'l> {
    log: &'l Log,
    /// The lines of the run.
    begin: u64,
    end: u64,
    /// The line that names the bundle: a report knows nothing behind it.
    named: u64,
    sealed: BTreeSet<u64>,
}

/// Holds the report of a bundle against its log.
pub(super) fn reported(parts: &Parts, log: &Log, done: &mut Verified) -> Result<(), Fault> {
    let Ok(report) = serde_json::from_value::<RunReport>(part(parts, "report").clone()) else {
        return fault("report", "it is no report of a run");
    };
    if entries(&report).saturating_mul(log.lines.len()) > MOST {
        return fault(
            "report",
            "it has more entries than this log can be held against",
        );
    }
    let (begin, end) = log.span(&done.run).unwrap_or_default();
    let names = |line: &&Line| line.is("noted", "bundle") && line.detail("run") == Some(&done.run);
    let against = Against {
        log,
        begin,
        end,
        named: log.lines.iter().rfind(names).map_or(end, |line| line.n),
        sealed: log.sealed().map(|line| line.n).collect(),
    };
    outcome(&report, done)?;
    relieved(&report, &done.run, against.of_run())?;
    against.exempted(&report)?;
    against.accesses(&report)?;
    against.suspect(&report)?;
    against.papers(&report)?;
    let acts = against.of_run().filter(|l| against.sealed.contains(&l.n));
    shares(&report, done, acts, against.of_run())?;
    openings(&report, against.lines(), (begin, end))?;
    done.in_the_open = in_the_open(&report, against.of_run())?;
    for (n, clause) in (1..).zip(&report.clauses) {
        against.clause(clause, &format!("report, clause {n}"))?;
    }
    done.report = against.told(&report);
    Ok(())
}

/// What is looked for in the log, entry by entry.
const fn entries(report: &RunReport) -> usize {
    report.exempted.len()
        + report.accesses.len()
        + report.access.len()
        + report.suspect_keys.len()
        + report.suspect_packages.len()
        + report.papers.len()
        + report.clauses.len()
}

/// The end of the run, and the signatures that the report counts.
fn outcome(report: &RunReport, done: &Verified) -> Result<(), Fault> {
    let open = done.outcome.is_empty() && report.outcome.starts_with("open");
    if report.run != done.run || !(open || report.outcome == done.outcome) {
        return fault("report", "it tells another end of the run than the log");
    }
    let counts = &done.signatures;
    let counted = (report.signatures.acts, report.signatures.sign_offs);
    if counted != (counts.acts.hold, counts.sign_offs.hold) {
        return fault("report", "it counts other signatures than the log holds");
    }
    Ok(())
}

impl Against<'_> {
    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.log.lines.iter().filter(|line| line.n < self.named)
    }

    fn of_run(&self) -> impl Iterator<Item = &Line> {
        let span = self.begin..=self.end;
        self.log.lines.iter().filter(move |l| span.contains(&l.n))
    }

    /// The line that executed this request, where it is of this operation.
    fn executed(&self, n: u64, op: &str, request: &Value) -> bool {
        let line = self.log.line(n).filter(|_| self.sealed.contains(&n));
        line.is_some_and(|line| {
            line.op() == op && line.detail("request_sha256") == Some(&sha256(&canonical(request)))
        })
    }

    /// What an act entered, by the lines that hold it in full.
    fn entered(&self, name: &str) -> impl Iterator<Item = (u64, &Value)> {
        let lines = self.lines().filter(|l| self.sealed.contains(&l.n));
        lines.filter_map(move |line| {
            let entered = line.details().get("entered")?;
            let own = string(entered, "name") == Some(name)
                && line.detail("request_sha256") == Some(&sha256(&canonical(entered)));
            own.then_some((line.n, entered))
        })
    }

    /// Lines of an operation that were written before the log held what was entered.
    fn older(&self, op: &str) -> usize {
        let lines = self.lines().filter(|l| self.sealed.contains(&l.n));
        lines
            .filter(|l| l.op() == op && l.details().get("entered").is_none())
            .count()
    }

    /// The time of a line, in milliseconds.
    fn time(&self, n: u64) -> Option<i64> {
        self.log.line(n)?.value.as_ref()?.get("time")?.as_i64()
    }

    /// Exceptions of two managers in force during the run.
    fn exempted(&self, report: &RunReport) -> Result<(), Fault> {
        for (n, said) in (1..).zip(&report.exempted) {
            if !self.executed(said.line, "ChangePeople", &said.request()) {
                return fault(
                    format!("report, exception of managers {n}"),
                    "it is not what people signed in the line that it names",
                );
            }
        }
        let (began, ended) = (self.time(self.begin), self.time(self.end));
        for (line, entered) in self.entered("vault.exempt") {
            let at = |member: &str| entered.get(member).and_then(Value::as_i64);
            let in_force = at("from") <= ended && at("until") >= began && line < self.end;
            if in_force && !report.exempted.iter().any(|said| said.line == line) {
                return fault(
                    "report, exceptions",
                    format!("the exception of managers in line {line} of the log is missing"),
                );
            }
        }
        Ok(())
    }

    /// Accesses outside ceremonies, and packages that steps opened or sealed.
    fn accesses(&self, report: &RunReport) -> Result<(), Fault> {
        for (n, said) in (1..).zip(&report.accesses) {
            let named = self.of_components(&said.split);
            let words = named.is_none_or(|of| said.of == format!("components of {of}"));
            if !words || !self.executed(said.line, "RecordAccess", &said.request()) {
                return fault(
                    format!("report, access outside a ceremony {n}"),
                    "it is not what people signed in the line that it names",
                );
            }
        }
        for (line, _) in self.entered("vault.access") {
            if !report.accesses.iter().any(|said| said.line == line) {
                return fault(
                    "report, accesses",
                    format!("the access in line {line} of the log is missing"),
                );
            }
        }
        for (n, said) in (1..).zip(&report.access) {
            if !self.package(said) {
                return fault(
                    format!("report, access {n}"),
                    "no line of the run has this component, package and custodian",
                );
            }
        }
        Ok(())
    }

    /// The key whose components a set is of, where a line of the log says it.
    fn of_components(&self, set: &str) -> Option<&str> {
        let mut lines = self.lines().filter(|l| l.detail("set") == Some(set));
        lines.find_map(|line| line.detail("components_of"))
    }

    /// Whether a step opened and sealed the packages that an access names. Those of shares are no business of the log.
    fn package(&self, said: &Access) -> bool {
        let Some(component) = said.component.strip_prefix("component ") else {
            return true;
        };
        let shown = |op: &str, package: &str, safe: Option<&str>| {
            package.is_empty()
                || self.of_run().any(|line| {
                    line.is("noted", op)
                        && line.detail("package") == Some(package)
                        && safe.is_none_or(|safe| Access::safe_in(line.details()) == safe)
                        && who(line) == Some(&said.custodian)
                        && of_component(line).as_deref() == Some(component)
                })
        };
        shown("component-receive", &said.package_opened, None)
            && shown("component-seal", &said.package_sealed, Some(&said.safe))
            && (said.safe.is_empty() || !said.package_sealed.is_empty())
    }

    /// Suspect keys and packages: the log is played through, and what it comes to is what the report says.
    fn suspect(&self, report: &RunReport) -> Result<(), Fault> {
        let mut suspect: BTreeSet<&str> = BTreeSet::new();
        for line in self.lines() {
            let opened = line.details().get("suspect_keys").and_then(Value::as_array);
            suspect.extend(opened.into_iter().flatten().filter_map(Value::as_str));
            let entered = line.details().get("entered").unwrap_or(&Value::Null);
            let Some(key) = string(entered, "key").filter(|_| self.sealed.contains(&line.n)) else {
                continue;
            };
            if entered.get("suspect") == Some(&json!(true)) {
                suspect.insert(key);
            } else {
                suspect.remove(key);
            }
        }
        let said: BTreeSet<&str> = report.suspect_keys.iter().map(|k| k.arn.as_str()).collect();
        if self.older("Suspect") == 0 && said != suspect {
            return fault(
                "report, suspect keys",
                "the log has other keys that are suspect",
            );
        }
        for (n, said) in (1..).zip(&report.suspect_keys) {
            let marked = self.executed(said.line, "Suspect", &said.request());
            let opened = self.log.line(said.line).is_some_and(|line| {
                let keys = line.details().get("suspect_keys").and_then(Value::as_array);
                keys.is_some_and(|keys| keys.contains(&json!(said.arn)))
            });
            let kcv = self.check_value(&said.arn);
            if !(marked || opened) || kcv.is_some_and(|kcv| kcv != said.check_value) {
                return fault(
                    format!("report, suspect key {n}"),
                    "it is not what the line that it names says",
                );
            }
        }
        let tampered = |line: &&Line| line.details().get("tampered") == Some(&json!(true));
        let tampered: Vec<Value> = self
            .of_run()
            .filter(tampered)
            .map(|line| {
                json!([
                    line.n,
                    line.detail("components_of"),
                    line.detail("package"),
                    line.details().get("part"),
                    who(line)
                ])
            })
            .collect();
        let packages = report.suspect_packages.iter();
        let said: Vec<Value> = packages
            .map(|p| json!([p.line, p.components_of, p.package, p.part, p.opened_by]))
            .collect();
        if said != tampered {
            return fault(
                "report, suspect packages",
                "the log has other packages that showed tampering",
            );
        }
        Ok(())
    }

    /// The check value that the log has for a key.
    fn check_value(&self, arn: &str) -> Option<&str> {
        let mut lines = self.lines().filter(|l| l.detail("key") == Some(arn));
        lines.find_map(|line| line.detail("kcv"))
    }

    /// Papers that a stop put away; every package that the run sealed is told somewhere.
    fn papers(&self, report: &RunReport) -> Result<(), Fault> {
        let sealed = |line: &Line, paper: &Paper| {
            line.detail("package") == Some(&paper.package)
                && line.detail("witness") == Some(&paper.witness)
                && line.detail("components_of") == Some(&paper.components_of)
                && line.details().get("part") == Some(&json!(paper.part))
                && who(line) == Some(&paper.holder)
        };
        let (open, put_away): (Vec<&Paper>, Vec<&Paper>) = report
            .papers
            .iter()
            .partition(|paper| !paper.unsealed.is_empty());
        let wrong = "no line of the run has this component, package and custodian";
        for paper in put_away {
            let line = self.log.line(paper.line);
            let line = line.filter(|line| line.is("noted", "component-seal"));
            if !line.is_some_and(|line| sealed(line, paper)) {
                return fault(format!("report, paper {} of a stop", paper.part), wrong);
            }
        }
        // Logs of before the closing line named papers hold none that lies open, where nobody signed the stop.
        if let Some(record) = self.record_of_stop() {
            let unsealed = |paper: &&Paper| {
                let Paper {
                    part,
                    components_of,
                    holder,
                    unsealed,
                    ..
                } = paper;
                record.contains(&format!(
                    "component {part} of {components_of} NOT SEALED, with {holder}: {unsealed}"
                ))
            };
            if !open.iter().all(unsealed)
                || record.matches(" NOT SEALED, with ").count() != open.len()
            {
                return fault(
                    "report, papers of a stop",
                    "the record of the stop has other papers in no package",
                );
            }
        }
        for line in self.of_run().filter(|l| l.is("noted", "component-seal")) {
            let package = line.detail("package").unwrap_or_default();
            let told = report.papers.iter().any(|paper| sealed(line, paper))
                || report
                    .access
                    .iter()
                    .any(|a| a.package_sealed == package && !a.at_stop);
            if !told {
                return fault(
                    "report, papers",
                    format!("package {package}, sealed in line {}, is missing", line.n),
                );
            }
        }
        Ok(())
    }

    /// What people signed when the run was stopped; where nobody did, what the line that closed it says of papers.
    fn record_of_stop(&self) -> Option<&str> {
        let mut texts = self
            .of_run()
            .filter(|l| l.is("noted", "sign-off"))
            .filter_map(|l| l.detail("text"));
        let signed = texts.find(|text| text.starts_with("Stopped at step "));
        let closed = || {
            let mut lines = self.of_run().filter(|l| l.is("noted", "run-close"));
            lines.find_map(|l| l.detail("in_no_package"))
        };
        signed.or_else(closed)
    }

    /// A clause claims no more than its lines show.
    fn clause(&self, clause: &Clause, place: &str) -> Result<(), Fault> {
        let (asks, leans) = known(&clause.clause);
        // Reports of before a clause was known here say nothing of what it asks.
        if !clause.asks.is_empty() && clause.asks != asks {
            return fault(place, "it asks something else");
        }
        let span = self.begin..=self.end;
        let shown: Vec<&Line> = clause
            .lines
            .iter()
            .filter(|n| span.contains(n))
            .filter_map(|n| self.log.line(*n))
            .filter(|line| !line.is("intent", "") || self.sealed.contains(&line.n))
            .filter(|line| line.details().get("signatures").is_some() || destroys(line))
            .collect();
        if shown.len() != clause.lines.len() {
            return fault(place, "it names lines that people of this run did not sign");
        }
        let from_file = |line: &Line| {
            let signatures = line.details().get("signatures").and_then(Value::as_array);
            let mut signatures = signatures.into_iter().flatten();
            signatures.any(|s| string(s, "by") != Some("terminal"))
        };
        let overdone = match clause.state {
            ClauseState::NotEvidenced => false,
            _ if leans == Leans::Device => true,
            ClauseState::Evidenced => {
                shown.is_empty()
                    || (leans == Leans::People && shown.iter().any(|line| from_file(line)))
            }
            ClauseState::Procedural => self.of_run().any(from_file),
        };
        if overdone {
            return fault(place, "it claims more than the log shows");
        }
        Ok(())
    }

    /// What was held against the log, and what was not.
    fn told(&self, report: &RunReport) -> Reported {
        let (shares, components): (Vec<_>, Vec<_>) = report
            .access
            .iter()
            .partition(|a| a.component.starts_with(SHARE));
        let (open, sealed): (Vec<_>, Vec<_>) =
            report.papers.iter().partition(|p| !p.unsealed.is_empty());
        let counts = [
            (report.exempted.len(), "exceptions of managers"),
            (report.relieved.len(), "places that changed hands"),
            (report.openings.len(), "openings of the vault"),
            (shares.len(), "uses of shares"),
            (components.len(), "handlings of components"),
            (report.accesses.len(), "accesses outside a ceremony"),
            (report.suspect_keys.len(), "suspect keys"),
            (report.suspect_packages.len(), "suspect packages"),
            (sealed.len(), "papers put away at a stop"),
            (
                self.record_of_stop().map_or(0, |_| open.len()),
                "papers in no package",
            ),
            (report.clauses.len(), "clauses"),
        ];
        let counted = counts.into_iter().filter(|(count, _)| *count > 0);
        let counted = counted.map(|(count, what)| format!("{what}: {count}"));
        let held = ["the end of the run", "the numbers of signatures"].map(str::to_owned);
        let mut on_word: Vec<String> = ON_WORD.map(str::to_owned).to_vec();
        if !report.suspect_keys.is_empty() {
            on_word.push("names of suspect keys, and what stands under them".to_owned());
        }
        if !open.is_empty() && self.record_of_stop().is_none() {
            on_word.push(format!("papers that lie in no package: {}", open.len()));
        }
        let older = ["ChangePeople", "RecordAccess", "Suspect"].map(|op| self.older(op));
        let older: usize = older.iter().sum();
        if older > 0 {
            on_word.push(format!(
                "that nothing was left out of what was entered while the log did not yet hold it in full (lines: {older})"
            ));
        }
        Reported {
            held: held.into_iter().chain(counted).collect(),
            on_word,
        }
    }
}

/// Whether a line removes the material of a key whose window has ended: it leans on the deletion that people signed.
fn destroys(line: &Line) -> bool {
    line.is("intent", "DestroyKey") && line.detail("approved_with") == Some("DeleteKey")
}

/// Who acted in a line.
fn who(line: &Line) -> Option<&String> {
    match line.value.as_ref()?.pointer("/who/0")? {
        Value::String(name) => Some(name),
        _ => None,
    }
}

/// `2 of kek-from-partner`: the component that a line is about.
fn of_component(line: &Line) -> Option<String> {
    let part = line.details().get("part")?.as_u64()?;
    Some(format!("{part} of {}", line.detail("components_of")?))
}
