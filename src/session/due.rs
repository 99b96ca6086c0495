//! What is due in an open vault and for whom, the most urgent first.

use crate::api::{KeyState, Timestamp};

use super::guide::common_name;
use super::view::{KeyRow, PendingView, View};

/// One thing that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// What kind of thing, in a word: `approve`, `STOP`, `ceremony`, `copy`, `reshare`, `drill`, `deletion`, `receipt`, `token`.
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
    /// What was sent, and its receipts.
    Exchange,
    /// The ceremonies.
    Ceremonies,
    /// A second copy.
    Backup,
    /// People and their drills.
    Custodians,
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
    let mut lines: Vec<Due> = view.pending.iter().map(approval).collect();
    let differs = view.exports.iter().filter(|e| e.state == "DIFFERS");
    lines.extend(differs.map(|e| {
        let what = format!("{} differs at {}", e.label, common_name(&e.receiver));
        line("STOP", what, "now", "everybody", Goes::Exchange)
    }));
    if let Some(run) = view.runs.iter().rev().find(|r| r.outcome.is_none()) {
        let what = format!("{} stands open and can go on", run.script);
        lines.push(line("ceremony", what, "now", "-", Goes::Ceremonies));
    }
    lines.extend(view.only_copy.map(|_| {
        let what = "none yet: this vault exists once".to_owned();
        line("copy", what, "now", "everybody", Goes::Backup)
    }));
    lines.extend(people(view, now));
    lines.extend(deletions(view, now));
    lines.extend(exports(view, now));
    lines
}

/// A reshare that stands open, and drills whose day has come.
fn people(view: &View, now: Timestamp) -> Vec<Due> {
    let line = |kind, what: String, who: &str, when: &str| Due {
        kind,
        what,
        when: when.to_owned(),
        who: who.to_owned(),
        over: true,
        goes: Goes::Custodians,
    };
    let open = view.open_reshare.then(|| {
        let what = "stands open: its new envelopes are not all proven".to_owned();
        line("reshare", what, "everybody", "now")
    });
    let late = |p: &&super::view::PersonView| p.drill.is_some_and(|d| d.due <= now);
    let late: Vec<&str> = view
        .people
        .iter()
        .filter(late)
        .map(|p| p.name.as_str())
        .collect();
    let drill = (!late.is_empty()).then(|| {
        let what = "shares were not proven for a year".to_owned();
        line("drill", what, &late.join(", "), "now")
    });
    open.into_iter().chain(drill).collect()
}

fn approval(pending: &PendingView) -> Due {
    let who = if pending.signed.len() >= pending.required {
        "all signed: do it".to_owned()
    } else {
        pending.may_sign.join(", ")
    };
    Due {
        kind: "approve",
        what: pending.sentence.clone(),
        when: "now".into(),
        who,
        over: false,
        goes: Goes::Pending(Box::new(pending.clone())),
    }
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
            what: format!("{} is destroyed", row.label),
            when: left(now, at),
            who: "-".into(),
            over: at <= now,
            goes: Goes::Deletions,
        })
        .collect()
}

fn exports(view: &View, now: Timestamp) -> Vec<Due> {
    view.exports
        .iter()
        .filter(|e| e.state == "sent")
        .flat_map(|export| {
            let receipt = Due {
                kind: "receipt",
                what: format!("none yet for {}", export.label),
                when: format!("{} ago", left(export.at, now)),
                who: "receiver".into(),
                over: false,
                goes: Goes::Exchange,
            };
            let token = export.valid_until.map(|until| Due {
                kind: "token",
                what: format!("for {} ends", export.label),
                when: left(now, until),
                who: "receiver".into(),
                over: until <= now,
                goes: Goes::Exchange,
            });
            std::iter::once(receipt).chain(token)
        })
        .collect()
}

/// A span in the two units that matter: `2 d 03 h`, `4 h 10 m`, `over`.
pub fn left(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.millis().saturating_sub(from.millis()).div_euclid(1000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match seconds {
        s if s < 0 => "over".to_owned(),
        s if s >= 86_400 => format!("{days} d {hours:02} h"),
        s if s >= 3600 => format!("{hours} h {minutes:02} m"),
        s if s >= 60 => format!("{minutes} m {:02} s", s % 60),
        s => format!("{s} s"),
    }
}

/// How many keys are in which state: `41 ready`, `2 being deleted`.
pub fn counts(view: &View) -> Vec<String> {
    let mut ready = 0_usize;
    let (mut disabled, mut pending, mut gone) = (0_usize, 0_usize, 0_usize);
    for row in view.keys.iter() {
        match row.key.key_state {
            KeyState::DELETE_PENDING => pending += 1,
            KeyState::DELETE_COMPLETE => gone += 1,
            _ if row.key.enabled => ready += 1,
            _ => disabled += 1,
        }
    }
    let mut parts = vec![format!("{ready} ready")];
    for (count, word) in [
        (disabled, "disabled"),
        (pending, "being deleted"),
        (gone, "destroyed"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    parts
}
