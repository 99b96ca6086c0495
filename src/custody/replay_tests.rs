//! Approvals against a plain model: whatever is shown, in whatever order, only what was signed for this act counts.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::tests::{EPOCH, VAULT, act, key, people};
use super::*;

/// Where a signature on the table comes from.
#[derive(Debug, Clone)]
struct Shown {
    /// Who signed, by their place among the people.
    person: usize,
    /// Whose key it is shown under.
    under: usize,
    /// As what it was signed, and as what it is shown.
    signed_as: SignsAs,
    role: SignsAs,
    /// Whether it was made for this act, or for which change of it.
    change: Option<usize>,
}

/// Every member of an act, changed: another vault, epoch, state, request, issuer, script, step, action.
const CHANGES: [fn(&mut Act); 10] = [
    |a| a.vault_id = VAULT.replace('0', "1"),
    |a| a.epoch = EPOCH.replace('0', "1"),
    |a| a.seq += 1,
    |a| a.state_head[31] ^= 1,
    |a| a.approval_id[0] ^= 0x80,
    |a| a.issuer = "Bo".to_owned(),
    |a| a.issuer_key = key(2).fingerprint().hex(),
    |a| a.script = Some([7; 32]),
    |a| a.step = Some("make-kek".to_owned()),
    |a| a.action = serde_json::json!({"CreateKey": {"Exportable": false}}),
];

fn made(shown: &Shown) -> Signature {
    let people = people();
    let mut signed = act();
    if let Some(change) = shown.change {
        CHANGES[change](&mut signed);
    }
    let name = &people[shown.person].name;
    let seed = [1, 2, 3, 4, 9][shown.person];
    let mut signature = sign(&signed, &key(seed), name, shown.signed_as, By::Terminal);
    let seed = [1, 2, 3, 4, 9][shown.under];
    signature.signer = key(seed).fingerprint().hex();
    signature.role = shown.role;
    signature
}

/// The rule in plain words: the issuer (Ada) first and as issuer, then different custodians who are not the issuer,
/// each under the own name, for this very act; two of them.
fn stands(table: &[Shown]) -> bool {
    let genuine = |s: &Shown| s.change.is_none() && s.person == s.under && s.signed_as == s.role;
    let Some((first, rest)) = table.split_first() else {
        return false;
    };
    let custodians: Vec<usize> = rest.iter().map(|s| s.person).collect();
    let different = (0..custodians.len()).all(|n| !custodians[..n].contains(&custodians[n]));
    genuine(first)
        && first.person == 0
        && first.role == SignsAs::Issuer
        && rest
            .iter()
            .all(|s| genuine(s) && s.role == SignsAs::Custodian)
        && custodians.iter().all(|p| (1..=3).contains(p))
        && different
        && custodians.len() >= 2
}

fn honest(person: usize) -> Shown {
    let role = if person == 0 {
        SignsAs::Issuer
    } else {
        SignsAs::Custodian
    };
    Shown {
        person,
        under: person,
        signed_as: role,
        role,
        change: None,
    }
}

fn any_shown() -> impl Strategy<Value = Shown> {
    let role = || select(vec![SignsAs::Issuer, SignsAs::Custodian]);
    let change = proptest::option::weighted(0.4, 0..CHANGES.len());
    (
        0..5_usize,
        0..5_usize,
        any::<bool>(),
        role(),
        role(),
        any::<bool>(),
        change,
    )
        .prop_map(
            |(person, under, own_name, signed_as, role, as_signed, change)| Shown {
                person,
                under: if own_name { person } else { under },
                signed_as,
                role: if as_signed { signed_as } else { role },
                change,
            },
        )
}

/// Mostly honest tables with some strange ones among them, and tables of anything.
fn any_table() -> impl Strategy<Value = Vec<Shown>> {
    let honest_ones = subsequence(vec![1_usize, 2, 3], 0..=3).prop_shuffle();
    let mixed = (
        honest_ones,
        proptest::collection::vec((any_shown(), 0..5_usize), 0..3),
    )
        .prop_map(|(custodians, strange)| {
            let mut table: Vec<Shown> = std::iter::once(0).chain(custodians).map(honest).collect();
            for (shown, at) in strange {
                table.insert(at.min(table.len()), shown);
            }
            table
        });
    prop_oneof![mixed, proptest::collection::vec(any_shown(), 0..6)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn only_what_was_signed_for_this_act_counts(table in any_table()) {
        let signatures: Vec<Signature> = table.iter().map(made).collect();
        let judged = Tally::judge(&act(), &signatures, &people(), 2);
        prop_assert_eq!(judged.is_ok(), stands(&table), "{:?}: {:?}", table, judged);
    }

    /// One person under two names, or one key on two people, is one signature.
    #[test]
    fn two_names_on_one_key_are_one_person(seeds in proptest::collection::vec(2..5_u8, 2..5)) {
        let mut people = people();
        people.truncate(1);
        for (n, seed) in seeds.iter().enumerate() {
            let mut person = super::tests::people()[usize::from(*seed) - 1].clone();
            person.name = format!("Bo{n}");
            people.push(person);
        }
        let mut signatures = vec![sign(&act(), &key(1), "Ada", SignsAs::Issuer, By::Terminal)];
        for (n, seed) in seeds.iter().enumerate() {
            signatures.push(sign(&act(), &key(*seed), &format!("Bo{n}"), SignsAs::Custodian, By::Terminal));
        }
        let mut keys = seeds.clone();
        keys.sort_unstable();
        keys.dedup();
        let judged = Tally::judge(&act(), &signatures, &people, 2);
        prop_assert_eq!(judged.is_ok(), keys.len() == seeds.len(), "{:?}: {:?}", seeds, judged);
    }
}
