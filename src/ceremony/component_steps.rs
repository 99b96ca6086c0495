//! The turns of a ceremony with components, written as steps: for a form of the workstation, and for a script of what
//! was done at one.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::quoted;
use crate::api::KeyAlgorithm;
use crate::crypto::symmetric::adjust_odd_parity;

/// Who takes part in it, and under which names its steps stand.
pub(super) struct PartSteps<'a> {
    /// Whether the key comes in; otherwise it leaves.
    pub(super) import: bool,
    /// What people call the key: practice components and serials are one key's.
    pub(super) label: &'a str,
    /// The key's algorithm, by name.
    pub(super) algorithm: &'a str,
    /// What makes the ids of steps and packages its own where several such ceremonies stand in one script: `-4`.
    pub(super) suffix: &'a str,
    /// The id of the key's declaration.
    pub(super) key: &'a str,
    /// Whose place asks.
    pub(super) lead: &'a str,
    /// Whose place watches.
    pub(super) watch: &'a str,
    /// The places of the custodians, in the order of the components.
    pub(super) custodians: &'a [String],
    /// To whom the papers go, where the key leaves.
    pub(super) receiver: &'a str,
    /// How many approve.
    pub(super) approve: usize,
}

/// One custodian's turn.
struct PartTurn<'a> {
    op: &'a str,
    id: &'a str,
    why: &'a str,
}

const RECEIVE: PartTurn<'static> = PartTurn {
    op: "receive",
    id: "receive",
    why: "A package with another serial or a broken seal is none of the sender's.",
};
const ENTER: PartTurn<'static> = PartTurn {
    op: "enter",
    id: "enter",
    why: "Twice and with its check value: what is typed is what stands on the paper.",
};
const GENERATE: PartTurn<'static> = PartTurn {
    op: "generate",
    id: "component",
    why: "Drawn at random, it says nothing about the key.",
};
const READ_BACK: PartTurn<'static> = PartTurn {
    op: "read-back",
    id: "read",
    why: "A paper that its custodian cannot read is lost.",
};
const SEAL: PartTurn<'static> = PartTurn {
    op: "seal",
    id: "seal",
    why: "Each paper in a numbered package of its own.",
};

impl PartSteps<'_> {
    /// The package of one component, and who brings or takes it.
    pub(super) fn item(&self, n: usize) -> String {
        let suffix = self.suffix;
        format!(
            "[[item]]\nid = \"bag{suffix}-{n}\"\nkind = \"bag\"\ncourier = \"courier{suffix}-{n}\"\n"
        )
    }

    /// All its steps, from the first package to the last seal.
    pub(super) fn steps(&self) -> String {
        let mut text = String::new();
        let parts = self.custodians.len();
        if self.import {
            for n in 1..=parts {
                self.turn(&mut text, &RECEIVE, n);
                self.turn(&mut text, &ENTER, n);
            }
        } else {
            for n in 1..parts {
                self.turn(&mut text, &GENERATE, n);
            }
        }
        let act = if self.import {
            self.forms()
        } else {
            self.leaves()
        };
        let _ = writeln!(text, "{act}");
        if !self.import {
            self.turn(&mut text, &READ_BACK, parts);
        }
        for n in 1..=parts {
            self.turn(&mut text, &SEAL, n);
        }
        text
    }

    /// What a rehearsal answers in them.
    pub(super) fn answers(&self) -> String {
        let (mut text, suffix) = (String::new(), self.suffix);
        for n in 1..=self.custodians.len() {
            if self.import {
                let serial = self.serial("came in", n);
                let _ = writeln!(
                    text,
                    "\n[[rehearsal.answer]]\nstep = \"receive{suffix}-{n}\"\nadvised = \"{serial}\"\nserial = \"{serial}\"\n\n\
                     [[rehearsal.answer]]\nstep = \"enter{suffix}-{n}\"\nvalue = \"TEST:{}\"\nkcv = \"derive\"",
                    self.component(n)
                );
            }
            let _ = writeln!(
                text,
                "\n[[rehearsal.answer]]\nstep = \"seal{suffix}-{n}\"\nserial = \"{}\"",
                self.serial("goes away", n)
            );
        }
        if self.import {
            let _ = writeln!(
                text,
                "\n[[rehearsal.answer]]\nstep = \"compare{suffix}\"\nkcv = \"as-shown\""
            );
        }
        text
    }

    /// Of what a rehearsal types about one component: the same for the same key, and another for every other.
    fn practised(&self, what: &str, n: usize) -> [u8; 32] {
        let Self { label, suffix, .. } = self;
        Sha256::digest(format!("keymoot practice: {what} of {label}{suffix}, {n}")).into()
    }

    /// A practice component, hex: what stands on a paper is nobody's to write down.
    fn component(&self, n: usize) -> String {
        let mut known = KeyAlgorithm::ALL.iter();
        let algorithm = known.find(|known| known.name() == self.algorithm);
        let mut value = self.practised("component", n).to_vec();
        value.truncate(algorithm.and_then(|a| a.key_bytes()).unwrap_or_default());
        if algorithm.is_some_and(|algorithm| algorithm.is_tdes()) {
            adjust_odd_parity(&mut value);
        }
        data_encoding::HEXUPPER.encode(&value)
    }

    /// The serial of a practice package: a package serves once.
    fn serial(&self, package: &str, n: usize) -> String {
        let drawn = self.practised(package, n);
        let number = drawn
            .iter()
            .take(3)
            .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
        format!("TE-{:06}", number % 1_000_000)
    }

    fn turn(&self, text: &mut String, turn: &PartTurn<'_>, n: usize) {
        let Some(custodian) = n.checked_sub(1).and_then(|at| self.custodians.get(at)) else {
            return;
        };
        let (suffix, key, watch) = (self.suffix, self.key, self.watch);
        // What goes out travels in these packages; a paper that came in goes into a new one.
        let travels =
            ![READ_BACK.op, SEAL.op].contains(&turn.op) || (!self.import && turn.op == SEAL.op);
        let item = if travels {
            format!("item = \"bag{suffix}-{n}\"\n")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "[[step]]\nid = \"{}{suffix}-{n}\"\nop = \"component.{}\"\ntitle = \"{}\"\nkey = \"{key}\"\npart = {n}\n{item}who = \
             [\"{custodian}\"]\nobserve = [\"{watch}\"]\nwhy = \"{}\"\n",
            turn.id,
            turn.op,
            self.title(turn.op, n),
            turn.why
        );
    }

    /// What a turn is called: short enough to stand beside the question, and told from its neighbours by its first words.
    fn title(&self, op: &str, n: usize) -> String {
        match op {
            "receive" => format!("Package {n} arrives"),
            "enter" => format!("Component {n} typed"),
            "generate" => format!("Part {n} is printed"),
            "read-back" => format!("Part {n} is read back"),
            _ if self.import => format!("Paper {n} is sealed"),
            _ => format!("Part {n} is packed"),
        }
    }

    fn forms(&self) -> String {
        let Self {
            suffix,
            key,
            lead,
            watch,
            approve,
            ..
        } = self;
        format!(
            "[[step]]\nid = \"form{suffix}\"\nop = \"import-key.components\"\ntitle = \"Form the key\"\nkey = \"{key}\"\ninitiate = \
             \"{lead}\"\napprove = {{ count = {approve} }}\nexpect = {{ state = \"CREATE_COMPLETE\", attributes = \"declared\" }}\nwhy = \
             \"Without one of the components no bit of the key is known.\"\n\n[[step]]\nid = \"compare{suffix}\"\nop = \
             \"attest.check-value\"\nkey = \"{key}\"\nwho = [\"{watch}\"]\nwhy = \"The whole key is proven by the value in the \
             sender's advice.\"\n"
        )
    }

    fn leaves(&self) -> String {
        let Self {
            suffix,
            key,
            lead,
            approve,
            ..
        } = self;
        let parts = self.custodians.len();
        let last = self.custodians.last().map_or("", String::as_str);
        format!(
            "[[step]]\nid = \"last{suffix}\"\nop = \"export-key.components\"\ntitle = \"Part {parts} leaves\"\nkey = \
             \"{key}\"\nreceiver = {}\nwho = [\"{last}\"]\ninput.slip = {{ source = \"typed\", who = \"{last}\" \
             }}\ninitiate = \"{lead}\"\napprove = {{ count = {approve} }}\nexpect = {{ state = \"CREATE_COMPLETE\" }}\nwhy = \
             \"The last component is the key without the others: its leaving is the export.\"\n",
            quoted(self.receiver)
        )
    }
}
