//! What passed between the vault and others, in lines: what was sent, what was given out, and who is trusted.

use crate::session::guide::Entry;
use crate::session::guide::common_name;
use crate::session::handing_out::NEXT;
use crate::session::said;
use crate::session::view::{CounterpartyView, GivenView, RootStanding};
use crate::session::{ExportView, TokenView, View};
use crate::text::{say, tr};

use super::beside::plain;
use super::dialogue::{Question, footing};
use super::home::Home;
use super::line::Gone;

impl Home<'_, '_> {
    /// Which file that is still to be written is to be written now; `None` where none is, or something else is wanted.
    pub(super) fn which_unwritten(&mut self, view: &View) -> Result<Option<String>, Gone> {
        if view.unwritten.is_empty() {
            return Ok(None);
        }
        let files = view.unwritten.iter();
        let mut entries: Vec<Entry> = files
            .map(|file| {
                let label = say!("write {file}", file = file.file);
                Entry::new(
                    &file.sha256,
                    &label,
                    tr("done and recorded, on no medium yet"),
                )
            })
            .collect();
        if !view.exports.is_empty() {
            entries.push(Entry::new("", tr("read a receipt"), ""));
        }
        let heading =
            tr("A file is still to be written. The vault keeps it, and nobody signs again.");
        let at = self.list(heading, tr("goes where the number leads"), &entries)?;
        let chosen = at.and_then(|at| view.unwritten.get(at));
        Ok(chosen.map(|file| file.sha256.clone()))
    }

    /// Asks for the folder that takes a file which is still to be written, until one takes it.
    pub(super) fn write_unwritten(&mut self, sha256: &str) -> Result<(), Gone> {
        let question = Question::new(footing(
            tr("whoever is at the keyboard"),
            tr("writes the file and NEXT.txt into this folder and reads it back"),
            tr("it is done and recorded; the vault keeps its file, and on no medium is it yet"),
        ));
        while let Some(folder) = plain(self.talk, &question, crate::session::asked::FOLDER)? {
            match self.session.write_unwritten(sha256, folder.as_ref()) {
                Ok(file) => {
                    self.talk.say(&say!(
                        "Written to {folder} and read back: {files}.",
                        folder,
                        files = format!("{file}, {NEXT}")
                    ));
                    return Ok(());
                }
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
        }
        Ok(())
    }
}

/// Each heading with its lines. What is empty says so where somebody looks for it, and nothing otherwise.
pub(super) fn told(view: &View) -> Vec<(&'static str, Vec<String>)> {
    let sent: Vec<String> = view.exports.iter().map(|e| sent(e, view)).collect();
    let heading = if sent.is_empty() {
        tr("Nothing was sent yet.")
    } else {
        tr("What was sent, the newest first:")
    };
    let given = view.tokens.iter().map(|t| token(t, view));
    let given: Vec<String> = given.chain(view.given.iter().map(certificate)).collect();
    let believed = |p: &&CounterpartyView| p.standing == RootStanding::Trusted;
    let roots = view.counterparties.iter();
    let others = roots.clone().filter(|p| !believed(p)).map(partner);
    let others: Vec<String> = others.collect();
    let roots: Vec<String> = roots.filter(believed).map(partner).collect();
    let mut all = vec![(heading, sent)];
    for (heading, lines) in [
        (tr("Certificates that were given out:"), given),
        (tr("Whose certificates are believed here:"), roots),
        (tr("Whose certificates are not believed now:"), others),
    ] {
        if !lines.is_empty() {
            all.push((heading, lines));
        }
    }
    all
}

/// One export in a line.
pub(super) fn sent(export: &ExportView, view: &View) -> String {
    let state = match view.unwritten(export.sha256.as_ref()) {
        Some(_) => tr("its file is NOT WRITTEN yet"),
        None => said::export(&export.state),
    };
    let line = say!(
        "  {label} to {common_name} at {at}: {state}; check value {check_value}; file {file}",
        label = export.label,
        common_name = common_name(&export.receiver),
        at = export.at.rfc3339(),
        state,
        check_value = export.check_value,
        file = export.file
    );
    digested(line, export.sha256.as_ref())
}

fn digested(line: String, sha256: Option<&String>) -> String {
    match sha256 {
        Some(sha256) => say!("{line}, SHA-256 {sha256}", line, sha256),
        None => line,
    }
}

fn token(token: &TokenView, view: &View) -> String {
    let purpose = if token.comes_in {
        tr("to wrap keys for us under")
    } else {
        tr("to check what we sign")
    };
    let used = match token.used.last() {
        Some((label, _)) => say!("used by {label}", label),
        None if token.until <= view.now => tr("ended unused").to_owned(),
        None => tr("unused").to_owned(),
    };
    let line = say!(
        "  {purpose}, {material}, {name}: {used}; ends {until}; file {file}",
        purpose,
        material = token.material,
        name = token.name,
        used,
        until = token.until.rfc3339(),
        file = token.file
    );
    digested(line, token.sha256.as_ref())
}

fn certificate(given: &GivenView) -> String {
    let what = if given.request {
        tr("request for a certificate")
    } else {
        tr("certificate")
    };
    let line = say!(
        "  {what} of {label} at {at}; file {file}",
        what,
        label = given.label,
        at = given.at.rfc3339(),
        file = given.file
    );
    digested(line, given.sha256.as_ref())
}

fn partner(partner: &CounterpartyView) -> String {
    let last = match &partner.last {
        Some((at, true, label)) => {
            say!("last: {label} went there at {at}", label, at = at.rfc3339())
        }
        Some((at, false, label)) => say!("last: {label} came at {at}", label, at = at.rfc3339()),
        None => tr("no exchange yet").to_owned(),
    };
    let line = say!(
        "  {label}, {subject}, SHA-256 {sha256}; {last}",
        label = partner.label,
        subject = partner.subject,
        sha256 = partner.sha256,
        last
    );
    match partner.standing.off(&partner.label) {
        Some(why) => say!("{line}; {why}", line, why),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::build::{Answers, action};

    /// The other side's root, being deleted.
    #[test]
    fn a_root_that_is_not_believed_stands_apart() {
        let mut session = super::super::reader_tests::practice_session(true);
        let sample = std::fs::read("ceremonies/samples/get-parameters-for-import-rsa2048.json");
        let answers = |texts: &[(&str, &str)]| Answers {
            texts: texts
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            files: [("file".to_owned(), sample.as_ref().unwrap().clone())].into(),
            by: "Wim".into(),
        };
        let root = [
            ("fingerprint", "as-shown"),
            ("source", "practice"),
            ("label", "aws-root"),
        ];
        let import = action(&session, "import-key.root-certificate", &answers(&root)).unwrap();
        session.act(import, None, None).unwrap();
        let headings = |session: &crate::session::Session| -> Vec<&'static str> {
            let view = session.view();
            told(&view)
                .into_iter()
                .map(|(heading, _)| heading)
                .collect()
        };
        assert!(headings(&session).contains(&"Whose certificates are believed here:"));
        let away = answers(&[("key", "aws-root"), ("days", "7")]);
        let delete = action(&session, "delete-key", &away).unwrap();
        session.act(delete, None, None).unwrap();
        let now = headings(&session);
        assert!(
            !now.contains(&"Whose certificates are believed here:"),
            "{now:?}"
        );
        let view = session.view();
        let (_, lines) = told(&view).pop().unwrap();
        assert!(
            lines
                .join("")
                .contains("is being deleted: restore it first"),
            "{lines:?}"
        );
    }
}
