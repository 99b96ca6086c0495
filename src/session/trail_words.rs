//! What an event of the log was, in the words of the screens and with the key's name; the line itself stays as written.

use serde_json::Value;

use super::Session;
use super::trail::TrailLine;
use super::views::name_of;
use crate::custody::policy::operation;
use crate::text::tr;

/// Operations as the log names them, and what people call what happened. One that is not here is told as it stands.
const WORDS: [(&str, &str); 49] = [
    ("CreateKey", "made"),
    ("ImportKey", "imported"),
    ("ExportKey", "exported"),
    ("DeleteKey", "deleted"),
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
    (operation::ROTATE, "custodians made anew"),
    (operation::RECOVERY_SET, "recovery set made"),
    ("open-by-recovery", "opened by the recovery set"),
    (operation::BACKUP, "copy made"),
    (operation::RESTORE, "returned to a copy"),
    (operation::CLOCK, "clock moved"),
    (operation::LOWER_WATERMARK, "clock's watermark lowered"),
    (operation::ATTEST_DESTROYED, "copy destroyed"),
    (operation::LOAD_INVENTORY, "inventory loaded"),
    (operation::ACCEPT_OLDER_COPY, "older copy opened"),
    (operation::IMPORT_COMPONENTS, "key formed of components"),
    (operation::EXPORT_COMPONENTS, "key left as components"),
    (operation::RECORD_ACCESS, "access recorded"),
    (operation::COMPONENTS_DESTROYED, "components destroyed"),
    (operation::SUSPECT, "key judged suspect, or cleared"),
    (operation::UNBIND, "device let go"),
    (operation::REBIND, "device handed over"),
    (operation::RANDOM, "random number given"),
    ("run-resume", "ceremony taken up"),
    ("run-input", "ceremony's input"),
    ("create-vault", "vault made"),
    ("enrol", "person enrolled"),
    ("people", "people listed"),
    ("attest-clock", "clock attested"),
    ("run-begin", "ceremony begun"),
    ("run-close", "ceremony ended"),
    (super::mismatch::DIFFERS, "check value differs: SUSPECT"),
    ("receipt", "receipt read"),
    (super::restoring::REPEATED, "told by the newer log"),
];

/// What people call an operation of the log.
pub(crate) fn called(op: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(name, _)| *name == op)?;
    Some(tr(found.1))
}

impl Session {
    /// Puts what happened into words: the operation, the key's name where it has one, and what the line says of it.
    pub(super) fn say_act(&self, line: &mut TrailLine) {
        let value: Value = serde_json::from_str(&line.written).unwrap_or_default();
        let op = value.get("op").and_then(Value::as_str).unwrap_or_default();
        let Some(words) = called(op) else { return };
        let about = line.what.strip_prefix(op).unwrap_or_default().to_owned();
        let key = value.pointer("/details/key").and_then(Value::as_str);
        let key = key.and_then(|arn| self.record(arn)).map(name_of);
        line.what = match key {
            Some(name) => format!("{words}{about}, {name}"),
            None => format!("{words}{about}"),
        };
    }
}
