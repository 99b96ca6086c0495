//! A script of what was done at a workstation: the acts of a session, in their order, with the rituals around them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{Script, ops, parse, shipped};
use crate::api::Timestamp;
use crate::session::deeds::{Deed, DeedKey};
use crate::session::field::{Field, Kind};
use crate::session::op::{self, Op};
use crate::session::op_custody;
use crate::text::{say, tr};

/// The file that is proposed for such a script.
pub const RECORDED: &str = "as-done.toml";

/// Acts that a recorded script names at their place and does not write out: who is called in them is no answer to a field.
pub(super) const BY_HAND: [&str; 5] = [
    op_custody::RECOVERY_DRILL.name,
    op_custody::RECOVERY_SET.name,
    op_custody::ROTATE.name,
    op_custody::REPLACE.name,
    op_custody::RESTORE.name,
];

/// What marks a deed in a recording of the screen.
const MARK: &str = "did ";

/// A deed as a recording holds it: one marker.
pub fn deed_marker(deed: &Deed) -> Option<String> {
    let json = serde_json::to_string(deed).ok()?;
    Some(format!("{MARK}{json}"))
}

/// The deeds that a recording's markers hold, in order; other markers say who acts.
pub fn deeds_in<'a>(markers: impl Iterator<Item = &'a str>) -> Vec<Deed> {
    markers
        .filter_map(|marker| serde_json::from_str(marker.strip_prefix(MARK)?).ok())
        .collect()
}

/// A script for a file: its name without `.toml` is the script's id.
///
/// # Errors
/// The name is none of a script, or nothing was done that a script could say.
pub fn recorded_script_for(file: &Path, deeds: &[Deed]) -> Result<String, String> {
    let name = file.file_name().and_then(|name| name.to_str());
    let id = name.and_then(|name| name.strip_suffix(".toml"));
    recorded_script(
        id.ok_or("a script's file ends in .toml, and its name is the script's id")?,
        deeds,
    )
}

/// What the linter finds in such a script, in a few words for whoever wrote it.
pub fn lint_said(script: &str) -> String {
    match Script::parse(script.as_bytes()).map(|script| script.lint().len()) {
        Ok(0) => tr("keymoot lint finds nothing wrong").to_owned(),
        Ok(1) => tr("the linter finds one thing: keymoot lint").to_owned(),
        Ok(n) => say!("the linter finds {n} things: keymoot lint", n),
        Err(_) => tr("it cannot be read as a script").to_owned(),
    }
}

/// A script of this id that does the same again: the keys under their names, the people as places, files as inputs.
///
/// Changes of people are a remark at their place; ceremonies that were played are not in it.
///
/// # Errors
/// The id has not the form of one, or nothing was done that a script could say.
fn recorded_script(id: &str, deeds: &[Deed]) -> Result<String, String> {
    if !parse::is_id(id) {
        return Err(format!(
            "`{id}` is no id: a small letter, then up to 39 small letters, digits or hyphens"
        ));
    }
    let Some(first) = deeds.first() else {
        return Err(
            "nothing was done here that a script could say. It is made of acts that were asked for and approved outside of \
             ceremonies; a ceremony that was played is a script already"
                .to_owned(),
        );
    };
    let mut writer = Writer::over(deeds);
    let steps: Vec<String> = deeds
        .iter()
        .enumerate()
        .map(|(n, d)| writer.step(n, d))
        .collect();
    let began = Timestamp::from_millis(first.at).rfc3339();
    let mut text = head(id, began.get(..10).unwrap_or_default());
    writer.people(&mut text);
    text.push_str("[policy]\nprofiles = [\"rehearsal\", \"test\"]       # add \"production\" when it has been rehearsed\n",
    );
    for declaration in writer.inputs.values().chain(&writer.keys) {
        text.push('\n');
        text.push_str(declaration);
    }
    writer.opening(&mut text);
    text.extend(steps);
    writer.closing(&mut text);
    let _ = write!(text, "\n[rehearsal]\nseed  = \"{id}\"\nclock = {began}\n");
    text.extend(writer.answers);
    Ok(text)
}

fn head(id: &str, day: &str) -> String {
    format!(
        "# WRITTEN FROM WHAT WAS DONE AT A WORKSTATION ON {day}\n#\n\
         # The acts are those of that session, in their order, each signed by as many people. Changes\n\
         # of people are remarks at their place; ceremonies that were played then are not in it.\n\
         # Before it is used: say in `title` and in each `why` what it is for; files that came in are\n\
         # inputs (--input NAME=PATH); name a witness where it needs one; rehearse it.\n#\n\
         # `sha256sum {id}.toml` gives the digest that the record holds.\n\n\
         version  = 1\nid       = \"{id}\"\ntitle    = \"As done at the workstation on {day}\"\n\n"
    )
}

/// A TOML basic string: JSON's strings are such.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What is collected on the way through the deeds.
#[derive(Default)]
struct Writer {
    /// Name to place and role, in the order of places.
    places: Vec<(String, String, String)>,
    /// Declarations of keys, in order.
    keys: Vec<String>,
    /// ARN to the key's id in the script.
    key_ids: BTreeMap<String, String>,
    /// ARNs that the session made: the others were there before it.
    made: Vec<String>,
    /// Digest of a file to its declaration.
    inputs: BTreeMap<String, String>,
    input_ids: BTreeMap<String, String>,
    answers: Vec<String>,
}

impl Writer {
    fn over(deeds: &[Deed]) -> Self {
        let mut writer = Self::default();
        let makes = deeds.iter().filter_map(|d| d.made.as_ref());
        writer.made = makes.map(|key| key.arn.clone()).collect();
        for (name, role) in deeds.iter().flat_map(|d| d.who.iter().chain(&d.by)) {
            writer.place(name, role);
        }
        // A destruction is watched (PCI PIN 24-2.2), whether or not somebody stood by when this was done.
        let watched = writer.places.iter().any(|(_, _, role)| role == "witness");
        if !watched && deeds.iter().any(|d| d.op == op::DELETE_KEY.name) {
            writer.place("witness", "witness");
        }
        writer
    }

    fn place(&mut self, name: &str, role: &str) {
        if self.places.iter().any(|(known, _, _)| known == name) {
            return;
        }
        let before = self.places.iter().filter(|(_, _, r)| r == role).count();
        let place = match (role, before) {
            ("administrator", 0) => "lead".to_owned(),
            ("custodian", 0) => "first".to_owned(),
            ("custodian", 1) => "second".to_owned(),
            ("custodian", 2) => "third".to_owned(),
            ("witness", 0) => "watch".to_owned(),
            (role, n) => format!("{role}-{}", n.saturating_add(1)),
        };
        self.places.push((name.to_owned(), place, role.to_owned()));
    }

    fn place_of(&self, name: &str) -> &str {
        let found = self.places.iter().find(|(known, _, _)| known == name);
        found.map_or("lead", |(_, place, _)| place)
    }

    fn everybody(&self) -> String {
        let places = self.places.iter().map(|(_, place, _)| quoted(place));
        places.collect::<Vec<_>>().join(", ")
    }

    fn people(&self, text: &mut String) {
        text.push_str("person = [\n");
        for (_, place, role) in &self.places {
            let _ = writeln!(text, "  {{ id = \"{place}\", role = \"{role}\" }},");
        }
        text.push_str("]\n\n");
    }

    /// Who is there, and the clock by two watches.
    fn opening(&self, text: &mut String) {
        let two: Vec<String> = self
            .places
            .iter()
            .take(2)
            .map(|(_, p, _)| quoted(p))
            .collect();
        let _ = write!(
            text,
            "\n[[step]]\nid  = \"open\"\nop  = \"present\"\nwho = [{}]\nwhy = \"Two people are in the room from the \
             first step to the last.\"\n\n[[step]]\nid  = \"clock\"\nop  = \"attest.clock\"\nwho = [{}]\nwhy = \"A \
             record is worth as much as its dates.\"\n",
            self.everybody(),
            two.join(", ")
        );
    }

    fn closing(&self, text: &mut String) {
        let _ = write!(
            text,
            "\n[[step]]\nid   = \"sign\"\nop   = \"sign-off\"\nwho  = [{}]\ntext = \"Present throughout; followed as \
             written except for recorded exceptions; a true record.\"\nwhy  = \"The signatures close the audit chain \
             up to here.\"\n",
            self.everybody()
        );
    }

    /// The id of a key, which is declared when it is first met.
    fn key(&mut self, key: &DeedKey) -> String {
        if let Some(id) = self.key_ids.get(&key.arn) {
            return id.clone();
        }
        let taken: Vec<&String> = self.key_ids.values().collect();
        let id = unused(&key.label, "key", |id| taken.iter().any(|t| *t == id));
        let algorithm = key.algorithm.as_deref().unwrap_or("from-certificate");
        let modes: Vec<String> = key.modes.iter().map(|m| quoted(m)).collect();
        let mut text = format!(
            "[[key]]\nid         = \"{id}\"\nlabel      = {}\nusage      = {}\nalgorithm  = {}\nmodes      = [{}]\n",
            quoted(&key.label),
            quoted(&key.usage),
            quoted(algorithm),
            modes.join(", ")
        );
        if key.algorithm.is_some() {
            let _ = writeln!(text, "exportable = {}", key.exportable);
        }
        if !self.made.contains(&key.arn) {
            text.push_str("existing   = true\n");
        }
        self.keys.push(text);
        self.key_ids.insert(key.arn.clone(), id.clone());
        id
    }

    /// The id of a file input, by what the file holds: the same file is brought once.
    fn input(&mut self, field: &Field, digest: &str) -> String {
        if let Some(id) = self.input_ids.get(digest) {
            return id.clone();
        }
        let taken: Vec<&String> = self.input_ids.values().collect();
        let id = unused(field.id, "file", |id| taken.iter().any(|t| *t == id));
        let mut text = format!(
            "# Then its SHA-256 was {digest}.\n[[input]]\nid      = \"{id}\"\nhint    = {}\n",
            quoted(field.hint)
        );
        let sample = shipped::samples()
            .find(|(_, bytes)| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)) == digest);
        if let Some((name, _)) = sample {
            let _ = writeln!(text, "default = \"samples/{name}\"");
        }
        self.inputs
            .insert(format!("{:04}", self.inputs.len()), text);
        self.input_ids.insert(digest.to_owned(), id.clone());
        id
    }

    /// One act as a step, and the reading aloud of what it let out.
    fn step(&mut self, n: usize, deed: &Deed) -> String {
        let Some(op) = op::named(&deed.op) else {
            return format!("\n# {} is not known to this keymoot.\n", deed.op);
        };
        if BY_HAND.contains(&op.name) {
            let day = Timestamp::from_millis(deed.at).rfc3339();
            return format!(
                "\n# {day}\n# Here was done: {} ({}). People are called in it one by one, so its step is written by \
                 hand;\n# docs/steps.md has its members.\n",
                op.title.to_lowercase(),
                op.name
            );
        }
        let name: String = op.name.replace('.', "-").chars().take(34).collect();
        let id = format!("{name}-{}", n.saturating_add(1));
        let day = Timestamp::from_millis(deed.at).rfc3339();
        let mut text = format!(
            "\n# {day}\n[[step]]\nid       = \"{id}\"\nop       = \"{}\"\n",
            op.name
        );
        if let Some(made) = deed.made.as_ref().filter(|_| ops::makes_key(op)) {
            let _ = writeln!(text, "key      = \"{}\"", self.key(made));
        }
        self.fields(&mut text, &id, op, deed);
        let watches = self.places.iter().find(|(_, _, role)| role == "witness");
        if let Some((_, watch, _)) = watches.filter(|_| op.name == "delete-key") {
            let _ = writeln!(text, "observe  = [\"{watch}\"]");
        }
        let mut signers = deed.who.iter().map(|(name, _)| self.place_of(name));
        let issuer = signers.next().unwrap_or("lead");
        let _ = write!(
            text,
            "initiate = \"{issuer}\"\napprove  = {{ count = {} }}\n{}why      = \"As it was done then.\"\n",
            signers.count(),
            expected(op, deed)
        );
        if let Some(output) = deed.texts.get("output") {
            text.push_str(&self.aloud(n, output));
        }
        if let Some(made) = deed.made.as_ref().filter(|_| ops::brings_key(op)) {
            let compared = self.compared(n, made);
            text.push_str(&compared);
        }
        text
    }

    fn aloud(&self, n: usize, output: &str) -> String {
        let two: Vec<String> = self
            .places
            .iter()
            .take(2)
            .map(|(_, p, _)| quoted(p))
            .collect();
        format!(
            "\n[[step]]\nid   = \"speak-{}\"\nop   = \"attest.hash\"\nfile = {}\nwho  = [{}]\nwhy  = \"Whoever swaps the \
             file on the way now has to change the minutes too.\"\n",
            n.saturating_add(1),
            quoted(output),
            two.join(", ")
        )
    }

    /// The sender's check value, from another way than the key (PCI PIN 15-1).
    fn compared(&mut self, n: usize, key: &DeedKey) -> String {
        let key = self.key(key);
        let id = format!("compare-{}", n.saturating_add(1));
        let watches = self.places.iter().find(|(_, _, role)| role == "witness");
        let other = watches.or_else(|| self.places.get(1));
        let who = other.map_or("lead", |(_, place, _)| place);
        self.answers.push(format!(
            "\n[[rehearsal.answer]]\nstep = \"{id}\"\nkcv = \"as-shown\"\n"
        ));
        format!(
            "\n[[step]]\nid   = \"{id}\"\nop   = \"{}\"\nkey  = \"{key}\"\nwho  = [\"{who}\"]\nwhy  = \"The \
             whole key is proven by the value that its sender told by another way.\"\n",
            ops::ATTEST_CHECK_VALUE.name
        )
    }

    fn fields(&mut self, text: &mut String, step: &str, op: &Op, deed: &Deed) {
        let second = deed.by.as_ref().or_else(|| deed.who.get(1));
        let second = second
            .map_or("lead", |(name, _)| self.place_of(name))
            .to_owned();
        let issuer = deed.who.first();
        let issuer = issuer.map_or("lead", |(name, _)| self.place_of(name));
        let issuer = issuer.to_owned();
        let mut answers = String::new();
        for field in op.fields.iter().filter(|f| !parse::is_declared(op, f)) {
            let id = field.id;
            if let Some(digest) = deed.files.get(id) {
                let input = self.input(field, digest);
                written(text, id, &format!("\"{input}\""));
            } else if let Some(key) = deed.keys.get(id) {
                let key = self.key(key);
                written(text, id, &format!("\"{key}\""));
            } else if let Some(said) = deed.texts.get(id).filter(|_| op.name == op::BACKUP.name) {
                // Another copy lies on another medium, in another bag: whoever asks for it says so again.
                typed(text, &mut answers, (id, &issuer), Some(said));
            } else if let Some(said) = deed.texts.get(id) {
                say(text, &mut answers, field, said, &second);
            }
        }
        if !answers.is_empty() {
            self.answers.push(format!(
                "\n[[rehearsal.answer]]\nstep = \"{step}\"\n{answers}"
            ));
        }
    }
}

/// A text of then: written as it was, or asked for again, with what a rehearsal answers.
fn say(text: &mut String, answers: &mut String, field: &Field, said: &str, second: &str) {
    let id = field.id;
    match spoken(field) {
        // What one vault drew is not another's: the newest there is meant.
        Spoken::Elsewhere => {}
        Spoken::Typed(answer) => typed(text, answers, (id, second), answer),
        Spoken::Written if matches!(field.kind, Kind::Number { .. }) => written(text, id, said),
        Spoken::Written => written(text, id, &quoted(said)),
    }
}

/// A field that somebody is asked for again, with what a rehearsal answers.
fn typed(text: &mut String, answers: &mut String, (id, who): (&str, &str), answer: Option<&str>) {
    let _ = writeln!(
        text,
        "input.{id} = {{ source = \"typed\", who = \"{who}\" }}"
    );
    if let Some(answer) = answer {
        let _ = writeln!(answers, "{id} = {}", quoted(answer));
    }
}

/// A member of a step, its value in the column of the others.
fn written(text: &mut String, member: &str, value: &str) {
    let _ = writeln!(text, "{member:8} = {value}");
}

/// How a field's text comes into a script.
enum Spoken {
    /// As it was.
    Written,
    /// A person types it again, with what a rehearsal answers.
    Typed(Option<&'static str>),
    /// It belongs to the vault of then.
    Elsewhere,
}

fn spoken(field: &Field) -> Spoken {
    match (field.kind, field.id) {
        (Kind::Fingerprint, _) => Spoken::Typed(Some("as-shown")),
        (_, "source") => Spoken::Typed(Some("Rehearsal: taken from the file itself.")),
        (_, "nonce") => Spoken::Typed(None),
        (_, "export-token") => Spoken::Elsewhere,
        _ => Spoken::Written,
    }
}

/// What must be true after an act; nothing where it names no key that could be looked at afterwards.
fn expected(op: &Op, deed: &Deed) -> &'static str {
    let names_key = op.fields.iter().any(|field| field.id == "key");
    let disabled = deed.texts.get(op::ENABLED.id).is_some_and(|no| no == "no");
    match op.name {
        name if name == op::CREATE_KEY.name && disabled => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = false }\n"
        }
        name if ops::makes_key(op) && name == op::CREATE_KEY.name => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\", enabled = true }\n"
        }
        _ if ops::makes_key(op) => {
            "expect   = { state = \"CREATE_COMPLETE\", attributes = \"declared\" }\n"
        }
        name if [op_custody::DRILL.name, op_custody::RESHARE.name].contains(&name) => {
            "expect   = { proven = \"all\" }\n"
        }
        "delete-key" => "expect   = { state = \"DELETE_PENDING\" }\n",
        "restore-key" | "stop-key-usage" => {
            "expect   = { state = \"CREATE_COMPLETE\", enabled = false }\n"
        }
        "start-key-usage" => "expect   = { state = \"CREATE_COMPLETE\", enabled = true }\n",
        name if name.starts_with("get-parameters-for-") => "expect   = { lasts = \"6d\" }\n",
        name if name.starts_with("export-key.") && name != "export-key.tr31" => {
            "expect   = { kcv = \"key\" }\n"
        }
        _ if names_key => "expect   = { state = \"CREATE_COMPLETE\" }\n",
        _ => "",
    }
}

/// An id made of a name, that nobody has yet.
fn unused(name: &str, otherwise: &str, taken: impl Fn(&str) -> bool) -> String {
    let small = name.to_lowercase();
    let mut id: String = small
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(34)
        .collect();
    if !parse::is_id(&id) {
        otherwise.clone_into(&mut id);
    }
    let numbered = (2_usize..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.clone())
        .chain(numbered)
        .find(|id| !taken(id))
        .unwrap_or(id)
}
