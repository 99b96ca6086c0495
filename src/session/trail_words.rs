//! What an event of the log was, in the words of the screens and with the key's name; the line itself stays as written.

use serde_json::Value;

use super::Session;
use super::trail::TrailLine;
use super::views::name_of;
use crate::api::KeyClass;
use crate::custody::policy::operation;
use crate::evidence::audit::Event;
use crate::text::{say, tr};

/// Operations as the log names them, and what people call what happened. One that is not here is told as it stands.
const WORDS: [(&str, &str); 71] = [
    ("CreateKey", "made"),
    ("ImportKey", "imported"),
    ("ExportKey", "exported"),
    ("DeleteKey", "deleting"),
    ("DestroyKey", "destroyed"),
    ("RestoreKey", "restored"),
    ("StartKeyUsage", "enabled"),
    ("StopKeyUsage", "disabled"),
    ("CreateAlias", "alias made"),
    ("UpdateAlias", "alias changed"),
    ("DeleteAlias", "alias deleted"),
    ("TagResource", "key named or tagged"),
    ("UntagResource", "tag removed"),
    ("GetParametersForImport", "certificate given out"),
    ("GetParametersForExport", "signing certificate given out"),
    ("GetCertificateSigningRequest", "certificate asked for"),
    (operation::IMPORT_ROOT, "root trusted"),
    (operation::CHANGE_POLICY, "policy changed"),
    (operation::CHANGE_PEOPLE, "people changed"),
    (operation::DRILL, "drill"),
    (operation::RESHARE, "envelopes made anew"),
    (super::reshare_left::WRITTEN, "new envelopes written"),
    ("EndOldSet", "set of envelopes ended"),
    (operation::ROTATE, "custodians made anew"),
    (operation::RECOVERY_SET, "recovery set made"),
    ("open-by-recovery", "opened by the recovery set"),
    (operation::BACKUP, "copy made"),
    (operation::RESTORE, "returned to a copy"),
    (operation::CLOCK, "clock moved"),
    (operation::LOWER_WATERMARK, "vault's time set back"),
    (operation::ATTEST_DESTROYED, "copy destroyed"),
    (operation::LOAD_INVENTORY, "inventory loaded"),
    (operation::ACCEPT_OLDER_COPY, "older copy opened"),
    (operation::IMPORT_COMPONENTS, "key formed of components"),
    (operation::EXPORT_COMPONENTS, "key left as components"),
    (operation::RECORD_ACCESS, "access recorded"),
    (operation::COMPONENTS_DESTROYED, "components destroyed"),
    (
        operation::ENVELOPES_DESTROYED,
        "old envelopes' end attested",
    ),
    (operation::SUSPECT, "key judged suspect, or cleared"),
    (operation::UNBIND, "device let go"),
    (operation::REBIND, "device handed over"),
    (operation::RANDOM, "random number given"),
    ("run-resume", "ceremony taken up"),
    ("run-input", "ceremony's input"),
    ("run-input-unfit", "ceremony's input taken out"),
    ("withdraw", "request taken off the table"),
    ("create-vault", "vault made"),
    ("enrol", "person enrolled"),
    ("people", "people listed"),
    (super::handed_out::HANDED_OUT, "new words handed out"),
    (super::handed_out::GIVEN_UP, "change of people given up"),
    (super::handed_out::RECOVERY, "recovery set handed out"),
    (
        super::handed_out::RECOVERY_WORDS,
        "recovery set: words shown",
    ),
    ("attest-clock", "clock attested"),
    ("run-begin", "ceremony begun"),
    ("run-close", "ceremony ended"),
    ("sign-off", "signed"),
    (super::mismatch::DIFFERS, "check value differs: SUSPECT"),
    (super::comparing::COMPARED, "check value compared"),
    ("receipt", "receipt read"),
    (super::restoring::REPEATED, "told by the newer log"),
    ("open", "vault opened"),
    ("close", "vault closed"),
    (super::mistyped::IN_THE_OPEN_LINE, "typed in the open"),
    ("witness-card", "witness card"),
    ("ask", "request"),
    ("approve", "signature of a custodian"),
    ("execute", "carrying out"),
    ("backup-result", "copy read back"),
    ("policy", "answer about policy"),
    ("advance", "clock moved"),
];

/// What people call an operation of the log.
pub(crate) fn called(op: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(name, _)| *name == op)?;
    Some(tr(found.1))
}

/// What people call an operation of the log, by what its line says closer.
pub(super) fn called_closely(event: &Event) -> Option<&'static str> {
    let line = serde_json::json!({"op": event.op, "details": event.details});
    closer(&line).or_else(|| called(&event.op))
}

/// What the line itself says closer than its operation: one operation stands for several acts of people.
fn closer(line: &Value) -> Option<&'static str> {
    let text = |path: &str| line.pointer(path).and_then(Value::as_str);
    match (text("/op")?, text("/details/entered/name")) {
        (super::comparing::COMPARED, _) => Some(match text("/details/result")? {
            super::comparing::AGREED => tr("check value agrees"),
            super::comparing::AGREED_LATE => tr("check value agrees, shown before"),
            "differs" => tr("check value differs"),
            "not-taken" => tr("check value not taken"),
            "shown" => tr("check value shown uncompared"),
            _ => tr("check value taken as shown"),
        }),
        ("receipt", _) => Some(match text("/details/result")? {
            "confirmed" => tr("receipt confirms"),
            _ => tr("receipt DIFFERS"),
        }),
        ("ExportKey", _) if text("/details/initial_key").is_some() => {
            Some(tr("initial key exported"))
        }
        (operation::CHANGE_PEOPLE, Some("vault.exempt")) => Some(tr("exception of two managers")),
        (operation::CHANGE_PEOPLE, Some("vault.appoint")) => Some(tr("person appointed")),
        ("unlock", _) if text("/kind") == Some("unvouched") => {
            Some(tr("wrong passphrase or envelope"))
        }
        ("withdraw", _) if text("/details/asked_by").is_some() => Some(tr("request refused")),
        ("run-close", _) if text("/details/outcome") == Some("aborted") => {
            Some(tr("ceremony stopped for good"))
        }
        _ => None,
    }
}

impl Session {
    /// Puts what happened into words: the operation, the key's name where it has one, and what the line says of it.
    pub(super) fn say_act(&self, line: &mut TrailLine) {
        let value: Value = serde_json::from_str(&line.written).unwrap_or_default();
        let op = value.get("op").and_then(Value::as_str).unwrap_or_default();
        let Some(words) = closer(&value).or_else(|| called(op)) else {
            return;
        };
        // A step's id is its script's word, and says again what the operation says; the line itself has it.
        let step = value.pointer("/details/step").and_then(Value::as_str);
        let about = line.what.strip_prefix(op).unwrap_or_default();
        let about = match step {
            Some(step) if about.strip_prefix(": ") == Some(step) => String::new(),
            _ => about.to_owned(),
        };
        let about = format!(
            "{about}{}{}{}",
            self.of_run(op, &value),
            in_the_open(op, &value),
            said_there(op, &value)
        );
        if line.who.is_empty()
            && let Some(by) = value.pointer("/details/by").and_then(Value::as_str)
        {
            by.clone_into(&mut line.who);
        }
        let key = value.pointer("/details/key").and_then(Value::as_str);
        let key = key.and_then(|arn| self.record(arn));
        line.what = match key.map(|record| (record, name_of(record))) {
            // A certificate is known by its name: nobody compares its check value, and a narrow list has room for one.
            Some((record, name)) if record.key.key_attributes.key_class == KeyClass::PUBLIC_KEY => {
                let told = about
                    .strip_prefix(": ")
                    .map_or_else(|| about.clone(), |about| format!(", {about}"));
                format!("{words}: {name}{told}")
            }
            Some((_, name)) => format!("{words}{about}, {name}"),
            None => format!("{words}{about}"),
        };
    }
}

/// What was signed, why a ceremony was stopped, and why people did what they did: in the words that people read there.
fn said_there(op: &str, line: &Value) -> String {
    let text = |path: &str| line.pointer(path).and_then(Value::as_str);
    let words = match op {
        "sign-off" => text("/details/text"),
        "run-close" => text("/details/why"),
        // A refusal's reason is keymoot's: it stands in the line itself, and in what was refused.
        _ if text("/kind") == Some("refused") || text("/details/result") == Some("refused") => None,
        _ => REASONS.into_iter().find_map(text),
    };
    let words = words.map(|words| words.strip_prefix("aborted: ").unwrap_or(words));
    let words = words.filter(|words| !words.is_empty());
    words.map_or_else(String::new, |words| format!(": {words}"))
}

/// Where a line has the reason that people gave.
const REASONS: [&str; 3] = [
    "/details/reason",
    "/details/entered/reason",
    "/details/entered/how",
];

/// What was typed where it is drawn, and in which field of what; never what it was.
fn in_the_open(op: &str, line: &Value) -> String {
    if op != super::mistyped::IN_THE_OPEN_LINE {
        return String::new();
    }
    let detail = |name: &str| {
        line.pointer(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let [what, field, at] = ["/details/what", "/details/field", "/details/at"].map(detail);
    say!(": {what} in {field}, {at}", what, field, at)
}

impl Session {
    /// Of a ceremony's own line, which ceremony it is.
    fn of_run(&self, op: &str, line: &Value) -> String {
        let id = line.pointer("/details/run").and_then(Value::as_str);
        let mut runs = self.state.runs.iter();
        match id.and_then(|id| runs.find(|run| run.id == id)) {
            Some(run) if op.starts_with("run-") => format!(", {}", run.script),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_operation_is_told_by_what_was_entered() {
        let line = |op: &str, details: &str| {
            let text = format!("{{\"op\":\"{op}\",\"details\":{details}}}");
            serde_json::from_str(&text).unwrap()
        };
        let entered = |name: &str| {
            let details = format!("{{\"entered\":{{\"name\":\"{name}\"}}}}");
            closer(&line(operation::CHANGE_PEOPLE, &details))
        };
        assert_eq!(entered("vault.appoint"), Some("person appointed"));
        assert_eq!(entered("vault.exempt"), Some("exception of two managers"));
        assert_eq!(
            closer(&line("withdraw", "{\"asked_by\":\"Ada\"}")),
            Some("request refused")
        );
        assert_eq!(closer(&line("withdraw", "{}")), None);
        assert_eq!(called("DeleteKey"), Some("deleting"));
    }
}
