//! TDES by aws-lc, for the modes of the `cbc` and `cmac` crates: four times as fast as the `des` crate, which looks
//! every S-box up by itself and permutes afterwards.
//!
//! aws-lc refuses keys that NIST SP 800-67 tells to avoid: equal parts, weak and semi-weak ones. keymoot makes and
//! takes no such key, but reads what peers wrote under one and explains it, so `None` here means: use the `des` crate.
#![allow(deprecated)] // TDES is old; that is what the names of aws-lc say, and no news to payments
#![deny(clippy::indexing_slicing)]

use std::rc::Rc;

use aws_lc_rs::cipher::{
    Algorithm, DES_EDE_FOR_LEGACY_USE_ONLY, DES_EDE3_FOR_LEGACY_USE_ONLY, DecryptingKey,
    DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use cipher::{
    Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, ParBlocksSizeUser,
    consts::{U1, U8},
};

/// TDES that encrypts. Its key schedule is made once, shared by clones and wiped with the last.
#[derive(Clone)]
pub(super) struct TdesEncrypt(Rc<EncryptingKey>);

/// TDES that decrypts.
pub(super) struct TdesDecrypt(DecryptingKey);

fn key(bytes: &[u8]) -> Option<UnboundCipherKey> {
    let algorithm: &'static Algorithm = match bytes.len() {
        16 => &DES_EDE_FOR_LEGACY_USE_ONLY,
        24 => &DES_EDE3_FOR_LEGACY_USE_ONLY,
        _ => return None,
    };
    UnboundCipherKey::new(algorithm, bytes).ok()
}

impl TdesEncrypt {
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        Some(Self(Rc::new(EncryptingKey::ecb(key(bytes)?).ok()?)))
    }
}

impl TdesDecrypt {
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        Some(Self(DecryptingKey::ecb(key(bytes)?).ok()?))
    }
}

macro_rules! eight_byte_blocks {
    ($cipher:ty) => {
        impl BlockSizeUser for $cipher {
            type BlockSize = U8;
        }

        impl ParBlocksSizeUser for $cipher {
            type ParBlocksSize = U1;
        }
    };
}

eight_byte_blocks!(TdesEncrypt);
eight_byte_blocks!(TdesDecrypt);

// One block of eight bytes without a vector is never refused. Were it, no clear text may stand where cipher text is
// read, nor the reverse: the block is emptied.

impl BlockCipherEncBackend for TdesEncrypt {
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut bytes = block.clone_in();
        if self
            .0
            .less_safe_encrypt(&mut bytes, EncryptionContext::None)
            .is_err()
        {
            bytes.fill(0);
        }
        *block.get_out() = bytes;
    }
}

impl BlockCipherEncrypt for TdesEncrypt {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = Self::BlockSize>) {
        f.call(self);
    }
}

impl BlockCipherDecBackend for TdesDecrypt {
    fn decrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut bytes = block.clone_in();
        if self.0.decrypt(&mut bytes, DecryptionContext::None).is_err() {
            bytes.fill(0);
        }
        *block.get_out() = bytes;
    }
}

impl BlockCipherDecrypt for TdesDecrypt {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = Self::BlockSize>) {
        f.call(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cipher::KeyInit;
    use des::{TdesEde2, TdesEde3};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_make_the_same_blocks(bytes in any::<[u8; 24]>(), block in any::<[u8; 8]>()) {
            fn by(cipher: &impl BlockCipherEncrypt<BlockSize = U8>, block: [u8; 8]) -> [u8; 8] {
                let mut block = block.into();
                cipher.encrypt_block(&mut block);
                block.into()
            }
            for length in [16, 24] {
                let key = &bytes[..length];
                let theirs = if length == 16 {
                    by(&TdesEde2::new_from_slice(key).unwrap(), block)
                } else {
                    by(&TdesEde3::new_from_slice(key).unwrap(), block)
                };
                let ours = by(&TdesEncrypt::new(key).unwrap(), block);
                prop_assert_eq!(ours, theirs);
                let mut back = ours.into();
                BlockCipherDecrypt::decrypt_block(&TdesDecrypt::new(key).unwrap(), &mut back);
                prop_assert_eq!(<[u8; 8]>::from(back), block);
            }
        }
    }

    #[test]
    fn what_aws_lc_refuses_is_left_to_the_des_crate() {
        let twice = [[0x13; 8], [0x13; 8]].concat();
        let weak = [[0x01; 8], [0x13; 8]].concat();
        let ends = [[0x13; 8], [0x26; 8], [0x13; 8]].concat();
        for key in [twice, weak, ends, vec![0; 8], Vec::new()] {
            assert!(TdesEncrypt::new(&key).is_none());
            assert!(TdesDecrypt::new(&key).is_none());
        }
    }
}
