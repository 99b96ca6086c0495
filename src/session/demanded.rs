//! How many custodians an act takes: as many as the most demanding of what is done by it. What lets a key out, or puts
//! somebody into a place, takes no fewer signatures because it is done in company.

use std::collections::BTreeSet;

use crate::api::{ImportKeyMaterial, Operation, Request};
use crate::custody::Policy;
use crate::custody::policy::{self, operation};

use super::action::Action;
use super::custody_act::{CustodyAct, Rotation};
use super::op::{self, Op};
use super::{Profile, Session};
use super::{
    clock_ahead, clock_back, locks, op_components, op_custody, op_destroyed, op_envelopes,
};
use super::{op_ledger, op_policy, op_suspect, op_tr34};

/// The names by which the policy counts an act. A list is also each act in it.
fn names(action: &Action) -> BTreeSet<&'static str> {
    match action {
        Action::Control { request, .. } => [requested(request)].into(),
        Action::List { acts, .. } => {
            let inner = acts.iter().map(requested);
            std::iter::once(operation::LIST).chain(inner).collect()
        }
        Action::Backup { .. } => [operation::BACKUP].into(),
        Action::Custody(act) => [act.operation()].into(),
        Action::Components(act) => as_components(act.operation()),
        Action::Tr34(act) => [act.operation()].into(),
    }
}

/// A key that leaves as components is exported, and one that is formed of them is imported: what the policy asks for that
/// is asked for here too.
fn as_components(name: &'static str) -> BTreeSet<&'static str> {
    let of = if name == operation::EXPORT_COMPONENTS {
        Operation::ExportKey
    } else {
        Operation::ImportKey
    };
    [name, of.name()].into()
}

/// One request's name as the policy spells it: a root is an anchor, and no key.
fn requested(request: &Request) -> &'static str {
    match request {
        Request::ImportKey(input)
            if matches!(
                input.key_material,
                ImportKeyMaterial::RootCertificatePublicKey(_)
            ) =>
        {
            operation::IMPORT_ROOT
        }
        other => other.operation().name(),
    }
}

/// The names by which the policy counts what an act is declared as. Whom a rotation brings is known only when they are named:
/// it counts as a rotation at least, and a replacement, which always brings somebody, as a change of people too.
fn declared(op: &Op) -> BTreeSet<&'static str> {
    match op.name {
        name if name == op::IMPORT_ROOT.name => [operation::IMPORT_ROOT].into(),
        name if name == op_components::IMPORT_COMPONENTS.name => {
            as_components(operation::IMPORT_COMPONENTS)
        }
        name if name == op_components::EXPORT_COMPONENTS.name => {
            as_components(operation::EXPORT_COMPONENTS)
        }
        name if name == op_custody::REPLACE.name => {
            [operation::ROTATE, operation::CHANGE_PEOPLE].into()
        }
        name => {
            let own = OWN.iter().find(|(known, _)| *known == name);
            let service = name.split('.').next().unwrap_or_default();
            let mut all = Operation::ALL.iter();
            let found = all.find(|operation| operation.kebab() == service);
            own.map(|(_, operation)| *operation)
                .or_else(|| found.map(|operation| operation.name()))
                .into_iter()
                .collect()
        }
    }
}

/// Acts that are no operation of the service: as they are declared, and as the policy spells them.
const OWN: &[(&str, &str)] = &[
    (op::ACT_LIST.name, operation::LIST),
    (op::BACKUP.name, operation::BACKUP),
    (op_tr34::UNBIND.name, operation::UNBIND),
    (op_tr34::REBIND.name, operation::REBIND),
    (op_tr34::RANDOM.name, operation::RANDOM),
    (op_custody::DRILL.name, operation::DRILL),
    (op_custody::RECOVERY_DRILL.name, operation::DRILL),
    (op_custody::RECOVERY_SET.name, operation::RECOVERY_SET),
    (op_custody::RESHARE.name, operation::RESHARE),
    (op_custody::ROTATE.name, operation::ROTATE),
    (op_custody::RESTORE.name, operation::RESTORE),
    (
        op_custody::ATTEST_DESTROYED.name,
        operation::ATTEST_DESTROYED,
    ),
    (op_custody::APPOINT.name, operation::CHANGE_PEOPLE),
    (op_ledger::EXEMPT.name, operation::CHANGE_PEOPLE),
    (op_ledger::RECORD_ACCESS.name, operation::RECORD_ACCESS),
    (
        op_destroyed::COMPONENTS_DESTROYED.name,
        operation::COMPONENTS_DESTROYED,
    ),
    (
        op_envelopes::ENVELOPES_GONE.name,
        operation::ENVELOPES_DESTROYED,
    ),
    (op_suspect::SUSPECT.name, operation::SUSPECT),
    (op_custody::LOAD_INVENTORY.name, operation::LOAD_INVENTORY),
    (op_policy::CHANGE_POLICY.name, operation::CHANGE_POLICY),
    (clock_ahead::CLOCK_AHEAD.name, operation::CLOCK),
    (clock_back::CLOCK_BACK.name, operation::LOWER_WATERMARK),
];

/// Whether no policy of a production vault goes below k custodians, and never below two, for what is declared so.
pub fn has_a_floor(op: &Op) -> bool {
    declared(op).iter().any(|name| policy::has_a_floor(name))
}

/// By what a vault counts the custodians that an act needs, as long as the present policy is in force.
#[derive(Debug, Clone)]
pub struct Demands {
    policy: Policy,
    profile: Profile,
    k: u8,
    t: u8,
}

impl Demands {
    /// In a vault with this policy in force, which `k` custodians open and whose secrets `t` use.
    pub const fn new(policy: Policy, profile: Profile, (k, t): (u8, u8)) -> Self {
        Self {
            policy,
            profile,
            k,
            t,
        }
    }

    /// At least, of a vault whose policy is not known: one custodian where nothing else asks for more.
    pub fn at_least(profile: Profile, quorum: (u8, u8)) -> Self {
        let policy = Policy {
            default: 1,
            ..Policy::default()
        };
        Self::new(policy, profile, quorum)
    }

    /// How many custodians an act needs that is declared so: at least, where whom it brings is named only when it is asked for.
    pub fn of(&self, op: &Op) -> u8 {
        self.most(declared(op), op.uses_secret)
    }

    /// How many custodians acts need that are done together under one approval, as the list is in the policy: as many as the
    /// most demanding of them.
    pub fn of_list<'o>(&self, acts: impl IntoIterator<Item = &'o Op>) -> u8 {
        let acts: Vec<&Op> = acts.into_iter().collect();
        let secret = acts.iter().any(|op| op.uses_secret);
        let inner = acts.iter().flat_map(|op| declared(op));
        self.most(std::iter::once(operation::LIST).chain(inner), secret)
    }

    fn most(&self, names: impl IntoIterator<Item = &'static str>, secret: bool) -> u8 {
        let (profile, k, t) = (self.profile, self.k, self.t);
        let each = names.into_iter();
        let each = each.map(|name| self.policy.required(name, profile, k, t, secret));
        each.max().unwrap_or_else(|| k.max(t))
    }
}

impl Session {
    /// By what the custodians are counted that an act needs.
    pub(super) fn demands(&self) -> Demands {
        let quorum = (self.book.k(), self.book.t());
        Demands::new(self.state.policy.clone(), self.profile, quorum)
    }

    /// How many custodians an act needs.
    pub(super) fn required(&self, action: &Action) -> u8 {
        // The policy counts custodians; holders of the recovery set are counted by their own threshold.
        if self.by_recovery() {
            return self.book.k();
        }
        let mut names = names(action);
        if let Action::Custody(CustodyAct::Rotate(rotation)) = action
            && self.brings_others(rotation)
        {
            names.insert(operation::CHANGE_PEOPLE);
        }
        self.demands().most(names, locks::uses_secret(action))
    }

    /// How many the next rotation takes, whoever comes by it, where `k` open the vault and `t` use its secrets.
    pub(super) fn required_to_rotate(&self, k: u8, t: u8) -> u8 {
        let policy = &self.state.policy;
        let need = |name| policy.required(name, self.profile, k, t, true);
        need(operation::ROTATE).max(need(operation::CHANGE_PEOPLE))
    }

    /// Whether somebody serves after a rotation who does not now, or in another place, or no more.
    fn brings_others(&self, rotation: &Rotation) -> bool {
        let seq = self.book.seq();
        let serve = self.state.people.iter().filter(|p| p.serves_at(seq));
        let now: BTreeSet<_> = serve
            .map(|p| (p.name.trim().to_lowercase(), p.role.word()))
            .collect();
        let seats = rotation.people.iter();
        let then: BTreeSet<_> = seats
            .map(|seat| (seat.name.trim().to_lowercase(), seat.role))
            .collect();
        now != then
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::{NEW, OLD, rotation};
    use super::super::handed_out::tests::vault;
    use super::super::tests::{answers, create_kek, practice};
    use super::super::*;
    use crate::api::{Operation, Request};
    use crate::vault::MemoryStore;

    /// A working key leaves under the KEK, and gets a tag.
    fn acts(session: &mut Session) -> Vec<Request> {
        let kek = create_kek(session);
        session.act(kek, None, None).unwrap();
        let fields = [
            ("usage", "P0"),
            ("algorithm", "TDES_3KEY"),
            ("modes", "encrypt, decrypt, wrap, unwrap"),
            ("exportable", "yes"),
            ("label", "pek"),
        ];
        let pek = build::action(session, "create-key", &answers(&fields, &[])).unwrap();
        session.act(pek, None, None).unwrap();
        let keys = session.view().keys;
        let arn = |label: &str| {
            let found = keys.iter().find(|row| row.label == label);
            found.unwrap().key.key_arn.clone()
        };
        let export = serde_json::json!({"ExportKeyIdentifier": arn("pek"), "KeyMaterial": {"Tr31KeyBlock": {
            "WrappingKeyIdentifier": arn("kek")}}});
        let tag =
            serde_json::json!({"ResourceArn": arn("pek"), "Tags": [{"Key": "a", "Value": "b"}]});
        vec![
            Operation::ExportKey.parse(&export).unwrap(),
            Operation::TagResource.parse(&tag).unwrap(),
        ]
    }

    fn list(acts: Vec<Request>) -> Action {
        Action::List {
            name: "out".into(),
            acts,
        }
    }

    fn approves(session: &mut Session, id: [u8; 32], name: &str) {
        let approve = Command::Approve {
            id,
            person: name.into(),
            key: KeySource::Held,
        };
        session.perform(approve).unwrap();
    }

    fn executes(session: &mut Session, id: [u8; 32]) -> Result<(), Refusal> {
        let execute = Command::Execute {
            id,
            prepared: None,
            arrow: None,
        };
        session.perform(execute).map(drop)
    }

    /// An export that three must approve left with two signatures where it stood in a list beside any other act.
    #[test]
    fn a_list_takes_as_many_as_the_most_demanding_of_its_acts() {
        let (_, mut session) = practice(true);
        let action = list(acts(&mut session));
        let overrides = &mut session.state.policy.overrides;
        overrides.extend([("ExportKey".into(), 3), ("List".into(), 1)]);
        let asked = Command::Ask {
            action,
            issuer: "Ada".into(),
            origin: None,
            key: KeySource::Held,
        };
        let Outcome::Asked(pending) = session.perform(asked).unwrap() else {
            panic!("not asked")
        };
        assert_eq!(pending.required, 3);
        approves(&mut session, pending.id, "Ana");
        approves(&mut session, pending.id, "Ben");
        executes(&mut session, pending.id).unwrap_err();
        assert!(session.view().exports.is_empty());
        approves(&mut session, pending.id, "Cho");
        executes(&mut session, pending.id).unwrap();
        assert_eq!(session.view().exports.len(), 1);
        let log = session.log_lines().unwrap();
        let told = |op: &str| {
            let mut lines = log.iter().filter(|line| line.contains(op));
            lines.any(|line| line.contains("\"required\":3"))
        };
        assert!(told("ExportKey") && told("TagResource"), "{log:#?}");
    }

    /// What no policy goes below in production counts within a list, too; without such an act the list's own number holds.
    #[test]
    fn a_list_in_production_keeps_to_the_floor_of_its_acts() {
        let (_, mut session) = practice(true);
        let acts = acts(&mut session);
        let people = practice::PEOPLE.iter();
        let people = people.map(|(name, role, words)| NewPerson::new(name, role, words.as_bytes()));
        let mut new = NewVault::usual("acme", Profile::Test, people);
        (new.k, new.t) = (3, 2);
        let made = create(Box::new(MemoryStore::new()), new, Environment::real(None));
        let mut session = made.unwrap().session;
        session.profile = Profile::Production;
        session.state.policy.default = 1;
        assert_eq!(session.required(&Action::control(acts[0].clone())), 3);
        assert_eq!(session.required(&list(acts.clone())), 3);
        assert_eq!(session.required(&list(vec![acts[1].clone(); 2])), 1);
        session.state.policy.overrides.insert("List".into(), 2);
        assert_eq!(session.required(&list(vec![acts[1].clone(); 2])), 2);
    }

    /// What a brief says of a list before anything is built is what the door asks for then.
    #[test]
    fn a_list_is_counted_by_what_its_acts_are_declared_as() {
        let (_, mut session) = practice(true);
        let acts = acts(&mut session);
        let overrides = &mut session.state.policy.overrides;
        overrides.extend([("ExportKey".into(), 3), ("List".into(), 1)]);
        let ops = [
            &crate::session::op_exchange::EXPORT_TR31,
            &crate::session::op_exchange::TAG_RESOURCE,
        ];
        let demands = session.demands();
        assert_eq!(demands.of_list(ops), session.required(&list(acts.clone())));
        assert_eq!(demands.of_list(ops), 3);
        assert_eq!(demands.of_list(ops.into_iter().skip(1)), 2);
        assert_eq!(session.required(&list(vec![acts[1].clone(); 2])), 2);
        for op in op::OPS {
            assert!(!super::declared(op).is_empty(), "{}", op.name);
        }
    }

    /// Three must approve an export, and two let the same key out as components.
    #[test]
    fn a_key_that_leaves_as_components_takes_as_many_as_an_export() {
        let (_, mut session) = practice(true);
        let divide = Action::Components(Box::new(ComponentAct::Divide {
            set: String::new(),
            key: String::new(),
            label: "kek".into(),
            algorithm: crate::api::KeyAlgorithm::TDES_3KEY,
            parts: 2,
            holder: "Ana".into(),
            receiver: "a partner".into(),
            others: Vec::new(),
        }));
        assert_eq!(session.required(&divide), 2);
        session.state.policy.overrides.insert("ExportKey".into(), 3);
        assert_eq!(session.required(&divide), 3);
        let overrides = &mut session.state.policy.overrides;
        overrides.extend([("ExportKey".into(), 2), ("ExportComponents".into(), 3)]);
        assert_eq!(session.required(&divide), 3, "the stricter of the two");
    }

    /// A rotation that puts somebody into a place changes the people, whatever else it is.
    #[test]
    fn a_rotation_that_brings_others_takes_as_many_as_a_change_of_people() {
        let mut session = vault(&MemoryStore::new());
        let overrides = &mut session.state.policy.overrides;
        overrides.insert("ChangePeople".into(), 3);
        let rotate = |people| Action::Custody(CustodyAct::Rotate(rotation(people)));
        assert_eq!(session.required(&rotate(NEW)), 3);
        assert_eq!(session.required(&rotate(OLD)), 2);
    }
}
