//! Components as people type them from paper: digits to bytes, and two readings of one paper.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::crypto::SecretBytes;
use crate::session::{Profile, Session, SetRef};

use super::drive::Halt;

/// What a rehearsal answers where the right value is known to the program.
pub(super) const DERIVE: &str = "derive";
/// What stands before a practice value in a script.
const TEST: &str = "TEST:";
/// Hex digits in a group.
const GROUP: usize = 4;

/// What was typed, as bytes; nothing where a rehearsal takes the right value.
pub(super) fn typed(
    session: &Session,
    secret: Option<&SecretBytes>,
    set: &SetRef,
) -> Result<Option<SecretBytes>, Halt> {
    let bytes = secret.map(SecretBytes::expose).unwrap_or_default();
    let practice = session.profile() != Profile::Production;
    if practice && bytes == DERIVE.as_bytes() {
        return Ok(None);
    }
    let bytes = bytes
        .strip_prefix(TEST.as_bytes())
        .filter(|_| practice)
        .unwrap_or(bytes);
    let mut digits = Zeroizing::new(Vec::with_capacity(bytes.len()));
    for byte in bytes {
        match byte {
            b' ' | b'-' | b'\t' => {}
            byte if byte.is_ascii_hexdigit() => digits.push(byte.to_ascii_uppercase()),
            _ => {
                return Err(Halt::Again(format!(
                    "Only 0-9 and A-F are taken: group {} holds something else. Nothing was entered. Is it the \
                     letter O for the digit 0?",
                    digits.len() / GROUP + 1
                )));
            }
        }
    }
    let expected = set.algorithm.key_bytes().unwrap_or_default() * 2;
    if digits.len() != expected {
        return Err(Halt::Again(format!(
            "A component of a {} key has {expected} hex digits in {} groups, and {} were typed. Nothing was entered. \
             Read it again, group by group.",
            set.algorithm.name(),
            expected / GROUP,
            digits.len()
        )));
    }
    let mut value = Zeroizing::new(vec![0_u8; expected / 2]);
    match data_encoding::HEXUPPER.decode_mut(&digits, &mut value) {
        Ok(_) => Ok(Some(SecretBytes::from_slice(&value))),
        Err(_) => Err(Halt::Again(
            "These are no hex digits. Nothing was entered.".into(),
        )),
    }
}

/// Two readings of one paper, or one of what was `printed`; the group that differs is named, never what stands in it.
pub(super) fn same_reading(
    first: &SecretBytes,
    second: &SecretBytes,
    printed: bool,
) -> Result<(), Halt> {
    let groups = first
        .expose()
        .chunks(GROUP / 2)
        .zip(second.expose().chunks(GROUP / 2));
    let differing: Vec<String> = (1..)
        .zip(groups)
        .filter(|(_, (one, other))| !bool::from(one.ct_eq(other)))
        .map(|(number, _): (usize, _)| number.to_string())
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    let (what, verb) = if differing.len() == 1 {
        ("Group", "differs")
    } else {
        ("Groups", "differ")
    };
    let groups = differing.join(", ");
    Err(Halt::Again(if printed {
        format!(
            "{what} {groups} {verb} from what was printed. Nothing was recorded. Read that place on the paper again, \
             and type the component anew."
        )
    } else {
        format!(
            "{what} {groups} {verb} between the two readings. Nothing was entered. Read that place on the paper again, \
             and type both readings anew."
        )
    }))
}
