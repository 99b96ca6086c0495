//! `keymoot vault policy`: what the vault decided about approvals and limits, and how that is changed.

use std::path::PathBuf;

use crate::cli::status::{Answer, Status};
use crate::cli::streams;
use crate::session::build::{self, Answers};
use crate::session::op_custody as op;

use super::{Which, act};

#[derive(clap::Args)]
pub(super) struct ChangePolicy {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_name = "FILE", help = op::POLICY_FILE.hint)]
    set: Option<PathBuf>,
}

impl ChangePolicy {
    pub(super) fn run(self) -> Answer<Status> {
        if let Some(path) = &self.set {
            let bytes = streams::read(path, streams::INPUT_LIMIT)?;
            let answers = Answers {
                files: [(op::POLICY_FILE.id.to_owned(), bytes.to_vec())].into(),
                ..Answers::default()
            };
            return act(&self.which, |session| {
                build::action(session, op::CHANGE_POLICY.name, &answers)
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
