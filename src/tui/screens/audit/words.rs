//! What the result and the lines of an event mean, in a sentence.

use crate::session::TrailLine;
use crate::text::{say, tr};

/// What an event's result means, and what its lines are.
pub(super) fn means(line: &TrailLine) -> String {
    match (line.result.as_str(), &line.end) {
        ("UNVOUCHED", _) => {
            tr("before any key of the vault was open: this machine's time, and nothing proves it")
                .to_owned()
        }
        (_, None) if line.what.starts_with(tr("receipt DIFFERS")) => tr(
            "the receiver holds another key, or another kind of key, than was sent: nobody uses it until it is known which is wrong",
        )
        .to_owned(),
        ("REFUSED", None) => tr("it was refused, and nothing was changed by it").to_owned(),
        (_, Some(end)) => say!(
            "line {n} says what was to be done, line {last} what became of it",
            n = line.n,
            last = end.n
        ),
        (_, None) => tr("one line: it happened, and nothing more comes of it").to_owned(),
    }
}
