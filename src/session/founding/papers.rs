//! What a new vault leaves: forms and card on paper, envelopes for people's own media, and the lines that a verifier
//! is given.

use std::path::{Path, PathBuf};

use crate::os::OutputFolder;
use crate::session::{Created, Profile, Session, paper_name};
use crate::text::say;

use super::vault_name;

/// Said when it is done.
pub(crate) const MADE: &str = "Done. The vault exists and is open.";

/// What `init` leaves: forms and envelopes as text.
#[derive(Debug, Clone)]
pub(crate) struct Papers {
    /// The folder of the vault.
    pub(crate) vault: PathBuf,
    /// Person and printable form.
    pub(crate) forms: Vec<(String, String)>,
    /// Person, kind and armored envelope, for people's own media; empty where they lie in the vault's folder.
    pub(crate) envelopes: Vec<(String, &'static str, String)>,
    /// The witness card.
    pub(crate) card: String,
    /// Fingerprint and name of everybody, as `verify --trust` reads them.
    pub(crate) trust: Vec<String>,
    /// Where they were written.
    pub(crate) folder: Option<PathBuf>,
    /// What could not be written.
    pub(crate) trouble: Option<String>,
}

impl Papers {
    /// Where they are and what to do with them.
    pub(crate) fn written(&self) -> Option<String> {
        let folder = self.folder.as_ref()?;
        Some(say!(
            "{forms} enrolment forms and the witness card are in {folder}. Print them now, sign them in ink, and keep them apart from the vault.",
            forms = self.forms.len(),
            folder = folder.display()
        ))
    }

    /// Whose forms they are.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.forms.iter().map(|(name, _)| name.as_str()).collect();
        format!("Forms: {}", names.join(", "))
    }
}

/// Writes forms and card beside the new vault; what cannot be written is said and loses nothing.
pub(crate) fn keep(created: Created, dir: &Path) -> (Session, Papers) {
    let mut session = created.session;
    let production = session.profile() == Profile::Production;
    let people = session.view().people;
    let trust = people
        .iter()
        .map(|person| format!("{} {}", person.fingerprint, person.name));
    let mut papers = Papers {
        vault: dir.to_path_buf(),
        forms: created.forms,
        // Elsewhere the envelopes lie in the vault's own folder.
        envelopes: if production {
            created.envelopes
        } else {
            Vec::new()
        },
        card: created.witness_card,
        trust: trust.collect(),
        folder: None,
        trouble: None,
    };
    // From here to the last envelope a cut leaves people without theirs: the folder says so until then.
    if !papers.envelopes.is_empty() {
        let mut names: Vec<String> = papers.envelopes.iter().map(|(n, ..)| n.clone()).collect();
        names.dedup();
        if let Err(refusal) = session.begin_handing_out(&names) {
            papers.trouble = Some(refusal.to_string());
        }
    }
    let folder = dir.with_file_name(format!("{}.papers", vault_name(dir)));
    match write(&papers, &folder) {
        Ok(()) => papers.folder = Some(folder),
        Err(trouble) => papers.trouble = papers.trouble.or(Some(trouble)),
    }
    (session, papers)
}

/// Writes forms and card, never over a file that is there.
fn write(papers: &Papers, folder: &Path) -> Result<(), String> {
    let out = OutputFolder::open(folder).map_err(|e| e.to_string())?;
    let write = |name: String, text: &str| {
        out.write_new(&name, text.as_bytes())
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    for (person, form) in &papers.forms {
        write(paper_name(person, "enrolment.txt"), form)?;
    }
    write("witness-card.txt".into(), &papers.card)
}
