//! The stored form of tokens and of the vault's own authority.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::api::{KeyAlgorithm, KeyMaterialType, Timestamp};

use super::{
    authority::{Authority, Issued},
    tokens::{Token, TokenPair},
};

/// A token; one that has ended has neither key nor certificate.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredToken {
    token: String,
    #[serde(rename = "for")]
    material_type: KeyMaterialType,
    algorithm: KeyAlgorithm,
    given: i64,
    until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<ByteBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<ByteBuf>,
}

/// The vault's own authority.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredAuthority {
    sealed: ByteBuf,
    certificate: ByteBuf,
    made: i64,
    until: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    issued: Vec<StoredIssued>,
}

/// A certificate for a pair of the vault.
#[derive(Serialize, Deserialize)]
struct StoredIssued {
    key: String,
    certificate: ByteBuf,
    until: i64,
}

impl From<&Token> for StoredToken {
    fn from(token: &Token) -> Self {
        let pair = token.pair.clone();
        let (sealed, certificate) = pair
            .map(|pair| (pair.sealed.into(), pair.certificate_der.into()))
            .unzip();
        Self {
            token: token.name.to_string(),
            material_type: token.material_type,
            algorithm: token.algorithm,
            given: token.given.millis(),
            until: token.until.millis(),
            sealed,
            certificate,
        }
    }
}

impl TryFrom<StoredToken> for Token {
    type Error = String;

    fn try_from(stored: StoredToken) -> Result<Self, String> {
        let pair = match (stored.sealed, stored.certificate) {
            (Some(sealed), Some(certificate)) => Some(TokenPair {
                sealed: sealed.into_vec(),
                certificate_der: certificate.into_vec(),
            }),
            (None, None) => None,
            _ => return Err(format!("{} is stored in part", stored.token)),
        };
        Ok(Self {
            name: stored.token.into(),
            material_type: stored.material_type,
            algorithm: stored.algorithm,
            given: Timestamp::from_millis(stored.given),
            until: Timestamp::from_millis(stored.until),
            pair,
        })
    }
}

impl From<&Authority> for StoredAuthority {
    fn from(authority: &Authority) -> Self {
        let issued = authority.issued.iter().map(|(key, issued)| StoredIssued {
            key: key.to_string(),
            certificate: issued.certificate_der.clone().into(),
            until: issued.until.millis(),
        });
        Self {
            sealed: authority.sealed.clone().into(),
            certificate: authority.certificate_der.clone().into(),
            made: authority.made.millis(),
            until: authority.until.millis(),
            issued: issued.collect(),
        }
    }
}

impl From<StoredAuthority> for Authority {
    fn from(stored: StoredAuthority) -> Self {
        let issued: BTreeMap<Arc<str>, Issued> = stored
            .issued
            .into_iter()
            .map(|issued| {
                let kept = Issued {
                    certificate_der: issued.certificate.into_vec(),
                    until: Timestamp::from_millis(issued.until),
                };
                (issued.key.into(), kept)
            })
            .collect();
        Self {
            sealed: stored.sealed.into_vec(),
            certificate_der: stored.certificate.into_vec(),
            made: Timestamp::from_millis(stored.made),
            until: Timestamp::from_millis(stored.until),
            issued,
        }
    }
}
