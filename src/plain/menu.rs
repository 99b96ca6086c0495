//! The menu of an open vault: few lines that always have the same number, and behind some of them a list. Every act and
//! every place has a name that leads there from the menu at once.

use crate::api::KeyState;
use crate::ceremony::practice_partner;
use crate::session::due;
use crate::session::guide::{self, Entry};
use crate::session::op::{self, Op};
use crate::session::{View, op_custody, op_exchange, op_policy};
use crate::text::{say, tr};

pub(super) const HELP: &[&str] = &[
    "The vault is open: names, purposes and states can be read. Opening does not let anybody use a key: every act is asked for, signed by custodians, and only then done.",
    "Type a number, or the name beside it. Acts that cannot be asked for now say why.",
    "The name of an act, such as export-key.tr31, leads from the menu to it at once.",
];

/// Where a line leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    Group(Group),
    Due,
    Keys,
    Deletions,
    Approvals,
    Exchange,
    Ceremonies,
    Custodians,
    Card,
    Partner,
    Audit,
    Evidence,
    Act(&'static Op),
    Script,
    Close,
}

/// A list behind a line of the menu.
#[derive(Debug, Clone, Copy)]
pub(super) enum Group {
    Keys,
    Out,
    In,
    Vault,
}

/// A line, and where it leads.
pub(super) struct Line {
    pub(super) goal: Goal,
    pub(super) entry: Entry,
    /// The act that makes what this one waits for, by its name.
    first: Option<&'static str>,
}

impl Line {
    fn new(goal: Goal, id: &str, label: &str, note: &str) -> Self {
        let entry = Entry::new(id, label, note);
        Self {
            goal,
            entry,
            first: None,
        }
    }

    /// An act with what it does, and why it cannot be asked for now.
    fn act(op: &'static Op, view: &View) -> Self {
        // The same act as another way out has its own name here.
        let id = if op_exchange::derives(op) {
            "ipek"
        } else {
            op.name
        };
        let entry = Entry::new(id, tr(op.title), tr(op.does));
        let off = guide::off(op, view, None);
        let first = off.as_ref().and_then(|off| off.first);
        let entry = match off {
            Some(off) => entry.off_because(&off.why),
            None => entry,
        };
        Self {
            goal: Goal::Act(op),
            entry,
            first,
        }
    }
}

/// What the help at the menu says of words that no line of it shows, as far as they lead somewhere in this vault.
pub(super) fn help(view: &View) -> Vec<String> {
    let mut lines: Vec<String> = HELP.iter().map(|line| tr(line).to_owned()).collect();
    let here: Vec<String> = home(view).into_iter().map(|line| line.entry.id).collect();
    for line in beyond(view) {
        let hidden = !matches!(line.goal, Goal::Act(_) | Goal::Group(_));
        let word = format!("  {}: {}", line.entry.id, line.entry.label);
        if hidden && !here.contains(&line.entry.id) && !lines.contains(&word) {
            lines.push(word);
        }
    }
    lines
}

/// The choices of a list behind the menu: what cannot be chosen names the number of the act that makes what is missing.
pub(super) fn listed(lines: &[Line]) -> Vec<Entry> {
    let number_of = |first: &str| {
        let at = lines
            .iter()
            .position(|line| matches!(line.goal, Goal::Act(op) if op.name == first))?;
        Some(at.saturating_add(1))
    };
    let named = |line: &Line| {
        let entry = line.entry.clone();
        match (&line.entry.off, line.first.and_then(number_of)) {
            (Some(why), Some(number)) => {
                entry.off_because(&say!("{why}; number {number} makes it", why, number))
            }
            _ => entry,
        }
    };
    lines.iter().map(named).collect()
}

/// The choices of some lines.
pub(super) fn entries(lines: &[Line]) -> Vec<Entry> {
    lines.iter().map(|line| line.entry.clone()).collect()
}

/// The menu: the same lines with the same numbers, whatever the vault is like.
pub(super) fn home(view: &View) -> Vec<Line> {
    let waiting = view.pending.len();
    let counts = due::counts(view).join(", ");
    let mut make = Line::act(&op::CREATE_KEY, view);
    tr("in this vault, of a purpose that is asked").clone_into(&mut make.entry.note);
    vec![
        Line::new(Goal::Due, "due", tr("What is due"), ""),
        Line::new(Goal::Group(Group::Keys), "keys", tr("Keys"), &counts),
        make,
        Line::new(
            Goal::Group(Group::Out),
            "export",
            tr("Export"),
            tr("the ways a key goes out"),
        ),
        Line::new(
            Goal::Group(Group::In),
            "import",
            tr("Import"),
            tr("the ways a key comes in"),
        ),
        Line::new(
            Goal::Approvals,
            "approvals",
            tr("Approvals"),
            &say!("{waiting} waiting", waiting),
        ),
        Line::new(
            Goal::Exchange,
            "exchange",
            tr("Exchange"),
            tr("what was sent, and receipts"),
        ),
        Line::new(
            Goal::Ceremonies,
            "ceremonies",
            tr("Ceremonies"),
            tr("run one in this vault"),
        ),
        Line::new(
            Goal::Custodians,
            "people",
            tr("Custodians"),
            tr("people, drills, and what happened"),
        ),
        Line::new(
            Goal::Deletions,
            "deletions",
            tr("Deletions"),
            tr("what is being deleted, and the way back"),
        ),
        Line::new(
            Goal::Group(Group::Vault),
            "vault",
            tr("This vault"),
            tr("copy, card, log, evidence, policy"),
        ),
        Line::new(Goal::Close, "close", tr("Close the vault"), ""),
    ]
}

/// What stands behind a line of the menu.
pub(super) fn lines(group: Group, view: &View) -> Vec<Line> {
    let act = |op: &'static Op| Line::act(op, view);
    match group {
        Group::Keys => keys(view),
        Group::Out => op::grouped(op::Group::Out).map(act).collect(),
        Group::In => op::grouped(op::Group::In).map(act).collect(),
        Group::Vault => vault(view),
    }
}

/// What is asked there.
pub(super) fn asked(group: Group) -> &'static str {
    match group {
        Group::Keys => tr("Which of these?"),
        Group::Out => tr("How does it go out?"),
        Group::In => tr("What comes in?"),
        Group::Vault => tr("What of this vault?"),
    }
}

fn keys(view: &View) -> Vec<Line> {
    let deleting = view.keys.iter();
    let deleting = deleting
        .filter(|row| row.key.key_state == KeyState::DELETE_PENDING)
        .count();
    let mut lines = vec![
        Line::new(
            Goal::Keys,
            "look",
            tr("Look at the keys"),
            &due::counts(view).join(", "),
        ),
        Line::new(
            Goal::Deletions,
            "deletions",
            tr("Deletions"),
            &say!(
                "{deleting} counting down; each can be restored until its time",
                deleting
            ),
        ),
    ];
    let state = [
        &op::START_KEY_USAGE,
        &op::STOP_KEY_USAGE,
        &op::DELETE_KEY,
        &op::RESTORE_KEY,
        &op::ACT_LIST,
    ];
    let acts = op::grouped(op::Group::Name).chain(state);
    lines.extend(acts.map(|op| Line::act(op, view)));
    lines
}

fn vault(view: &View) -> Vec<Line> {
    let mut script = Line::new(
        Goal::Script,
        "script",
        tr("Write a script of what was done"),
        tr("the acts since the vault was opened, to be rehearsed and played again"),
    );
    if view.deeds.is_empty() {
        script.entry = script.entry.off_because(tr(
            "outside of ceremonies no act was done since the vault was opened",
        ));
    }
    vec![
        Line::act(&op::BACKUP, view),
        Line::act(&op_custody::RESTORE, view),
        Line::new(
            Goal::Card,
            "card",
            tr("Witness card"),
            tr("number and words of this state"),
        ),
        Line::new(
            Goal::Audit,
            "audit",
            tr("Audit"),
            tr("the log, and whether its chain holds"),
        ),
        Line::new(
            Goal::Evidence,
            "evidence",
            tr("Evidence"),
            tr("the file that an auditor gets"),
        ),
        script,
        Line::act(&op_custody::LOAD_INVENTORY, view),
        Line::act(&op_policy::CHANGE_POLICY, view),
    ]
}

/// What is understood at the menu beyond its own lines: all that stands in the lists behind it, and every other act.
pub(super) fn beyond(view: &View) -> Vec<Line> {
    let groups = [Group::Keys, Group::Out, Group::In, Group::Vault];
    let listed = groups.into_iter().flat_map(|group| lines(group, view));
    let all = op::OPS.iter().map(|op| Line::act(op, view));
    let practised = !practice_partner(view.profile).is_empty();
    let partner = || Line::new(Goal::Partner, "partner", tr("Practice partner"), "");
    listed.chain(all).chain(practised.then(partner)).collect()
}
