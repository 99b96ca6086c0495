//! `keymoot report`: the report of a ceremony, again; and a recording as a picture.

use std::path::PathBuf;

use crate::evidence::recording::{Cast, svg};
use crate::evidence::{report, verify};

use super::status::{Answer, Failure, Status};
use super::{bundle, streams};

/// The file that play writes beside its outputs.
const REPORT: &str = "report.txt";

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// 72 columns, numbered pages
    Text,
    /// Markdown
    Md,
    /// One page of HTML
    Html,
    /// A moving picture of a recording
    Svg,
}

/// Print the report of a ceremony, or its recording as a picture
#[derive(clap::Args)]
#[command(after_help = "\
Markdown and HTML are drawn from a bundle, svg from a recording that keymoot made.

Example:
  keymoot report out
  keymoot report first-key.bundle --format html > report.html
  keymoot report first-key.cast --format svg > first-key.svg")]
pub(super) struct Report {
    /// The folder that --out named, a bundle, or a recording
    #[arg(value_name = "DIR|BUNDLE|F.cast")]
    from: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Report {
    pub(super) fn run(self) -> Answer<Status> {
        let text = match (self.from.is_dir(), self.format) {
            (true, Format::Text) => self.of_a_folder()?,
            (true, _) => {
                return Err(Failure::usage(
                    "a folder holds its report as text alone. Nothing was written.",
                )
                .hint("`keymoot play SCRIPT --headless --bundle F` or `keymoot bundle` writes what other formats come from"));
            }
            (false, Format::Svg) => {
                let bytes = streams::read(&self.from, bundle::MAX_RECORDING)?;
                let picture = Cast::read(&bytes).and_then(|cast| svg(&cast));
                picture.map_err(|e| self.refused(&e.to_string()))?
            }
            (false, format) => self.of_a_bundle(format)?,
        };
        streams::print(&streams::printable(&text))?;
        Ok(Status::Done)
    }

    fn of_a_folder(&self) -> Answer<String> {
        let path = self.from.join(REPORT);
        if !path.exists() {
            return Err(Failure::failed(format!(
                "{}: no {REPORT} here. Nothing was changed.",
                self.from.display()
            ))
            .hint("`keymoot play SCRIPT --out DIR` writes one"));
        }
        let bytes = streams::read(&path, streams::INPUT_LIMIT)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn of_a_bundle(&self, format: Format) -> Answer<String> {
        let bytes = streams::read(&self.from, verify::MAX_BUNDLE)?;
        let value = verify::report(&bytes).map_err(|e| self.refused(&e.to_string()))?;
        let run: report::RunReport =
            serde_json::from_value(value).map_err(|e| self.refused(&e.to_string()))?;
        Ok(match format {
            Format::Md => report::markdown(&run),
            Format::Html => report::html(&run),
            Format::Text | Format::Svg => report::text(&run),
        })
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::failed(format!(
            "{}: {why}. No report was written.",
            self.from.display()
        ))
    }
}
