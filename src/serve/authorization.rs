//! The `Authorization` header of Signature Version 4, read strictly.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXLOWER;

use super::sigv4::Unsigned;

/// The only algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last part of every scope.
const TERMINATOR: &str = "aws4_request";

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// The scope's day, `yyyymmdd`.
    pub date: &'a str,
    /// The scope's region.
    pub region: &'a str,
    /// The scope's service.
    pub service: &'a str,
    /// Names of the signed headers, lower case, as listed.
    pub signed_headers: Vec<&'a str>,
    /// The signature.
    pub signature: [u8; 32],
}

impl<'a> Authorization<'a> {
    /// Reads the header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, parts in any order, each
    /// exactly once.
    ///
    /// # Errors
    /// [`Unsigned::Incomplete`] naming the part that is missing or malformed, never its value.
    pub fn parse(header: &'a str) -> Result<Self, Unsigned> {
        let (algorithm, rest) = header.trim().split_once(' ').ok_or_else(|| {
            Unsigned::Incomplete(
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.".into(),
            )
        })?;
        if algorithm != ALGORITHM {
            return Err(Unsigned::Incomplete(format!(
                "Unsupported AWS 'algorithm': only {ALGORITHM} is known."
            )));
        }
        let mut parts = Parts::default();
        for part in rest.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or_else(|| {
                Unsigned::Incomplete("Authorization header has a parameter without '='.".into())
            })?;
            parts.take(name, value)?;
        }
        let scope = required(parts.credential, "Credential")?;
        let [access_key_id, date, region, service] = scope_of(scope)?;
        Ok(Self {
            access_key_id,
            date,
            region,
            service,
            signed_headers: header_names(required(parts.signed_headers, "SignedHeaders")?)?,
            signature: signature(required(parts.signature, "Signature")?)?,
        })
    }

    /// The credential scope.
    pub fn scope(&self) -> String {
        format!(
            "{}/{}/{}/{TERMINATOR}",
            self.date, self.region, self.service
        )
    }
}

#[derive(Default)]
struct Parts<'a> {
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn take(&mut self, name: &str, value: &'a str) -> Result<(), Unsigned> {
        let place = match name {
            "Credential" => &mut self.credential,
            "SignedHeaders" => &mut self.signed_headers,
            "Signature" => &mut self.signature,
            _ => {
                return Err(Unsigned::Incomplete(
                    "Authorization header has a parameter that Signature Version 4 does not know."
                        .into(),
                ));
            }
        };
        if place.replace(value).is_some() {
            return Err(Unsigned::Incomplete(format!(
                "Authorization header has the '{name}' parameter twice."
            )));
        }
        Ok(())
    }
}

fn required<'a>(part: Option<&'a str>, name: &str) -> Result<&'a str, Unsigned> {
    part.filter(|value| !value.is_empty()).ok_or_else(|| {
        Unsigned::Incomplete(format!("Authorization header requires '{name}' parameter."))
    })
}

fn scope_of(credential: &str) -> Result<[&str; 4], Unsigned> {
    let wrong = || {
        Unsigned::Incomplete(
            "Credential must have the form KEY-ID/yyyymmdd/REGION/SERVICE/aws4_request.".into(),
        )
    };
    let parts: Vec<&str> = credential.split('/').collect();
    let [id, date, region, service, terminator] = parts.as_slice() else {
        return Err(wrong());
    };
    let day = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
    let whole = [id, region, service].iter().all(|part| !part.is_empty());
    if !day || !whole || *terminator != TERMINATOR {
        return Err(wrong());
    }
    Ok([id, date, region, service])
}

fn header_names(list: &str) -> Result<Vec<&str>, Unsigned> {
    let names: Vec<&str> = list.split(';').collect();
    let lower = |name: &&str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase())
    };
    if names.iter().all(lower) {
        return Ok(names);
    }
    Err(Unsigned::Incomplete(
        "SignedHeaders must be lower-case header names joined by ';'.".into(),
    ))
}

fn signature(hex: &str) -> Result<[u8; 32], Unsigned> {
    HEXLOWER
        .decode(hex.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            Unsigned::Incomplete("Signature must be 64 lower-case hexadecimal digits.".into())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn header() -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=K/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature={ZEROS}"
        )
    }

    #[test]
    fn the_parts_are_told_apart() {
        let text = header();
        let read = Authorization::parse(&text).unwrap();
        assert_eq!((read.access_key_id, read.region), ("K", "us-east-1"));
        assert_eq!(read.signed_headers, ["host", "x-amz-date"]);
        assert_eq!(read.scope(), "20150830/us-east-1/service/aws4_request");
    }

    #[test]
    fn what_is_malformed_is_named() {
        let whole = header();
        for (from, to, named) in [
            ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", "algorithm"),
            ("Credential=", "Credentials=", "does not know"),
            ("Signature=0", "Signature=g", "64 lower-case"),
            ("host;", "Host;", "SignedHeaders"),
            ("/aws4_request", "", "Credential must"),
            ("20150830", "2015083", "Credential must"),
            (", SignedHeaders=host;x-amz-date", "", "'SignedHeaders'"),
            ("SignedHeaders=", "Credential=", "twice"),
        ] {
            let text = whole.replacen(from, to, 1);
            let Err(Unsigned::Incomplete(message)) = Authorization::parse(&text) else {
                panic!("{text}");
            };
            assert!(message.contains(named), "{message}");
        }
        assert!(Authorization::parse("").is_err());
    }
}
