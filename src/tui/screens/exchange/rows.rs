//! The lines of Exchange: what was sent, tokens and certificates that were given out, and who is trusted; each as a
//! row, as details, and with the digest that it is compared by.

use super::laid::of;
use crate::api::Timestamp;
use crate::session::due::Exchanged;
use crate::session::view::{CounterpartyView, GivenView, RootStanding, UnwrittenView};
use crate::session::{ExportView, TokenView, View};
use crate::session::{holders, said};
use crate::text::{say, tr};
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::screens::done::common_name;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::Line;

/// One line.
#[derive(Clone, Copy)]
pub(super) enum Row<'v> {
    Sent(&'v ExportView),
    Token(&'v TokenView),
    Given(&'v GivenView),
    Partner(&'v CounterpartyView),
    /// A file that no other line is about.
    Loose(&'v UnwrittenView),
}

/// Files that are still to be written and that no other line is about.
fn loose(view: &View) -> impl Iterator<Item = &UnwrittenView> {
    let sent = view.exports.iter().map(|e| &e.sha256);
    let given = view.tokens.iter().map(|t| &t.sha256);
    let given = given.chain(view.given.iter().map(|g| &g.sha256));
    let known: Vec<&String> = sent.chain(given).flatten().collect();
    let files = view.unwritten.iter();
    files.filter(move |file| !known.contains(&&file.sha256))
}

/// How many lines there are.
pub(super) fn count(view: &View) -> usize {
    [
        view.exports.len(),
        view.tokens.len(),
        view.given.len(),
        view.counterparties.len(),
        loose(view).count(),
    ]
    .iter()
    .sum()
}

/// The line at a place: what was sent, then tokens, then certificates, then the trusted, then other files.
pub(super) fn row(view: &View, at: usize) -> Option<Row<'_>> {
    let tokens = view.exports.len();
    let given = tokens.saturating_add(view.tokens.len());
    let partners = given.saturating_add(view.given.len());
    let sent = view.exports.get(at).map(Row::Sent);
    sent.or_else(|| view.tokens.get(at.checked_sub(tokens)?).map(Row::Token))
        .or_else(|| view.given.get(at.checked_sub(given)?).map(Row::Given))
        .or_else(|| {
            let at = at.checked_sub(partners)?;
            let partner = view.counterparties.get(at).map(Row::Partner);
            partner.or_else(|| {
                let at = at.checked_sub(view.counterparties.len())?;
                loose(view).nth(at).map(Row::Loose)
            })
        })
}

/// Where a line stands that something due is about.
pub(super) fn place(view: &View, wanted: &Exchanged) -> Option<usize> {
    match wanted {
        Exchanged::Sent(arn, at) => view
            .exports
            .iter()
            .position(|e| e.arn == *arn && e.at == *at),
        Exchanged::Token(name) => {
            let at = view.tokens.iter().position(|t| t.name == *name)?;
            Some(view.exports.len().saturating_add(at))
        }
        Exchanged::Unwritten(sha256) => {
            let mut lines = (0..count(view)).filter_map(|at| row(view, at));
            lines.position(|row| row.unwritten(view).is_some_and(|f| f.sha256 == *sha256))
        }
    }
}

/// `2026-11-24`
fn day(time: Timestamp) -> String {
    clock(time).chars().take(10).collect()
}

/// What a token is for, in words.
fn purpose(token: &TokenView) -> &'static str {
    match (token.comes_in, token.material) {
        (true, "KEY_CRYPTOGRAM") => tr("keys to us by RSA wrap"),
        (true, _) => tr("keys to us by TR-34"),
        (false, _) => tr("our signature, TR-34"),
    }
}

impl Row<'_> {
    /// Its file, where that is still to be written.
    pub(super) fn unwritten<'v>(&self, view: &'v View) -> Option<&'v UnwrittenView> {
        view.unwritten(match self {
            Self::Sent(e) => e.sha256.as_ref(),
            Self::Token(t) => t.sha256.as_ref(),
            Self::Given(g) => g.sha256.as_ref(),
            Self::Loose(f) => Some(&f.sha256),
            Self::Partner(_) => None,
        })
    }

    /// What it is called in the rule above its details.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Sent(e) => of(e, u16::MAX),
            Self::Token(t) => t.name.clone(),
            Self::Given(g) => g.label.clone(),
            Self::Partner(p) => p.label.clone(),
            Self::Loose(f) => f.file.clone(),
        }
    }

    /// The word of its kind.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Sent(e) if e.serial.is_some() => tr("initial key"),
            Self::Sent(_) => tr("key sent"),
            Self::Token(_) => tr("token"),
            Self::Given(g) if g.request => tr("cert request"),
            Self::Given(_) => tr("certificate"),
            Self::Partner(p) if p.standing == RootStanding::Trusted => tr("trusted root"),
            Self::Partner(_) => tr("root"),
            Self::Loose(_) => tr("file"),
        }
    }

    /// Whose state it is, in a word.
    fn state(&self, now: Timestamp) -> (Role, String) {
        match self {
            Self::Sent(e) => {
                let role = match e.state.as_str() {
                    "confirmed" => Role::Ok,
                    "DIFFERS" => Role::Stop,
                    // It waits for nobody's receipt, and is not counted among those that do.
                    "sent" if !e.asks_receipt() => return (Role::Text, tr("to device").to_owned()),
                    _ => Role::Wait,
                };
                (role, said::export(&e.state).to_owned())
            }
            Self::Token(t) if !t.used.is_empty() => (Role::Text, tr("used").to_owned()),
            Self::Token(t) if t.until <= now => (Role::Muted, tr("ended").to_owned()),
            Self::Token(_) => (Role::Wait, tr("unused").to_owned()),
            Self::Given(_) => (Role::Text, tr("given out").to_owned()),
            Self::Partner(p) => {
                let role = match p.standing {
                    RootStanding::Trusted => Role::Text,
                    RootStanding::Suspect => Role::Stop,
                    RootStanding::Disabled => Role::Wait,
                    RootStanding::Deleting => Role::Countdown,
                };
                (role, p.standing.word().to_owned())
            }
            Self::Loose(_) => (Role::Stop, tr("unwritten").to_owned()),
        }
    }

    /// The texts of its columns, where what it is of has `room` cells. Where another line would read the same, whom it is with gives way to the file or the
    /// token itself, or to the time where there is neither: both stand in the details.
    pub(super) fn texts(&self, view: &View, now: Timestamp, room: u16) -> (Role, Vec<String>) {
        let (role, mut texts) = self.columns(view, now, room);
        let mut others = (0..count(view)).filter_map(|at| row(view, at));
        let alike = |row: &Row<'_>| row.columns(view, now, room).1 == texts;
        if others.by_ref().filter(alike).nth(1).is_none() {
            return (role, texts);
        }
        let (at, own) = self.itself();
        if let Some(with) = texts.get_mut(4) {
            *with = if own.is_empty() {
                say!(
                    "at {time}",
                    time = clock(at).chars().skip(11).collect::<String>()
                )
            } else {
                own.to_owned()
            };
        }
        (role, texts)
    }

    /// When it was, and what no other line has: its file, or the end of the token's name.
    fn itself(&self) -> (Timestamp, &str) {
        match self {
            Self::Sent(e) => (e.at, &e.file),
            Self::Token(t) => (t.given, t.name.rsplit('-').next().unwrap_or_default()),
            Self::Given(g) => (g.at, &g.file),
            Self::Partner(p) => (p.since, p.sha256.get(..16).unwrap_or_default()),
            Self::Loose(f) => (f.at, &f.file),
        }
    }

    fn columns(&self, view: &View, now: Timestamp, room: u16) -> (Role, Vec<String>) {
        let (role, state) = match self.unwritten(view) {
            Some(_) => (Role::Stop, tr("unwritten").to_owned()),
            None => self.state(now),
        };
        let (of, since, with) = match self {
            Self::Sent(e) => (of(e, room), e.at, e.to().to_owned()),
            Self::Token(t) => {
                let until = day(t.until);
                let words = if t.until <= now {
                    say!("ended {until}", until)
                } else {
                    say!("until {until}", until)
                };
                (purpose(t).to_owned(), t.given, words)
            }
            Self::Given(g) => (g.label.clone(), g.at, g.file.clone()),
            Self::Partner(p) => {
                let until = say!("until {until}", until = day(p.until));
                (p.label.clone(), p.since, until)
            }
            Self::Loose(f) => (tr("the other side").to_owned(), f.at, f.file.clone()),
        };
        let texts = vec![self.kind().to_owned(), of, day(since), state, with];
        (role, texts)
    }

    /// What is to be compared with the other side: the file's digest, or the certificate's.
    pub(super) fn digest(&self) -> Option<Digest> {
        let file = |name: &str| say!("SHA-256 of the file {name}", name);
        match self {
            Self::Sent(e) => {
                if let Some(sha256) = &e.sha256 {
                    return Some(Digest::sha256(file(&e.file), sha256));
                }
                let (value, method) = e.check_value.split_once(' ')?;
                let label = &e.label;
                let of = say!(
                    "check value of {label} as it was sent {method}",
                    label,
                    method
                );
                Some(Digest::check_value(of, value))
            }
            Self::Token(t) => given(
                file(&t.file),
                t.sha256.as_ref(),
                &t.name,
                t.certificate.as_ref(),
            ),
            Self::Given(g) => given(
                file(&g.file),
                g.sha256.as_ref(),
                &g.label,
                g.certificate.as_ref(),
            ),
            Self::Partner(p) => {
                let of = say!("SHA-256 of the certificate of {label}", label = p.label);
                Some(Digest::sha256(of, &p.sha256))
            }
            Self::Loose(f) => Some(Digest::sha256(file(&f.file), &f.sha256)),
        }
    }

    /// Everything about it.
    pub(super) fn details(&self, view: &View, now: Timestamp) -> Vec<Line> {
        let mut lines = self.known(now);
        if self.unwritten(view).is_some() {
            let words = tr(
                "its file lies on no medium yet: w writes it. The vault keeps it, and nobody signs again",
            );
            lines.insert(0, Line::new(tr("to do"), words).role(Role::Stop));
        }
        lines
    }

    fn known(&self, now: Timestamp) -> Vec<Line> {
        match self {
            Self::Sent(e) => sent(e),
            Self::Token(t) => token(t, now),
            Self::Given(g) => certificate(g),
            Self::Partner(p) => partner(p),
            Self::Loose(f) => written(&f.file, Some(&f.sha256)),
        }
    }
}

/// The digest of a file, else of the certificate in it.
fn given(
    file: String,
    sha256: Option<&String>,
    label: &str,
    certificate: Option<&String>,
) -> Option<Digest> {
    let of_file = sha256.map(|sha256| Digest::sha256(file, sha256));
    of_file.or_else(|| {
        let of = say!("SHA-256 of the certificate of {label}", label);
        certificate.map(|sha256| Digest::sha256(of, sha256))
    })
}

/// The file and its digest, where there is one.
fn written(name: &str, sha256: Option<&String>) -> Vec<Line> {
    let mut lines = Vec::new();
    if name.is_empty() {
        lines.push(Line::new(tr("file"), tr("none: a program asked")).role(Role::Muted));
    } else {
        lines.push(Line::new(tr("file"), name));
    }
    lines.extend(sha256.map(|sha256| Line::new(tr("its SHA-256"), sha256)));
    lines
}

fn sent(export: &ExportView) -> Vec<Line> {
    let mut lines = vec![
        Line::new(tr("check value"), export.check_value.clone()),
        Line::new(tr("sent at"), clock(export.at)),
        Line::new(tr("to"), common_name(&export.receiver)),
    ];
    if let Some(serial) = &export.serial {
        lines.push(Line::new(tr("terminal"), serial.clone()));
    }
    if export.file.is_empty() {
        lines.push(Line::new(tr("file"), tr("none: it went on paper")));
    } else {
        lines.extend(written(&export.file, export.sha256.as_ref()));
    }
    if let Some(until) = export.valid_until {
        lines.push(Line::new(tr("token ends"), clock(until)));
    }
    if let Some(key) = &export.first {
        lines.push(Line::new(tr("first"), holders::comes_first(key)).role(Role::Note));
    }
    let receipt = match export.state.as_str() {
        "sent" if export.first.is_some() => {
            tr("none can come before the key above it is sent").to_owned()
        }
        "sent" if !export.asks_receipt() => {
            tr("none comes: its check value is compared where the terminal loads it").to_owned()
        }
        "sent" => tr("none yet: the receiver's answer says whether it arrived").to_owned(),
        state => said::export(state).to_owned(),
    };
    lines.push(Line::new(tr("receipt"), receipt));
    // What the answer said stands here for whoever comes later, and what it means for the key.
    if let Some((at, theirs)) = export.latest.as_ref().filter(|_| export.state == "DIFFERS") {
        let words = if export.check_value.starts_with(theirs.as_str()) {
            say!(
                "the receiver's key has other attributes than were sent (answer read {at}). Nobody uses it there before it is known which are wrong.",
                at = clock(*at)
            )
        } else {
            say!(
                "the receiver's key has check value {theirs} (answer read {at}). Nobody uses it there before it is known which of the two is wrong.",
                theirs,
                at = clock(*at)
            )
        };
        lines.push(Line::new(tr("STOP"), words).role(Role::Stop));
    }
    for (at, state, kcv) in &export.earlier {
        let at = clock(*at);
        let words = match state.as_str() {
            "DIFFERS" => say!("another answer said {kcv}, which DIFFERS ({at})", kcv, at),
            _ => say!("another answer said {kcv}, and confirmed ({at})", kcv, at),
        };
        let differs = export.earlier.iter().any(|(_, s, _)| *s != export.state);
        let role = if differs { Role::Stop } else { Role::Muted };
        lines.push(Line::new(tr("before"), words).role(role));
    }
    if let Some(arn) = &export.receiver_arn {
        lines.push(Line::new(tr("there"), arn.clone()));
    }
    lines
}

fn token(token: &TokenView, now: Timestamp) -> Vec<Line> {
    let purpose = match (token.comes_in, token.material) {
        (true, "KEY_CRYPTOGRAM") => {
            tr("others wrap a key for us under its certificate, by RSA wrap")
        }
        (true, _) => tr("others wrap a key for us under its certificate, by TR-34"),
        (false, _) => tr("others check with its certificate what we sign, by TR-34"),
    };
    let mut lines = vec![
        Line::new(tr("for"), format!("{purpose} ({})", token.algorithm)),
        Line::new(tr("given out"), clock(token.given)),
        Line::new(
            if token.until <= now {
                tr("ended")
            } else {
                tr("ends")
            },
            clock(token.until),
        ),
    ];
    if token.used.is_empty() {
        lines.push(Line::new(
            tr("used"),
            tr("never: no key came or went with it"),
        ));
    }
    for (label, at) in token.used.iter().rev() {
        let words = say!("{label} at {clock}", label, clock = clock(*at));
        lines.push(Line::new(tr("used"), words));
    }
    lines.extend(written(&token.file, token.sha256.as_ref()));
    let certificate = token.certificate.as_ref();
    lines.extend(certificate.map(|sha256| Line::new(tr("certificate"), sha256)));
    let root = token.root.as_ref();
    lines.extend(root.map(|sha256| Line::new(tr("our root"), sha256)));
    lines
}

fn certificate(given: &GivenView) -> Vec<Line> {
    let purpose = if given.request {
        tr("an authority was asked for a certificate of this pair; it comes back by i (import)")
    } else {
        tr("this pair's certificate, for others to wrap under or to check with")
    };
    let mut lines = vec![
        Line::new(tr("for"), purpose),
        Line::new(tr("given out"), clock(given.at)),
    ];
    lines.extend(written(&given.file, given.sha256.as_ref()));
    let certificate = given.certificate.as_ref();
    lines.extend(certificate.map(|sha256| Line::new(tr("certificate"), sha256)));
    lines.push(Line::new(tr("pair"), given.arn.clone()));
    lines
}

fn partner(partner: &CounterpartyView) -> Vec<Line> {
    let trust = if partner.typed {
        say!(
            "{clock}; fingerprint typed by {by}, from: {source}",
            clock = clock(partner.since),
            by = partner.by,
            source = partner.source
        )
    } else {
        say!(
            "{clock}; its fingerprint was taken as shown",
            clock = clock(partner.since)
        )
    };
    let last = match &partner.last {
        None => tr("none yet").to_owned(),
        Some((at, true, label)) => say!("{label} went there at {clock}", label, clock = clock(*at)),
        Some((at, false, label)) => say!(
            "{label} came from there at {clock}",
            label,
            clock = clock(*at)
        ),
    };
    let profile = match &partner.profile {
        Some(words) => words.clone(),
        None => tr("as the service does it (no tag keymoot-counterparty)").to_owned(),
    };
    let mut lines = vec![
        Line::new(tr("root"), partner.subject.clone()),
        Line::new(tr("its SHA-256"), partner.sha256.clone()),
        Line::new(tr("came in"), trust),
        Line::new(tr("ends"), clock(partner.until)),
        Line::new(tr("last used"), last),
        Line::new(tr("reads"), profile),
    ];
    if let Some(words) = partner.standing.off(&partner.label) {
        lines.insert(0, Line::new(tr("to do"), words).role(Role::Stop));
    }
    for (label, subject, until) in &partner.certificates {
        let words = say!(
            "{label}, {common_name}, until {until}",
            label,
            common_name = common_name(subject),
            until = day(*until)
        );
        lines.push(Line::new(tr("certificate"), words));
    }
    if partner.certificates.is_empty() {
        let words = tr("none under it here; one comes in each receiver's file");
        lines.push(Line::new(tr("certificate"), words).role(Role::Muted));
    }
    lines
}

/// What is said of a receipt that names another export than the line that was chosen.
pub(super) fn of_another(export: &ExportView) -> String {
    say!(
        "This answer is about another line than the one that was chosen: it names the key that went out as {label}, in \
         {file}, and is recorded there.",
        label = export.label,
        file = export.file
    )
}
