//! A check value that is typed beside a component: it can be wrong alone.

use super::{Form, Input, Line};
use crate::text::say;

impl Form {
    /// The check value alone was wrong: both readings of the component stay, and the cursor stands in its empty field.
    pub(crate) fn keep_component(&mut self) {
        let value = |line: &Line| line.asked.field.id == crate::ceremony::ops_components::KCV.id;
        self.forget_value();
        if let Some(at) = self.lines.iter().position(value) {
            self.focus = at;
        }
    }

    /// A check value that did not fit is typed anew: it is never taken a second time by an Enter that was meant for
    /// another field.
    pub(crate) fn forget_value(&mut self) {
        let components = self
            .lines
            .iter()
            .any(|line| matches!(line.input, Input::Component(_)));
        for line in self.lines.iter_mut().filter(|_| components) {
            let text = line.input.text().unwrap_or_default();
            if matches!(line.input, Input::Text(_)) && !text.is_empty() {
                line.input.fill("");
                line.visited = false;
                line.while_empty = Some(say!("{text} did not fit", text));
            }
        }
    }
}
