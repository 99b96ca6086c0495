//! The table of keys: filter, order, one under the cursor. Only rows in sight are drawn; the order is kept until the
//! keys, the filter or the sorting change.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::list::{Column, Cursor, table};
use super::text::TextField;
use crate::api::{KeyClass, KeyModesOfUse, KeyOrigin, KeyState};
use crate::session::KeyRow;
use crate::session::guide::is_theirs;
pub(crate) use crate::session::guide::state_word;
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::theme::Role;

/// What a table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    #[default]
    Newest,
    Name,
    Use,
    State,
}

impl Sort {
    /// In words, for the title.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Newest => tr("newest first"),
            Self::Name => tr("by name"),
            Self::Use => tr("by use"),
            Self::State => tr("by state"),
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Newest => Self::Name,
            Self::Name => Self::Use,
            Self::Use => Self::State,
            Self::State => Self::Newest,
        }
    }
}

/// Which rows are shown, in which order, and what that was worked out from.
struct Order {
    keys: Arc<Vec<KeyRow>>,
    filter: String,
    sort: Sort,
    rows: Arc<Vec<u32>>,
}

/// A table with its filter.
#[derive(Default)]
pub(crate) struct KeyTable {
    /// What is typed after `/`.
    pub(crate) filter: TextField,
    /// Whether letters go into the filter.
    pub(crate) filtering: bool,
    /// The order.
    pub(crate) sort: Sort,
    cursor: Cursor,
    /// Whether the cursor was led anywhere; until then it stands on the first key that can be chosen.
    led: bool,
    /// Which keys can be chosen; without it all can.
    serves: Option<fn(&KeyRow) -> bool>,
    /// The key under the cursor before anything was filtered, by ARN.
    before: Option<String>,
    order: RefCell<Option<Order>>,
}

impl KeyTable {
    /// A list in which only these keys can be chosen: the others are shown with why not.
    pub(crate) fn of(serves: fn(&KeyRow) -> bool) -> Self {
        Self {
            serves: Some(serves),
            ..Self::default()
        }
    }

    /// The row under the cursor.
    fn at(&self, rows: &[u32], keys: &[KeyRow]) -> usize {
        let last = rows.len().saturating_sub(1);
        let Some(serves) = self.serves.filter(|_| !self.led) else {
            return self.cursor.at().min(last);
        };
        let fits = |at: &u32| {
            let row = usize::try_from(*at).ok().and_then(|at| keys.get(at));
            row.is_some_and(serves)
        };
        rows.iter().position(fits).unwrap_or_default()
    }

    /// The rows shown, as places in `keys`.
    pub(crate) fn rows(&self, keys: &Arc<Vec<KeyRow>>) -> Arc<Vec<u32>> {
        let mut kept = self.order.borrow_mut();
        if let Some(order) = kept.as_ref()
            && Arc::ptr_eq(&order.keys, keys)
            && order.sort == self.sort
            && order.filter == self.filter.value()
        {
            return order.rows.clone();
        }
        let rows = Arc::new(ordered(keys, self.filter.value(), self.sort));
        *kept = Some(Order {
            keys: keys.clone(),
            filter: self.filter.value().to_owned(),
            sort: self.sort,
            rows: rows.clone(),
        });
        rows
    }

    /// The key under the cursor.
    pub(crate) fn chosen<'a>(&self, keys: &'a Arc<Vec<KeyRow>>) -> Option<&'a KeyRow> {
        let rows = self.rows(keys);
        let at = self.at(&rows, keys);
        keys.get(usize::try_from(*rows.get(at)?).ok()?)
    }

    /// Puts the cursor on this key, where it is in the list; whatever was filtered is there again.
    pub(crate) fn stand_on(&mut self, arn: &str, keys: &Arc<Vec<KeyRow>>) {
        self.filtering = false;
        self.filter.set("");
        self.put_on(arn, keys);
    }

    /// Puts the cursor on this key of the rows shown; on the first where it is not among them.
    fn put_on(&mut self, arn: &str, keys: &Arc<Vec<KeyRow>>) {
        let rows = self.rows(keys);
        let is = |at: &u32| {
            let row = usize::try_from(*at).ok().and_then(|at| keys.get(at));
            row.is_some_and(|row| row.key.key_arn == arn)
        };
        self.cursor = Cursor::on(rows.iter().position(is).unwrap_or_default());
        self.led = true;
    }

    /// Drops the filter. The key that was found stays under the cursor: what is done next is done with it. Where none was,
    /// it is the key that stood there before.
    pub(crate) fn unfilter(&mut self, keys: &Arc<Vec<KeyRow>>) {
        let found = self.chosen(keys).map(|row| row.key.key_arn.clone());
        let before = self.before.take();
        let arn = found.or(before);
        self.stand_on(&arn.unwrap_or_default(), keys);
    }

    /// Whether something is filtered, or about to be.
    pub(crate) fn filters(&self) -> bool {
        self.filtering || !self.filter.value().is_empty()
    }

    /// What Esc does in the list: behind a filter that was kept it drops that first.
    pub(crate) fn back(&self) -> Offer {
        dropping(self.filter.value())
    }

    /// Moves, sorts, or takes the filter up.
    pub(crate) fn verb(&mut self, verb: Verb, keys: &Arc<Vec<KeyRow>>, page: u16) {
        match verb {
            Verb::Filter => {
                if self.filter.value().is_empty() {
                    self.before = self.chosen(keys).map(|row| row.key.key_arn.clone());
                }
                self.filtering = true;
            }
            Verb::Sort => {
                let arn = self.chosen(keys).map(|row| row.key.key_arn.clone());
                self.sort = self.sort.next();
                self.put_on(&arn.unwrap_or_default(), keys);
            }
            other => {
                let rows = self.rows(keys);
                self.cursor = Cursor::on(self.at(&rows, keys));
                self.led = true;
                self.cursor.moved(other, rows.len(), usize::from(page));
            }
        }
    }

    /// A letter of the filter.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        self.filter.key(key);
        self.cursor = Cursor::default();
        self.led = false;
    }

    /// Pasted text for the filter.
    pub(crate) fn paste(&mut self, text: &str) {
        self.filter.insert(text);
        self.cursor = Cursor::default();
        self.led = false;
    }

    /// Draws the table; `off` says in a word why a key cannot be chosen here.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        keys: &Arc<Vec<KeyRow>>,
        off: impl Fn(&KeyRow) -> Option<&'static str>,
    ) {
        let rows = self.rows(keys);
        let cursor = Cursor::on(self.at(&rows, keys));
        let columns = columns(canvas.width());
        table(canvas, &columns, rows.len(), cursor, |n| {
            let row = rows
                .get(n)
                .and_then(|at| keys.get(usize::try_from(*at).ok()?));
            let Some(row) = row else {
                return (Role::Text, Vec::new());
            };
            let why = off(row);
            let role = match (why, row.key.key_state) {
                (Some(_), _) | (_, KeyState::DELETE_COMPLETE) => Role::Muted,
                (_, KeyState::DELETE_PENDING) => Role::Countdown,
                _ => Role::Text,
            };
            (role, texts(row, why))
        });
    }
}

fn columns(width: u16) -> [Column; 8] {
    let column = |title, width| Column {
        title,
        width,
        right: false,
    };
    // All columns but the first take 64 with their gaps; names get the rest.
    let name = width.saturating_sub(64).clamp(8, 48);
    [
        column("NAME", name),
        column("USE", 3),
        column("ALGORITHM", 9),
        column("MODES", 5),
        column("KCV", 8),
        column("STATE", 10),
        column("EXPORT", 6),
        column("FROM", 6),
    ]
}

fn texts(row: &KeyRow, why: Option<&'static str>) -> Vec<String> {
    let attributes = &row.key.key_attributes;
    let export = if attributes.key_class == KeyClass::PUBLIC_KEY {
        tr("public")
    } else if row.key.exportable {
        tr("yes")
    } else {
        tr("no")
    };
    let from = match row.key.key_origin {
        KeyOrigin::AWS_PAYMENT_CRYPTOGRAPHY => tr("here"),
        KeyOrigin::EXTERNAL => tr("import"),
    };
    vec![
        row.label.clone(),
        attributes.key_usage.code().to_owned(),
        attributes.key_algorithm.name().to_owned(),
        modes(&attributes.key_modes_of_use),
        row.key.key_check_value.clone(),
        // Why a certificate of others does not go out is no state of it, and stands below the list.
        why.filter(|_| !is_theirs(row))
            .map_or_else(|| state_word(row), tr)
            .to_owned(),
        export.to_owned(),
        from.to_owned(),
    ]
}

/// The modes as letters: Encrypt, Decrypt, Wrap, Unwrap, Generate, Sign, Verify, deriveX, No restrictions.
fn modes(modes: &KeyModesOfUse) -> String {
    [
        (modes.encrypt, 'E'),
        (modes.decrypt, 'D'),
        (modes.wrap, 'W'),
        (modes.unwrap, 'U'),
        (modes.generate, 'G'),
        (modes.sign, 'S'),
        (modes.verify, 'V'),
        (modes.derive_key, 'X'),
        (modes.no_restrictions, 'N'),
    ]
    .into_iter()
    .filter_map(|(on, letter)| on.then_some(letter))
    .collect()
}

/// What Esc does in a list with this filter.
pub(crate) fn dropping(filter: &str) -> Offer {
    if filter.is_empty() {
        Offer::plain(Verb::Back)
    } else {
        Offer::word(Verb::Back, tr("drop filter"))
            .meaning("shows all again; the line that was found stays under the cursor")
    }
}

fn ordered(keys: &[KeyRow], filter: &str, sort: Sort) -> Vec<u32> {
    let terms: Vec<String> = filter
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let mut rows: Vec<u32> = keys
        .iter()
        .enumerate()
        .filter(|(_, row)| terms.iter().all(|term| fits(row, term)))
        .filter_map(|(n, _)| u32::try_from(n).ok())
        .collect();
    let row = |n: &u32| usize::try_from(*n).ok().and_then(|n| keys.get(n));
    let by = |compare: fn(&KeyRow, &KeyRow) -> Ordering| {
        move |a: &u32, b: &u32| match (row(a), row(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        }
    };
    match sort {
        // The rows come in the order of their making, also those of one moment.
        Sort::Newest => rows.reverse(),
        Sort::Name => rows.sort_by(by(|a, b| a.label.cmp(&b.label))),
        Sort::Use => rows.sort_by(by(|a, b| {
            let code = |r: &KeyRow| r.key.key_attributes.key_usage.code();
            code(a).cmp(code(b)).then_with(|| a.label.cmp(&b.label))
        })),
        Sort::State => rows.sort_by(by(|a, b| {
            state_word(a)
                .cmp(state_word(b))
                .then_with(|| a.label.cmp(&b.label))
        })),
    }
    rows
}

/// Whether a row holds a term: any of its words, or `use=K0,P0`, `kind=AES`, `state=ready`, `kcv=9E3A`.
fn fits(row: &KeyRow, term: &str) -> bool {
    let attributes = &row.key.key_attributes;
    let (code, kind) = (attributes.key_usage.code(), attributes.key_algorithm.name());
    if let Some((column, wanted)) = term.split_once('=') {
        let cell = match column {
            "use" => code,
            "kind" => kind,
            "state" => state_word(row),
            "kcv" => &row.key.key_check_value,
            "name" => &row.label,
            _ => return false,
        };
        return wanted.split(',').any(|w| holds(cell, w));
    }
    // Only the last part of the ARN: the rest is the same for all.
    let id = row.key.key_arn.rsplit('/').next().unwrap_or_default();
    let other = row
        .other_check_value
        .as_ref()
        .is_some_and(|(_, kcv)| holds(kcv, term));
    [
        row.label.as_str(),
        code,
        kind,
        &row.key.key_check_value,
        state_word(row),
        id,
    ]
    .iter()
    .any(|cell| holds(cell, term))
        || other
}

/// Whether `text` holds `lower`, whatever its case; without a copy for each of 100 000 rows.
fn holds(text: &str, lower: &str) -> bool {
    let (text, lower) = (text.as_bytes(), lower.as_bytes());
    lower.is_empty()
        || text
            .windows(lower.len())
            .any(|part| part.eq_ignore_ascii_case(lower))
}
