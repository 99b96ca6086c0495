//! A vault made in lines, and one restored from its copy, by somebody who reads and answers.

use super::line::{Gone, Line};
use super::reader_tests::Reader;
use super::*;
use crate::crypto::SecretBytes;
use crate::session::Stop;

/// Somebody who makes a vault: words that are shown are written down and typed back.
struct Founder {
    reader: Reader,
    paper: Vec<String>,
    /// Types this first wherever words are typed back, once.
    slips: Option<String>,
    /// Answers secrets as a rehearsal offers it.
    practises: bool,
    /// Looks at the words once more before they are typed back, once.
    looks: bool,
}

impl Founder {
    fn new(answers: &[(&'static str, &str)]) -> Self {
        Self {
            reader: Reader::new(answers, false),
            paper: Vec::new(),
            slips: None,
            looks: false,
            practises: false,
        }
    }
}

impl Line for Founder {
    fn say(&mut self, line: &str) {
        let mut parts = line.trim().splitn(2, ' ');
        if let (Some(number), Some(word)) = (parts.next(), parts.next())
            && let Ok(number) = number.parse::<usize>()
            && line.starts_with("  ")
            && !word.contains(' ')
        {
            if number == 1 {
                self.paper.clear();
            }
            self.paper.push(word.to_owned());
        }
        self.reader.say(line);
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Gone> {
        if prompt == "Press Enter: " && !self.reader.answers.iter().any(|(p, _)| *p == prompt) {
            self.reader.heard.push(prompt.to_owned());
            return Ok(String::new());
        }
        self.reader.ask(prompt)
    }

    fn secret(&mut self, _prompt: &str) -> Result<Option<SecretBytes>, Gone> {
        if self.practises {
            return Ok(Some(SecretBytes::from_slice(b"f5")));
        }
        if let Some(slip) = self.slips.take() {
            return Ok(Some(SecretBytes::from_slice(slip.as_bytes())));
        }
        if std::mem::take(&mut self.looks) {
            return Ok(Some(SecretBytes::from_slice(b"")));
        }
        let words = self.paper.join(" ");
        Ok(Some(SecretBytes::from_slice(words.as_bytes())))
    }

    fn drop_typed_ahead(&mut self) {}

    fn working(&mut self, _stop: &Stop, work: &mut dyn FnMut()) {
        work();
    }

    fn out_of_sight(&mut self) {
        self.reader.scrolled += 1;
    }
}

fn make_vault(dir: &Path, founder: &mut Founder) -> u8 {
    let given = Given::at(dir);
    begin(Start::Init { given }, Lent::default(), founder)
}

#[test]
fn a_vault_is_made_in_lines_and_left_open() {
    let room = tempfile::tempdir().unwrap();
    let dir = room.path().join("acme.vault");
    let mut founder = Founder::new(&[
        ("What is it for?", "1"),
        ("Custodians", "3"),
        // Too many, then back to the number of custodians, then right.
        ("Needed", "4"),
        ("Needed", "back"),
        ("Custodians", "3"),
        ("Needed", "2"),
        ("Custodian 1", "Ana"),
        ("Custodian 2", "Ana"),
        ("Custodian 2", "Ben"),
        ("Custodian 3", ""),
        ("Administrator", ""),
        ("Witness", "Wim"),
        ("Number", "close"),
    ]);
    founder.slips = Some("velvet anchor".into());
    founder.looks = true;
    let status = make_vault(&dir, &mut founder);
    let text = founder.reader.text();
    assert_eq!(status, 0, "{text}");
    for words in [
        "4 of 3 can never come together",
        "The name Ana stands there twice",
        "  Opens: with 2 of 3: Ana, Ben, custodian-3",
        "  Others: administrator, witness Wim (no share)",
        "Ana, these words are yours alone.",
        "STOP: These are not the words that were shown: ",
        "Done. The vault exists and is open.",
        "5 enrolment forms and the witness card are in",
        "Vault acme, TEST",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    // Shown once to each of five, once more to whoever asked, and scrolled away every time.
    assert_eq!(text.matches("these words are yours alone").count(), 6);
    assert!(founder.reader.scrolled >= 6 + 5);
    assert!(dir.join("vault.age").is_file());
    // Everybody's fingerprint and name, as the verifier reads them.
    let trust = text
        .lines()
        .find(|line| line.ends_with(" custodian-3") && line.trim().len() > 64)
        .expect(&text);
    let fingerprint = trust.trim().split(' ').next().unwrap();
    assert_eq!(fingerprint.len(), 64, "{trust}");
}

#[test]
fn a_production_vault_made_in_lines_hands_its_envelopes_out() {
    let room = tempfile::tempdir().unwrap();
    let dir = room.path().join("real.vault");
    let media: Vec<String> = ["ana", "ben", "ada", "wim"]
        .iter()
        .map(|name| room.path().join(name).display().to_string())
        .collect();
    let inside = dir.join("ana").display().to_string();
    let wrong = room.path().join("wrong").display().to_string();
    let mut founder = Founder::new(&[
        ("What is it for?", "2"),
        ("Custodians", "2"),
        ("Needed", "2"),
        ("Custodian 1", "Ana"),
        ("Custodian 2", "Ben"),
        ("Administrator", "Ada"),
        ("Witness", "Wim"),
        ("Keys made", "no"),
        ("Files shown", "no"),
        ("Now, by two watches", "half past nine"),
        ("Now, by two watches", "2026-11-24 09:05"),
        ("Folder on it", "cancel"),
        ("Folder on it", &inside),
        ("Folder on it", &wrong),
        ("Medium", "2"),
        ("Folder on it", &media[0]),
        ("Medium", "1"),
        ("Folder on it", &media[0]),
        ("Folder on it", &media[1]),
        ("Medium", "1"),
        ("Folder on it", &media[2]),
        ("Medium", "1"),
        ("Folder on it", &media[3]),
        ("Medium", "1"),
        ("Number", "close"),
        ("Number", "3"),
    ]);
    let status = make_vault(&dir, &mut founder);
    let text = founder.reader.text();
    assert_eq!(status, 0, "{text}");
    for words in [
        "is no date and time",
        "  Keys: come from outside only; no file is shown as a QR code",
        "Everybody needs their envelopes first",
        "That folder lies in the vault",
        "it is somebody else's medium",
        "Ana.share.age and Ana.approval.age still lie in",
        "Everybody holds their own envelopes now. Some of them still lie elsewhere too",
        "This vault exists once",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let theirs = ["Ana.share.age", "Ben.approval.age"];
    for (at, file) in theirs.into_iter().enumerate() {
        assert!(Path::new(&media[at]).join(file).is_file(), "{file}");
    }
    let custody = std::fs::read_to_string(dir.join("custody.toml")).unwrap();
    assert!(!custody.contains("BEGIN AGE"), "{custody}");
    assert!(!dir.join("unfinished.txt").exists(), "everybody has theirs");
}

#[test]
fn a_vault_given_up_in_lines_is_nowhere() {
    let room = tempfile::tempdir().unwrap();
    let dir = room.path().join("acme.vault");
    let names = [
        ("What is it for?", "1"),
        ("Custodians", "2"),
        ("Needed", "2"),
        ("Custodian 1", "Ana"),
        ("Custodian 2", "Ben"),
        ("Administrator", ""),
        ("Witness", ""),
        // The review, the first person's page and words, then the second's page: given up there, and at the review.
        ("Press Enter: ", ""),
        ("Press Enter: ", ""),
        ("Press Enter: ", ""),
        ("Press Enter: ", "cancel"),
        ("Press Enter: ", "cancel"),
    ];
    let mut founder = Founder::new(&names);
    let status = make_vault(&dir, &mut founder);
    let text = founder.reader.text();
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("All words shown so far are void; destroy what was written down."),
        "{text}"
    );
    assert!(text.contains("no vault exists"), "{text}");
    assert!(!dir.exists());
}

#[test]
fn an_enter_too_many_accuses_nobody() {
    let room = tempfile::tempdir().unwrap();
    let mut founder = Founder::new(&[
        ("What is it for?", "1"),
        ("Custodians", ""),
        ("Custodians", "cancel"),
    ]);
    assert_eq!(make_vault(&room.path().join("a.vault"), &mut founder), 1);
    let text = founder.reader.text();
    assert!(
        text.contains(crate::session::field::NOTHING_TYPED),
        "{text}"
    );
    assert!(!text.contains("STOP"), "{text}");
}

#[test]
fn a_broken_sticks_vault_is_restored_from_its_copy() {
    let room = tempfile::tempdir().unwrap();
    let path = |name: &str| room.path().join(name);
    let text = |name: &str| path(name).display().to_string();
    copied(&path("r.vault"), &path("copy"));
    let before = std::fs::read(path("copy").join("audit.jsonl")).unwrap();
    std::fs::create_dir(path("full")).unwrap();
    std::fs::write(path("full").join("letter"), "x").unwrap();
    let mut founder = Founder::new(&[
        ("Number", "Return to a copy"),
        // A place that is not free is told before anybody types; back and forth loses nothing.
        ("Copy", &text("copy")),
        ("New folder", &text("full")),
        ("Newer log", ""),
        ("Last card", ""),
        ("Reason", "the stick broke"),
        ("Copy", &text("copy")),
        ("New folder", "back"),
        ("Copy", &text("copy")),
        ("New folder", &text("new.vault")),
        ("Newer log", &text("r.vault")),
        ("Last card", "1"),
        ("Reason", "the stick broke"),
        // The copy is opened by two. One answer is put right: nobody opens it again.
        ("Number", "Ana"),
        ("Number", "Ben"),
        ("Type the word", "back"),
        ("Copy", &text("copy")),
        ("New folder", &text("new.vault")),
        ("Newer log", &text("r.vault")),
        ("Last card", "1"),
        ("Reason", "the stick broke and burnt"),
        // It is asked for by Ada and approved by two.
        ("Type the word", "restore"),
        ("Number", "Ada"),
        ("Number", "Ana"),
        ("Number", "Ben"),
        ("Number", "leave"),
    ]);
    founder.practises = true;
    let start = Start::Welcome {
        folder: room.path().to_owned(),
        vault: None,
    };
    let status = begin(start, Lent::default(), &mut founder);
    let said = founder.reader.text();
    assert_eq!(status, 0, "{said}");
    for words in [
        "full: not empty, and a vault is restored into a folder of its own",
        "The copy stays open",
        "the stick broke and burnt",
        "B1 is restored to",
        "WITNESS CARD",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    assert!(path("new.vault").join("vault.age").is_file(), "{said}");
    assert_eq!(
        std::fs::read(path("copy").join("audit.jsonl")).unwrap(),
        before
    );
}

/// A copy is offered as one, not as a vault that would be refused as a rollback; its folder need not be typed.
#[test]
fn a_copy_in_the_folder_is_offered_as_a_copy() {
    let room = tempfile::tempdir().unwrap();
    let path = |name: &str| room.path().join(name);
    copied(&path("r.vault"), &path("stick"));
    let mut founder = Founder::new(&[
        ("Number", "Return to the copy stick"),
        ("New folder", "back"),
        ("Copy", "back"),
        ("Number", "leave"),
    ]);
    let start = Start::Welcome {
        folder: room.path().to_owned(),
        vault: None,
    };
    assert_eq!(begin(start, Lent::default(), &mut founder), 0);
    let said = founder.reader.text();
    assert!(said.contains("Open r.vault"), "{said}");
    assert!(!said.contains("Open stick"), "{said}");
    let copy = path("stick").display().to_string();
    assert!(
        said.contains(&format!("Answered before: {copy}.")),
        "{said}"
    );
}

/// A practice vault in a folder, and a copy of it.
fn copied(dir: &Path, to: &Path) {
    let store = Box::new(crate::vault::FolderStore::create(dir).unwrap());
    let made = practice::vault(store, Environment::real(None), None, true).unwrap();
    let mut session = made.session;
    session.backup_automatic("stick 2", None, to).unwrap();
    session.close().unwrap();
}
