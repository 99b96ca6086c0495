//! A vault that is made for a test, and the machine whose clock stands meanwhile.

use super::{DEFAULT_ACCOUNT, DEFAULT_REGION, NewPerson, NewVault, Profile};

pub(crate) use super::clock::Fixed;

impl NewVault {
    /// What tests are told of a new vault: two custodians open it and two use it. Whoever wants something otherwise says so.
    pub(crate) fn for_test(profile: Profile, people: Vec<NewPerson>) -> Self {
        Self {
            name: "acme".into(),
            profile,
            k: 2,
            t: 2,
            people,
            account: DEFAULT_ACCOUNT.into(),
            region: DEFAULT_REGION.into(),
            software_generation: false,
            qr_of_exports: false,
            clock: None,
            hold: false,
        }
    }
}
