//! The plaintext of vault.age: deterministic CBOR (RFC 8949, 4.2.1), then an HMAC-SHA-256 under a key that
//! only V gives. Whoever has the public recipient alone can seal a file to it, but not one that passes here.
//!
//! The trailer is the same in every version, so that a newer file can be told from a foreign one.
#![deny(clippy::indexing_slicing)]

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, Bytes};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::api::Profile;

/// The version of the payload that is written.
pub const PAYLOAD_VERSION: u32 = 1;
/// HKDF label of the MAC key.
pub(super) const MAC_LABEL: &str = "keymoot/payload/v1";
/// HMAC-SHA-256.
pub(super) const TAG_LEN: usize = 32;

/// Where the audit log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditHead {
    /// SHA-256 of the last sealed line.
    #[serde(with = "serde_bytes")]
    pub hash: [u8; 32],
    /// Lines up to and with it.
    pub count: u64,
}

/// What the vault itself keeps beside the session's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As in custody.toml.
    pub vault_id: [u8; 16],
    /// As in custody.toml.
    pub profile: Profile,
    /// Drawn anew when an older copy is opened as an exception; part of what people sign.
    pub epoch: [u8; 16],
    /// Raised by every executed act and settlement.
    pub seq: u64,
    /// Raised by every vault.age written; the first is 1.
    pub commit: u64,
    /// No earlier generation may stay.
    pub purge_before: u64,
    /// SHA-256 of the vault.age before this one; zeros in the first.
    pub previous_file: [u8; 32],
    /// Head of the state chain.
    pub state_head: [u8; 32],
    /// Head of the audit chain.
    pub audit_head: AuditHead,
    /// Accepted SHA-256 of custody.toml: one, or current and pending while a change stands open.
    pub custody: Vec<[u8; 32]>,
}

/// Why the plaintext of a vault.age was not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Somebody without V made it.
    #[error(
        "vault.age was not written by this vault's keymoot: its inner check fails. Nothing of it was used; \
         keep the file as evidence and take the last good one from a backup or from `generations`."
    )]
    NotAuthentic,
    /// Written by a later keymoot.
    #[error(
        "vault.age has format version {found}; this keymoot reads up to {PAYLOAD_VERSION}. Nothing was \
         changed; use the keymoot that wrote it, or a later one."
    )]
    NewerVersion {
        /// The version in it.
        found: u64,
    },
    /// Authentic, but not of this form: a fault of the program that wrote it.
    #[error(
        "vault.age is authentic, but its contents cannot be read. Nothing was changed; keep the file and \
         report a fault in the program."
    )]
    Malformed,
    /// The state could not be put into CBOR.
    #[error("The state could not be written. Nothing in the vault changed.")]
    Unwritable,
}

/// Members in the order of RFC 8949, 4.2.1 (by encoded key): shorter first, then bytewise. So `v` leads.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    v: u32,
    seq: u64,
    #[serde(with = "serde_bytes")]
    epoch: [u8; 16],
    #[serde(borrow)]
    state: &'a Bytes,
    commit: u64,
    custody: Vec<ByteArray<32>>,
    profile: Profile,
    #[serde(with = "serde_bytes")]
    vault_id: [u8; 16],
    audit_head: AuditHead,
    #[serde(with = "serde_bytes")]
    state_head: [u8; 32],
    purge_before: u64,
    #[serde(with = "serde_bytes")]
    previous_file: [u8; 32],
}

/// The plaintext of a vault.age, but for the tag that ends it.
pub(super) fn body(header: &Header, state: &[u8]) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
    let wire = Wire {
        v: PAYLOAD_VERSION,
        seq: header.seq,
        epoch: header.epoch,
        state: Bytes::new(state),
        commit: header.commit,
        custody: header.custody.iter().copied().map(ByteArray::new).collect(),
        profile: header.profile,
        vault_id: header.vault_id,
        audit_head: header.audit_head,
        state_head: header.state_head,
        purge_before: header.purge_before,
        previous_file: header.previous_file,
    };
    // At its final size at once: the state names every key, so no copy of it should be left behind.
    let room = state.len() + 512 + 34 * header.custody.len();
    let mut writer = minicbor_serde::Serializer::new(Vec::with_capacity(room));
    wire.serialize(&mut writer)
        .map_err(|_| PayloadError::Unwritable)?;
    Ok(Zeroizing::new(writer.into_encoder().into_writer()))
}

/// The tag over all that stands before it (HMAC-SHA-256).
pub(super) fn tag(mac_key: &[u8; 32], body: &[u8]) -> Result<[u8; TAG_LEN], PayloadError> {
    Ok(mac(mac_key, body)?.finalize().into_bytes().into())
}

/// The whole plaintext of a vault.age.
#[cfg(test)]
pub(super) fn encode(
    header: &Header,
    state: &[u8],
    mac_key: &[u8; 32],
) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
    let mut plain = body(header, state)?;
    let tag = tag(mac_key, &plain)?;
    plain.extend_from_slice(&tag);
    Ok(plain)
}

/// Checks the tag, then the version, then reads. The state is a part of `plain`.
pub(super) fn decode<'a>(
    plain: &'a [u8],
    mac_key: &[u8; 32],
) -> Result<(Header, &'a [u8]), PayloadError> {
    let (body, tag) = plain
        .len()
        .checked_sub(TAG_LEN)
        .and_then(|at| plain.split_at_checked(at))
        .ok_or(PayloadError::NotAuthentic)?;
    mac(mac_key, body)?
        .verify_slice(tag)
        .map_err(|_| PayloadError::NotAuthentic)?;
    let found = version(body).ok_or(PayloadError::Malformed)?;
    if found > u64::from(PAYLOAD_VERSION) {
        return Err(PayloadError::NewerVersion { found });
    }
    let mut reader = minicbor_serde::Deserializer::new(body);
    let wire = Wire::deserialize(&mut reader).map_err(|_| PayloadError::Malformed)?;
    if wire.v != PAYLOAD_VERSION || reader.decoder().position() != body.len() {
        return Err(PayloadError::Malformed);
    }
    let header = Header {
        vault_id: wire.vault_id,
        profile: wire.profile,
        epoch: wire.epoch,
        seq: wire.seq,
        commit: wire.commit,
        purge_before: wire.purge_before,
        previous_file: wire.previous_file,
        state_head: wire.state_head,
        audit_head: wire.audit_head,
        custody: wire
            .custody
            .into_iter()
            .map(ByteArray::into_array)
            .collect(),
    };
    Ok((header, wire.state))
}

fn mac(key: &[u8; 32], body: &[u8]) -> Result<Hmac<Sha256>, PayloadError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| PayloadError::NotAuthentic)?;
    mac.update(body);
    Ok(mac)
}

/// The version of any payload, past or future: a CBOR map whose first member is `v`, an unsigned integer.
fn version(body: &[u8]) -> Option<u64> {
    let (head, rest) = body.split_first()?;
    let rest = match head {
        0xa1..=0xb7 => rest,
        0xb8 => rest.get(1..)?,
        0xb9 => rest.get(2..)?,
        _ => return None,
    };
    let (head, rest) = rest.strip_prefix(b"\x61v")?.split_first()?;
    let wide = match head {
        0x00..=0x17 => return Some(u64::from(*head)),
        0x18 => 1,
        0x19 => 2,
        0x1a => 4,
        0x1b => 8,
        _ => return None,
    };
    let digits = rest.get(..wide)?;
    Some(
        digits
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    )
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
