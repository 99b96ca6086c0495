//! Revocation lists: current or not, whose, and whom they strike.

use data_encoding::HEXUPPER;
use serde_json::Value;

use super::*;

/// A list of the TR-34 collection with its authority and the sender it vouches for.
fn list() -> (Vec<u8>, Certificate, Certificate) {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tr34-profiles.json")).unwrap();
    let hex = |value: &Value| HEXUPPER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let who = |name: &str| Certificate::from_any(&hex(&file["identities"][name]["cert"])).unwrap();
    let der = hex(&file["vectors"][0]["build"]["crl"]);
    (der, who("ca_kdh"), who("kdh"))
}

#[test]
fn a_list_counts_from_its_making_to_the_next() {
    let (der, authority, sender) = list();
    let crl = Crl::from_der(&der).unwrap();
    let (from, to) = (crl.this_update(), crl.next_update().unwrap());
    assert_eq!(crl.judge(&sender, &authority, from), Ok(()));
    assert_eq!(crl.judge(&sender, &authority, to), Ok(()));
    for outside in [from.plus_millis(-1000), to.plus_millis(1000)] {
        let refused = crl.judge(&sender, &authority, outside).unwrap_err();
        assert_eq!(refused.code(), "crl-expired");
    }
    assert_eq!(crl.revoked()[0].0, "3400001234");
}

#[test]
fn another_authoritys_list_says_nothing() {
    let (der, authority, sender) = list();
    let crl = Crl::from_der(&der).unwrap();
    let foreign = certificate("root-2048");
    let refused = crl.judge(&sender, &foreign, crl.this_update()).unwrap_err();
    assert!(
        refused.to_string().contains("it names another issuer"),
        "{refused}"
    );
    assert_eq!(refused.code(), "crl-signature");
    // Every bit counts, the unused ones of the signature too.
    for bit in 0..der.len() * 8 {
        let mut changed = der.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let accepted = Crl::from_der(&changed)
            .is_ok_and(|crl| crl.judge(&sender, &authority, crl.this_update()).is_ok());
        assert!(!accepted, "bit {bit}");
    }
}
