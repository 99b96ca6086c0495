//! The keyboard goes from one person to the next.

use crate::session::keyboard::{HandOver, ONE_PERSONS_EYES};
use crate::text::{say, tr};

use super::dialogue::{Dialogue, Heard, Question, footing};
use super::line::Gone;

impl Dialogue<'_> {
    /// The keyboard changes hands; with `blank`, earlier text is scrolled out of sight once the person is there.
    pub(crate) fn hand_over(
        &mut self,
        page: &HandOver<'_>,
        blank: bool,
    ) -> Result<Heard<()>, Gone> {
        self.heading(&page.goes());
        self.say(&page.step_back());
        let enter = if blank {
            tr("scrolls all this out of sight and shows the question")
        } else {
            tr("shows the question")
        };
        let question =
            Question::new(footing(&page.acts(), enter, page.saved)).explained_here(vec![
                say!(
                    "The keyboard changes hands because {ONE_PERSONS_EYES}",
                    ONE_PERSONS_EYES = tr(ONE_PERSONS_EYES)
                ),
                page.waits(),
            ]);
        self.line.drop_typed_ahead();
        let heard = self.enter_unseen(&question)?;
        if blank && matches!(heard, Heard::Given(())) {
            self.line.out_of_sight();
        }
        Ok(heard)
    }
}
