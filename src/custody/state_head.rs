//! The state head: one hash that stands for everything that was executed, link by link.
//!
//! head n = SHA-256(`keymoot/state/v1` NUL ‖ head n-1 ‖ leaf n). A leaf is an HMAC under a salt of its own, so a
//! bundle can disclose the salts of its run and the bare leaves of others, and anyone recomputes every head.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::json;

const PREFIX: &[u8] = b"keymoot/state/v1\0";

/// Head 0 of a vault: SHA-256(prefix ‖ the vault id's 32 hex digits).
pub fn head0(vault_id: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(PREFIX)
        .chain_update(vault_id.as_bytes())
        .finalize()
        .into()
}

/// The head after `leaf`.
pub fn next_head(previous: &[u8; 32], leaf: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(PREFIX)
        .chain_update(previous)
        .chain_update(leaf)
        .finalize()
        .into()
}

/// The salt of transition `seq`: HKDF-SHA-256 (RFC 5869) of the vault identity's 32 raw bytes, no HKDF salt,
/// info = `state` NUL ‖ epoch (hex text) ‖ NUL ‖ seq (8 bytes, big-endian).
pub fn salt(v_key: &[u8], epoch: &str, seq: u64) -> Zeroizing<[u8; 32]> {
    let mut info = b"state\0".to_vec();
    info.extend_from_slice(epoch.as_bytes());
    info.push(0);
    info.extend_from_slice(&seq.to_be_bytes());
    info.push(1); // the number of the one block (RFC 5869 §2.3)
    let pseudo_random = Zeroizing::new(hmac(&[0; 32], v_key));
    Zeroizing::new(hmac(&pseudo_random, &info))
}

/// The preimage of a leaf: RFC 8785 JSON of {seq, operation, request, response}; `seq` is the number that the
/// transition gives the state.
pub fn leaf_preimage(seq: u64, operation: &str, request: &Value, response: &Value) -> Vec<u8> {
    json::canonical(&json!({
        "seq": seq,
        "operation": operation,
        "request": request,
        "response": response,
    }))
}

/// Leaf `seq`: HMAC-SHA-256 (RFC 2104) under its salt of [`leaf_preimage`].
pub fn leaf(
    salt: &[u8; 32],
    seq: u64,
    operation: &str,
    request: &Value,
    response: &Value,
) -> [u8; 32] {
    hmac(salt, &leaf_preimage(seq, operation, request, response))
}

/// HMAC-SHA-256 (RFC 2104). A key shorter than the block is padded with zeros, so no length can fail.
fn hmac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    if let Some(head) = block.first_chunk_mut() {
        *head = *key;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use serde_json::json;

    use super::super::state_head;
    use super::super::tests::{EPOCH, VAULT};

    #[test]
    fn the_state_head_is_fixed_for_ever() {
        let v_key: Vec<u8> = (0..32).collect();
        let salt = state_head::salt(&v_key, EPOCH, 1);
        let leaf = state_head::leaf(
            &salt,
            1,
            "CreateKey",
            &json!({"Exportable": true}),
            &json!({"Key": {"Enabled": true}}),
        );
        let head0 = state_head::head0(VAULT);
        let all =
            [head0, *salt, leaf, state_head::next_head(&head0, &leaf)].map(|b| HEXLOWER.encode(&b));
        assert_eq!(
            all,
            [
                "6cdea74a8e08fa62f27647f42cc5eff5843ecbf5dce75ae75408b21b1bcd9919",
                "fad1f66f4251bcb588ed6b904cc67d7a6e59fbd2db39cef371f7a1d253646da0",
                "f1d92b8610c99fb0f0500d414e2f5f3f54342b8553ac6395905b04d89fdc056c",
                "95ff1364d632fb370e2c4b933e9f9d2be52d6cbeec50d006a5a5cd154b83fa0f",
            ]
        );
    }
}
