//! What the page says of acts under one approval.

use std::collections::BTreeMap;

use super::super::rehearsed::Rehearsals;
use super::tests::{flat, page, scripts};
use super::{BriefVault, brief};
use crate::custody::Policy;
use crate::session::{Demands, Environment, Profile, practice};
use crate::vault::MemoryStore;

/// A page said how many the script has approve a list, where the vault would ask for more and the run then stop for good.
#[test]
fn a_list_is_told_with_as_many_as_the_vault_asks_for() {
    let name = "rewrap-zmk-to-aws.toml";
    let shipped = scripts().into_iter().find(|(known, _)| *known == name);
    let (_, script) = shipped.unwrap();
    let made = practice::vault(
        Box::new(MemoryStore::new()),
        Environment::seeded("brief").unwrap(),
        None,
        true,
    );
    let view = made.unwrap().session.view();
    let asking = |exports: u8| {
        let mut view = view.clone();
        let policy = Policy {
            overrides: [("ExportKey".to_owned(), exports)].into(),
            ..Policy::default()
        };
        let demands = Demands::new(policy, Profile::Rehearsal, (2, 2));
        view.demands = demands.clone();
        let people = view.people.iter();
        BriefVault {
            name: "v".to_owned(),
            profile: Profile::Rehearsal,
            people: people.map(|p| (p.name.clone(), p.role.clone())).collect(),
            opens: 2,
            demands,
            view: Some(view),
            rehearsals: Rehearsals::read(None, script.rehearsal().1.unwrap()),
        }
    };
    let told = |vault: &BriefVault| brief(&script, None, Some(vault), &BTreeMap::new());
    let more = "(this vault asks for 3, the script for 2)";
    let usual = told(&asking(2));
    assert!(!flat(&usual.page).contains("this vault asks for"));
    let stricter = told(&asking(3));
    assert!(flat(&stricter.page).contains(more), "{}", stricter.page);
    assert_eq!(stricter.refusals, usual.refusals, "three may approve it");
    let never = told(&asking(4));
    assert!(
        never
            .refusals
            .iter()
            .any(|why| why.contains("4 custodians must approve it")),
        "{:?}",
        never.refusals
    );
    // Of a vault that nobody opened it is said from what the number follows.
    let policy = "as many custodians as the most demanding of them";
    assert!(page(name).contains(policy), "{}", page(name));
    assert!(!flat(&usual.page).contains(policy));
}
