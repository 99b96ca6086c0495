//! `play --headless`: every shipped script, its files, its refusals; and the receipt.

use serde_json::{Value, json};

use crate::program::{Room, repository};

/// Names of the scripts that ship, without `.toml`.
fn scripts() -> Vec<&'static str> {
    let shipped = keymoot::ceremony::shipped().iter();
    shipped
        .map(|(name, _)| name.strip_suffix(".toml").unwrap())
        .collect()
}

fn summary(room: &Room, out: &str) -> Value {
    serde_json::from_slice(&std::fs::read(room.path(out).join("ceremony.json")).unwrap()).unwrap()
}

#[test]
fn every_shipped_script_completes_and_says_the_same_twice() {
    let room = Room::new();
    for script in scripts() {
        for out in ["a", "b"] {
            let line = format!("play {script}.toml --headless --out {script}-{out}");
            let ran = room.run(&line);
            assert_eq!(
                (ran.status, ran.out.as_str()),
                (0, ""),
                "{line}\n{}",
                ran.err
            );
            // Nobody watched: one line says what it came to, and where it is.
            let last = ran.err.lines().last().unwrap_or_default();
            assert!(
                last.contains(": completed, rehearsal. Written to"),
                "{last}"
            );
            assert!(last.contains("ceremony.json"), "{last}");
        }
        let read = |out: &str| {
            std::fs::read(room.path(&format!("{script}-{out}")).join("ceremony.json")).unwrap()
        };
        assert!(read("a") == read("b"), "{script}: ceremony.json differs");
        let summary = summary(&room, &format!("{script}-a"));
        assert_eq!(summary["outcome"], "completed");
        assert_eq!(summary["profile"], "rehearsal");
        assert!(summary["seed"].is_string());
        assert_eq!(summary["interruptions"], 0);
        // Whoever signed stands with the step, and nothing stands there that is empty.
        let steps = summary["steps"].as_array().unwrap();
        let signed = steps.iter().filter(|step| step["signed_by"].is_array());
        assert!(signed.count() > 0, "{script}");
        assert!(summary.get("refused").is_none(), "{script}: {summary}");
        assert!(room.ok(&format!("report {script}-a")).contains("laptop"));
    }
}

#[test]
fn a_receivers_file_makes_a_request_for_it() {
    let room = Room::new();
    for bits in [2048, 3072, 4096] {
        let file = repository(&format!(
            "ceremonies/samples/get-parameters-for-import-rsa{bits}.json"
        ));
        let out = format!("out{bits}");
        room.ok(&format!(
            "play kek-to-aws-rsa.toml --headless --input counterparty={} --out {out}",
            file.display()
        ));
        // Another's input: nothing is seeded.
        assert_eq!(summary(&room, &out)["seed"], Value::Null);
        let requests: Vec<String> = room
            .names(&out)
            .into_iter()
            .filter(|name| name.ends_with(".rehearsal.json"))
            .collect();
        assert_eq!(requests.len(), 1, "{requests:?}");
        let facts = room.json(&format!("inspect --json {out}/{}", requests[0]));
        assert_eq!(facts["kind"], "import-key.rsa-wrap");
        assert_eq!(facts["cryptogram_bits"], bits);
        assert_eq!(facts["enabled"], false);
        assert!(room.names(&out).contains(&"NEXT.txt".to_owned()));
    }
}

#[test]
fn what_cannot_begin_leaves_nothing() {
    let room = Room::new();
    std::fs::create_dir(room.path("full")).unwrap();
    room.write("full/note", "mine");
    room.write("noise.json", "{}");
    room.run("play first-key.toml --headless --out full")
        .refused(1, "not empty");
    assert_eq!(room.names("full"), ["note"]);
    room.run("play first-key.toml --headless --input frob=noise.json --out out")
        .refused(2, "frob");
    room.run("play kek-to-aws-rsa.toml --headless --input counterparty=/dev/zero --out out")
        .refused(1, "/dev/zero");
    room.run("play kek-to-aws-rsa.toml --headless --input counterparty=nowhere --out out")
        .refused(1, "nowhere");
    room.run("play nowhere.toml --headless --out out")
        .refused(1, "first-key.toml");
    room.run("play first-key.toml --headless --out out --vault nowhere.vault")
        .refused(1, "nowhere");
    assert!(!room.path("out").exists());
}

/// Nobody is there to see new words: scripts that give some are refused before they begin, but for rehearsals.
#[test]
fn a_script_that_gives_people_new_words_does_not_begin_without_them() {
    let room = Room::new();
    room.test_vault();
    let log = || std::fs::read_to_string(room.path("t.vault/audit.jsonl")).unwrap();
    for (script, step) in [
        ("custodian-replacement", "replace"),
        ("vault-recovery", "rotate"),
        ("recovery-set", "make"),
    ] {
        let play = format!("play {script}.toml --headless --out out");
        let alone = room.run(&format!("{play} --vault t.vault --unlock-file people.json"));
        alone.refused(3, &format!("Step {step} gives everybody new words"));
        alone.refused(3, "Nothing was begun. Play the script at a terminal");
        assert!(!log().contains("run-begin"), "{}", log());
        assert!(!room.path("out").exists());
        let runs = room.run(&format!(
            "{play} --resume --vault t.vault --unlock-file people.json"
        ));
        assert_ne!(runs.status, 0);
        room.ok(&play);
        std::fs::remove_dir_all(room.path("out")).unwrap();
    }
    room.ok("play first-key.toml --headless --vault t.vault --unlock-file people.json --out out");
}

#[test]
fn a_failing_step_writes_the_summary_and_no_output_of_its_own() {
    let room = Room::new();
    room.write("noise.json", "{}");
    let ran =
        room.run("play kek-to-aws-rsa.toml --headless --input counterparty=noise.json --out out");
    assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(!ran.err.is_empty());
    if room.path("out").exists() {
        assert_ne!(summary(&room, "out")["outcome"], "completed");
        assert!(
            !room
                .names("out")
                .iter()
                .any(|n| n.ends_with(".rehearsal.json"))
        );
    }
}

/// What is refused before it begins cuts nothing off: the vault that was opened for it is closed.
#[test]
fn a_refused_input_leaves_no_session_that_was_cut_off() {
    let room = Room::new();
    room.test_vault();
    let open = "--vault t.vault --unlock-file people.json";
    room.run(&format!(
        "play kek-to-aws-rsa.toml --headless {open} --input counterparty=people.json"
    ))
    .refused(1, "Nothing was begun");
    let status = room.run("vault status t.vault --unlock-file people.json");
    assert_eq!(status.status, 0, "{}", status.err);
    let told = format!("{}{}", status.out, status.err);
    assert!(!told.contains("cut off"), "{told}");
}

/// The engineer's five minutes, without the far side: what AWS would answer is made from the request.
#[test]
fn from_a_test_vault_to_a_confirmed_receipt() {
    let room = Room::new();
    room.test_vault();
    let file = repository("ceremonies/samples/get-parameters-for-import-rsa4096.json");
    room.ok(&format!(
        "play kek-to-aws-rsa.toml --headless --vault t.vault --unlock-file people.json --input counterparty={} --out out",
        file.display()
    ));
    let name = room
        .names("out")
        .into_iter()
        .find(|n| n.ends_with(".test.json"))
        .unwrap();
    let request: Value =
        serde_json::from_slice(&std::fs::read(room.path("out").join(name)).unwrap()).unwrap();
    let summary = summary(&room, "out");
    let wrapped = &request["KeyMaterial"]["KeyCryptogram"];
    let ours = summary["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|k| k["KeyAttributes"]["KeyUsage"] == wrapped["KeyAttributes"]["KeyUsage"])
        .unwrap();
    let answer = |kcv: &str| {
        json!({"Key": {
            "KeyArn": "arn:aws:payment-cryptography:us-east-1:444455556666:key/abcdefghijklmnop",
            "KeyAttributes": ours["KeyAttributes"], "KeyCheckValue": kcv,
            "KeyCheckValueAlgorithm": ours["KeyCheckValueAlgorithm"], "Enabled": true,
            "Exportable": wrapped["Exportable"], "KeyState": "CREATE_COMPLETE",
            "KeyOrigin": "EXTERNAL", "CreateTimestamp": "2026-12-01T09:00:00+00:00",
            "UsageStartTimestamp": "2026-12-01T09:00:00+00:00",
        }})
        .to_string()
    };
    let kcv = ours["KeyCheckValue"].as_str().unwrap();
    room.write("other.json", answer("000000"));
    let ran = room.run("receipt other.json --vault t.vault --unlock-file people.json");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("DIFFERS"), "{}", ran.out);
    room.write("answer.json", answer(kcv));
    let text = room.ok("receipt answer.json --vault t.vault --unlock-file people.json");
    assert!(
        text.contains("confirmed") && text.contains(&format!("{kcv} = {kcv}")),
        "{text}"
    );
    // Played twice, a script leaves two keys of one name: the answer is about one of them.
    let inventory = room.ok("vault inventory t.vault --unlock-file people.json");
    let arn = ours["KeyArn"].as_str().unwrap();
    let label = ours["Label"].as_str().unwrap_or("kek-to-aws");
    assert!(text.contains(&format!("{label}  {arn}")), "{text}");
    assert!(inventory.contains(arn), "{inventory}");
}

#[test]
fn play_alone_lists_what_ships() {
    let listed = Room::new().ok("play");
    for script in scripts() {
        assert!(listed.contains(&format!("{script}.toml")), "{listed}");
    }
    assert_eq!(listed.lines().count(), scripts().len());
}

#[test]
fn resume_tells_none_from_done() {
    let room = Room::new();
    room.ok("init r.vault --rehearse --clock 2026-12-01T09:00:00Z");
    let line = "play first-key.toml --headless --vault r.vault --seed s";
    let ran = room.run(&format!("{line} --resume --out none"));
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(!room.path("none").exists());
    room.ok(&format!("{line} --out first"));
    room.ok(&format!("{line} --resume --out again"));
    let read = |out: &str, name: &str| std::fs::read(room.path(out).join(name)).unwrap();
    assert!(read("first", "ceremony.json") == read("again", "ceremony.json"));
    assert!(read("first", "report.txt") == read("again", "report.txt"));
    let status = room.json("vault status r.vault --json");
    assert_eq!(status["keys"], 1);
}

/// Time that a script lets pass in a test vault passes for every key of it: a deletion of another day is not practised away.
#[test]
fn a_script_that_lets_time_pass_does_not_destroy_what_was_signed_for_another_day() {
    let room = Room::new();
    room.ok("init t.vault --profile test --unlock-file people.json");
    let open = "--vault t.vault --unlock-file people.json";
    let asks = json!({"KeyAttributes": {"KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyClass": "SYMMETRIC_KEY",
        "KeyAlgorithm": "AES_128", "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true}},
        "Exportable": true});
    std::fs::write(room.path("make.json"), asks.to_string()).unwrap();
    let made = room.ok(&format!(
        "call create-key {open} --cli-input-json make.json"
    ));
    let made: Value = serde_json::from_str(&made).unwrap();
    let gone = json!({"KeyIdentifier": made["Key"]["KeyArn"], "DeleteKeyInDays": 3});
    std::fs::write(room.path("gone.json"), gone.to_string()).unwrap();
    room.ok(&format!(
        "call delete-key {open} --cli-input-json gone.json"
    ));
    let ran = room.run(&format!("play deletion-window.toml --headless {open}"));
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(
        ran.err.contains("would be destroyed meanwhile"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("Nothing was begun"), "{}", ran.err);
    let key = json!({"KeyIdentifier": made["Key"]["KeyArn"]});
    std::fs::write(room.path("key.json"), key.to_string()).unwrap();
    let still = room.ok(&format!("call get-key {open} --cli-input-json key.json"));
    assert!(still.contains("DELETE_PENDING"), "{still}");
}

/// Whoever takes up a ceremony from a file of their own, or wants its evidence, needs that file no more.
#[test]
fn the_evidence_of_ones_own_script_needs_no_file() {
    let room = Room::new();
    room.ok("init t.vault --profile test --unlock-file people.json");
    let open = "--vault t.vault --unlock-file people.json";
    let text = std::fs::read_to_string(repository("ceremonies/first-key.toml")).unwrap();
    room.write("own.toml", format!("# Ours.\n{text}"));
    room.ok(&format!("play own.toml --headless {open} --out out"));
    std::fs::remove_file(room.path("own.toml")).unwrap();
    let report = room.ok("report t.vault --unlock-file people.json");
    assert_eq!(
        report,
        std::fs::read_to_string(room.path("out/report.txt")).unwrap()
    );
    room.ok("bundle t.vault --unlock-file people.json --out run.bundle");
    assert!(room.ok("verify run.bundle").contains("CONSISTENT"));
}
