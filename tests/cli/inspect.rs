//! `inspect`, `lint` and the reading of inputs.

use crate::program::{Room, repository};

#[test]
fn a_parameters_file_is_explained_for_people_and_programs() {
    let room = Room::new();
    for bits in [2048, 3072, 4096] {
        let file = repository(&format!(
            "ceremonies/samples/get-parameters-for-import-rsa{bits}.json"
        ));
        let text = room.ok(&format!("inspect {}", file.display()));
        assert!(text.contains(&format!("RSA_{bits}")), "{text}");
        let json = room.json(&format!("inspect --json {}", file.display()));
        assert_eq!(json["wrapping_key_algorithm"], format!("RSA_{bits}"));
        assert_eq!(json["sha256"].as_str().unwrap().len(), 64);
        let piped = room.feed("inspect --json -", std::fs::read(&file).unwrap());
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&piped.out).unwrap(),
            json
        );
    }
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let room = Room::new();
    room.write("noise", b"planted \xff\x1b[2J");
    room.run("inspect noise").refused(1, "noise");
    assert!(!room.run("inspect noise").err.contains("planted"));
    room.run("inspect nowhere").refused(1, "nowhere");
    room.run("inspect /dev/zero").refused(1, "/dev/zero");
    room.run("inspect .").refused(1, ".");
}

#[test]
fn a_vault_folder_tells_what_lies_open() {
    let room = Room::new();
    room.test_vault();
    let json = room.json("inspect t.vault --json");
    assert_eq!(json["kind"], "vault");
    assert_eq!(json["profile"], "test");
    assert_eq!((&json["k"], &json["n"]), (&2.into(), &3.into()));
    assert_eq!(json["people"].as_array().unwrap().len(), 5);
    assert_eq!(
        room.json("inspect t.vault/custody.toml --json")["vault_id"],
        json["vault_id"]
    );
    assert!(room.ok("inspect t.vault/vault.age").contains("X25519"));
}

#[test]
fn shipped_scripts_are_without_findings_by_path_and_by_name() {
    let room = Room::new();
    let list = room.ok("play");
    for name in [
        "first-key",
        "kek-to-aws-rsa",
        "kek-aes128-to-aws-rsa",
        "deletion-window",
    ] {
        assert!(list.contains(&format!("{name}.toml")), "{list}");
        for line in [
            name.to_owned(),
            format!("{name}.toml"),
            format!("ceremonies/{name}.toml"),
        ] {
            let report = room.json(&format!("lint --json {line}"));
            assert_eq!(report["findings"], serde_json::json!([]), "{line}");
        }
        let path = repository(&format!("ceremonies/{name}.toml"));
        room.ok(&format!("lint {}", path.display()));
    }
}

#[test]
fn a_bad_script_is_named_with_its_line() {
    let room = Room::new();
    room.write("bad.toml", "version = 1\nid = \"x\"\nfrob = 1\n");
    let ran = room.run("lint bad.toml");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("bad.toml:3:"), "{}", ran.out);
    let ran = room.run("lint bad.toml --json");
    assert_eq!(ran.status, 1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(report["errors"].as_u64().unwrap() >= 1);
    room.run("lint nowhere.toml").refused(1, "first-key.toml");
    room.write("long.toml", "#".repeat((256 << 10) + 1));
    room.run("lint long.toml").refused(1, "long.toml");
    room.run("play bad.toml --headless")
        .refused(1, "bad.toml:3:");
}

#[test]
fn a_token_is_compared_with_what_must_hold_of_it() {
    let room = Room::new();
    let file: serde_json::Value = serde_json::from_slice(
        &std::fs::read(repository("tests/vectors/tr34-other.json")).unwrap(),
    )
    .unwrap();
    let hex = |value: &serde_json::Value| {
        data_encoding::HEXUPPER
            .decode(value.as_str().unwrap().as_bytes())
            .unwrap()
    };
    for who in ["kdh", "kdh2", "krd"] {
        room.write(who, hex(&file["identities"][who]["cert"]));
    }
    let mut seen = 0;
    for vector in file["vectors"].as_array().unwrap() {
        let Some(nonce) = vector["nonce"].as_str() else {
            continue;
        };
        seen += 1;
        room.write("token", hex(&vector["token"]));
        let good = format!("inspect --json token --signed-by kdh --receiver krd --nonce {nonce}");
        let json = room.json(&good);
        for id in ["signature_holds", "receiver_holds", "nonce_holds"] {
            assert_eq!(json[id], true, "{json}");
        }
        let notes = json["notes"].to_string();
        assert!(notes.contains("genuine if"), "{notes}");
        for (wrong, label) in [
            (
                good.replace("--signed-by kdh", "--signed-by kdh2"),
                "Signed with the key given: no.",
            ),
            (
                good.replace("--receiver krd", "--receiver kdh"),
                "For the receiver given: no.",
            ),
            (
                good.replace(nonce, "00112233445566778899AABBCCDDEEFF"),
                "With the number given: no.",
            ),
        ] {
            let ran = room.run(&wrong);
            assert_eq!(ran.status, 1, "{wrong}");
            assert!(ran.out.contains(label), "{}", ran.out);
            assert!(!ran.out.contains("genuine if"), "{}", ran.out);
            assert!(ran.err.contains("do not act on it"), "{}", ran.err);
        }
        let usage = room.run("inspect token --nonce 0011");
        assert_eq!(usage.status, 2, "{}", usage.err);
        room.run("inspect kdh --signed-by kdh")
            .refused(1, "nothing to compare");
    }
    assert_eq!(seen, 2, "an unbind and a rebind token");
}
