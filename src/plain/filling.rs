//! The fields of an act, asked one by one from its declaration; back never loses an answer, and Enter keeps one that was
//! given before.

use std::path::{Path, PathBuf};

use crate::ceremony::{Answer, AskField, PRACTICE_FILE, named_file};
use crate::session::above::{Above, ROOT};
use crate::session::asked::{self, BY, is_place, proposed};
use crate::session::field::{Field, Footing, Kind};
use crate::session::guide::{self, Entry};
use crate::session::heard::{against, heard};
use crate::session::op;
use crate::session::pasted::{self, Given, given};
use crate::session::{Profile, Session, known, op_exchange};
use crate::text::{say, tr};

use super::Explain;
use super::dialogue::{Dialogue, Heard, Question, Word, footing, kept_by_enter};
use super::draft::{Draft, FINGERPRINT};
use super::file_says::{self, in_shell_lines};
use super::line::Gone;
use super::lock::over;

/// What filling in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// All of it is answered.
    All,
    /// Back from the first question: to where the act was chosen.
    Back,
    /// It was left.
    Left,
}

/// Asks for the fields of an act that are still to be asked, then beside them.
pub(crate) fn fill(
    talk: &mut Dialogue<'_>,
    session: &mut Session,
    draft: &mut Draft,
    explain: Option<Explain>,
) -> Result<Filled, Gone> {
    loop {
        draft.settle(session);
        let fields = draft.fields();
        let at = draft.at;
        let Some(field) = fields.get(at) else {
            return Ok(Filled::All);
        };
        let mut asking = Asking {
            talk,
            session,
            draft,
            explain,
        };
        let place = say!(
            "{at} of {fields}",
            at = at.saturating_add(1),
            fields = fields.len()
        );
        match asking.one(field, &place)? {
            Some(Word::Back) if at == 0 => return Ok(Filled::Back),
            Some(Word::Back) => draft.at = at.saturating_sub(1),
            Some(_) => return Ok(Filled::Left),
            None => draft.at = at.saturating_add(1),
        }
    }
}

struct Asking<'f, 'a> {
    talk: &'f mut Dialogue<'a>,
    session: &'f mut Session,
    draft: &'f mut Draft,
    explain: Option<Explain>,
}

/// The one certificate above a file, where no other can be chosen: told, and taken by Enter alone.
fn only_root(field: &Field, entries: &[Entry], told: &mut Vec<String>) -> Option<String> {
    let mut can = entries.iter().filter(|entry| entry.off.is_none());
    let only = can.next().filter(|_| field.id == ROOT && !field.optional)?;
    if can.next().is_some() {
        return None;
    }
    told.push(say!(
        "Only {label} stands above this file. Enter alone takes it.",
        label = only.label
    ));
    Some(only.id.clone())
}

impl Asking<'_, '_> {
    /// Asks one field until it is answered; a word that leads away is given back.
    fn one(&mut self, field: &Field, place: &str) -> Result<Option<Word>, Gone> {
        self.talk.heading(&say!(
            "{title}, question {place}: {label}.",
            title = tr(self.draft.op.title),
            place,
            label = tr(field.label)
        ));
        let mut entries = super::choices::can_first(self.entries(field));
        // What need not be named may have nothing to be chosen from.
        if !field.optional && !entries.is_empty() && entries.iter().all(|e| e.off.is_some()) {
            for line in super::choices::numbered(&entries) {
                self.talk.say(&line);
            }
            let missing = self.above(field).and_then(|above| above.missing());
            let none =
                tr("None of these can be taken, so this cannot be asked for. Nothing was changed.");
            self.talk.stop(&missing.map_or(none.to_owned(), |missing| {
                say!("{missing} Nothing was changed.", missing)
            }));
            return Ok(Some(Word::Cancel));
        }
        let mut told = self.about(field);
        let left_empty = known::left_empty(&self.session.view(), self.draft.op, field.id);
        if let Some(words) = left_empty.filter(|_| field.optional) {
            told.push(say!("Left empty: {words}", words));
        }
        let kept = self
            .before(field, &mut entries, &mut told)
            .or_else(|| self.proposed(field, &mut told))
            .or_else(|| only_root(field, &entries, &mut told));
        let mut question = Question::new(self.footing(field))
            .telling(told)
            .explained_here(vec![
                say!("This {does}.", does = tr(self.draft.op.does)),
                tr("After the last question comes the review; before custodians have signed nothing happens.")
                    .to_owned(),
            ]);
        if field.optional && entries.is_empty() && kept.as_ref().is_some_and(|k| !k.is_empty()) {
            question = question.with(&[Word::Empty]);
        }
        let question = question.keeping(kept);
        self.answered(field, &question, &entries)
    }

    /// What was answered before, told and, where it can still be taken, kept by Enter alone.
    fn before(
        &self,
        field: &Field,
        entries: &mut Vec<Entry>,
        told: &mut Vec<String>,
    ) -> Option<String> {
        let before = self.draft.answers.texts.get(field.id)?.clone();
        let typed = entries.iter().any(|e| e.id == known::SOMEBODY_ELSE);
        let listed = entries.iter().find(|e| e.id == before);
        let label = match listed {
            _ if before.is_empty() => tr("nothing").to_owned(),
            Some(entry) => entry.label.clone(),
            None => before.clone(),
        };
        if typed && listed.is_none() && !before.is_empty() {
            entries.insert(0, Entry::new(&before, &before, tr("typed before")));
        } else if !entries.is_empty()
            && !before.is_empty()
            && listed.is_none_or(|entry| entry.off.is_some())
        {
            told.push(say!(
                "Answered before: {label}. It cannot be chosen any more.",
                label
            ));
            return None;
        }
        let empties = field.optional && entries.is_empty() && !before.is_empty();
        told.push(kept_by_enter(&label, empties));
        Some(before)
    }

    /// A name for what is written, as the screens propose it: told, and taken by Enter alone.
    fn proposed(&self, field: &Field, told: &mut Vec<String>) -> Option<String> {
        let key = self.draft.answers.texts.get("key");
        let keys = self.session.view().keys;
        let row = keys.iter().find(|row| Some(&row.key.key_arn) == key);
        let [file, folder] = proposed(self.draft.op, row.map(|row| row.label.as_str()))?;
        let text = match field.id {
            id if id == asked::OUTPUT => file,
            id if id == asked::FOLDER.id => folder,
            _ => return None,
        };
        told.push(say!("Proposed: {text}. Enter alone takes it.", text));
        Some(text)
    }

    /// Asks until the answer is kept; a word that leads away is given back.
    fn answered(
        &mut self,
        field: &Field,
        question: &Question,
        entries: &[Entry],
    ) -> Result<Option<Word>, Gone> {
        let asked = AskField {
            practice: self.practice(field),
            ..AskField::of(*field)
        };
        loop {
            let heard = over(self.talk, self.session, |talk, _| {
                talk.field(question, &asked, entries)
            })?;
            let text = match heard {
                // Somebody whom the vault does not know: the name is typed.
                Heard::Given(Answer::Text(text)) if text == known::SOMEBODY_ELSE => {
                    let heard = over(self.talk, self.session, |talk, _| {
                        talk.text(question, &asked)
                    })?;
                    match heard {
                        Heard::Given(name) => name,
                        Heard::Said(Word::Back) => continue,
                        Heard::Said(word) => return Ok(Some(word)),
                    }
                }
                Heard::Given(Answer::Text(text)) => text,
                // No act declares a secret field; signatures are asked elsewhere.
                Heard::Given(Answer::Secret(_)) => continue,
                Heard::Said(word) => return Ok(Some(word)),
            };
            // A file is read once: kept, it is what was read.
            let same = self.draft.answers.texts.get(field.id) == Some(&text);
            let read = self.draft.answers.files.contains_key(field.id);
            if question.kept.is_some() && same && (read || !matches!(field.kind, Kind::File)) {
                return Ok(None);
            }
            if self.keep(field, text) {
                return Ok(None);
            }
        }
    }

    fn footing(&self, field: &Field) -> Footing {
        let so_far = tr("nothing was asked, nothing was written, nothing has changed");
        let by = self.draft.answers.by.as_str();
        if field.id == FINGERPRINT && !by.is_empty() {
            return footing(
                &say!("{by}, who fetched it: not the one who brought the file", by),
                tr("compares it with the file's and asks the next"),
                so_far,
            );
        }
        let acts = if self.session.profile() == Profile::Rehearsal {
            tr("whoever asks; here you play everybody")
        } else {
            tr("the administrator, at the keyboard (or a custodian who will not sign)")
        };
        footing(
            acts,
            tr("keeps this answer and asks the next; after the last, shows the review"),
            so_far,
        )
    }

    /// Choices that depend on the vault or on earlier answers.
    fn entries(&self, field: &Field) -> Vec<Entry> {
        let said = |id: &str| self.draft.answers.texts.get(id).map_or("", String::as_str);
        let usage = said("usage");
        match field.kind {
            Kind::Usage => guide::usages(),
            Kind::Algorithm if !usage.is_empty() => guide::algorithms(usage),
            Kind::Modes if !usage.is_empty() => guide::modes(usage),
            Kind::YesNo if field.id == "exportable" => guide::leaving(field, said("algorithm")),
            Kind::Choice(_) if field.id == op::CHECK_VALUE.id => {
                guide::check_value_methods(said("algorithm"))
            }
            Kind::YesNo if field.id == op::ENABLED.id => guide::enabled(),
            Kind::YesNo if !field.optional => vec![
                Entry::new("no", tr("no"), ""),
                Entry::new("yes", tr("yes"), ""),
            ],
            Kind::Person => guide::people(&self.session.view()),
            Kind::Key if field.id == "wrap" => guide::wrapping(
                &self.session.view(),
                self.draft.op.name,
                field.id,
                said("key"),
            ),
            Kind::Key => {
                let view = self.session.view();
                let mut keys = guide::keys(&view, self.draft.op.name, field.id);
                if field.id == "key" && op_exchange::derives(self.draft.op) {
                    keys = guide::base_keys(keys, &view);
                }
                let above = self.above(field);
                match above {
                    Some(above) => above.sorted(keys),
                    None => keys,
                }
            }
            _ => {
                let known = known::entries(&self.session.view(), self.draft.op, field.id);
                let answer = |id: &str| said(id).to_owned();
                let view = self.session.view();
                known::left(
                    &view,
                    known.unwrap_or_default(),
                    self.draft.op,
                    field.id,
                    answer,
                )
            }
        }
    }

    /// What the files answered so far say about the root above them, where that is asked.
    fn above(&self, field: &Field) -> Option<Above> {
        let files = &self.draft.answers.files;
        let asked = (field.id == ROOT).then(|| self.session.above(self.draft.op.name, files));
        asked.flatten()
    }

    /// What is worth knowing before this field is answered.
    fn about(&self, field: &Field) -> Vec<String> {
        if field.id != FINGERPRINT {
            return Vec::new();
        }
        let mut lines = vec![
            tr("The second person, logged in as somebody else on another computer, fetches the fingerprint:")
                .to_owned(),
        ];
        let parameters = self
            .draft
            .answers
            .files
            .get("file")
            .and_then(|bytes| crate::pki::CounterpartyFile::parse(bytes).ok())
            .map(|handed_over| {
                crate::session::handover::commands_for(
                    &handed_over,
                    crate::api::KeyMaterialType::KEY_CRYPTOGRAM,
                )
            })
            .filter(|commands| !commands.is_empty());
        match parameters {
            Some(commands) => lines.extend(commands.iter().flat_map(|line| in_shell_lines(line))),
            None => lines.push(
                tr("The owner of the root reads it from their own copy: openssl x509 -in ROOT.pem -noout -fingerprint -sha256. Another keymoot vault shows it at Exchange, as \"our root\".")
                    .to_owned(),
            ),
        }
        lines.push(
            tr("Ours stays hidden until theirs is typed: nothing here can be copied.").to_owned(),
        );
        lines
    }

    fn practice(&self, field: &Field) -> Option<String> {
        if self.session.profile() != Profile::Rehearsal {
            return None;
        }
        match (field.kind, field.id) {
            (Kind::File, _) => Some(PRACTICE_FILE.to_owned()),
            (Kind::Fingerprint, _) => Some("as-shown".to_owned()),
            _ => None,
        }
    }

    /// Keeps an answer; a file is read now, once. `false` if it could not be.
    fn keep(&mut self, field: &Field, mut text: String) -> bool {
        if is_place(field) {
            self.draft.out = Some(PathBuf::from(&text));
        }
        if field.id == BY.id {
            self.draft.answers.by.clone_from(&text);
        }
        // An optional file that nobody named is no file.
        if matches!(field.kind, Kind::File) && text.trim().is_empty() && field.optional {
            self.draft.answers.files.remove(field.id);
        } else if matches!(field.kind, Kind::File) {
            match named_file(self.session.profile(), Path::new(&text)) {
                Ok(bytes) => {
                    // What was pasted is told by its size and digest from here on.
                    if let Given::Content(bytes) = given(&text) {
                        text = pasted::name(&bytes).display().to_string();
                    }
                    let op = self.draft.op.name;
                    let fits = self.session.file_fits(op, field.id, &bytes);
                    self.says(field, &bytes, fits.is_ok());
                    if let Err(refusal) = fits {
                        self.talk.stop(&self.draft.in_labels(&refusal.to_string()));
                        return false;
                    }
                    if let Some(words) = self.session.came_before(op, field.id, &bytes) {
                        self.talk.say(&say!("note: {words}", words));
                    }
                    self.draft.answers.files.insert(field.id.to_owned(), bytes);
                }
                Err(refusal) => {
                    self.talk.stop(&refusal.to_string());
                    return false;
                }
            }
        }
        let files = &self.draft.answers.files;
        let fits = self
            .session
            .answer_fits(self.draft.op.name, field.id, files, &text);
        if let Err(refusal) = fits {
            self.talk.stop(&self.draft.in_labels(&refusal.to_string()));
            return false;
        }
        let place = Path::new(text.trim());
        if is_place(field)
            && let Err(refusal) = self.draft.place_fits(self.session, place)
        {
            self.talk.stop(&refusal.to_string());
            return false;
        }
        self.stands(field, text)
    }

    /// Keeps a text beside the answers above it, and tells what is known of it. `false` where they rule it out, and the
    /// answer before it stays.
    fn stands(&mut self, field: &Field, text: String) -> bool {
        let view = self.session.view();
        let said = |id: &str| {
            let before = self.draft.answers.texts.get(id);
            if id == field.id {
                text.clone()
            } else {
                before.cloned().unwrap_or_default()
            }
        };
        if let Some(why) = against(&view, self.draft.op, field.id, &said) {
            self.talk.stop(&why);
            return false;
        }
        for told in heard(&view, self.draft.op, field.id, &said) {
            self.talk.say(&say!("note: {told}", told));
        }
        self.draft.answers.texts.insert(field.id.to_owned(), text);
        true
    }

    /// What a file is, before anything is done with it.
    /// Of one that is refused here, only what it is: what else would be wanted of it is another question's advice.
    fn says(&mut self, field: &Field, bytes: &[u8], fits: bool) {
        let Some(explain) = self.explain else { return };
        let op = self.draft.op;
        // A fingerprint that is compared stays hidden until the other side's is typed.
        let compares = op.fields.iter().any(|f| f.kind == Kind::Fingerprint);
        match explain(bytes, self.session.now()) {
            Ok(text) => {
                self.talk.say(tr("The file was read. It says:"));
                for line in file_says::lines(&text, compares && field.kind == Kind::File) {
                    self.talk.say(&line);
                }
            }
            Err(reason) if fits => self.talk.say(&say!(
                "note: the file was read, and it is nothing known here: {reason}",
                reason
            )),
            Err(_) => {}
        }
    }
}
