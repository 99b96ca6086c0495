//! `keymoot receipt`: whether the receiver of an export holds the same key.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::session::{Command, Outcome, ReceiptView, Refusal};

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::streams;

/// Read a receiver's answer to an export and say whether it holds the same key
#[derive(clap::Args)]
#[command(after_help = "\
The answer is what `aws payment-cryptography import-key` or `get-key` printed on the other side.

Example:
  keymoot receipt answer.json --vault acme.vault

Ends with 0 when the receiver holds the key that was sent, with 1 when it DIFFERS.")]
pub(super) struct Receipt {
    /// The receiver's answer
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// The vault that sent the key
    #[arg(long, value_name = "DIR")]
    vault: PathBuf,
    /// Open with everybody in this file (test and rehearsal vaults; mode 0600)
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Read<'a> {
    confirmed: bool,
    verdict: &'a str,
    differences: &'a [String],
    key_arn: &'a str,
    label: &'a str,
    check_value: &'a str,
    file: &'a str,
    state: &'a str,
    receiver_arn: Option<&'a str>,
}

impl Receipt {
    pub(super) fn run(self) -> Answer<Status> {
        let answer = streams::read(&self.file, streams::INPUT_LIMIT)?.to_vec();
        let mut session = sessions::open(
            &self.vault,
            self.unlock_file.as_deref(),
            &Practice::default(),
        )?;
        let outcome = session.perform(Command::Receipt { answer });
        let closed = session.close();
        // A file that is no answer is no mistake of the command line.
        let outcome = outcome.map_err(|refusal| match refusal {
            Refusal::Usage(words) => Failure::failed(words),
            other => other.into(),
        });
        let Outcome::Receipt(view) = outcome? else {
            return Err(Failure::failed("the session gave no receipt."));
        };
        closed?;
        self.print(&view)?;
        Ok(if view.confirmed {
            Status::Done
        } else {
            Status::Failed
        })
    }

    fn print(&self, view: &ReceiptView) -> Answer<()> {
        if self.json {
            return streams::print_json(&Read {
                confirmed: view.confirmed,
                verdict: &view.verdict,
                differences: &view.differences,
                key_arn: &view.export.arn,
                label: &view.export.label,
                check_value: &view.export.check_value,
                file: &view.export.file,
                state: &view.export.state,
                receiver_arn: view.export.receiver_arn.as_deref(),
            });
        }
        let export = &view.export;
        // A script that was played twice leaves two keys of one name.
        let mut text = format!("{}\n  {}  {}\n", view.verdict, export.label, export.arn);
        for difference in &view.differences {
            let _ = writeln!(text, "  {difference}");
        }
        streams::print(&streams::printable(&text))
    }
}
