//! `keymoot vault drill`, `reshare`, `rotate` and `appoint`: people and their shares.

use std::fmt::Write as _;

use serde::Serialize;

use crate::api::Timestamp;
use crate::cli::status::{Answer, Failure, Status};
use crate::cli::{by_hand, by_hand_people, sessions, streams, unlock_file};
use crate::session::build::{self, Answers};
use crate::session::op::{KEY, Op};
use crate::session::{
    Action, CustodyAct, Hand, Reshared, Session, op_custody as op, op_destroyed, op_envelopes,
    op_ledger, op_suspect,
};

use super::{Which, act};

#[derive(clap::Args)]
pub(super) struct Drill {
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args)]
pub(super) struct Reshare {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "TEXT", help = op::REASON.hint, required_unless_present_any = ["finish", "give_up"])]
    reason: Option<String>,
    /// Prove the new envelopes of a reshare that stands open, and end the old set
    #[arg(long, conflicts_with = "reason")]
    finish: bool,
    /// End a reshare that stands open: the envelopes of before stay in force
    #[arg(long, conflicts_with_all = ["reason", "finish"])]
    give_up: bool,
}

#[derive(clap::Args)]
pub(super) struct Appoint {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "NAME", help = op::PERSON.hint)]
    person: String,
    #[arg(long, value_name = "DATE", help = op::FROM.hint)]
    from: String,
    #[arg(long, value_name = "DATE", help = op::UNTIL.hint)]
    until: String,
    #[arg(long, value_name = "NAME", help = op::MANAGER.hint)]
    manager: String,
    #[arg(long, value_name = "NAME", help = op::STAND_IN.hint)]
    stand_in: String,
    #[arg(long, value_name = "REF", help = op::FORM.hint)]
    form: String,
}

#[derive(clap::Args)]
pub(super) struct Exempt {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "NAMES", help = op_ledger::PEOPLE.hint)]
    people: String,
    #[arg(long, value_name = "NAME", help = op_ledger::FIRST_MANAGER.hint)]
    manager: String,
    #[arg(long, value_name = "NAME", help = op_ledger::SECOND_MANAGER.hint)]
    second_manager: String,
    #[arg(long, value_name = "TEXT", help = op::REASON.hint)]
    reason: String,
    #[arg(long, value_name = "REF", help = op::FORM.hint)]
    form: String,
    #[arg(long, value_name = "DATE", help = op_ledger::UNTIL.hint)]
    until: String,
}

#[derive(clap::Args)]
pub(super) struct Suspect {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "KEY", help = KEY.hint)]
    key: String,
    #[arg(long, value_name = "VERDICT", help = op_suspect::VERDICT.hint, default_value = "suspect",
        value_parser = ["suspect", "cleared"])]
    verdict: String,
    #[arg(long, value_name = "TEXT", help = op::REASON.hint)]
    reason: String,
}

#[derive(clap::Args)]
pub(super) struct Access {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "NAME", help = op_ledger::CUSTODIAN.hint)]
    custodian: String,
    #[arg(long, value_name = "KEY", help = op_ledger::SET.hint)]
    of: Option<String>,
    #[arg(long, value_name = "TIME", help = op_ledger::OUT.hint)]
    out: String,
    #[arg(long, value_name = "TIME", help = op_ledger::BACK.hint)]
    back: String,
    #[arg(long, value_name = "TEXT", help = op_ledger::PURPOSE.hint)]
    purpose: String,
    #[arg(long, value_name = "NAME", help = op_ledger::WATCHED.hint)]
    witness: String,
    #[arg(long, value_name = "SERIAL", help = op_ledger::PACKAGE.hint)]
    package: String,
}

#[derive(clap::Args)]
pub(super) struct ComponentsDestroyed {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "KEY", help = op_destroyed::OF.hint)]
    of: String,
    #[arg(long, value_name = "TEXT", help = op::HOW.hint)]
    how: String,
    #[arg(long, value_name = "NAME", help = op_ledger::WATCHED.hint)]
    witness: String,
}

impl ComponentsDestroyed {
    pub(super) fn run(self) -> Answer<Status> {
        let texts = [
            (op_destroyed::OF.id, &self.of),
            (op::HOW.id, &self.how),
            (op_ledger::WATCHED.id, &self.witness),
        ];
        told(&self.which, &op_destroyed::COMPONENTS_DESTROYED, texts)
    }
}

#[derive(clap::Args)]
pub(super) struct EnvelopesDestroyed {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "NAMES", help = op_envelopes::DESTROYED.hint, default_value = "",
        hide_default_value = true, required_unless_present = "not_found")]
    destroyed: String,
    #[arg(long, value_name = "NAMES", help = op_envelopes::NOT_FOUND.hint, default_value = "",
        hide_default_value = true)]
    not_found: String,
    #[arg(long, value_name = "SET", help = op_envelopes::SET.hint, default_value = "",
        hide_default_value = true)]
    set: String,
    #[arg(long, value_name = "TEXT", help = op_envelopes::HOW.hint)]
    how: String,
    #[arg(long, value_name = "NAME", help = op_ledger::WATCHED.hint)]
    witness: String,
}

impl EnvelopesDestroyed {
    pub(super) fn run(self) -> Answer<Status> {
        let texts = [
            (op_envelopes::DESTROYED.id, &self.destroyed),
            (op_envelopes::NOT_FOUND.id, &self.not_found),
            (op_envelopes::SET.id, &self.set),
            (op_envelopes::HOW.id, &self.how),
            (op_ledger::WATCHED.id, &self.witness),
        ];
        told(&self.which, &op_envelopes::ENVELOPES_GONE, texts)
    }
}

/// The hands of an unlock file; sample people have their own.
pub(super) fn hands(which: &Which) -> Answer<Vec<Hand>> {
    Ok(Hand::of_unlock_file(&unlock_json(which)?)?)
}

/// The unlock file that opened the vault; sample people have their own.
pub(super) fn unlock_json(which: &Which) -> Answer<zeroize::Zeroizing<Vec<u8>>> {
    Ok(match &which.unlock_file {
        Some(file) => unlock_file::read(file)?,
        None => zeroize::Zeroizing::new(sessions::sample_unlock_file(false).into_bytes()),
    })
}

/// `vault drill --json`.
#[derive(Serialize)]
struct Drilled {
    proven: Vec<String>,
    failed: Vec<Failed>,
    absent: Vec<String>,
    /// Administrators and witnesses, who hold no share.
    without_share: WithoutShare,
    next_due: Option<String>,
}

#[derive(Serialize)]
struct WithoutShare {
    proven: Vec<String>,
    failed: Vec<Failed>,
    absent: Vec<String>,
}

#[derive(Serialize)]
struct Failed {
    name: String,
    reason: String,
}

impl Drill {
    pub(super) fn run(self) -> Answer<Status> {
        let mut session = self.which.open()?;
        let done = self.held(&mut session);
        let due = session
            .view()
            .people
            .iter()
            .filter_map(|p| p.drill.filter(|d| d.share))
            .map(|d| d.due)
            .min();
        let closed = sessions::close(session);
        let done = done?;
        closed?;
        told_drill(&self.which, done, due)
    }

    fn held(&self, session: &mut Session) -> Answer<crate::session::DrillDone> {
        if session.automatic() {
            return Ok(session.drill_automatic(&hands(&self.which)?)?);
        }
        let id = by_hand::approved(
            session,
            &Action::Custody(CustodyAct::Drill { recovery: false }),
        )?;
        let mut proving = session.begin_drill();
        by_hand_people::prove(&mut proving, session.profile(), true)?;
        Ok(session.drill(&id, &proving)?)
    }
}

/// What a drill came to; status 1 where an envelope did not hold.
pub(super) fn told_drill(
    which: &Which,
    done: crate::session::DrillDone,
    due: Option<Timestamp>,
) -> Answer<Status> {
    let all_hold = done.failed.is_empty() && done.beside.failed.is_empty();
    let failed = |failed: Vec<(String, String)>| -> Vec<Failed> {
        let failed = failed.into_iter();
        failed
            .map(|(name, reason)| Failed { name, reason })
            .collect()
    };
    let drilled = Drilled {
        proven: done.proven,
        failed: failed(done.failed),
        absent: done.absent,
        without_share: WithoutShare {
            proven: done.beside.proven,
            failed: failed(done.beside.failed),
            absent: done.beside.absent,
        },
        next_due: due.map(Timestamp::rfc3339),
    };
    which.tell_json_or(&drilled, || text_of_drill(&drilled))?;
    Ok(if all_hold {
        Status::Done
    } else {
        Status::Failed
    })
}

fn text_of_drill(drilled: &Drilled) -> String {
    let mut text = format!("proven: {}\n", listed(&drilled.proven));
    for failed in &drilled.failed {
        let _ = writeln!(text, "FAILED: {}: {}", failed.name, failed.reason);
    }
    let _ = writeln!(text, "not there: {}", listed(&drilled.absent));
    let beside = &drilled.without_share;
    if !beside.proven.is_empty() {
        let names = listed(&beside.proven);
        let _ = writeln!(text, "proven, without a share: {names}");
    }
    for failed in &beside.failed {
        let _ = writeln!(text, "FAILED: {}: {}", failed.name, failed.reason);
    }
    if !beside.absent.is_empty() {
        let names = listed(&beside.absent);
        let _ = writeln!(text, "not there, without a share: {names}");
    }
    if let Some(due) = &drilled.next_due {
        let _ = writeln!(text, "next drill due: {due}");
    }
    text
}

/// Names for a sentence.
pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nobody".to_owned()
    } else {
        names.join(", ")
    }
}

/// `vault reshare --json`.
#[derive(Serialize)]
struct Shared {
    set: String,
    old_set: String,
    proven: Vec<String>,
}

/// `vault reshare --give-up --json`.
#[derive(Serialize)]
struct GaveUp<'a> {
    /// The set that ended before it came into force.
    given_up: &'a str,
    /// Who has envelopes of it, or may have.
    written_for: &'a [String],
}

impl Reshare {
    pub(super) fn run(self) -> Answer<Status> {
        let mut session = self.which.open()?;
        if self.give_up {
            return self.given_up(session);
        }
        let done = if self.finish {
            self.finish(&mut session)
        } else {
            self.begin(&mut session)
        };
        let closed = sessions::close(session);
        let done = done?;
        closed?;
        let shared = Shared {
            set: done.set,
            old_set: done.old_set,
            proven: done.proven,
        };
        self.which.tell_json_or(&shared, || {
            format!(
                "the set {} is in force; {} is dead: its envelopes are destroyed now, in front of the witness\n",
                shared.set, shared.old_set
            )
        })?;
        Ok(Status::Done)
    }

    fn given_up(&self, mut session: Session) -> Answer<Status> {
        let ended = session.give_up_reshare("given up at the command line");
        let closed = sessions::close(session);
        let ended = ended?;
        closed?;
        let json = GaveUp {
            given_up: &ended.set,
            written_for: &ended.people,
        };
        self.which
            .tell_json_or(&json, || format!("{}\n", ended.told().join("\n")))?;
        Ok(Status::Done)
    }

    fn begin(&self, session: &mut Session) -> Answer<Reshared> {
        let reason = self.reason.clone().unwrap_or_default();
        if session.automatic() {
            return Ok(session.reshare_automatic(&reason, &hands(&self.which)?)?);
        }
        let id = by_hand::approved(session, &Action::Custody(CustodyAct::Reshare { reason }))?;
        streams::note("Everybody brings the present envelopes.");
        let mut brought = session.begin_reshare();
        by_hand_people::prove(&mut brought, session.profile(), false)?;
        let mut new = session.reshare(&id, &brought)?;
        by_hand_people::hand_out(&new.envelopes, &new.proving.sets(), session)?;
        streams::note(
            "Everybody proves the new envelopes, with the same passphrase; until then both sets open.",
        );
        by_hand_people::prove(&mut new.proving, session.profile(), false)?;
        Ok(session.finish_reshare(&new.proving)?)
    }

    fn finish(&self, session: &mut Session) -> Answer<Reshared> {
        let mut proving = session.open_reshare()?.ok_or_else(|| {
            Failure::usage("no reshare stands open in this vault. Nothing was changed.")
        })?;
        session.can_be_finished(&proving)?;
        if session.automatic() {
            for hand in hands(&self.which)? {
                if proving.who().contains(&hand.name) {
                    proving.prove(&hand)?;
                }
            }
        } else {
            by_hand_people::prove(&mut proving, session.profile(), false)?;
        }
        Ok(session.finish_reshare(&proving)?)
    }
}

/// An act of which every field is an option.
fn told<const N: usize>(which: &Which, op: &Op, texts: [(&str, &String); N]) -> Answer<Status> {
    let texts = texts.map(|(id, text)| (id.to_owned(), text.clone()));
    let answers = Answers {
        texts: texts.into(),
        ..Answers::default()
    };
    act(which, |session| build::action(session, op.name, &answers))
}

impl Appoint {
    pub(super) fn run(self) -> Answer<Status> {
        let texts = [
            (op::PERSON.id, &self.person),
            (op::FROM.id, &self.from),
            (op::UNTIL.id, &self.until),
            (op::MANAGER.id, &self.manager),
            (op::STAND_IN.id, &self.stand_in),
            (op::FORM.id, &self.form),
        ];
        told(&self.which, &op::APPOINT, texts)
    }
}

impl Exempt {
    pub(super) fn run(self) -> Answer<Status> {
        let texts = [
            (op_ledger::PEOPLE.id, &self.people),
            (op_ledger::FIRST_MANAGER.id, &self.manager),
            (op_ledger::SECOND_MANAGER.id, &self.second_manager),
            (op::REASON.id, &self.reason),
            (op::FORM.id, &self.form),
            (op_ledger::UNTIL.id, &self.until),
        ];
        told(&self.which, &op_ledger::EXEMPT, texts)
    }
}

impl Suspect {
    pub(super) fn run(self) -> Answer<Status> {
        let texts = [
            (KEY.id, &self.key),
            (op_suspect::VERDICT.id, &self.verdict),
            (op::REASON.id, &self.reason),
        ];
        told(&self.which, &op_suspect::SUSPECT, texts)
    }
}

impl Access {
    pub(super) fn run(self) -> Answer<Status> {
        let of = self.of.unwrap_or_default();
        let texts = [
            (op_ledger::CUSTODIAN.id, &self.custodian),
            (op_ledger::SET.id, &of),
            (op_ledger::OUT.id, &self.out),
            (op_ledger::BACK.id, &self.back),
            (op_ledger::PURPOSE.id, &self.purpose),
            (op_ledger::WATCHED.id, &self.witness),
            (op_ledger::PACKAGE.id, &self.package),
        ];
        told(&self.which, &op_ledger::RECORD_ACCESS, texts)
    }
}
