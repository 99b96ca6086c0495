//! What is asked, in words: who acts, what they read first, what Enter does, and what has not happened yet.

use crate::pki::{Certificate, ImportParameters};
use crate::session::field::{Field, Footing, Kind};
use crate::session::handover::fingerprint_commands;
use crate::session::{KeyRow, PendingView, Profile, Session, StepState};

use super::super::ask::{Ask, AskField, Showing, StepLine};
use super::super::model::Step;
use super::super::ops;
use super::{Runner, Stage, Turn};

const PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Your passphrase",
    hint: "Typed for this one act and forgotten again. Words in lower case, one space between them.",
    kind: Kind::Passphrase,
    optional: false,
};

const ENVELOPE: Field = Field {
    id: "envelope",
    label: "Your envelope",
    hint: "Path of your approval envelope on your own medium.",
    kind: Kind::File,
    optional: false,
};

const PHRASE: Field = Field {
    id: "phrase",
    label: "Type the word",
    hint: "The word that stands above, typed in full, because this destroys.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

impl Runner {
    /// What to show and ask now.
    pub fn showing(&self, session: &Session) -> Showing {
        let why = self.step().map(why).unwrap_or_default();
        Showing {
            steps: self.step_lines(session),
            current: self.at.min(self.script.model.steps.len().saturating_sub(1)),
            why,
            ask: if self.outcome.is_none() {
                self.ask(session)
            } else {
                None
            },
            last: self.last.clone(),
            outcome: self.outcome,
        }
    }

    fn step_lines(&self, session: &Session) -> Vec<StepLine> {
        let run = self.run(session);
        let view = session.view();
        let steps = self.script.model.steps.iter().zip(&run.steps).enumerate();
        steps
            .map(|(at, (step, record))| {
                let row = view
                    .keys
                    .iter()
                    .find(|row| Some(&row.key.key_arn) == record.key.as_ref());
                let check_value = row.map(|row| row.key.key_check_value.clone());
                let note = record.error.clone().or(check_value).unwrap_or_default();
                StepLine {
                    number: at + 1,
                    id: step.id.clone(),
                    title: step.title.clone(),
                    state: record.state.name().to_owned(),
                    note: if record.state == StepState::Planned {
                        String::new()
                    } else {
                        note
                    },
                }
            })
            .collect()
    }

    /// Whose passphrase is asked for now.
    pub(super) fn signer(&self) -> String {
        if self.stage == Stage::Issue {
            let place = self.step().and_then(|step| step.initiate.as_deref());
            return place.map(|id| self.name(id)).unwrap_or_default();
        }
        self.signers.front().cloned().unwrap_or_default()
    }

    /// The fields asked now, in the order in which [`Runner::answer`] takes them.
    pub(super) fn fields(&self, session: &Session) -> Vec<AskField> {
        let mut fields: Vec<Field> = Vec::new();
        match self.stage {
            Stage::Turn => {
                let asked = self
                    .turns
                    .front()
                    .map(|turn| turn.fields.clone())
                    .unwrap_or_default();
                let declared = self.step().map(|step| step.op.fields).unwrap_or_default();
                for id in asked {
                    fields.extend(declared.iter().find(|field| field.id == id));
                }
            }
            Stage::Issue => {
                if self.phrase().is_some() {
                    fields.push(PHRASE);
                }
                fields.extend(signing(session));
            }
            Stage::Approve | Stage::SignOff => fields.extend(signing(session)),
            Stage::Wait | Stage::Result | Stage::Ended => {}
        }
        let rehearsal = session.profile() == Profile::Rehearsal;
        fields
            .into_iter()
            .map(|field| AskField {
                practice: if rehearsal {
                    self.scripted(session, field.id)
                } else {
                    None
                },
                field,
            })
            .collect()
    }

    fn ask(&self, session: &Session) -> Option<Ask> {
        let step = self.step()?;
        let fields = self.fields(session);
        let ask = match self.stage {
            Stage::Turn => self.turn_ask(session, step, self.turns.front()?),
            Stage::Issue => self.issue_ask(session, step),
            Stage::Approve => self.approve_ask(step),
            Stage::SignOff => self.sign_off_ask(session, step),
            Stage::Wait => self.wait_ask(session, step),
            Stage::Result => self.result_ask(session, step),
            Stage::Ended => return None,
        };
        Some(Ask { fields, ..ask })
    }

    fn turn_ask(&self, session: &Session, step: &Step, turn: &Turn) -> Ask {
        let (body, so_far) = self.turn_body(session, step, turn);
        let acts = if turn.person.is_empty() {
            "everybody in the room; anybody presses Enter".to_owned()
        } else {
            acting(&turn.person, &turn.role)
        };
        let enter = if !turn.fields.is_empty() && ops::is_act(step.op) {
            "keeps what you typed; the request is shown before anybody signs"
        } else if turn.fields.is_empty() {
            "records that this was seen and goes on"
        } else {
            "compares what you typed and records it"
        };
        Ask {
            person: turn.person.clone(),
            role: turn.role.clone(),
            title: step.title.clone(),
            body,
            fields: Vec::new(),
            hand_over: turn.fields.contains(&"fingerprint"),
            footing: footing(acts, enter, so_far),
        }
    }

    fn turn_body(
        &self,
        session: &Session,
        step: &Step,
        turn: &Turn,
    ) -> (Vec<String>, &'static str) {
        match step.op.name {
            name if name == ops::PRESENT.name => (
                self.present_body(session, step),
                "nothing has been done; the room is only being counted",
            ),
            name if name == ops::ATTEST_CLOCK.name => (
                vec![
                    format!("The vault's clock says {}.", session.now().rfc3339()),
                    "Look at your own watch and type what it says, in UTC.".into(),
                ],
                "nothing was changed; everything after this is dated by this clock",
            ),
            name if name == ops::READ_FILE.name => (
                self.file_body(session, step),
                "the file was read. Nothing in it is trusted yet.",
            ),
            name if name == ops::ATTEST_HASH.name => (
                self.hash_body(session),
                "the file is in the record; it is written to the folder at the end",
            ),
            name if name == ops::GET_KEY.name => (
                self.key_body(session, step),
                "nothing was changed: looking needs no approval",
            ),
            _ if turn.fields.contains(&"fingerprint") => (
                self.fingerprint_body(session, step),
                "nothing is trusted yet and no key has left. A slip of typing ends nothing.",
            ),
            _ => (
                vec![format!("It {}.", step.op.does)],
                "nothing was done in this step yet",
            ),
        }
    }

    fn present_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let mut body = vec![
            "These people have a part. Look around: is everybody here?".to_owned(),
            String::new(),
        ];
        for place in &step.who {
            let name = self.name(place);
            body.push(format!(
                "  {name:<16} {:<14} as `{place}`",
                self.role(session, &name)
            ));
        }
        body.push(String::new());
        body.push("If somebody is missing, stop here; nothing is lost.".into());
        body
    }

    fn file_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let bytes = self.input(session, step).unwrap_or_default();
        if let Ok(parameters) = ImportParameters::parse(&bytes) {
            let leaf = &parameters.wrapping_certificate;
            let mut body = vec![
                format!("What the receiver handed over, {} bytes:", bytes.len()),
                String::new(),
                format!("  token       {}", parameters.import_token),
                format!("  ends        {}", parameters.valid_until.rfc3339()),
                format!("  wraps with  {}", parameters.wrapping_key_algorithm.name()),
            ];
            body.extend(certificate_lines("certificate", leaf));
            body.extend(certificate_lines("root", parameters.root()));
            body.push(String::new());
            body.push(
                "The chain holds inside this file. That alone proves nothing: a second".into(),
            );
            body.push("person confirms it from another channel.".into());
            return body;
        }
        Certificate::from_any(&bytes).map_or_else(
            |_| vec![format!("A file of {} bytes.", bytes.len())],
            |certificate| certificate_lines("certificate", &certificate),
        )
    }

    fn fingerprint_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let bytes = self.input(session, step).unwrap_or_default();
        let root = ops::is_act(step.op) || step.fields.get("of").is_some_and(|of| of == "root");
        let (subject, commands) = match ImportParameters::parse(&bytes) {
            Ok(parameters) => {
                let of = if root {
                    parameters.root()
                } else {
                    &parameters.wrapping_certificate
                };
                let commands = fingerprint_commands(parameters.wrapping_key_algorithm.name());
                (of.subject(), commands)
            }
            Err(_) => (
                Certificate::from_any(&bytes)
                    .map(|c| c.subject())
                    .unwrap_or_default(),
                Vec::new(),
            ),
        };
        let which = if root {
            "the root"
        } else {
            "the wrapping certificate"
        };
        let mut body = vec![
            format!("Type the SHA-256 fingerprint of {which}:"),
            format!("  {subject}"),
            String::new(),
            "Take it from your paper. Ours stays hidden until yours is typed: read off".into(),
            "this screen it would prove nothing.".into(),
        ];
        if !commands.is_empty() {
            body.push(String::new());
            body.push("Fetched by another login on another computer, with:".into());
            body.extend(commands.into_iter().map(|line| format!("  {line}")));
        }
        if session.profile() == Profile::Rehearsal {
            body.push(String::new());
            body.push(
                "Rehearsal: `as-shown` takes the file's own fingerprint, and is recorded so."
                    .into(),
            );
        }
        body
    }

    fn hash_body(&self, session: &Session) -> Vec<String> {
        use sha2::{Digest, Sha256};
        let Some((name, bytes)) = self.spoken(session) else {
            return vec!["No file was written.".into()];
        };
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let mut body = vec![
            format!("{name}, {} bytes. SHA-256:", bytes.len()),
            format!("  {}", data_encoding::HEXLOWER.encode(&digest)),
            String::new(),
            format!(
                "{} reads aloud, the others follow and write them into the minutes:",
                self.names().join(", then ")
            ),
        ];
        body.extend(word_lines(&crate::custody::words::sixteen(&digest)));
        body.push(String::new());
        body.push("The words stand for the first half of the digest.".into());
        body
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
            Some(row) => key_lines(row),
            None => vec!["The key is not in this vault.".into()],
        }
    }

    fn issue_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.signer();
        let role = self.role(session, &person);
        let mut body = Vec::new();
        let preview = self
            .action
            .as_ref()
            .and_then(|action| session.preview(action).ok());
        let required = preview
            .as_ref()
            .map_or(2, |p| p.required)
            .max(step.approve.as_ref().map_or(0, |a| a.count));
        if let Some(preview) = &preview {
            body.extend(act_lines(preview));
        }
        body.extend(why(step));
        if let Some(phrase) = self.phrase() {
            body.push(String::new());
            body.push(format!("This destroys. Type `{phrase}` to ask for it."));
        }
        Ask {
            title: format!("{person} asks: {}", step.title),
            footing: footing(
                acting(&person, &role),
                &format!("signs this request; then {required} custodians are asked"),
                self.not_yet(step),
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            hand_over: true,
        }
    }

    fn approve_ask(&self, step: &Step) -> Ask {
        let person = self.signer();
        let mut body = Vec::new();
        let mut enter = "signs this request for you".to_owned();
        if let Some(pending) = &self.pending {
            body.extend(act_lines(pending));
            body.extend(why(step));
            body.push(String::new());
            body.push(format!(
                "Asked by {} at {}.",
                pending.issuer,
                pending.asked.rfc3339()
            ));
            if pending.signed.is_empty() {
                body.push("No custodian has signed yet.".into());
            } else {
                body.push(format!("Signed by {}.", pending.signed.join(", ")));
            }
            body.push(
                "For the minutes, read these words aloud; they must be the same for all:".into(),
            );
            let words: Vec<&str> = pending.words.iter().map(String::as_str).collect();
            body.extend(word_lines(&words));
            enter = match self.signers.len() {
                1 => format!("signs this request for {person}; then it is done and saved"),
                n => format!("signs this request for {person}; {} more must sign", n - 1),
            };
        }
        Ask {
            title: format!("{person} approves: {}", step.title),
            footing: footing(acting(&person, "custodian"), &enter, self.not_yet(step)),
            person,
            role: "custodian".into(),
            body,
            fields: Vec::new(),
            hand_over: true,
        }
    }

    fn not_yet(&self, step: &Step) -> &'static str {
        match step.op.name {
            "create-key" => "no key exists. Any change of request or vault voids the signatures.",
            "delete-key" => {
                "the key still exists and can be used. Nothing is destroyed before its window ends."
            }
            name if name.starts_with("export-key.") => {
                "nothing was wrapped, nothing left this machine."
            }
            name if name.starts_with("import-key.") => "nothing was imported, nothing is trusted.",
            _ => "nothing was changed. Any change of request or vault voids the signatures.",
        }
    }

    fn sign_off_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.signer();
        let role = self.role(session, &person);
        let view = session.view();
        let text = step.fields.get("text").cloned().unwrap_or_default();
        let body = vec![
            "You sign this text and the head of the audit chain:".to_owned(),
            String::new(),
            format!("  {text}"),
            String::new(),
            format!("  {} events, head {}", view.events, view.audit_head),
        ];
        Ask {
            title: format!("{person} signs off"),
            footing: footing(
                acting(&person, &role),
                "signs the record for you",
                "every step before this one is done and saved. If you do not agree, stop here.",
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            hand_over: true,
        }
    }

    fn wait_ask(&self, session: &Session, step: &Step) -> Ask {
        let until = self
            .wait_until(session)
            .map(crate::api::Timestamp::rfc3339)
            .unwrap_or_default();
        let span = step.fields.get("span").cloned().unwrap_or_default();
        let mut body = vec![
            format!("This step lets {span} pass."),
            format!("  now    {}", session.now().rfc3339()),
            format!("  until  {until}"),
        ];
        body.extend(why(step));
        let (acts, enter) = if session.profile() == Profile::Production {
            body.push("Close the workstation, come back then, and go on with --resume.".into());
            ("nobody: time passes", "looks at the clock again")
        } else {
            (
                "anybody",
                "moves this vault's own clock; no real time passes",
            )
        };
        Ask {
            person: String::new(),
            role: String::new(),
            title: step.title.clone(),
            body,
            fields: Vec::new(),
            hand_over: false,
            footing: footing(
                acts.into(),
                enter,
                "everything before this step is done and saved",
            ),
        }
    }

    fn result_ask(&self, session: &Session, step: &Step) -> Ask {
        let mut body = Vec::new();
        if let Some(record) = self.record(session) {
            if let Some(error) = &record.error {
                body.push(format!("Refused, as the script expects: {error}"));
            }
            let view = session.view();
            let row = view
                .keys
                .iter()
                .find(|row| Some(&row.key.key_arn) == record.key.as_ref());
            body.extend(row.map(key_lines).unwrap_or_default());
            for name in record.files.keys() {
                body.push(format!("  file        {name}"));
            }
            if !record.who.is_empty() {
                body.push(format!("  signed by   {}", record.who.join(", ")));
            }
        }
        Ask {
            person: String::new(),
            role: String::new(),
            title: format!("Done: {}", step.title),
            body,
            fields: Vec::new(),
            hand_over: false,
            footing: footing(
                "anybody, once all have seen it".into(),
                "goes on to the next step",
                "this step is done, saved and in the audit chain",
            ),
        }
    }
}

/// What a signature asks for: in production the person's own envelope first.
fn signing(session: &Session) -> Vec<Field> {
    if session.profile() == Profile::Production {
        vec![ENVELOPE, PASSPHRASE]
    } else {
        vec![PASSPHRASE]
    }
}

fn footing(acts: String, enter: &str, so_far: &str) -> Footing {
    Footing {
        acts,
        enter: enter.to_owned(),
        so_far: so_far.to_owned(),
    }
}

fn acting(person: &str, role: &str) -> String {
    format!("{role} {person}")
}

/// Why a step is done, and the clauses it serves.
fn why(step: &Step) -> Vec<String> {
    let mut lines: Vec<String> = step.why.iter().map(|why| format!("Why: {why}")).collect();
    if !step.clause.is_empty() {
        lines.push(format!("Clause: {}", step.clause.join(", ")));
    }
    lines
}

fn act_lines(pending: &PendingView) -> Vec<String> {
    let mut lines = vec![pending.sentence.clone()];
    lines.extend(
        pending
            .details
            .iter()
            .map(|(label, value)| format!("  {label:<11} {value}")),
    );
    lines.push(String::new());
    lines
}

fn certificate_lines(label: &str, certificate: &Certificate) -> Vec<String> {
    vec![
        format!("  {label:<11} {}", certificate.subject()),
        format!(
            "  {:<11} {} to {}",
            "",
            certificate.not_before().rfc3339(),
            certificate.not_after().rfc3339()
        ),
    ]
}

fn key_lines(row: &KeyRow) -> Vec<String> {
    let key = &row.key;
    let attributes = &key.key_attributes;
    let mut lines = vec![
        format!("  key         {}", row.label),
        format!("  arn         {}", key.key_arn),
        format!(
            "  use         {}, {}",
            attributes.key_usage.code(),
            attributes.key_usage.words()
        ),
        format!("  algorithm   {}", attributes.key_algorithm.name()),
        format!(
            "  state       {}, {}",
            key.key_state.name(),
            if key.enabled { "enabled" } else { "disabled" }
        ),
        format!(
            "  check value {} ({})",
            key.key_check_value,
            key.key_check_value_algorithm.name()
        ),
    ];
    if let Some((method, value)) = &row.other_check_value {
        lines.push(format!("              {value} ({})", method.name()));
    }
    if let Some(at) = key.delete_pending_timestamp {
        lines.push(format!("  destroyed   not yet; at {}", at.rfc3339()));
    }
    if let Some(at) = key.delete_timestamp {
        lines.push(format!(
            "  destroyed   {}; removed from this vault",
            at.rfc3339()
        ));
    }
    lines
}

/// Words in rows of four, for reading aloud.
fn word_lines(words: &[&str]) -> Vec<String> {
    words
        .chunks(4)
        .map(|row| format!("  {}", row.join("  ")))
        .collect()
}
