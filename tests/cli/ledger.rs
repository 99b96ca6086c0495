//! Exceptions of two managers and keys that are suspect: what they allow, and where an auditor reads of them.

use crate::people::{OPEN, with_a_key};
use crate::program::Room;

#[test]
fn two_managers_may_except_people_from_reporting_to_different_ones() {
    let room = Room::new();
    room.test_vault();
    for person in ["custodian-1", "Dee"] {
        room.ok(&format!(
            "vault appoint t.vault --person {person} --from 2020-01-01 --until 2999-12-31 --manager Meg \
             --stand-in Zoe --form KCF-{person} {OPEN}"
        ));
    }
    let rotate = || {
        room.run(&format!(
            "vault rotate t.vault --reason departure --replace custodian-3=Dee {OPEN} --new-unlock-file next.json"
        ))
    };
    rotate().refused(1, "keymoot vault exempt");
    let exempt = |people: &str, first: &str, second: &str, until: &str| {
        room.run(&format!(
            "vault exempt t.vault --people {people} --manager {first} --second-manager {second} --reason small \
             --form EX-3 --until {until} {OPEN}"
        ))
    };
    exempt("Dee,custodian-1", "Meg", "meg", "2999-12-31").refused(1, "Two different managers");
    exempt("Dee", "Meg", "Max", "2999-12-31").refused(1, "at least two custodians");
    exempt("Dee,custodian-1", "Meg", "dee", "2999-12-31").refused(1, "cannot sign an exception");
    exempt("Dee,custodian-1", "Meg", "Max", "2020-12-31").refused(1, "ends before it begins");
    exempt("Dee,custodian-1", "Meg", "Max", "soon").refused(2, "is not a day");
    exempt("Dee,custodain-1", "Meg", "Max", "2999-12-31").refused(1, "custodain-1 is nobody");
    // It covers those whom it names, and nobody else.
    assert_eq!(
        exempt("Dee,custodian-2", "Meg", "Max", "2999-12-31").status,
        0
    );
    rotate().refused(1, "A8 (PCI PIN 25-1.4)");
    assert_eq!(
        exempt("Dee,custodian-1", "Meg", "Max", "2999-12-31").status,
        0
    );
    assert_eq!(rotate().status, 0);
}

#[test]
fn what_is_excepted_and_what_is_suspect_stands_in_a_report() {
    let room = Room::new();
    with_a_key(&room);
    let keys = room.json(&format!("call list-keys --vault t.vault {OPEN}"));
    let key = keys["Keys"][0]["KeyArn"].as_str().unwrap();
    room.ok(&format!(
        "vault exempt t.vault --people custodian-2,custodian-1 --manager Meg --second-manager Max --reason small --form EX-3 \
         --until 2999-12-31 {OPEN}"
    ));
    room.ok(&format!(
        "vault suspect t.vault --key {key} --verdict suspect --reason found-open {OPEN}"
    ));
    room.ok(&format!(
        "vault access t.vault --custodian custodian-1 --out 2020-01-01T09:00:00Z --back 2020-01-01T09:40:00Z \
         --purpose moved --witness Wim --package TE-7 {OPEN}"
    ));
    room.ok(&format!(
        "play first-key.toml --headless --vault t.vault --out out --bundle b {OPEN}"
    ));
    let told = room.ok("verify b");
    for words in [
        "exceptions of managers: 1",
        "accesses outside a ceremony: 1",
        "suspect keys: 1",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    let report = std::fs::read_to_string(room.path("out/report.txt")).unwrap();
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "A8 (PCI PIN 25-1.4): custodian-2, custodian-1 do not report to different managers: small",
        "excepted until 2999-12-31",
        "form EX-3",
        "Meg, Max",
        "SUSPECT since",
        "found-open; nothing on record stands under it",
        "part 1 of the shares of this vault, outside a ceremony Out 2020-01-01T09:00:00Z Back 2020-01-01T09:40:00Z \
         Purpose moved Custodian custodian-1 Witness Wim Package opened not recorded Package sealed TE-7",
    ] {
        assert!(flat.contains(words), "no {words:?} in {report}");
    }
}
