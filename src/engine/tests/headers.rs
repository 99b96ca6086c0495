//! KeyBlockHeaders: an exported block says as much of its key as the key may, or less.

use serde_json::{Value, json};

use super::{
    Bench,
    tr31_import::{KEK, bytes, kek, stored},
};
use crate::{
    api::{KeyAlgorithm, KeyModesOfUse, KeyUsage, Operation},
    crypto::tr31::{self, Header},
    engine::attributes::{self, Arrival, MODE_SETS},
};

const BDK: &str = "0123456789ABCDEFFEDCBA9876543210";

struct Export {
    bench: Bench,
    wrapping: String,
}

impl Export {
    fn new() -> Self {
        let mut bench = Bench::new();
        bench.open = true;
        let wrapping = kek(&mut bench, KeyAlgorithm::AES_128, KEK);
        Self { bench, wrapping }
    }

    fn key(&mut self, usage: KeyUsage, modes: &[&str]) -> String {
        stored(&mut self.bench, usage, KeyAlgorithm::TDES_2KEY, modes, BDK)
    }

    fn request(&self, key: &str, headers: &Value) -> Value {
        json!({"ExportKeyIdentifier": key, "KeyMaterial": {"Tr31KeyBlock": {
            "WrappingKeyIdentifier": self.wrapping, "KeyBlockHeaders": headers}}})
    }

    fn header(&mut self, key: &str, headers: &Value) -> Header {
        let request = self.request(key, headers);
        self.received(&request)
    }

    fn received(&mut self, request: &Value) -> Header {
        let answer = self.bench.ok(Operation::ExportKey, request);
        let block = answer["WrappedKey"]["KeyMaterial"].as_str().unwrap();
        let (header, key) = tr31::unwrap(KeyAlgorithm::AES_128, &bytes(KEK), block).unwrap();
        assert_eq!(key.len(), 16);
        header
    }

    fn refused(&mut self, key: &str, headers: &Value) -> String {
        let request = self.request(key, headers);
        self.bench.invalid(Operation::ExportKey, &request)
    }
}

#[test]
fn every_field_that_may_change_changes_and_nothing_else() {
    let mut export = Export::new();
    let key = export.key(KeyUsage::TR31_P0_PIN_ENCRYPTION_KEY, &["NoRestrictions"]);
    let own = export.header(&key, &json!({}));
    assert_eq!(own.to_text(0).unwrap(), "D0000P0TN00E0000");
    let asked = json!({"KeyModesOfUse": super::modes(&["Encrypt", "Wrap"]), "KeyExportability": "NON_EXPORTABLE",
                       "KeyVersion": "1Z", "OptionalBlocks": {"LB": "acquirer7", "KS": "FFFF9876543210E00000"}});
    let header = export.header(&key, &asked);
    let ids: Vec<&str> = header
        .optional
        .iter()
        .map(tr31::OptionalBlock::id)
        .collect();
    assert_eq!(ids, ["KS", "LB", "PB"]);
    assert_eq!(header.optional("LB").unwrap().data(), "acquirer7");
    let bare = Header {
        optional: Vec::new(),
        ..header
    };
    assert_eq!(bare.to_text(0).unwrap(), "D0000P0TE1ZN0000");
}

/// Every mode set of every symmetric usage against every other: what is within passes, what is not is refused.
#[test]
fn modes_only_narrow() {
    let mut export = Export::new();
    let (mut narrowed, mut refused) = (0, 0);
    for usage in KeyUsage::ALL {
        let sets: Vec<_> = attributes::rows(*usage, Arrival::Wrapped)
            .flat_map(|row| row.modes)
            .collect();
        for own in &sets {
            let key = export.key(*usage, &own.modes.names());
            for asked in MODE_SETS {
                let bits = |modes: &KeyModesOfUse| modes.names();
                let within = own.modes.no_restrictions
                    || bits(&asked.modes)
                        .iter()
                        .all(|bit| bits(&own.modes).contains(bit));
                let listed = sets.iter().any(|set| set.modes == asked.modes);
                let headers = json!({"KeyModesOfUse": super::modes(&asked.modes.names())});
                if within && listed {
                    let header = export.header(&key, &headers);
                    assert_eq!(header.mode.modes_of_use(), Some(asked.modes));
                    narrowed += 1;
                } else {
                    let message = export.refused(&key, &headers);
                    assert!(
                        message.starts_with("KeyBlockHeaders.KeyModesOfUse ["),
                        "{message}"
                    );
                    refused += 1;
                }
            }
        }
    }
    // 7 usages X, N; 7 of G, V, C, N; 5 of B, E, D, N.
    assert_eq!(narrowed, 7 * 3 + 7 * 9 + 5 * 9);
    assert_eq!(refused, 9 * (7 * 2 + 7 * 4 + 5 * 4) - narrowed);
}

#[test]
fn exportability_only_goes_down() {
    let mut export = Export::new();
    let key = export.key(KeyUsage::TR31_K0_KEY_ENCRYPTION_KEY, &["NoRestrictions"]);
    let names = ["SENSITIVE", "EXPORTABLE", "NON_EXPORTABLE"];
    for (sensitive, allowed) in [(false, &names[1..]), (true, &names[..])] {
        let mut record = export.bench.state.find(&key).unwrap().clone();
        record.sensitive = sensitive;
        export.bench.state.put(record);
        for name in names {
            let headers = json!({"KeyExportability": name});
            if allowed.contains(&name) {
                let header = export.header(&key, &headers);
                assert!(name.starts_with(header.exportability.code()));
            } else {
                assert_eq!(
                    export.refused(&key, &headers),
                    format!(
                        "KeyBlockHeaders.KeyExportability {name} is more than the key's own; allowed: {}.",
                        allowed.join(", ")
                    )
                );
            }
        }
    }
}

#[test]
fn optional_blocks_have_room_and_meaning() {
    let mut export = Export::new();
    let key = export.key(KeyUsage::TR31_B0_BASE_DERIVATION_KEY, &["DeriveKey"]);
    let full = json!({"OptionalBlocks": {"LB": "x".repeat(104), "WP": "000"}});
    assert_eq!(
        export.refused(&key, &full),
        "KeyBlockHeaders.OptionalBlocks take 115 characters, 4 of them for the head of each; at most 112."
    );
    export.header(&key, &json!({"OptionalBlocks": {"LB": "x".repeat(108)}}));
    for id in ["HM", "PB"] {
        assert_eq!(
            export.refused(&key, &json!({"OptionalBlocks": {id: "21"}})),
            format!(
                "KeyBlockHeaders.OptionalBlocks: {id} is written by the control plane and cannot be given."
            )
        );
    }
    assert_eq!(
        export.refused(&key, &json!({"OptionalBlocks": {"KS": "FFFF"}})),
        "KeyBlockHeaders.OptionalBlocks: the optional block KS should be 20 hex digits."
    );
}

#[test]
fn a_check_value_in_the_block_is_the_one_the_receiver_finds() {
    let mut export = Export::new();
    let key = export.key(KeyUsage::TR31_B0_BASE_DERIVATION_KEY, &["DeriveKey"]);
    let header = export.header(
        &key,
        &json!({"OptionalBlocks": {"KC": "0008D7B4", "KP": "019A1B2A"}}),
    );
    assert_eq!(header.optional("KP").unwrap().data(), "019A1B2A");
    for (id, whose) in [("KC", "exported"), ("KP", "wrapping")] {
        assert_eq!(
            export.refused(&key, &json!({"OptionalBlocks": {id: "00000000"}})),
            format!(
                "KeyBlockHeaders.OptionalBlocks: {id} is not the check value of the {whose} key. Nothing was exported."
            )
        );
    }
}

#[test]
fn an_initial_key_leaves_with_its_serial_number() {
    let mut export = Export::new();
    let key = export.key(KeyUsage::TR31_B0_BASE_DERIVATION_KEY, &["NoRestrictions"]);
    let serial = "FFFF9876543210E00000";
    let mut request = export.request(
        &key,
        &json!({"KeyExportability": "NON_EXPORTABLE", "OptionalBlocks": {"KS": serial},
                "KeyModesOfUse": {"DeriveKey": true}}),
    );
    request["ExportAttributes"] = json!({"ExportDukptInitialKey": {"KeySerialNumber": serial}});
    let header = export.received(&request);
    assert_eq!(header.optional("KS").unwrap().data(), serial);
    let bare = Header {
        optional: Vec::new(),
        ..header
    };
    assert_eq!(bare.to_text(0).unwrap(), "D0000B1TX00N0000");
    request["KeyMaterial"]["Tr31KeyBlock"]["KeyBlockHeaders"]["KeyModesOfUse"] =
        json!({"NoRestrictions": true});
    assert!(
        export
            .bench
            .invalid(Operation::ExportKey, &request)
            .starts_with("KeyBlockHeaders.KeyModesOfUse [NoRestrictions] is not within the key's own [DeriveKey];")
    );
}
