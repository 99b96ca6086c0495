//! Talks without a terminal: every shipped ceremony from its first question to its last, and acts in an open vault.

use std::collections::VecDeque;

use super::act::Acts;
use super::dialogue::Dialogue;
use super::home::Home;
use super::line::{Gone, Line};
use super::*;
use crate::ceremony::shipped;
use crate::crypto::SecretBytes;
use crate::session::{Profile, Stop};

/// Somebody who answers by what the prompt says, and remembers everything that was said.
struct Reader {
    heard: Vec<String>,
    /// Prompt's beginning and the answer; taken in order, the first that fits.
    answers: VecDeque<(&'static str, String)>,
    /// What is answered where nothing fits: `f5` where there is a practice answer, else Enter.
    practise: bool,
    scrolled: usize,
    asked: usize,
    /// How many searches are stopped as soon as they begin.
    stops: usize,
}

impl Reader {
    fn new(answers: &[(&'static str, &str)], practise: bool) -> Self {
        Self {
            heard: Vec::new(),
            answers: answers.iter().map(|(p, a)| (*p, (*a).to_owned())).collect(),
            practise,
            scrolled: 0,
            asked: 0,
            stops: 0,
        }
    }

    fn text(&self) -> String {
        self.heard.join("\n")
    }

    fn answer(&mut self, prompt: &str) -> Result<String, Gone> {
        self.asked += 1;
        // The three lines stand just above every prompt.
        let last: Vec<&str> = self
            .heard
            .iter()
            .rev()
            .take(3)
            .rev()
            .map(String::as_str)
            .collect();
        assert!(
            last[0].starts_with("Acts: ")
                && last[1].starts_with("Enter: ")
                && last[2].starts_with("So far: "),
            "{prompt}: {last:?}"
        );
        self.heard.push(prompt.to_owned());
        if let Some(at) = self.answers.iter().position(|(p, _)| prompt.starts_with(p)) {
            let (_, answer) = self.answers.remove(at).unwrap();
            return Ok(answer);
        }
        assert!(self.asked < 2000, "it asks for ever:\n{}", self.text());
        match (self.practise, prompt) {
            (true, "Press Enter: ") => Ok(String::new()),
            (true, _) => Ok("f5".into()),
            (false, _) => Err(Gone),
        }
    }
}

impl Line for Reader {
    fn say(&mut self, line: &str) {
        assert!(!line.contains('\u{1b}'), "{line:?}");
        self.heard.extend(line.split('\n').map(str::to_owned));
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Gone> {
        self.answer(prompt)
    }

    fn secret(&mut self, prompt: &str) -> Result<Option<SecretBytes>, Gone> {
        assert!(prompt.contains("(not shown)"));
        let answer = self.answer(prompt)?;
        Ok(Some(SecretBytes::from_slice(answer.as_bytes())))
    }

    fn drop_typed_ahead(&mut self) {}

    fn working(&mut self, stop: &Stop, work: &mut dyn FnMut()) {
        if self.stops > 0 {
            self.stops -= 1;
            stop.say();
        }
        work();
    }

    fn out_of_sight(&mut self) {
        self.scrolled += 1;
    }
}

fn rehearse_with(script: &[u8], reader: &mut Reader) -> u8 {
    let start = Start::Play {
        script: script.to_vec(),
        place: Place::Rehearse {
            seed: None,
            clock: None,
        },
        inputs: BTreeMap::new(),
        out: None,
        resume: false,
        note: None,
    };
    begin(start, Lent::default(), reader)
}

fn first_key() -> &'static [u8] {
    shipped()
        .iter()
        .find(|(name, _)| *name == "first-key.toml")
        .map(|(_, bytes)| *bytes)
        .unwrap()
}

#[test]
fn every_shipped_ceremony_is_played_in_lines() {
    for (name, bytes) in shipped() {
        let mut reader = Reader::new(&[], true);
        let status = rehearse_with(bytes, &mut reader);
        let text = reader.text();
        assert_eq!(status, 0, "{name}:\n{text}");
        assert!(
            text.contains("Done. In a real ceremony you would now hold"),
            "{name}:\n{text}"
        );
        assert!(!text.contains("STOP"), "{name}:\n{text}");
        assert!(
            reader.scrolled > 0,
            "{name}: nothing was scrolled out of sight before a secret"
        );
        assert!(text.contains("Everybody else steps back."), "{name}");
    }
}

#[test]
fn a_wrong_answer_ends_nothing_and_a_pause_loses_nothing() {
    let answers = [
        ("Press Enter: ", "yes"),
        ("Press Enter: ", "?"),
        ("Press Enter: ", "pause"),
        ("Number: ", "7"),
        ("Number: ", "1"),
        ("Your passphrase (not shown): ", "planted words"),
        ("Your passphrase (not shown): ", ""),
        ("Number: ", "go on"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 0);
    let text = reader.text();
    assert!(reader.answers.is_empty(), "{text}");
    for words in [
        "Only Enter is wanted here",
        "Words that work at a prompt, alone on their line:",
        "The ceremony waits. What now?",
        "Type one of the numbers 1 to 3.",
        "The passphrase does not open this envelope.",
        "Done. In a real ceremony you would now hold",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("planted"), "a secret was said");
}

#[test]
fn a_ceremony_that_is_stopped_says_so_and_is_no_success() {
    let answers = [
        ("Press Enter: ", "cancel"),
        ("Number: ", "3"),
        ("Reason: ", ""),
        ("Reason: ", "somebody is missing"),
    ];
    let mut reader = Reader::new(&answers, true);
    assert_eq!(rehearse_with(first_key(), &mut reader), 1);
    let text = reader.text();
    assert!(
        text.contains(crate::session::field::NOTHING_TYPED),
        "{text}"
    );
    assert!(
        text.contains("Stopped for good. The record says so"),
        "{text}"
    );
}

#[test]
fn when_nobody_answers_any_more_the_ceremony_is_left_in_order() {
    let mut reader = Reader::new(&[("Press Enter: ", "")], false);
    assert_eq!(rehearse_with(first_key(), &mut reader), 1);
    assert!(
        reader.text().contains("The vault is closed"),
        "{}",
        reader.text()
    );
}

/// A practice vault whose keys are held, so that nobody types passphrases.
fn practice_session(hold: bool) -> Session {
    let store = Box::new(MemoryStore::new());
    let clock = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
    practice::vault(store, Environment::real(None), Some(clock), hold)
        .unwrap()
        .session
}

fn at_home(session: &mut Session, answers: &[(&'static str, &str)]) -> Reader {
    let mut reader = Reader::new(answers, false);
    let mut talk = Dialogue::new(&mut reader);
    let stayed = Home {
        talk: &mut talk,
        session,
        acts: Acts::default(),
        explain: None,
        notes: None,
    }
    .stay();
    assert_eq!(stayed, Ok(()), "{}", reader.text());
    assert!(
        reader.answers.is_empty(),
        "{:?}\n{}",
        reader.answers,
        reader.text()
    );
    reader
}

const MAKE: [(&str, &str); 9] = [
    ("Number: ", "create key"),
    ("Purpose: ", "TR31_K0_KEY_ENCRYPTION_KEY"),
    ("Algorithm: ", "AES_128"),
    ("Modes of use: ", "1"),
    ("Exportable: ", "yes"),
    ("Name: ", "kek"),
    ("Press Enter: ", ""),
    ("Number: ", "Ada"),
    ("Number: ", "Ana"),
];

#[test]
fn a_root_is_trusted_a_key_made_and_sent_and_its_file_read_back() {
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out").display().to_string();
    let mut answers = vec![
        ("Number: ", "Import a root certificate"),
        ("File: ", "/nowhere/at/all"),
        ("File: ", "f5"),
        ("Fingerprint: ", "f5"),
        ("Where from: ", "practice"),
        ("Second person: ", "Wim"),
        ("Name: ", "aws-root"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
    ];
    answers.extend(MAKE);
    answers.extend([
        ("Number: ", "Ben"),
        ("Number: ", "export-key.rsa-wrap"),
        // The root is no key that travels.
        ("Key: ", "aws-root"),
        ("Key: ", "kek"),
        ("Receiver's file: ", "f5"),
        ("Receiver's root: ", "kek"),
        ("Receiver's root: ", "aws-root"),
        ("Hash: ", "none of these"),
        ("File name: ", "kek.json"),
        ("Folder: ", out.as_str()),
        ("Press Enter: ", "exact"),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "exact"),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "exchange"),
        ("Receipt file: ", "back"),
        ("Number: ", "due"),
        ("Number: ", "back"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    for words in [
        "aws-root cannot be chosen: RSA keys do not travel",
        "kek cannot be chosen: it is no imported certificate",
        "\"ExportKeyIdentifier\"",
        "Exactly this is signed:",
        "Type one of the numbers 1 to 3. Nothing was chosen.",
        "The key went into a file that only the receiver can open.",
        "receipt: none yet for kek",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let file = room.path().join("out").join("kek.rehearsal.json");
    assert!(file.is_file() && room.path().join("out").join("NEXT.txt").is_file());
    assert_eq!(session.view().exports.len(), 1);
}

#[test]
fn back_keeps_answers_and_a_refusal_takes_the_request_away() {
    let mut answers = MAKE.to_vec();
    answers.insert(3, ("Modes of use: ", "back"));
    answers.insert(4, ("Algorithm: ", "AES_256"));
    answers.extend([
        ("Number: ", "refuse"),
        ("Who refuses: ", "Wim"),
        ("Why: ", "not today"),
        ("Number: ", "create key"),
        ("Purpose: ", "cancel"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(true);
    let text = at_home(&mut session, &answers).text();
    assert!(text.contains("Answered before: AES_128"), "{text}");
    assert!(text.contains("The request is off the table."), "{text}");
    assert!(text.contains("Left. Nothing was asked"), "{text}");
    let view = session.view();
    assert!(view.keys.is_empty() && view.pending.is_empty());
    assert_eq!(view.profile, Profile::Rehearsal);
}

#[test]
fn a_request_that_is_left_waits_in_the_list_of_approvals() {
    // Nothing is held: whoever asks and each custodian types, each after a hand-over.
    let mut answers = MAKE[..8].to_vec();
    answers.extend([
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "f5"),
        ("Number: ", "Ana"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "apple arrow"),
        ("Number: ", "back"),
        ("Number: ", "approvals"),
        ("Number: ", "1"),
        ("Number: ", "Ben"),
        ("Press Enter: ", ""),
        ("Passphrase (not shown): ", "bacon badge"),
        ("Number: ", "close"),
    ]);
    let mut session = practice_session(false);
    let reader = at_home(&mut session, &answers);
    let text = reader.text();
    assert!(text.contains("The request stays on the table"), "{text}");
    assert!(text.contains("1 request waits for signatures."), "{text}");
    assert!(text.contains("Done, saved and in the evidence."), "{text}");
    assert!(reader.scrolled >= 3, "{}", reader.scrolled);
    assert_eq!(session.view().keys.len(), 1);
}

#[test]
fn what_gives_out_a_certificate_writes_its_file() {
    let room = tempfile::tempdir().unwrap();
    let out = room.path().join("out").display().to_string();
    let answers = [
        ("Number: ", "get-parameters-for-import"),
        ("Form: ", "KEY_CRYPTOGRAM"),
        ("Key pair: ", "RSA_2048"),
        ("Certificate hash: ", "3"),
        ("File name: ", "wrap.json"),
        ("Folder: ", out.as_str()),
        ("Press Enter: ", ""),
        ("Number: ", "Ada"),
        ("Number: ", "Ana"),
        ("Number: ", "Ben"),
        ("Number: ", "close"),
    ];
    let mut session = practice_session(true);
    at_home(&mut session, &answers);
    let file = std::fs::read_to_string(room.path().join("out").join("wrap.rehearsal.json"));
    assert!(file.unwrap().contains("WrappingKeyCertificate"));
}

#[test]
fn a_search_in_a_ceremony_is_stopped_and_begun_again() {
    let script = shipped()
        .iter()
        .find(|(name, _)| *name == "bdk-initial-keys-tdes.toml")
        .map(|(_, bytes)| *bytes)
        .unwrap();
    let mut reader = Reader::new(&[], true);
    reader.stops = 1;
    let status = rehearse_with(script, &mut reader);
    let text = reader.text();
    assert_eq!(status, 0, "{text}");
    let stopped = text.find(crate::session::STOPPED).expect(&text);
    // The step stands: Enter searches again, nobody signs anew, and the ceremony goes to its end.
    let after = &text[stopped..];
    let again = after
        .find("Enter: searches again; it can be stopped again")
        .expect(after);
    let done = after.find("Ctrl-C stops it").expect(after);
    assert!(again < done, "{after}");
    assert!(!after[..done].contains("not shown"), "{after}");
    assert!(text.contains("Done. In a real ceremony"), "{text}");
}

/// Somebody who makes a vault: words that are shown are written down and typed back.
struct Founder {
    reader: Reader,
    paper: Vec<String>,
    /// Types this first wherever words are typed back, once.
    slips: Option<String>,
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
        "  Others: administrator, Wim (no share)",
        "Ana, these words are yours alone.",
        "STOP: These are not the words that were shown.",
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
    let mut founder = Founder::new(&[
        ("What is it for?", "2"),
        ("Custodians", "2"),
        ("Needed", "2"),
        ("Custodian 1", "Ana"),
        ("Custodian 2", "Ben"),
        ("Administrator", "Ada"),
        ("Witness", "Wim"),
        ("May keys", "no"),
        ("May files", "no"),
        ("Now, by two watches", "half past nine"),
        ("Now, by two watches", "2026-11-24 09:05"),
        ("Folder on it", "cancel"),
        ("Folder on it", &inside),
        ("Folder on it", &media[0]),
        ("Folder on it", &media[0]),
        ("Folder on it", &media[1]),
        ("Folder on it", &media[2]),
        ("Folder on it", &media[3]),
        ("Number", "close"),
        ("Number", "3"),
    ]);
    let status = make_vault(&dir, &mut founder);
    let text = founder.reader.text();
    assert_eq!(status, 0, "{text}");
    for words in [
        "is no date and time",
        "  Keys: come from outside only",
        "Everybody needs their envelopes first",
        "That folder lies in the vault",
        "Somebody else's envelopes lie in that folder",
        "Everybody holds their own envelopes now",
        "This vault exists once",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    for (at, file) in [
        (0, "Ana.share.age"),
        (1, "Ben.approval.age"),
        (3, "Wim.approval.age"),
    ] {
        assert!(Path::new(&media[at]).join(file).is_file(), "{file}");
    }
    let custody = std::fs::read_to_string(dir.join("custody.toml")).unwrap();
    assert!(!custody.contains("BEGIN AGE"), "{custody}");
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
