//! Whether as many can sign each act of a script as a vault demands there: told before anything is done. A step that too few
//! may sign ends its run for good, and by then others are done.

use std::collections::{BTreeMap, BTreeSet};

use crate::session::{Demands, View, op_custody};
use crate::text::{say, tr};

use super::model::{Model, Role, Step};
use super::script::Script;

/// An act that too few may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Short {
    /// The step.
    pub(super) step: String,
    /// Its number, from 1.
    pub(super) number: usize,
    /// How many custodians must approve it, besides whoever asks.
    pub(super) need: usize,
    /// How many may.
    pub(super) may: usize,
    /// Whether the script itself says who may.
    pub(super) named: bool,
}

impl Short {
    /// In a sentence, with what mends it.
    pub(super) fn told(&self) -> String {
        let way = if self.named {
            tr("Leave `from` out of it in the script, or name more custodians there.")
        } else {
            tr(
                "Whoever asks and whoever leaves approve nothing: let an administrator ask, or play it in a vault with more custodians.",
            )
        };
        say!(
            "Step {number}, {step}: {need} custodians must approve it in this vault, and {may} may. {way}",
            number = self.number,
            step = self.step,
            need = self.need,
            may = self.may,
            way
        )
    }
}

/// Why a run of this script, with these people at its places, would end for good at an act that too few of this vault may
/// sign; nothing where enough may.
pub(super) fn too_few_sign(
    script: &Script,
    view: &View,
    places: &BTreeMap<String, String>,
) -> Option<String> {
    let short = judged(&script.model, view, places);
    let short = short.first()?.told();
    Some(say!("This would be refused. {short}", short))
}

/// Every such act, for places that were given already.
pub(super) fn judged(model: &Model, view: &View, places: &BTreeMap<String, String>) -> Vec<Short> {
    // Holders of a recovery set are counted by their own threshold, and do one thing alone.
    if view.by_recovery {
        return Vec::new();
    }
    let custodian = Role::Custodian.name();
    let custodians = view.people.iter().filter(|p| p.role == custodian).count();
    short(model, &view.demands, custodians, Some(places))
}

/// The same of a vault of so many custodians; without places, each is held by somebody else.
pub(super) fn short(
    model: &Model,
    demands: &Demands,
    custodians: usize,
    places: Option<&BTreeMap<String, String>>,
) -> Vec<Short> {
    let short = acts(model, demands).filter_map(|(at, step, need)| {
        let may = able(model, at, custodians, places);
        let named = step.approve.as_ref().is_some_and(|a| !a.from.is_empty());
        (may < need).then(|| Short {
            step: step.id.clone(),
            number: at.saturating_add(1),
            need,
            may,
            named,
        })
    });
    short.collect()
}

/// How many custodians are there at least for the acts of a script in a vault of such demands: as many as the most demanding
/// act takes, and a custodian who asks for it besides.
pub(super) fn most(model: &Model, demands: &Demands) -> usize {
    let taken = acts(model, demands).map(|(_, step, need)| {
        let issuer = step.initiate.as_deref().and_then(|id| model.person(id));
        let signs_not = issuer.is_some_and(|person| person.role == Role::Custodian);
        need.saturating_add(usize::from(signs_not))
    });
    taken.max().unwrap_or(0)
}

/// The acts that can be judged before a run begins, by the number of their step from 0, with how many custodians must approve
/// each. What the door is expected to refuse is refused before anybody is asked to sign; what comes behind another quorum
/// cannot be judged.
fn acts<'m>(
    model: &'m Model,
    demands: &'m Demands,
) -> impl Iterator<Item = (usize, &'m Step, usize)> {
    let last = model.steps.iter().position(brings_another_quorum);
    let judged = last.map_or(model.steps.len(), |last| last.saturating_add(1));
    let steps = model.steps.iter().enumerate().take(judged);
    steps.filter_map(|(at, step)| {
        let approve = step.approve.as_ref().filter(|_| !step.expects_error())?;
        let need = approve.count.max(usize::from(demanded(demands, step)));
        Some((at, step, need))
    })
}

/// How many custodians the vault asks for under an act, or under the most demanding one of a list.
pub(super) fn demanded(demands: &Demands, step: &Step) -> u8 {
    if step.acts.is_empty() {
        demands.of(step.op)
    } else {
        demands.of_list(step.acts.iter().map(|act| act.op))
    }
}

impl Step {
    /// The place of whoever gives it up by this step.
    pub(super) fn leaver(&self) -> Option<&str> {
        self.fields.get(op_custody::LEAVES.id).map(String::as_str)
    }
}

/// Whether the vault has other custodians, or asks for another number of them, once the step is done: what comes after it
/// cannot be judged before.
fn brings_another_quorum(step: &Step) -> bool {
    let fields = [op_custody::CUSTODIANS, op_custody::OPEN, op_custody::USE];
    let told = |id| step.fields.contains_key(id) || step.asked.contains_key(id);
    step.op.name == op_custody::ROTATE.name && fields.iter().any(|field| told(field.id))
}

/// How many custodians may approve the act of the step at `at`: those that it names, or all of the vault; never whoever
/// asks, and whoever leaves by it only where they are named.
fn able(
    model: &Model,
    at: usize,
    custodians: usize,
    places: Option<&BTreeMap<String, String>>,
) -> usize {
    let Some((step, approve)) = model
        .steps
        .get(at)
        .and_then(|step| Some((step, step.approve.as_ref()?)))
    else {
        return 0;
    };
    let is_custodian = |id: &&str| {
        let place = model.person(id);
        place.is_some_and(|place| place.role == Role::Custodian)
    };
    let issuer = step.initiate.as_deref();
    if approve.from.is_empty() {
        let away = [issuer, step.leaver()];
        let away: BTreeSet<&str> = away.into_iter().flatten().filter(is_custodian).collect();
        return custodians.saturating_sub(away.len());
    }
    let joined = |id: &str| {
        let joins = model.person(id).and_then(|place| place.joins.as_deref());
        let mut before = model.steps.iter().take(at);
        joins.is_some_and(|joins| before.any(|step| step.id == joins))
    };
    // A place that nobody has signs nothing: whoever stands by, and whoever joins later.
    let holder = |id: &str| match places {
        Some(places) => places
            .get(id)
            .cloned()
            .or_else(|| joined(id).then(|| id.to_owned())),
        None => Some(id.to_owned()),
    };
    let asks = issuer.and_then(holder);
    let named = approve.from.iter().filter_map(|id| holder(id));
    let named: BTreeSet<String> = named.filter(|name| Some(name) != asks.as_ref()).collect();
    named.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::run::places_of;
    use crate::ceremony::{Runner, Wanted, shipped};
    use crate::custody::Policy;
    use crate::session::{Environment, NewPerson, NewVault, Profile, create, practice};
    use crate::vault::MemoryStore;

    fn too_few_sign(script: &Script, view: &View) -> Option<String> {
        let places = places_of(script, view).ok().unwrap();
        super::too_few_sign(script, view, &places)
    }

    fn vault(k: u8, n: usize) -> crate::session::Session {
        let roles = std::iter::repeat_n("custodian", n).chain(["administrator", "witness"]);
        let people = roles.enumerate().map(|(at, role)| {
            let words = format!("words of number {at}");
            NewPerson::new(&format!("{role}-{at}"), role, words.as_bytes())
        });
        let clock = crate::api::Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").ok();
        let new = NewVault {
            k,
            t: k,
            clock,
            ..NewVault::usual("enough", Profile::Rehearsal, people)
        };
        let environment = Environment::seeded("enough").unwrap();
        let made = create(Box::new(MemoryStore::new()), new, environment);
        made.unwrap().session
    }

    /// What is told beforehand is what the door asks for then, act by act.
    #[test]
    fn as_many_sign_each_act_as_was_told_before_it_began() {
        let mut acts = 0;
        for (name, text) in shipped() {
            let script = Script::parse(text).ok().unwrap();
            let mut session = vault(3, 5);
            let demands = session.view().demands.clone();
            let mut runner = Runner::begin(
                &mut session,
                Script::parse(text).ok().unwrap(),
                Wanted::default(),
            )
            .unwrap();
            runner.headless(&mut session).unwrap();
            let view = session.view();
            let run = view.runs.last().unwrap();
            let steps = script.model.steps.iter().zip(&run.steps);
            let signed = steps.filter(|(step, _)| step.approve.is_some() && !step.expects_error());
            for (step, record) in signed {
                let told = demanded(&demands, step).max(2);
                assert_eq!(
                    record.who.len(),
                    usize::from(told) + 1,
                    "{name}: {}",
                    step.id
                );
                acts += 1;
            }
        }
        assert!(acts > 60, "{acts}");
    }

    /// A run was begun and ended for good at its first such act, with the acts before it done.
    #[test]
    fn an_act_that_too_few_may_sign_is_told_before_the_run_begins() {
        let (_, text) = shipped()
            .iter()
            .find(|(name, _)| *name == "first-key.toml")
            .unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        let named = text.replace(
            "{ count = 2 }",
            "{ count = 2, from = [\"first\", \"second\"] }",
        );
        assert_ne!(named, text);
        let policy = Policy {
            default: 3,
            ..Policy::default()
        };
        let store = Box::new(MemoryStore::new());
        let environment = Environment::seeded("enough").unwrap();
        let made = practice::vault_under(store, Some(policy), environment, None, true);
        let mut session = made.unwrap().session;
        let script = Script::parse(named.as_bytes()).ok().unwrap();
        let told = too_few_sign(&script, &session.view()).unwrap();
        for says in [
            "Step 3, make: 3 custodians must approve it",
            "and 2 may",
            "`from`",
        ] {
            assert!(told.contains(says), "{told}");
        }
        let begun = Runner::begin(&mut session, script, Wanted::default());
        let refused = begun.err().unwrap().to_string();
        assert!(refused.contains("Step 3, make: 3 custodians"), "{refused}");
        assert!(refused.contains("Nothing was begun."), "{refused}");
        assert!(session.view().runs.is_empty());
        let open = Script::parse(text.as_bytes()).ok().unwrap();
        assert_eq!(too_few_sign(&open, &session.view()), None);
    }

    /// Whoever leaves is not asked for a signature, and of three of three the two who stay are too few.
    #[test]
    fn who_leaves_is_not_counted() {
        let (_, text) = shipped()
            .iter()
            .find(|(name, _)| *name == "custodian-replacement.toml")
            .unwrap();
        let script = Script::parse(text).ok().unwrap();
        let told = too_few_sign(&script, &vault(3, 3).view()).unwrap();
        assert!(told.contains("Step 4, replace: 3 custodians"), "{told}");
        assert!(told.contains("and 2 may"), "{told}");
        for (k, n) in [(2, 3), (3, 4), (3, 5)] {
            assert_eq!(
                too_few_sign(&script, &vault(k, n).view()),
                None,
                "{k} of {n}"
            );
        }
    }
}
