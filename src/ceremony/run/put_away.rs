//! Where papers of components lie that were put away when a run was stopped or left, as the journal has it.

use crate::evidence::report::Paper;
use crate::session::StepRecord;
use crate::text::say;

/// How the note of a paper begins.
pub(super) const PAPER: &str = "on_abort component ";
/// The same where the run was left for now; a time stands behind it.
pub(super) const ASIDE: &str = "put away ";
/// How a note says where a paper lies, and that it lies in no package.
pub(super) const SEALED: [&str; 3] = ["sealed in ", " by ", ", watched by "];
pub(super) const NOT_SEALED: [&str; 2] = ["NOT SEALED, with ", ": "];

/// Component and key of a paper's note; none of another note.
pub(super) fn of_note(name: &str) -> Option<(u64, String)> {
    let (part, of) = name.strip_prefix(PAPER)?.split_once(" of ")?;
    Some((part.parse().ok()?, of.to_owned()))
}

/// What a paper's note says. Serials and people have none of the words between them, names may: they come last.
pub(super) fn kept(words: &str) -> Paper {
    let [sealed, by, watched] = SEALED;
    let [with, why] = NOT_SEALED;
    let lies = words.strip_prefix(sealed).and_then(|rest| {
        let (rest, witness) = rest.rsplit_once(watched)?;
        let (package, holder) = rest.rsplit_once(by)?;
        Some((package, holder, witness))
    });
    if let Some((package, holder, witness)) = lies {
        return Paper {
            package: package.to_owned(),
            holder: holder.to_owned(),
            witness: witness.to_owned(),
            ..Paper::default()
        };
    }
    let open = words.strip_prefix(with).and_then(|r| r.split_once(why));
    let (holder, unsealed) = open.unwrap_or(("", words));
    Paper {
        holder: holder.to_owned(),
        unsealed: unsealed.to_owned(),
        ..Paper::default()
    }
}

/// What a note says of a paper that was put away when the run was left: when, the component, and where it is.
pub(super) fn aside_of_note(name: &str, words: &str) -> Option<(String, Paper)> {
    let (at, component) = name.strip_prefix(ASIDE)?.split_once(' ')?;
    let (part, of) = component.strip_prefix("component ")?.split_once(" of ")?;
    let paper = Paper {
        part: part.parse().ok()?,
        components_of: of.to_owned(),
        ..kept(words)
    };
    Some((at.to_owned(), paper))
}

/// Where papers lie that were put away when the run was left in this step, in sentences.
pub(super) fn put_aside(record: &StepRecord) -> Vec<String> {
    let notes = record.notes.iter();
    let papers = notes.filter_map(|(name, words)| aside_of_note(name, words));
    let told = papers.map(|(_, paper)| {
        let Paper {
            part,
            components_of: label,
            holder,
            package,
            unsealed,
            ..
        } = paper;
        if unsealed.is_empty() {
            say!("Component {part} of {label} lies in package {package} ({holder}): it stays closed until its step.", part, label, package, holder)
        } else {
            say!("Component {part} of {label} lies in no package, with {holder}: {unsealed}", part, label, holder, unsealed)
        }
    });
    told.collect()
}

/// Papers that lie in no package though the run was stopped, in sentences: what is still open when everybody has signed.
pub(super) fn not_sealed(record: &StepRecord) -> Vec<String> {
    let papers = record.notes.iter().filter_map(|(name, words)| {
        let (part, of) = of_note(name)?;
        Some((part, of, kept(words)))
    });
    let open = papers.filter(|(.., paper)| !paper.unsealed.is_empty());
    open.map(|(part, of, paper)| {
        say!(
            "Component {part} of {of} is NOT SEALED. It is with {holder}: {why}",
            part,
            of,
            holder = paper.holder,
            why = paper.unsealed
        )
    })
    .collect()
}

/// Packages that papers went into when the run was stopped in this step, each with who packed it.
pub(in crate::ceremony) fn packed_at_a_stop(record: &StepRecord) -> Vec<String> {
    let stopped = record.notes.iter().filter_map(|(name, words)| {
        of_note(name)?;
        let paper = kept(words);
        (!paper.package.is_empty()).then(|| format!("{} ({})", paper.package, paper.holder))
    });
    stopped.collect()
}
