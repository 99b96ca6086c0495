//! What people read before they answer in a ceremony op: who is here, what a file says, words to read aloud.

use crate::api::{KeyAlgorithm, Timestamp};
use crate::crypto::tr34::KeyToken;
use crate::pki::{Certificate, CounterpartyFile};
use crate::session::brought::{self, Tr34File};
use crate::session::comparing;
use crate::session::due::span;
use crate::session::op_components::SLIP;
use crate::session::said;
use crate::session::{Comparing, KeyRow, Profile, Session};
use crate::text::{say, tr};

use super::super::super::model::Step;
use super::super::super::{ops, ops_carry, ops_components};
use super::super::carry::NUMBER;
use super::super::fates::{FATE, SEEN};
use super::super::judge::{self, block_in};
use super::super::numbers::takes_number;
use super::super::{Runner, Turn};
use super::lines::{block_lines, certificate_lines, commands, cryptogram_lines, word_lines};

impl Runner {
    pub(super) fn turn_body(
        &self,
        session: &Session,
        step: &Step,
        turn: &Turn,
    ) -> (Vec<String>, &'static str) {
        match step.op.name {
            _ if turn.fields == [FATE.id] || turn.fields == [SEEN.id] => self.fate_body(session, step),
            name if name == ops::PRESENT.name => (
                self.present_body(session, step),
                tr("nothing has been done; the room is only being counted"),
            ),
            name if name == ops::ATTEST_CLOCK.name => (
                Self::clock_body(session),
                tr("nothing was changed; everything after this is dated by this clock"),
            ),
            name if name == ops::READ_FILE.name => (
                self.file_body(session, step),
                tr("the file was read. Nothing in it is trusted yet."),
            ),
            name if name == ops::ATTEST_HASH.name => (
                self.hash_body(session),
                if self.hands_out(session) {
                    tr("the file is in the record; w writes it to a stick or folder now")
                } else {
                    tr("the file is in the record; it is written to the folder at the end")
                },
            ),
            name if name == ops::GET_KEY.name => (
                self.key_body(session, step),
                tr("nothing was changed: looking needs no approval"),
            ),
            name if name == ops::ATTEST_CHECK_VALUE.name => (
                self.check_value_body(session, step),
                tr("nothing was recorded yet. A slip of typing ends nothing."),
            ),
            name if name == ops_carry::CHECK.name && !turn.fields.is_empty() => (
                vec![tr("Type the random number that the receiver gave to the sender, from your own paper and never from the token.").into()],
                tr("everything else of the token holds; nothing is written yet"),
            ),
            name if name == ops_carry::CHECK.name => (
                self.carry_body(session, step),
                tr("the token was looked at and nothing else; nothing is written yet"),
            ),
            name if name == ops_carry::COMPARE.name => (
                self.carry_compare_body(session, step),
                tr("nothing was recorded yet. A slip of typing ends nothing."),
            ),
            _ if turn.fields.contains(&SLIP.id) && ops::is_act(step.op) => (
                self.slip_body(step),
                tr("nothing is printed, nothing has left"),
            ),
            _ if ops_components::is_turn(step.op) => self.component_body(session, step, turn),
            _ if turn.fields.contains(&"fingerprint") => (
                self.fingerprint_body(session, step),
                tr("this certificate is not compared yet. A slip of typing ends nothing."),
            ),
            _ if takes_number(step) && turn.fields.contains(&NUMBER) => (
                self.number_body(session),
                tr("nothing is imported yet. A slip of typing ends nothing."),
            ),
            _ => self.plain_body(session, step),
        }
    }

    fn plain_body(&self, session: &Session, step: &Step) -> (Vec<String>, &'static str) {
        let mut body = vec![say!("This step {does}.", does = tr(step.op.does))];
        body.extend(self.first_reading(session, step));
        body.extend(self.typed_again(step));
        body.extend(self.people_named(step));
        (body, tr("nothing was done in this step yet"))
    }

    /// What a second reading is compared with: its words, so that both say the same things in the same order, and none of
    /// its digits.
    fn first_reading(&self, session: &Session, step: &Step) -> Vec<String> {
        let Some(first) = step.fields.get(ops::REPEATS) else {
            return Vec::new();
        };
        let run = self.run(session);
        let said = run.steps.iter().find(|record| record.id == *first);
        let said = said.and_then(|record| record.notes.get("text"));
        let hidden = |c: char| if c.is_ascii_digit() { '_' } else { c };
        let said: String = said
            .map_or("", String::as_str)
            .chars()
            .map(hidden)
            .collect();
        vec![
            String::new(),
            tr("What you type is compared with the first reading, which was, its digits hidden:")
                .into(),
            format!("  {said}"),
            tr("Type the same words in the same order, the digits from the thing itself.").into(),
        ]
    }

    /// That a later step wants the same sentence from somebody else, who has to see it for that: said while it is written.
    fn typed_again(&self, step: &Step) -> Option<String> {
        let mut steps = (1..).zip(&self.script.model.steps);
        let (number, again) =
            steps.find(|(_, later)| later.fields.get(ops::REPEATS) == Some(&step.id))?;
        Some(say!(
            "In step {number} {who} types the same sentence again, the same words in the same order: write it in full, with every number in it.",
            number,
            who = again.who.join(", ")
        ))
    }

    fn clock_body(session: &Session) -> Vec<String> {
        if session.profile() == Profile::Rehearsal {
            return vec![
                say!(
                    "A rehearsal's clock stands still, here at {now} UTC.",
                    now = judge::to_the_minute(session.now())
                ),
                tr("Type that as if your watch said it. On the day everybody reads a watch.")
                    .into(),
            ];
        }
        let mut body = vec![
            tr("Read your own watch, not this screen, and type what it says, in UTC. The vault's clock stays hidden until then.").into(),
        ];
        if let Some(ahead) = judge::ahead(session) {
            body.push(say!(
                "The clock of this test vault runs {span} ahead of the machine's: steps that let time pass moved it. \
                 A watch that agrees with the machine is right.",
                span = span(ahead)
            ));
        }
        body
    }

    fn present_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let mut body = vec![
            tr("These people have a part. Look around: is everybody here?").to_owned(),
            String::new(),
        ];
        for place in &step.who {
            let name = self.name(place);
            body.push(say!(
                "  {padded} as `{place}`",
                padded = format!("{name:<16} {:<14}", said::role(&Self::role(session, &name))),
                place
            ));
        }
        body.push(String::new());
        body.extend(self.who_leaves());
        body.extend(self.places_told(session, step));
        body.push(tr("If somebody is missing, stop here; nothing is lost.").into());
        body
    }

    fn file_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let bytes = self.input(session, step).unwrap_or_default();
        let mut body = brought_lines(&bytes, session.profile());
        let name = step.fields.get("file").map_or("", String::as_str);
        if self.script.model.ships_input(name, &bytes) {
            body.push(say!(
                "It is the practice file that ships with keymoot. For the real one begin with real files; at a shell, --input {name}=PATH.",
                name
            ));
        }
        body
    }

    fn fingerprint_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let bytes = self.input(session, step).unwrap_or_default();
        let root = ops::is_act(step.op) || step.fields.get("of").is_some_and(|of| of == "root");
        let (subject, commands, below) = match CounterpartyFile::parse(&bytes) {
            Ok(handed_over) => {
                let of = if root {
                    handed_over.root()
                } else {
                    handed_over.leaf()
                };
                let below = match handed_over {
                    CounterpartyFile::Export(_) => tr("the signing certificate"),
                    _ => tr("the wrapping certificate"),
                };
                (
                    of.subject(),
                    commands(root, &handed_over, self.script.model.material_type()),
                    below,
                )
            }
            Err(_) => (String::new(), Vec::new(), tr("the certificate")),
        };
        let which = if root { tr("the root") } else { below };
        let mut body = vec![
            say!("Type the SHA-256 fingerprint of {which}:", which),
            format!("  {subject}"),
            String::new(),
            tr("Take it from your paper. Ours stays hidden until yours is typed: read off").into(),
            tr("this screen it would prove nothing.").into(),
        ];
        let input = step.fields.get("file").map_or("", String::as_str);
        if self.stand_in_gave(session, input) {
            body.splice(3.., [tr("keymoot plays the other side here, so nobody has a paper: type `as-shown`. Ours is taken, nothing is compared, and it is recorded so. On the day it comes by another way.").to_owned()]);
            return body;
        }
        if !commands.is_empty() {
            body.push(String::new());
            body.push(tr("Fetched by another login on another computer, with:").into());
            body.extend(commands);
        }
        body.extend(practised(
            session,
            tr("Rehearsal: `as-shown` takes the file's own fingerprint, and is recorded so."),
            tr("TEST vault: `as-shown` takes the file's own fingerprint where nobody has another, and is recorded so."),
        ));
        body
    }

    fn check_value_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let declared = step.key().and_then(|id| self.script.model.key(id));
        let label = declared.map(|key| key.label.clone()).unwrap_or_default();
        let [asked, other_way, _] = comparing::asks(&label, Comparing::Pending);
        let mut body = vec![asked, String::new(), other_way];
        body.extend(comparing::hidden_until().map(str::to_owned));
        if self.plays_other(session) {
            body.splice(2.., [tr("keymoot plays the sender here, who telephones nobody: type `as-shown`. Ours is taken, nothing is compared, and it is recorded so. On the day it comes by telephone, by letter, on paper.").to_owned()]);
            return body;
        }
        let practised = comparing::practised(session.profile()).into_iter();
        body.extend(practised.flat_map(|words| [String::new(), words.to_owned()]));
        body
    }

    fn hash_body(&self, session: &Session) -> Vec<String> {
        use sha2::{Digest, Sha256};
        let Some((name, bytes)) = self.spoken(session) else {
            return vec![tr("No file was written.").into()];
        };
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let mut body = vec![
            say!("{name}, {bytes} bytes. SHA-256:", name, bytes = bytes.len()),
            format!("  {}", data_encoding::HEXLOWER.encode(&digest)),
            String::new(),
            self.readers(),
        ];
        body.extend(word_lines(&crate::custody::words::sixteen(&digest)));
        body.push(String::new());
        body.push(tr("The words stand for the first half of the digest.").into());
        if self.hands_out(session) {
            body.push(tr("It goes to the other side now, which answers to it: this ceremony waits for the answer.").into());
        }
        body
    }

    /// Who reads aloud and who follows.
    fn readers(&self) -> String {
        let mut names = self.names().into_iter();
        let reader = names.next().unwrap_or_default();
        let others: Vec<String> = names.collect();
        if others.is_empty() {
            say!(
                "{reader} reads these words aloud; they go into the minutes:",
                reader
            )
        } else {
            say!(
                "{reader} reads these words aloud; {others} follows, and they go into the minutes:",
                reader,
                others = others.join(", ")
            )
        }
    }

    fn key_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let run = self.run(session);
        let arn = step
            .fields
            .get("key")
            .and_then(|id| run.keys.get(id))
            .cloned()
            .unwrap_or_default();
        let view = session.view();
        match view.keys.iter().find(|row| row.key.key_arn == arn) {
            Some(row) => {
                let mut lines = self.key_told(session, step, row);
                lines.extend(self.asked_for(step, row));
                lines.extend(self.which_value(session, step, row));
                lines
            }
            None => vec![tr("The key is not in this vault.").into()],
        }
    }

    /// What the script calls a key: its label in the vault may be gone with a destruction.
    pub(super) fn label(&self, step: &Step, row: &KeyRow) -> String {
        let declared = step.key().and_then(|id| self.script.model.key(id));
        declared.map_or_else(|| row.label.clone(), |key| key.label.clone())
    }
}

/// The word that stands for a value from elsewhere, said where it is taken: in rehearsals and in test vaults.
fn practised(session: &Session, rehearsal: &str, test: &str) -> Vec<String> {
    let words = match session.profile() {
        Profile::Rehearsal => rehearsal,
        Profile::Test => test,
        Profile::Production => return Vec::new(),
    };
    vec![String::new(), words.to_owned()]
}

/// What a TR-34 token says of its key, and whose certificate came with it; nothing is believed yet.
/// What a counterparty handed over for an exchange.
fn parameters_lines(handed_over: &CounterpartyFile, length: usize) -> Vec<String> {
    let (side, token, with) = match handed_over {
        CounterpartyFile::Export(parameters) => (
            tr("sender"),
            parameters.export_token.as_str(),
            tr("signs with"),
        ),
        CounterpartyFile::Import(parameters) => (
            tr("receiver"),
            parameters.import_token.as_str(),
            tr("wraps with"),
        ),
        CounterpartyFile::Certificate(_) => (tr("counterparty"), tr("none"), tr("key")),
    };
    let ends = handed_over.valid_until().map(Timestamp::rfc3339);
    let algorithm = handed_over.algorithm().map(KeyAlgorithm::name);
    let mut body = vec![
        say!("What the {side} handed over, {length} bytes:", side, length),
        String::new(),
        say!("  token       {token}", token),
        say!("  ends        {ends}", ends = ends.unwrap_or_default()),
        format!("  {with:<10}  {}", algorithm.unwrap_or_default()),
    ];
    body.extend(certificate_lines("certificate", handed_over.leaf()));
    body.extend(certificate_lines("root", handed_over.root()));
    body.push(String::new());
    body.push(tr("The chain holds inside this file. That alone proves nothing: a second").into());
    body.push(tr("person confirms it from another channel.").into());
    body
}

fn token_lines(file: &Tr34File) -> Vec<String> {
    let mut body = vec![
        tr("A key in a TR-34 token, as its sender wrote it:").into(),
        String::new(),
    ];
    let token = KeyToken::parse(&file.token).ok();
    match token {
        Some(token) => {
            let header = token.header();
            let unknown = "unknown";
            let usage = header.usage.words().map_or(unknown, tr);
            body.push(say!(
                "  use         {usage_2} {usage}",
                usage_2 = header.usage.code(),
                usage
            ));
            let kind = header.algorithm.words().map_or(unknown, tr);
            body.push(say!("  kind        {kind}", kind));
            let export = header.exportability.words().map_or(unknown, tr);
            body.push(say!("  export      {export}", export));
        }
        None => body.push(tr("  The token cannot be read; the import will refuse it.").into()),
    }
    let Some((_, block)) = &file.request else {
        return body;
    };
    let token = block
        .import_token
        .as_deref()
        .unwrap_or(tr("none: under a pair of this vault"));
    body.push(say!("  token       {token}", token));
    if let Ok(signer) = Certificate::from_any(block.signing_key_certificate.as_bytes()) {
        body.extend(certificate_lines(tr("signed by"), &signer));
    }
    body
}

/// What a file says that somebody brought.
fn brought_lines(bytes: &[u8], profile: Profile) -> Vec<String> {
    match CounterpartyFile::parse(bytes) {
        Ok(CounterpartyFile::Certificate(certificate)) => {
            return certificate_lines("certificate", &certificate);
        }
        Ok(handed_over) => return parameters_lines(&handed_over, bytes.len()),
        Err(_) => {}
    }
    if let Some(block) = block_in(bytes, profile) {
        return block_lines(&block);
    }
    if let Ok(request) = brought::cryptogram(bytes, profile) {
        return cryptogram_lines(&request);
    }
    if let Ok(file) = brought::tr34(bytes, profile) {
        return token_lines(&file);
    }
    vec![say!("A file of {bytes} bytes.", bytes = bytes.len())]
}
