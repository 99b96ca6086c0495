//! What is due in an open vault and for whom, the most urgent first.

use crate::api::{KeyState, Timestamp};
use crate::text::{say, tr};

mod appointments;
mod copies;
mod counts;
mod envelopes;
mod explained;
mod held_back;
mod left_to_do;
mod requests;
mod returned;
mod rules;
mod run_open;
mod spans;
mod uncompared;

use appointments::appointments;
use copies::copies;
pub use counts::counts;
use envelopes::envelopes;
use held_back::held_back;
pub use left_to_do::{left_to_do, on_record};
pub use requests::{requests_end, requests_wait};
use returned::returned;
use rules::rules;
use spans::{late, told_when};
pub use spans::{left, span};
use uncompared::uncompared;

use super::happened;
use super::view::{ExportView, KeyRow, PendingView, TokenView, View};

/// One thing that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// What kind of thing, in a word: `approve`, `STOP`, `returned`, `suspect`, `disabled`, `compare`, `clock`, `ceremony`, `copy`, `recovery`, `spent`, `ended`, `policy`, `cut`, `change`, `making`, `reshare`, `envelopes`, `drill`, `appoint`, `file`, `deletion`, `receipt`, `token`.
    pub kind: &'static str,
    /// What it is.
    pub what: String,
    /// When, as a span or a word.
    pub when: String,
    /// Whom it waits for.
    pub who: String,
    /// Whether the time is over.
    pub over: bool,
    /// Where somebody goes to do it.
    pub goes: Goes,
}

/// Where a due thing is done.
#[derive(Debug, Clone)]
pub enum Goes {
    /// A request that waits for signatures.
    Pending(Box<PendingView>),
    /// The deletions.
    Deletions,
    /// What passed between this vault and others, with the line that it is about.
    Exchange(Exchanged),
    /// The check value of the key with this ARN is typed as its sender gave it.
    Compare(String),
    /// The key with this ARN is enabled again.
    Enable(String),
    /// The ceremonies, to go on with what stands open.
    Ceremonies,
    /// The ceremony of this id, to begin it.
    Ceremony(&'static str),
    /// A second copy.
    Backup,
    /// What happened to people, envelopes and media, with the answer of this id.
    Happened(&'static str),
    /// What became of old envelopes is attested.
    Envelopes,
    /// A signed appointment is entered.
    Appoint(Whom),
    /// Two people read their watches.
    Clock,
    /// The vault is closed, and opened again.
    Close,
}

/// Whose appointment is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// Of whom the form is.
    pub person: String,
    /// What a rule would refuse as it stands, where it is not that an appointment is missing.
    pub why: Option<String>,
}

/// A line of Exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// The export of the key with this ARN, at this time.
    Sent(String, Timestamp),
    /// The token of this name that was given out.
    Token(String),
    /// The file with this SHA-256, lower-case hex, that is still to be written.
    Unwritten(String),
}

/// Everything that is due at a time.
pub fn due(view: &View, now: Timestamp) -> Vec<Due> {
    let line = |kind, what: String, when: &str, who: &str, goes| Due {
        kind,
        what,
        when: when.to_owned(),
        who: who.to_owned(),
        over: false,
        goes,
    };
    // What a step of an open run asked for is signed in that run: its own line leads there.
    let outside = view.pending.iter().filter(|p| p.of_run.is_none());
    let mut lines: Vec<Due> = outside.map(approval).collect();
    let differs = view.exports.iter().filter(|e| e.state == "DIFFERS");
    lines.extend(differs.map(|e| {
        let what = say!(
            "{label} differs at {common_name}",
            label = e.label,
            common_name = e.to()
        );
        line("STOP", what, tr("now"), tr("everybody"), sent(e))
    }));
    if !view.attested {
        let what = tr("not attested: deletions wait").to_owned();
        lines.push(line(
            "clock",
            what,
            tr("now"),
            tr("two people"),
            Goes::Clock,
        ));
    }
    if let Some(back) = returned(view) {
        lines.insert(0, back);
    }
    if let Some(run) = view.runs.iter().rev().find(|r| r.outcome.is_none()) {
        let what = run_open::stands(run);
        let open = line("ceremony", what, tr("now"), "-", Goes::Ceremonies);
        // People came back for it. Only a clock that nobody vouches for is before it: its acts would wait for that.
        let at = if view.attested { 0 } else { lines.len() };
        lines.insert(at, open);
    }
    lines.extend(suspects(view));
    lines.extend(held_back(view));
    lines.extend(uncompared(view, now));
    lines.extend(view.only_copy.map(|_| {
        let what = tr("none yet: this vault exists once").to_owned();
        line("copy", what, tr("now"), tr("everybody"), Goes::Backup)
    }));
    lines.extend(copies(view, now));
    lines.extend(copies::before_the_set(view));
    lines.extend(recovery(view));
    lines.extend(rules(view));
    lines.extend(people(view, now));
    lines.extend(envelopes(view, now));
    lines.extend(appointments(view, now));
    lines.extend(unwritten(view, now));
    lines.extend(deletions(view, now));
    lines.extend(exports(view, now));
    lines.extend(tokens(view, now));
    lines
}

/// Keys that are suspect, in one line: until they are replaced or cleared nothing else about them is done.
fn suspects(view: &View) -> Option<Due> {
    let gone = [KeyState::DELETE_PENDING, KeyState::DELETE_COMPLETE];
    let suspect = |row: &&KeyRow| row.suspect.is_some() && !gone.contains(&row.key.key_state);
    let mut keys = view.keys.iter().filter(suspect);
    let first = keys.next()?;
    let what = match keys.count() {
        0 => say!("{label}: replace it where it went", label = first.label),
        more => say!(
            "{label} and {more} more: replace them",
            label = first.label,
            more
        ),
    };
    Some(Due {
        kind: "suspect",
        what,
        when: tr("now").into(),
        who: tr("everybody").into(),
        over: false,
        goes: Goes::Happened(happened::SUSPECT_KEY),
    })
}

/// The recovery set: used, ended, or missing where every custodian would have to come.
fn recovery(view: &View) -> Option<Due> {
    let (kind, what) = match view.recovery.as_ref() {
        Some(set) if set.ended.is_none() => {
            set.used?;
            ("spent", tr("recovery set: rotate").to_owned())
        }
        Some(_) => ("ended", tr("recovery set: make another").to_owned()),
        None if view.k < view.n && view.t < view.n => return None,
        None => (
            "recovery",
            say!("all {n} must come; make a recovery set", n = view.n),
        ),
    };
    let spent = kind == "spent";
    Some(Due {
        kind,
        what,
        when: tr("now").into(),
        who: tr("everybody").into(),
        over: spent,
        goes: Goes::Happened(if spent {
            happened::RECOVERED
        } else {
            happened::RECOVERY_SET
        }),
    })
}

/// Days before its day that a drill is announced.
const DRILL_DAYS: i64 = 30;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Days before its end that a token is due.
const TOKEN_DAYS: i64 = 30;

/// Tokens that this vault gave to others and nobody has used: one line for those that end soon and one for those that
/// ended since the view was made, or Home would be full of them. Exchange has each by its name, the used ones too.
fn tokens(view: &View, now: Timestamp) -> Vec<Due> {
    let waits = |t: &&TokenView| t.used.is_empty() && t.until > view.now && soon(t.until, now);
    let (over, living): (Vec<_>, Vec<_>) = view
        .tokens
        .iter()
        .filter(waits)
        .partition(|t| t.until <= now);
    [over, living]
        .iter()
        .filter_map(|group| {
            let first = group.iter().min_by_key(|token| token.until)?;
            let what = match group.len() {
                1 if first.comes_in => tr("no key came yet; certificate ends"),
                1 => tr("our certificate ends unused"),
                _ => "",
            };
            let what = match group.len() {
                1 => what.to_owned(),
                n => say!("first of {n} unused ones ends", n),
            };
            Some(Due {
                kind: "token",
                what,
                when: told_when(now, first.until),
                who: "-".into(),
                over: first.until <= now,
                goes: Goes::Exchange(Exchanged::Token(first.name.clone())),
            })
        })
        .collect()
}

fn soon(until: Timestamp, now: Timestamp) -> bool {
    until.millis().saturating_sub(now.millis()) <= TOKEN_DAYS * DAY
}

fn sent(export: &ExportView) -> Goes {
    Goes::Exchange(Exchanged::Sent(export.arn.clone(), export.at))
}

/// What of a reshare that stands open.
fn reshare(view: &View) -> &'static str {
    if view.reshare_left.as_ref().is_some_and(|left| left.is_cut()) {
        return tr("was cut off, and cannot be finished: give it up, or ask for another");
    }
    tr("stands open: its new envelopes are not all proven")
}

/// A reshare that stands open, and drills whose day has come.
fn people(view: &View, now: Timestamp) -> Vec<Due> {
    let line = |kind, what: String, who: &str, when: &str| Due {
        kind,
        what,
        when: when.to_owned(),
        who: who.to_owned(),
        over: true,
        goes: Goes::Happened(answered_by(kind)),
    };
    let open = view.open_reshare.then(|| {
        let what = reshare(view).to_owned();
        line("reshare", what, tr("everybody"), tr("now"))
    });
    let now_for_all = |kind, what: &str| line(kind, what.to_owned(), tr("everybody"), tr("now"));
    let what = tr("a recovery set was cut off: destroy what was written of it, or rotate");
    let cut = view.recovery_cut.then(|| now_for_all("cut", what));
    let what = tr("of people was begun and not finished: those of before count");
    let changing = view.rotation_cut.then(|| now_for_all("change", what));
    let what = tr("cut when envelopes were handed out: reshare, or drill where all have theirs");
    let making = view.unfinished.then(|| now_for_all("making", what));
    let late = |p: &&super::view::PersonView| p.drill.is_some_and(|d| d.share && d.due <= now);
    // Holders of the recovery set stand among the people of a vault that it opened.
    let holders = view.recovery.iter().filter(|_| !view.by_recovery);
    let holders = holders.flat_map(|set| &set.people);
    let proving: Vec<&super::view::PersonView> = view.people.iter().chain(holders).collect();
    let late: Vec<&str> = proving
        .iter()
        .copied()
        .filter(late)
        .map(|p| p.name.as_str())
        .collect();
    let drill = (!late.is_empty()).then(|| {
        let what = tr("shares were not proven for a year").to_owned();
        line("drill", what, &late.join(", "), tr("now"))
    });
    let soon = proving.iter().filter_map(|person| {
        let due = person.drill.filter(|d| d.share).map(|d| d.due);
        let due = due.filter(|due| *due > now)?;
        let days = due.millis().saturating_sub(now.millis());
        (days <= DRILL_DAYS * DAY).then_some((due, person.name.as_str()))
    });
    let soon: Vec<(Timestamp, &str)> = soon.collect();
    let ahead = soon.iter().map(|(due, _)| *due).min().map(|first| {
        let names: Vec<&str> = soon.iter().map(|(_, name)| *name).collect();
        let mut line = line(
            "drill",
            tr("the yearly proof of shares comes").to_owned(),
            &names.join(", "),
            &told_when(now, first),
        );
        line.over = false;
        line
    });
    let beside = beside(view, now);
    cut.into_iter()
        .chain(changing)
        .chain(making)
        .chain(open)
        .chain(drill)
        .chain(ahead)
        .chain(beside)
        .collect()
}

/// Who holds no share and has not shown for a year that their own words still open: no share is missing, but the next
/// ceremony finds it out.
fn beside(view: &View, now: Timestamp) -> Option<Due> {
    let late = |p: &&super::view::PersonView| p.drill.is_some_and(|d| !d.share && d.due <= now);
    let names: Vec<&str> = view
        .people
        .iter()
        .filter(late)
        .map(|p| p.name.as_str())
        .collect();
    (!names.is_empty()).then(|| Due {
        kind: "drill",
        what: tr("words not proven for a year; no share is missing").into(),
        when: tr("now").into(),
        who: names.join(", "),
        over: false,
        goes: Goes::Happened(answered_by("drill")),
    })
}

/// The answer at Custodians that a line of this kind asks for.
fn answered_by(kind: &str) -> &'static str {
    match kind {
        "reshare" => happened::OPEN_RESHARE,
        // Only a rotation ends either.
        "cut" => happened::SUSPECT,
        "change" => happened::LEFT,
        "making" => happened::RENEW,
        _ => happened::YEARLY,
    }
}

fn approval(pending: &PendingView) -> Due {
    let who = if pending.signed.len() >= pending.required {
        tr("all signed: do it").to_owned()
    } else {
        pending.may_sign.join(", ")
    };
    Due {
        kind: "approve",
        what: pending.sentence.clone(),
        when: tr("now").into(),
        who,
        over: false,
        goes: Goes::Pending(Box::new(pending.clone())),
    }
}

/// Files that an act made and no medium has: whoever waits for one waits in vain.
fn unwritten(view: &View, now: Timestamp) -> impl Iterator<Item = Due> {
    view.unwritten.iter().map(move |file| Due {
        kind: "file",
        what: say!("{file} is not written yet", file = file.file),
        when: told_when(now, file.at),
        who: tr("everybody").into(),
        over: false,
        goes: Goes::Exchange(Exchanged::Unwritten(file.sha256.clone())),
    })
}

fn deletions(view: &View, now: Timestamp) -> Vec<Due> {
    let mut soon: Vec<(Timestamp, &KeyRow)> = view
        .keys
        .iter()
        .filter(|row| row.key.key_state == KeyState::DELETE_PENDING)
        .filter_map(|row| Some((row.key.delete_pending_timestamp?, row)))
        .collect();
    soon.sort_by_key(|(at, _)| *at);
    soon.into_iter()
        .map(|(at, row)| Due {
            kind: "deletion",
            what: say!("{label} will be destroyed", label = row.label),
            when: if at <= now {
                late(now, at)
            } else {
                told_when(now, at)
            },
            who: tr("nobody").into(),
            over: at <= now,
            goes: Goes::Deletions,
        })
        .collect()
}

fn exports(view: &View, now: Timestamp) -> Vec<Due> {
    view.exports
        .iter()
        .filter(|e| e.waits_for_answer())
        .filter(|e| view.unwritten(e.sha256.as_ref()).is_none())
        .flat_map(|export| {
            let what = match &export.first {
                Some(key) => say!("first send {key}; nobody holds it yet", key),
                None => say!("none yet for {label}", label = export.label),
            };
            let receipt = Due {
                kind: "receipt",
                what,
                when: told_when(now, export.at),
                who: export.to().into(),
                over: false,
                goes: sent(export),
            };
            // The receiver's own token: it counts until the receiver has used it, and is no worry of now for years.
            let ends = export.valid_until.filter(|until| soon(*until, now));
            let token = ends.map(|until| Due {
                kind: "token",
                what: say!("that {label} went under ends", label = export.label),
                when: told_when(now, until),
                who: export.to().into(),
                over: until <= now,
                goes: sent(export),
            });
            std::iter::once(receipt).chain(token)
        })
        .collect()
}

#[cfg(test)]
mod tests;
