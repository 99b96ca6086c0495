//! All of a form was refused: which field that is about, and where the cursor goes.

use super::{Form, Line};
use crate::session::build::about_field;
use crate::session::{InTheOpen, Mistyped};

impl Form {
    /// The field, by its id, whose text the form has refused since this was asked last.
    pub(crate) fn refusal(&mut self) -> Option<&'static str> {
        self.refusal.take()
    }

    /// The field, by its id, in which something secret was drawn and wiped since this was asked last, and what it read like.
    pub(crate) fn exposed(&mut self) -> Option<(&'static str, Mistyped)> {
        self.exposed.take()
    }

    /// The same as it goes on record: asked by this act or page, of somebody where it is known.
    pub(crate) fn in_the_open(&mut self, at: &str, who: Option<&str>) -> Option<InTheOpen> {
        let (field, how) = self.exposed()?;
        Some(InTheOpen {
            field: field.to_owned(),
            how,
            at: at.to_owned(),
            who: who.map(str::to_owned),
        })
    }

    /// All of it was refused: the focus goes to the field that the refusal is about, and Enter goes through the fields
    /// after it again. That is the field whose id it begins with, or the last whose answer it names. Returns the
    /// refusal in the words of the page: labels for ids.
    pub(crate) fn refused(&mut self, why: &str) -> String {
        self.refused_about(why, None)
    }

    /// The same where whoever refused it says which field it is about, by its id.
    pub(crate) fn refused_about(&mut self, why: &str, field: Option<&str>) -> String {
        let about = about_field(why).and_then(|(id, rest)| {
            let at = self.lines.iter().position(|l| l.asked.field.id == id)?;
            Some((at, rest.to_owned()))
        });
        let said = self
            .lines
            .iter()
            .position(|l| Some(l.asked.field.id) == field);
        let at = about.as_ref().map(|(at, _)| *at).or(said).or_else(|| {
            let named = |line: &Line| line.named().is_some_and(|name| why.contains(&name));
            self.lines.iter().rposition(named)
        });
        // It names no field: it is not about one that may stay empty, and is.
        let at = at.or_else(|| {
            let here = self.at().filter(|line| !line.is_typed())?;
            let free = here.asked.field.optional;
            self.lines.iter().position(Line::is_typed).filter(|_| free)
        });
        self.blamed = at;
        if let Some(at) = at {
            self.focus = at;
            for line in self.lines.iter_mut().skip(at.saturating_add(1)) {
                line.visited = false;
            }
        }
        let label = at.and_then(|at| self.lines.get(at)).map(Line::label);
        match (about, label) {
            (Some((_, rest)), Some(label)) => format!("{label} {rest}"),
            _ => why.to_owned(),
        }
    }
}
