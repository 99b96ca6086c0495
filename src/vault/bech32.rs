//! Bech32 (BIP 173) encoding of an age secret key. Only the one direction is needed, and its buffers wipe
//! themselves; reading is left to the `age` crate.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];

/// The human-readable part of an age X25519 identity.
const HRP: &str = "age-secret-key-";

/// `AGE-SECRET-KEY-1...` for the 32 raw bytes of an X25519 identity.
pub(super) fn age_secret_key(raw: &[u8; 32]) -> Zeroizing<String> {
    let groups = five_bit_groups(raw);
    let mut check = 1_u32;
    for byte in HRP.bytes() {
        check = step(check, byte >> 5);
    }
    check = step(check, 0);
    for byte in HRP.bytes() {
        check = step(check, byte & 31);
    }
    for group in groups.iter() {
        check = step(check, *group);
    }
    for _ in 0..6 {
        check = step(check, 0);
    }
    check ^= 1;
    let mut text = Zeroizing::new(String::with_capacity(HRP.len() + 1 + groups.len() + 6));
    text.push_str(HRP);
    text.push('1');
    for group in groups.iter() {
        text.push(letter(*group));
    }
    for place in (0..6).rev() {
        // Masked to five bits, so the cast loses nothing.
        text.push(letter(((check >> (5 * place)) & 31) as u8));
    }
    text.make_ascii_uppercase();
    text
}

fn letter(group: u8) -> char {
    char::from(ALPHABET[usize::from(group & 31)])
}

fn step(check: u32, value: u8) -> u32 {
    let top = check >> 25;
    let mut next = ((check & 0x01ff_ffff) << 5) ^ u32::from(value);
    for (bit, generator) in GENERATOR.iter().enumerate() {
        next ^= generator & 0_u32.wrapping_sub((top >> bit) & 1);
    }
    next
}

/// 256 bits as 52 groups of five, the last one padded with zeros.
fn five_bit_groups(raw: &[u8; 32]) -> Zeroizing<[u8; 52]> {
    let mut groups = Zeroizing::new([0_u8; 52]);
    let (mut held, mut bits, mut at) = (0_u32, 0_u32, 0_usize);
    for byte in raw {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            groups[at] = ((held >> bits) & 31) as u8;
            at += 1;
        }
    }
    groups[at] = ((held << (5 - bits)) & 31) as u8;
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use age::secrecy::ExposeSecret;

    #[test]
    fn agrees_with_the_age_crate() {
        for _ in 0..50 {
            let theirs = age::x25519::Identity::generate().to_string();
            let mut raw = [0_u8; 32];
            raw.copy_from_slice(&decode(theirs.expose_secret()));
            assert_eq!(age_secret_key(&raw).as_str(), theirs.expose_secret());
        }
    }

    fn decode(text: &str) -> Vec<u8> {
        let data = text.to_lowercase();
        let data = &data["age-secret-key-1".len()..text.len() - 6];
        let (mut held, mut bits, mut out) = (0_u32, 0, Vec::new());
        for letter in data.bytes() {
            let value = ALPHABET.iter().position(|l| *l == letter).unwrap();
            held = (held << 5) | u32::try_from(value).unwrap();
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                out.push(((held >> bits) & 255) as u8);
            }
        }
        out
    }
}
