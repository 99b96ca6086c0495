//! The custody ledger: who ever held which share or component, for good, and who was appointed when.
//!
//! Nothing is ever taken out. Who gave a part back keeps what they know: only the destruction of the secret itself
//! clears it (PCI PIN 21-2.4). The rules that decide from it are in [`Ledger::may_hold`], [`Ledger::may_form`],
//! [`Ledger::may_serve`] and [`Ledger::may_observe_destruction`]; each refusal names its rule and the past event.

mod ahead;
mod ineligible;
mod rules;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::api::Timestamp;

pub use ahead::Seats;
pub use ineligible::{Ineligible, Rule};
pub use rules::HandOut;

/// [`Split::what`] of every set of shares.
pub(crate) const SHARES: &str = "shares of this vault";

/// Everything the vault knows about custody. Times are integer milliseconds UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Secrets that were divided, oldest first.
    pub splits: Vec<Split>,
    /// Who held which part, oldest first.
    pub holdings: Vec<Holding>,
    /// Appointments, oldest first; a later one of the same person replaces the earlier from its first day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appointments: Vec<Appointment>,
    /// Exceptions that two managers signed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<Exemption>,
    /// Who handled which part, when and why (PCI PIN 26-1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accesses: Vec<Access>,
}

/// One secret that was divided among people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The set id of shares, or the id of a set of components.
    pub id: String,
    /// What was divided, in words: `shares of this vault`, `components of kek-x`.
    pub what: String,
    /// Parts that make the secret.
    pub threshold: u8,
    /// Parts there are.
    pub parts: u8,
    /// When.
    pub at: i64,
    /// When the secret itself was destroyed, which alone clears what people know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destroyed: Option<i64>,
}

/// One person's custody of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The person.
    pub person: String,
    /// [`Split::id`].
    pub split: String,
    /// Share number or component number, from 1.
    pub part: u8,
    /// The medium, safe or bag it lies in; empty where it lies in the vault's own folder.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The safe that its package is locked in, where it was said; ledgers of before know none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe: Option<Safe>,
    /// By which act it came: `init`, `reshare`, `rotate`, or a ceremony's step.
    pub by: String,
    /// Since when.
    pub since: i64,
    /// Until when; open while it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// A safe, and who can open it (PCI PIN 21-3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safe {
    /// As it stands on it.
    pub name: String,
    /// Whoever can open it; empty where that was not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<String>,
}

/// A signed appointment as custodian (PCI PIN 25-1), as it was entered by an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Who is appointed.
    pub person: String,
    /// First instant.
    pub from: i64,
    /// Last instant.
    pub until: i64,
    /// To whom the person reports.
    pub manager: String,
    /// Who steps in for the person.
    pub backup: String,
    /// Reference of the form that person and management signed.
    pub form: String,
}

/// A written exception of two managers: custodians who report to one manager may hold parts together (PCI PIN 25-1.4
/// for small firms).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Whom it is for.
    pub people: Vec<String>,
    /// Who signed it.
    pub managers: [String; 2],
    /// Why.
    pub reason: String,
    /// Reference of the signed form.
    pub form: String,
    /// First instant.
    pub from: i64,
    /// Last instant.
    pub until: i64,
}

/// One access to one part. Every member is required (PCI PIN 26-1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Taken out.
    pub out: i64,
    /// Put back.
    pub back: i64,
    /// [`Split::id`].
    pub split: String,
    /// Which part.
    pub part: u8,
    /// Why.
    pub purpose: String,
    /// Who handled it.
    pub custodian: String,
    /// Who watched, and is no custodian of it.
    pub witness: String,
    /// Serial of the package it went into.
    pub package: String,
}

impl Holding {
    /// The holding as a past event: `held share 2 of shares of this vault (0f3a…) since 2026-11-24 (init)`; of one that is only judged
    /// ahead, what it would be.
    pub(crate) fn event(&self, ledger: &Ledger) -> String {
        let what = ledger
            .split(&self.split)
            .map_or("an unknown set", |split| split.what.as_str());
        if self.by.is_empty() {
            return format!(
                "{} would hold part {} of the {what}",
                self.person, self.part
            );
        }
        let short: String = self.split.chars().take(8).collect();
        let span = match self.until {
            None => format!("holds since {}", day(self.since)),
            Some(until) => format!("held from {} to {}", day(self.since), day(until)),
        };
        format!(
            "{} {span} part {} of the {what} ({short}, by {})",
            self.person, self.part, self.by
        )
    }
}

/// The day of a time, `2026-11-24`.
pub(crate) fn day(millis: i64) -> String {
    let mut text = Timestamp::from_millis(millis).rfc3339();
    text.truncate(10);
    text
}

impl Ledger {
    /// Whether nothing is in it: then it is not written, and older vaults stay as they were.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A divided secret by id.
    pub fn split(&self, id: &str) -> Option<&Split> {
        self.splits.iter().find(|split| split.id == id)
    }

    /// Everything a person ever held of one secret, oldest first.
    pub fn held_by<'a>(
        &'a self,
        person: &'a str,
        split: &'a str,
    ) -> impl Iterator<Item = &'a Holding> {
        self.holdings
            .iter()
            .filter(move |h| h.split == split && same(&h.person, person))
    }

    /// Whoever holds parts of one secret now.
    pub fn holders<'a>(&'a self, split: &'a str) -> impl Iterator<Item = &'a Holding> {
        self.holdings
            .iter()
            .filter(move |h| h.split == split && h.until.is_none())
    }

    /// The appointment of a person in force at a time: the latest entered whose span holds it.
    pub fn appointment(&self, person: &str, at: i64) -> Option<&Appointment> {
        self.appointments
            .iter()
            .rev()
            .find(|a| same(&a.person, person) && a.from <= at && at <= a.until)
    }

    /// The exception in force at a time that lets all of these people hold parts together.
    pub fn exemption(&self, people: &[&str], at: i64) -> Option<&Exemption> {
        let covers = |e: &Exemption| {
            let named = |person: &str| e.people.iter().any(|p| same(p, person));
            e.from <= at && at <= e.until && people.iter().all(|person| named(person))
        };
        self.exemptions.iter().rev().find(|e| covers(e))
    }

    /// A secret was divided. A split of the same id is not entered twice.
    pub fn divide(&mut self, split: Split) {
        if self.split(&split.id).is_none() {
            self.splits.push(split);
        }
    }

    /// A part came into somebody's hands.
    pub fn hand_out(&mut self, holding: Holding) {
        self.holdings.push(holding);
    }

    /// Every part of a set was given back or became worthless; what people know stays known.
    pub fn close_set(&mut self, split: &str, at: i64) {
        for holding in &mut self.holdings {
            if holding.split == split && holding.until.is_none() {
                holding.until = Some(at);
            }
        }
    }

    /// The divided secret itself was destroyed.
    pub fn destroyed(&mut self, split: &str, at: i64) {
        for known in &mut self.splits {
            if known.id == split && known.destroyed.is_none() {
                known.destroyed = Some(at);
            }
        }
        self.close_set(split, at);
    }

    /// Until when the access log of a destroyed secret must be kept: two years after its destruction.
    pub fn keep_until(&self, split: &str) -> Option<i64> {
        const TWO_YEARS: i64 = 731 * 86_400_000;
        self.split(split)?
            .destroyed
            .map(|at| at.saturating_add(TWO_YEARS))
    }
}

/// Names are compared as enrolment compares them.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
