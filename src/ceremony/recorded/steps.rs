//! Deeds as steps.

use std::fmt::Write as _;

use super::super::{ops, parse, quoted};
use super::members::{expected, say, typed, written};
use super::people_acts::{is_said_again, is_watched, remarked};
use super::turns::{TWICE_ON_PAPER, has_turns};
use super::writer::Writer;
use crate::api::Timestamp;
use crate::session::deeds::{Deed, DeedKey};
use crate::session::op::{self, Op};

/// The id of the step that a deed becomes.
pub(super) fn id(n: usize, deed: &Deed) -> String {
    let name: String = deed.op.replace('.', "-").chars().take(34).collect();
    format!("{name}-{}", n.saturating_add(1))
}

/// What stands in the place of a step that no script has.
fn remark(op: &Op, day: &str, [why, instead]: [&str; 2]) -> String {
    let title = op.title.to_lowercase();
    format!(
        "\n# {day}\n# Here was done: {title} ({}).\n# {why}\n# {instead}\n",
        op.name
    )
}

impl Writer {
    /// One act as a step, and the reading aloud of what it let out.
    pub(super) fn step(&mut self, n: usize, deed: &Deed) -> String {
        let Some(op) = op::named(&deed.op) else {
            return format!("\n# {} is not known to this keymoot.\n", deed.op);
        };
        let day = Timestamp::from_millis(deed.at).rfc3339();
        if let Some(lines) = remarked(op, deed) {
            return remark(op, &day, lines);
        }
        if has_turns(op.name) {
            let turns = self.turns(n, deed);
            let turns = turns.map(|turns| format!("\n# {day}{turns}"));
            return turns.unwrap_or_else(|| remark(op, &day, TWICE_ON_PAPER));
        }
        let id = id(n, deed);
        let mut text = format!(
            "\n# {day}\n[[step]]\nid       = \"{id}\"\nop       = \"{}\"\n",
            op.name
        );
        if let Some(made) = deed.made.as_ref().filter(|_| ops::makes_key(op)) {
            let _ = writeln!(text, "key      = \"{}\"", self.key(made));
        }
        self.fields(&mut text, &id, op, deed);
        let watches = self.people.of_role("witness");
        if let Some(watch) = watches.filter(|_| is_watched(op.name)) {
            let _ = writeln!(text, "observe  = [\"{watch}\"]");
        }
        let mut signers = deed.who.iter().map(|(name, _)| self.people.place_of(name));
        let issuer = signers.next().unwrap_or("lead");
        let _ = write!(
            text,
            "initiate = \"{issuer}\"\napprove  = {{ count = {} }}\n{}why      = \"As it was done then.\"\n",
            signers.count(),
            expected(op, deed)
        );
        if let Some(output) = deed.texts.get("output") {
            text.push_str(&self.aloud(n, output));
        }
        if let Some(made) = deed.made.as_ref().filter(|_| ops::brings_key(op)) {
            let compared = self.compared(n, made);
            text.push_str(&compared);
        }
        text
    }

    fn aloud(&self, n: usize, output: &str) -> String {
        format!(
            "\n[[step]]\nid   = \"speak-{}\"\nop   = \"attest.hash\"\nfile = {}\nwho  = [{}]\nwhy  = \"Whoever swaps the \
             file on the way now has to change the minutes too.\"\n",
            n.saturating_add(1),
            quoted(output),
            self.people.two()
        )
    }

    /// The sender's check value, from another way than the key (PCI PIN 15-1).
    fn compared(&mut self, n: usize, key: &DeedKey) -> String {
        let key = self.key(key);
        let id = format!("compare-{}", n.saturating_add(1));
        let who = self.people.other().to_owned();
        self.answers.push(format!(
            "\n[[rehearsal.answer]]\nstep = \"{id}\"\nkcv = \"as-shown\"\n"
        ));
        format!(
            "\n[[step]]\nid   = \"{id}\"\nop   = \"{}\"\nkey  = \"{key}\"\nwho  = [\"{who}\"]\nwhy  = \"The \
             whole key is proven by the value that its sender told by another way.\"\n",
            ops::ATTEST_CHECK_VALUE.name
        )
    }

    fn fields(&mut self, text: &mut String, step: &str, op: &Op, deed: &Deed) {
        let second = deed.by.as_ref().or_else(|| deed.who.get(1));
        let second = second
            .map_or("lead", |(name, _)| self.people.place_of(name))
            .to_owned();
        let issuer = deed.who.first();
        let issuer = issuer.map_or("lead", |(name, _)| self.people.place_of(name));
        let issuer = issuer.to_owned();
        let mut answers = String::new();
        for field in op.fields.iter().filter(|f| !parse::is_declared(op, f)) {
            let id = field.id;
            if let Some(digest) = deed.files.get(id) {
                let input = self.input(field, digest);
                written(text, id, &format!("\"{input}\""));
            } else if let Some(key) = deed.keys.get(id) {
                let key = self.key(key);
                written(text, id, &format!("\"{key}\""));
            } else if let Some((name, _)) = deed.people.get(id) {
                written(text, id, &quoted(self.people.place_of(name)));
            } else if let Some(said) = deed.texts.get(id).filter(|_| is_said_again(op, field)) {
                typed(text, &mut answers, (id, &issuer), Some(said));
            } else if let Some(said) = deed.texts.get(id) {
                say(text, &mut answers, field, said, &second);
            }
        }
        if !answers.is_empty() {
            self.answers.push(format!(
                "\n[[rehearsal.answer]]\nstep = \"{step}\"\n{answers}"
            ));
        }
    }
}
