//! What is asked where an unlock file signs for people: Enter does the act, so it says which, and for whom it signs.

use crate::session::{PendingView, Session};
use crate::text::{say, tr};

use super::super::super::ask::Ask;
use super::super::super::model::Step;
use super::super::Runner;
use super::footing;
use super::lines::not_yet;

/// Said before anything else is asked, and on each page that signs.
pub(super) fn signs_for_all() -> &'static str {
    tr(
        "Signatures come from the unlock file: nobody is asked for a passphrase. Enter at a page that says so signs for \
         everybody it names, and does it.",
    )
}

impl Runner {
    /// The request, signed for everybody and done by one Enter.
    pub(super) fn issue_held(&self, session: &Session, step: &Step, ask: Ask) -> Ask {
        let mut names = vec![self.signer()];
        if let Some(preview) = &self.preview {
            names.extend(
                self.order(session, preview)
                    .into_iter()
                    .take(self.required(preview)),
            );
        }
        let title = step.title.trim_end_matches('.');
        let then = self.preview.as_ref().map_or("", PendingView::then);
        Ask {
            title: say!("From the unlock file: {title}", title),
            footing: footing(
                nobody_types(),
                &say!(
                    "signs for {names} from the unlock file and does it: {title}; {then}",
                    names = names.join(", "),
                    title,
                    then
                ),
                not_yet(step),
            ),
            ..by_nobody(ask)
        }
    }

    /// The record, signed for everybody by one Enter.
    pub(super) fn sign_off_held_ask(&self, ask: Ask) -> Ask {
        let names = Vec::from(self.signers.clone()).join(", ");
        let footing = footing(
            nobody_types(),
            &say!("signs the record for {names} from the unlock file", names),
            &ask.footing.so_far,
        );
        Ask {
            title: tr("From the unlock file: everybody signs off").to_owned(),
            footing,
            ..by_nobody(ask)
        }
    }

    /// What stands above the first question of a run whose signatures come from a file.
    pub(super) fn told_first(&self, session: &Session) -> Option<String> {
        let begins = self.at == 0 || self.came_back;
        (begins && session.automatic() && self.attended).then(|| signs_for_all().to_owned())
    }
}

fn nobody_types() -> String {
    tr("whoever is at the keyboard; an unlock file signs").to_owned()
}

/// The page for whoever is at the keyboard, with the file's part said first.
fn by_nobody(mut ask: Ask) -> Ask {
    ask.body
        .splice(0..0, [signs_for_all().to_owned(), String::new()]);
    Ask {
        person: String::new(),
        role: String::new(),
        hand_over: false,
        ..ask
    }
}
