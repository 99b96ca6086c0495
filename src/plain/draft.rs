//! An act as it is filled in: its answers so far, what is still to be asked, and in which order.

use std::path::{Path, PathBuf};

use crate::session::above::ROOT;
use crate::session::asked::{BY, CERTIFICATE_LABEL, beside, is_asked};
use crate::session::build::{Answers, about_field};
use crate::session::field::Field;
use crate::session::handing_out::has_place;
use crate::session::op::{BACKUP, IMPORT_TRUSTED, Op};
use crate::session::{Action, Refusal, Session, build, guide, op_exchange, op_tr34};
use crate::text::tr;

/// An act as it was filled in.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The act.
    pub(crate) op: &'static Op,
    /// Answers to its fields.
    pub(crate) answers: Answers,
    /// Where its files go, for acts that leave some.
    pub(crate) out: Option<PathBuf>,
    /// The question that is asked next, by its place.
    pub(super) at: usize,
    /// The field that was clear from where the act was chosen.
    clear: Option<&'static str>,
    /// What need not be asked, as the answers so far and the vault say.
    needless: Vec<&'static str>,
    /// What has to be answered, though the act itself could do without.
    needed: Vec<Field>,
}

impl Draft {
    /// Nothing filled in yet.
    pub(crate) fn new(op: &'static Op) -> Self {
        Self {
            op,
            answers: Answers::default(),
            out: None,
            at: 0,
            clear: None,
            needless: Vec::new(),
            needed: Vec::new(),
        }
    }

    /// With an answer that is clear from where the act was chosen, and not asked.
    pub(crate) fn about(mut self, field: &'static str, answer: &str) -> Self {
        self.answers
            .texts
            .insert(field.to_owned(), answer.to_owned());
        self.clear = Some(field);
        self
    }

    /// What is asked, in order: whoever acts before what they do, and what a file lacks before what depends on it.
    pub(super) fn fields(&self) -> Vec<Field> {
        let fields = self.op.fields.iter();
        let mut fields: Vec<Field> = fields
            .filter(|field| is_asked(self.op, field))
            .filter(|field| Some(field.id) != self.clear)
            .filter(|field| !self.needless.contains(&field.id))
            .chain(beside(self.op.name))
            .chain((self.op.name == IMPORT_TRUSTED.name).then_some(&CERTIFICATE_LABEL))
            .copied()
            .collect();
        for field in &mut fields {
            if let Some(needed) = self.needed.iter().find(|needed| needed.id == field.id) {
                *field = *needed;
            }
        }
        earlier(&mut fields, BY.id, FINGERPRINT);
        earlier(&mut fields, SENDER, ROOT);
        fields
    }

    /// Looks what the answers so far and the vault leave to be asked.
    pub(super) fn settle(&mut self, session: &Session) {
        self.needless = Vec::new();
        self.needed = Vec::new();
        match session.sender_needed(self.op.name, &self.answers.files) {
            Some(true) => self.needed.push(op_tr34::SENDER_NEEDED),
            Some(false) => self.needless.push(SENDER),
            None => {}
        }
        let [pair, certificate] = op_exchange::OWN_PAIR;
        let pairs = || guide::keys(&session.view(), self.op.name, pair);
        let asks = self.op.fields.iter().any(|field| field.id == pair);
        if asks && pairs().iter().all(|entry| entry.off.is_some()) {
            self.needless.extend([pair, certificate]);
        }
    }

    /// Whether what the act leaves has a free place in this folder.
    ///
    /// # Errors
    /// Something is there, or it lies in a vault.
    pub(super) fn place_fits(&self, session: &Session, folder: &Path) -> Result<(), Refusal> {
        if self.op.name == BACKUP.name {
            return session.copy_place_fits(folder);
        }
        // Answers that make no act are refused by their own rule, behind the last question.
        let action = build::action(session, self.op.name, &self.answers).ok();
        match action.as_ref().and_then(Action::file) {
            Some(file) => has_place(folder, file),
            None => Ok(()),
        }
    }

    /// Back to the last question; `false` where there is none.
    pub(crate) fn last_again(&mut self) -> bool {
        match self.fields().len().checked_sub(1) {
            Some(last) => {
                self.at = last;
                true
            }
            None => false,
        }
    }

    /// From the question that a refusal is about, else from the first, every answer kept; `false` where there is none.
    pub(crate) fn again(&mut self, why: &str) -> bool {
        let about = about_field(why).map(|(id, _)| id);
        let fields = self.fields();
        let at = fields.iter().position(|field| Some(field.id) == about);
        self.at = at.unwrap_or(0);
        !fields.is_empty()
    }

    /// A refusal in the words of the questions: the label of the field that it is about, in the place of its id.
    pub(crate) fn in_labels(&self, why: &str) -> String {
        let named = about_field(why).and_then(|(id, rest)| {
            let field = self.fields().into_iter().find(|field| field.id == id)?;
            Some(format!("{} {rest}", tr(field.label)))
        });
        named.unwrap_or_else(|| why.to_owned())
    }
}

/// The field of a fingerprint that somebody types.
pub(super) const FINGERPRINT: &str = "fingerprint";

/// The field of the certificate of whoever sent a token.
const SENDER: &str = "sender";

/// Puts one field before another, where both are asked.
fn earlier(fields: &mut Vec<Field>, what: &str, than: &str) {
    let at = |id: &str| fields.iter().position(|field| field.id == id);
    if let (Some(from), Some(to)) = (at(what), at(than))
        && to < from
    {
        let field = fields.remove(from);
        fields.insert(to, field);
    }
}
