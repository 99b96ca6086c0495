//! The ceremony that stands open in a vault, and what is said of it wherever people come back or leave.

use std::path::{Path, PathBuf};

use crate::session::{StepState, View};
use crate::text::say;

use super::evidence::script_of;
use super::run::left_behind;
use super::script::Script;

/// A ceremony that stands open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// The script's id.
    pub script: String,
    /// SHA-256 of the script, lower-case hex.
    pub script_sha256: String,
    /// The script's title, or its id where nobody but its file knows it.
    pub title: String,
    /// The number, from 1, of the step that it goes on with.
    pub number: usize,
    /// How many steps it has.
    pub all: usize,
    /// The script itself, where it ships or the vault keeps its text.
    pub bytes: Option<Vec<u8>>,
    /// Whether it was stopped for good, and only the record of that is left to sign.
    pub stopped: bool,
    /// What lies in people's hands: words that are void, papers in packages; a sentence each.
    pub in_hands: Vec<String>,
}

/// The ceremony that stands open in the vault; there is one at most.
pub fn open_run(view: &View) -> Option<OpenRun> {
    let run = view.runs.iter().rev().find(|run| run.outcome.is_none())?;
    let bytes = script_of(run);
    let script = bytes.as_deref().and_then(|b| Script::parse(b).ok());
    Some(OpenRun {
        script: run.script.clone(),
        script_sha256: run.script_sha256.clone(),
        title: script.map_or_else(|| run.script.clone(), |s| s.title().to_owned()),
        number: run.next_step(),
        all: run.steps.len(),
        bytes,
        stopped: run
            .steps
            .iter()
            .any(|step| step.state == StepState::Aborted),
        in_hands: left_behind(run)
            .into_iter()
            .chain(lies_open(view))
            .collect(),
    })
}

/// Papers of components that no package is on record for, in a sentence: nobody asked where they went, because the program
/// was ended or people left all the same.
fn lies_open(view: &View) -> Option<String> {
    open_papers_line(&view.open_papers)
}

/// The same of these papers, each in words.
pub(super) fn open_papers_line(papers: &[String]) -> Option<String> {
    (!papers.is_empty()).then(|| {
        say!(
            "These papers lie open, in no package on record: {papers}. Each holder has theirs in hand before anything goes \
             on; one that cannot be found is an exception, and is recorded.",
            papers = papers.join(", ")
        )
    })
}

/// The script whose run stands open in the vault of a folder, by its public log alone: name and bytes where it ships.
pub enum Stopped {
    /// No run stands open there, or nothing of it can be read.
    None,
    /// A script that ships with keymoot.
    Ships(&'static str, &'static [u8]),
    /// A script that only the open vault, or its own file, knows.
    Other,
}

/// What the public log of the vault of a folder says of a run that stands open.
pub fn stopped(folder: &Path) -> Stopped {
    let Some(sha256) = crate::session::standing_open(folder) else {
        return Stopped::None;
    };
    let mut shipped = super::shipped().iter();
    let found = shipped.find(|(_, bytes)| crate::evidence::bundle::sha256(bytes) == sha256);
    found.map_or(Stopped::Other, |(name, bytes)| Stopped::Ships(name, bytes))
}

/// What stands open in the vault of a folder, by its public log alone: the script's title, or nothing but that there is one.
pub fn stopped_in(folder: &Path) -> Option<String> {
    match stopped(folder) {
        Stopped::None => None,
        Stopped::Ships(_, bytes) => Script::parse(bytes).ok().map(|s| s.title().to_owned()),
        Stopped::Other => Some(String::new()),
    }
}

impl OpenRun {
    /// `4 of 13 steps are done`, as the end of the line So far.
    pub fn so_far(&self) -> String {
        if self.stopped {
            return say!(
                "it was stopped for good at step {number}; what was done before is saved",
                number = self.number
            );
        }
        say!(
            "{done} of {all} steps are done and saved",
            done = self.number.saturating_sub(1),
            all = self.all
        )
    }

    /// What is offered to whoever opened the vault; `key` goes on.
    pub fn offered(&self) -> String {
        if self.stopped {
            return say!(
                "A ceremony was stopped for good here: {title}. Enter goes on with its record, which is not signed by all.",
                title = self.title
            );
        }
        say!(
            "A ceremony stands open here: {title}. Enter goes on with step {number} of {all}.",
            title = self.title,
            number = self.number,
            all = self.all
        )
    }

    /// The same where something is asked before Home: that page's Enter does something else.
    pub fn offered_later(&self) -> String {
        say!(
            "A ceremony stands open here: {title}. After this page Home offers to go on with it.",
            title = self.title
        )
    }

    /// What is said at the shell when people leave: where it stands, the command that goes on, and what lies in people's
    /// hands.
    pub fn left(&self, command: &str) -> String {
        let (script, number, all) = (&self.script, self.number, self.all);
        let stands = if self.stopped {
            say!(
                "The ceremony {script} was stopped for good at step {number} of {all}; the record of that is not signed by \
                 all. The stop goes on, today or on another day, with:\n  {command}",
                script,
                number,
                all,
                command
            )
        } else {
            say!(
                "The ceremony {script} stands open at step {number} of {all}; what is done is saved. It goes on, today or on \
                 another day, with:\n  {command}",
                script,
                number,
                all,
                command
            )
        };
        let lines = std::iter::once(stands).chain(self.in_hands.iter().cloned());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// How a ceremony was played: what the command that goes on with it has to name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// The vault's folder.
    pub vault: Option<PathBuf>,
    /// The script as it was named, and its SHA-256 in lower-case hex.
    pub file: Option<(PathBuf, String)>,
    /// What else was asked for, as it was typed: ` --out DIR`.
    pub more: String,
}

impl Again {
    /// The command that goes on with a ceremony that stands open, which may be another than the one that was played. The
    /// script is named where neither keymoot nor the vault has its text.
    pub fn command(&self, open: &OpenRun, vault: Option<&Path>) -> String {
        let Some(vault) = self.vault.as_deref().or(vault) else {
            return "keymoot".to_owned();
        };
        let same = self.file.as_ref();
        let same = same.filter(|(_, sha256)| *sha256 == open.script_sha256);
        let script = match (&open.bytes, same) {
            (Some(_), _) => String::new(),
            (None, Some((file, _))) => format!("{} ", shell_word(&file.display().to_string())),
            (None, None) => format!("{}.toml ", open.script),
        };
        // What else was asked for was asked for the script that was played.
        let more = if same.is_some() {
            self.more.as_str()
        } else {
            ""
        };
        let vault = shell_word(&vault.display().to_string());
        format!("keymoot play {script}--resume --vault {vault}{more}")
    }
}

/// A word as a shell takes it: quoted where it holds more than names of files usually do.
pub fn shell_word(text: &str) -> String {
    let usual = |c: char| c.is_alphanumeric() || "/._-+:=@%,".contains(c);
    if !text.is_empty() && text.chars().all(usual) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: Option<Vec<u8>>, sha256: &str) -> OpenRun {
        OpenRun {
            script: "own".into(),
            script_sha256: sha256.into(),
            title: "Own".into(),
            number: 5,
            all: 13,
            bytes,
            stopped: false,
            in_hands: Vec::new(),
        }
    }

    #[test]
    fn the_command_names_what_is_needed_and_nothing_else() {
        let again = |vault: &str, more: &str| Again {
            vault: Some(vault.into()),
            file: Some(("x.toml".into(), "aa".into())),
            more: more.into(),
        };
        let shipped = open(Some(Vec::new()), "aa");
        assert_eq!(
            again("reh.vault", "").command(&shipped, None),
            "keymoot play --resume --vault reh.vault"
        );
        let own = open(None, "aa");
        assert_eq!(
            again("my vault", " --out o").command(&own, None),
            "keymoot play x.toml --resume --vault 'my vault' --out o"
        );
        // Another script's run stood open: the command that was typed is just what does not go on with it.
        let other = open(None, "bb");
        assert_eq!(
            again("reh.vault", " --out o").command(&other, None),
            "keymoot play own.toml --resume --vault reh.vault"
        );
        let opened = Again::default();
        assert_eq!(
            opened.command(&shipped, Some(Path::new("a.vault"))),
            "keymoot play --resume --vault a.vault"
        );
        assert_eq!(opened.command(&shipped, None), "keymoot");
        let said = own.left("keymoot");
        assert!(said.contains("own stands open at step 5 of 13"), "{said}");
        let stopped = OpenRun {
            stopped: true,
            in_hands: vec!["Component 1 lies in package A-1.".into()],
            ..own.clone()
        };
        let said = stopped.left("keymoot");
        assert!(said.contains("was stopped for good at step 5"), "{said}");
        assert!(
            said.ends_with("\nComponent 1 lies in package A-1."),
            "{said}"
        );
        assert_eq!(own.so_far(), "4 of 13 steps are done and saved");
        for said in [stopped.so_far(), stopped.offered()] {
            assert!(said.contains("stopped for good"), "{said}");
            assert!(!said.contains("goes on with step"), "{said}");
        }
    }

    #[test]
    fn a_word_of_the_shell_is_quoted_where_it_must_be() {
        assert_eq!(shell_word("/a/b-c.vault"), "/a/b-c.vault");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
