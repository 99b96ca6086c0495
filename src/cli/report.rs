//! `keymoot report`: the report of a ceremony, again; and a recording as a picture.

use std::path::PathBuf;

use crate::ceremony;
use crate::evidence::recording::{Cast, svg};
use crate::evidence::{report, verify};
use crate::session::Session;

use super::sessions::{self, Practice};
use super::status::{Answer, Failure, Status};
use super::{bundle, lint, streams};

/// What a folder is known by as a vault.
const CUSTODY: &str = "custody.toml";

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

impl Format {
    fn draw(self, run: &report::RunReport) -> String {
        match self {
            Self::Md => report::markdown(run),
            Self::Html => report::html(run),
            Self::Text | Self::Svg => report::text(run),
        }
    }
}

/// Print the report of a ceremony, or its recording as a picture
#[derive(clap::Args)]
#[command(after_help = "\
A folder that --out named holds text alone; a vault and a bundle give every form but svg: a recording does.

Example:
  keymoot report acme.vault --run 54751f2506a8489da1eed54c96af1ffd --files out > report.txt
  keymoot report first-key.bundle --format html > report.html
  keymoot report first-key.cast --format svg > first-key.svg")]
pub(super) struct Report {
    /// A vault, the folder that --out named, a bundle, or a recording
    #[arg(value_name = "VAULT|DIR|BUNDLE|F.cast")]
    from: PathBuf,
    /// Of a vault: which run (default: the last)
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Of a vault: the script, where it does not ship with keymoot
    #[arg(long, value_name = "F")]
    script: Option<PathBuf>,
    /// Open the vault with everybody in this file (not in production; mode 0600)
    #[arg(long, value_name = "F")]
    unlock_file: Option<PathBuf>,
    /// Of a vault: also write the run's files here (empty or absent)
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// How it is written (default: text)
    #[arg(long, value_enum, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Report {
    pub(super) fn run(self) -> Answer<Status> {
        let vault = self.from.join(CUSTODY).is_file();
        let told = [
            self.run.is_some(),
            self.script.is_some(),
            self.unlock_file.is_some(),
            self.files.is_some(),
        ];
        if !vault && told.contains(&true) {
            return Err(Failure::usage(format!(
                "{} is no vault, and --run, --script, --unlock-file and --files are for one. Nothing was written.",
                self.from.display()
            )));
        }
        let text = match (self.from.is_dir(), self.format) {
            (true, format) if vault => self.of_a_vault(format)?,
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
        // Its pages begin with a form feed, and what a file holds beside that cannot drive a terminal.
        let pages: Vec<String> = text.split('\u{c}').map(streams::printable).collect();
        streams::print(&pages.join("\u{c}"))?;
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

    /// Reading it needs those who open the vault, and changes nothing but the log's lines of opening and closing.
    fn of_a_vault(&self, format: Format) -> Answer<String> {
        if format == Format::Svg {
            return Err(Failure::usage(
                "svg is drawn from a recording. Nothing was written.",
            ));
        }
        let session = sessions::open(
            &self.from,
            self.unlock_file.as_deref(),
            &Practice::default(),
        )?;
        let report = self.of_a_session(&session);
        let written = match (&report, &self.files) {
            (Ok(report), Some(folder)) => ceremony::write_run(&session, &report.run, folder)
                .map(|files| (folder.display().to_string(), files.join(", ")))
                .map(Some)
                .map_err(|error| Failure::failed(error.to_string())),
            _ => Ok(None),
        };
        sessions::close(session)?;
        let report = report?;
        if let Some((folder, files)) = written? {
            streams::note(&format!("keymoot: written to {folder}: {files}."));
        }
        Ok(format.draw(&report))
    }

    fn of_a_session(&self, session: &Session) -> Answer<report::RunReport> {
        let runs = session.view().runs;
        let found = match &self.run {
            Some(id) => runs.iter().find(|run| run.id == *id),
            None => runs.last(),
        };
        let run = found.ok_or_else(|| {
            let known: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
            let known = match known.as_slice() {
                [] => "no ceremony was run in it".to_owned(),
                ids => format!("its runs are {}", ids.join(", ")),
            };
            Failure::failed(format!(
                "{}: no such run in this vault: {known}. Nothing was written.",
                self.from.display()
            ))
        })?;
        let script = match &self.script {
            Some(path) => lint::read(path)?.to_vec(),
            None => ceremony::script_of(run)
                .ok_or_else(|| {
                    Failure::failed(format!(
                        "{} does not ship with this keymoot, and was not kept with the run: its report needs its file. Nothing was written.",
                        run.script
                    ))
                    .hint("name the file with --script")
                })?,
        };
        Ok(ceremony::run_report_of(session, &script, &run.id)?)
    }

    fn of_a_bundle(&self, format: Format) -> Answer<String> {
        let bytes = streams::read(&self.from, verify::MAX_BUNDLE)?;
        let value = verify::report(&bytes).map_err(|e| {
            if Cast::read(&bytes).is_ok() {
                return Failure::usage(format!(
                    "{}: a recording of the screen, which holds no report. No report was written.",
                    self.from.display()
                ))
                .hint("--format svg draws it; a bundle or a vault has the report");
            }
            self.refused(&e.to_string())
        })?;
        let run: report::RunReport =
            serde_json::from_value(value).map_err(|e| self.refused(&e.to_string()))?;
        Ok(format.draw(&run))
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::failed(format!(
            "{}: {why}. No report was written.",
            self.from.display()
        ))
    }
}
