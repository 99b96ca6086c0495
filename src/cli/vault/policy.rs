//! `keymoot vault policy`, `clock-ahead` and `clock-back`: what the vault decided about approvals and limits, and its time.

use std::path::PathBuf;

use crate::cli::status::{Answer, Status};
use crate::cli::streams;
use crate::session::build::{self, Answers};
use crate::session::clock_back;
use crate::session::op::Op;
use crate::session::{op_custody, op_policy};

use super::{Which, act};

#[derive(clap::Args)]
pub(super) struct ChangePolicy {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "FILE", help = op_policy::POLICY_FILE.hint)]
    set: Option<PathBuf>,
}

impl ChangePolicy {
    pub(super) fn run(self) -> Answer<Status> {
        if let Some(path) = &self.set {
            let bytes = streams::read(path, streams::INPUT_LIMIT)?;
            let answers = Answers {
                files: [(op_policy::POLICY_FILE.id.to_owned(), bytes.to_vec())].into(),
                ..Answers::default()
            };
            return act(&self.which, |session| {
                let action = build::action(session, op_policy::CHANGE_POLICY.name, &answers)?;
                // At a terminal people read it before they sign. Here nobody asks, and a file is the whole policy: what
                // it leaves out changes as well.
                if session.automatic() {
                    for (rule, change) in session.preview(&action)?.details {
                        streams::note(&format!("keymoot: {rule}: {change}"));
                    }
                }
                Ok(action)
            });
        }
        let session = self.which.open()?;
        let (policy, next) = (session.policy(), session.next_policy());
        session.close()?;
        if next.is_some() {
            streams::note("Another policy was decided; it counts from the next opening on.");
        }
        streams::print_json(&policy)?;
        Ok(Status::Done)
    }
}

#[derive(clap::Args)]
pub(super) struct SetClock {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "TIME", help = clock_back::RIGHT_TIME.hint)]
    time: String,
    #[arg(long, value_name = "TEXT", help = op_custody::REASON.hint)]
    reason: String,
}

impl SetClock {
    pub(super) fn run(self, op: &Op) -> Answer<Status> {
        let texts = [
            (clock_back::RIGHT_TIME.id, &self.time),
            (op_custody::REASON.id, &self.reason),
        ];
        let answers = Answers {
            texts: texts.map(|(id, text)| (id.to_owned(), text.clone())).into(),
            ..Answers::default()
        };
        act(&self.which, |session| {
            build::action(session, op.name, &answers)
        })
    }
}
