//! Signature Version 4, checked: the canonical request of what arrived, its HMAC under the run's secret, the date
//! against the operating system's clock (AWS General Reference, "Signature Version 4 signing process").
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::api::Timestamp;

use super::{Authorization, Credentials};

/// How far a request's date may lie from the clock, in milliseconds: 15 minutes.
const SKEW: i64 = 15 * 60 * 1000;
/// Prefix of headers that must be signed wherever they are sent.
const AMZ: &str = "x-amz-";
/// The one that AWS lets be added after signing.
const TOKEN: &str = "x-amz-security-token";

/// A request as it arrived.
#[derive(Clone, Copy)]
pub struct Arrived<'a> {
    /// `POST`.
    pub method: &'a str,
    /// The query, without its question mark; the path of this service is always `/`.
    pub query: &'a str,
    /// Header names in lower case with their values, in the order of arrival.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

impl Arrived<'_> {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why a request does not count as signed. The sentences are the service's own where they are known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is no signature.
    #[error("Missing Authentication Token")]
    Missing,
    /// The signature's form is wrong: which part.
    #[error("{0}")]
    Incomplete(String),
    /// Another access key id, or temporary credentials.
    #[error("The security token included in the request is invalid.")]
    UnknownKey,
    /// The signature is not of this request and this secret.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// Signed for another service, another day, or at another time: the sentence says which.
    #[error("{0}")]
    OutOfScope(String),
}

impl Unsigned {
    /// The wire name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::Incomplete(_) => "IncompleteSignatureException",
            Self::UnknownKey => "UnrecognizedClientException",
            Self::Mismatch | Self::OutOfScope(_) => "InvalidSignatureException",
        }
    }
}

/// Checks a request: form, key id, scope, date, and then the signature in constant time.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    request: &Arrived<'_>,
    credentials: &Credentials,
    (region, service): (&str, &str),
    now: Timestamp,
) -> Result<(), Unsigned> {
    let header = request.header("authorization").ok_or(Unsigned::Missing)?;
    let signed = Authorization::parse(header)?;
    let date = request.header("x-amz-date").ok_or_else(|| {
        Unsigned::Incomplete(
            "Authorization header requires existence of 'X-Amz-Date' header.".into(),
        )
    })?;
    covered(request, &signed)?;
    if signed.access_key_id != credentials.id() {
        return Err(Unsigned::UnknownKey);
    }
    in_scope(&signed, date, (region, service), now)?;
    let text = string_to_sign(&signed, date, &canonical_request(request, &signed));
    let right = mac(&*signing_key(credentials, &signed), text.as_bytes());
    if bool::from(right.as_slice().ct_eq(signed.signature.as_slice())) {
        Ok(())
    } else {
        Err(Unsigned::Mismatch)
    }
}

/// Host and every `x-amz-` header that was sent must be under the signature.
fn covered(request: &Arrived<'_>, signed: &Authorization<'_>) -> Result<(), Unsigned> {
    let must = |name: &&str| *name == "host" || (name.starts_with(AMZ) && *name != TOKEN);
    let sent = request.headers.iter().map(|(name, _)| name.as_str());
    let open = std::iter::once("host")
        .chain(sent)
        .filter(must)
        .find(|name| !signed.signed_headers.contains(name));
    open.map_or(Ok(()), |name| {
        Err(Unsigned::Incomplete(format!(
            "'{name}' must be a 'SignedHeader' in the AWS Authorization."
        )))
    })
}

fn in_scope(
    signed: &Authorization<'_>,
    date: &str,
    (region, service): (&str, &str),
    now: Timestamp,
) -> Result<(), Unsigned> {
    let at = parse_date(date).ok_or_else(|| {
        Unsigned::Incomplete(
            "Date must be in ISO-8601 'basic format': yyyymmddThhmmssZ in 'X-Amz-Date'.".into(),
        )
    })?;
    if !date.starts_with(signed.date) {
        return Err(Unsigned::OutOfScope(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.".into(),
        ));
    }
    if signed.region != region {
        return Err(Unsigned::OutOfScope(
            "Credential should be scoped to a valid region.".into(),
        ));
    }
    if signed.service != service {
        return Err(Unsigned::OutOfScope(format!(
            "Credential should be scoped to correct service: '{service}'."
        )));
    }
    let ahead = at.millis().saturating_sub(now.millis());
    if ahead > SKEW {
        let limit = now.plus_millis(SKEW);
        return Err(Unsigned::OutOfScope(format!(
            "Signature not yet current: {date} is still later than {} ({} + 15 min.)",
            basic(limit),
            basic(now)
        )));
    }
    if ahead < -SKEW {
        let limit = now.plus_millis(-SKEW);
        return Err(Unsigned::OutOfScope(format!(
            "Signature expired: {date} is now earlier than {} ({} - 15 min.)",
            basic(limit),
            basic(now)
        )));
    }
    Ok(())
}

/// `20150830T123600Z`.
fn parse_date(text: &str) -> Option<Timestamp> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    if day.len() != 8 || time.len() != 6 || !digits(day) || !digits(time) {
        return None;
    }
    let rfc3339 = format!(
        "{}-{}-{}T{}:{}:{}Z",
        day.get(..4)?,
        day.get(4..6)?,
        day.get(6..)?,
        time.get(..2)?,
        time.get(2..4)?,
        time.get(4..)?
    );
    Timestamp::parse_rfc3339(&rfc3339).ok()
}

/// The form of `X-Amz-Date`.
fn basic(at: Timestamp) -> String {
    let text = at.rfc3339();
    let seconds = text.get(..19).unwrap_or(&text);
    let mut basic: String = seconds
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    basic.push('Z');
    basic
}

/// The canonical request: method, path, query, signed headers, their names, and the body's SHA-256.
pub fn canonical_request(request: &Arrived<'_>, signed: &Authorization<'_>) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{}\n/\n{}\n",
        request.method,
        canonical_query(request.query)
    );
    for name in &signed.signed_headers {
        let values: Vec<String> = request
            .headers
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}:{}", values.join(","));
    }
    let names = signed.signed_headers.join(";");
    let body = HEXLOWER.encode(&Sha256::digest(request.body));
    let _ = write!(text, "\n{names}\n{body}");
    text
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(&decoded(name)), encoded(&decoded(value))))
        .collect();
    pairs.sort();
    let joined: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    joined.join("&")
}

/// Percent-encoded bytes as themselves; what is no encoding stays.
fn decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| first == b'%');
        if let Some(byte) = hex.and_then(|hex| data_encoding::HEXUPPER_PERMISSIVE.decode(hex).ok())
        {
            out.extend(byte);
            rest = behind.get(2..).unwrap_or_default();
        } else {
            out.push(first);
            rest = behind;
        }
    }
    out
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.push_str(&data_encoding::HEXUPPER.encode(&[*byte]));
        }
    }
    out
}

/// The string that the signature is over.
pub fn string_to_sign(signed: &Authorization<'_>, date: &str, canonical: &str) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(canonical.as_bytes()));
    format!("AWS4-HMAC-SHA256\n{date}\n{}\n{digest}", signed.scope())
}

/// The key of one day, region and service.
fn signing_key(credentials: &Credentials, signed: &Authorization<'_>) -> Zeroizing<[u8; 32]> {
    let mut first = Zeroizing::new(Vec::with_capacity(4 + credentials.secret().len()));
    first.extend_from_slice(b"AWS4");
    first.extend_from_slice(credentials.secret().expose());
    let mut key = mac(&first, signed.date.as_bytes());
    for part in [signed.region, signed.service, "aws4_request"] {
        key = mac(&*key, part.as_bytes());
    }
    key
}

fn mac(key: &[u8], text: &[u8]) -> Zeroizing<[u8; 32]> {
    // A key longer than a block is hashed first (RFC 2104), so that every length is taken.
    let mut block = Zeroizing::new([0_u8; 64]);
    let short = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
    let key = if key.len() > block.len() {
        short.as_slice()
    } else {
        key
    };
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(text);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_form() {
        let at = parse_date("20150830T123600Z").unwrap();
        assert_eq!(at.rfc3339(), "2015-08-30T12:36:00Z");
        assert_eq!(basic(at), "20150830T123600Z");
        assert_eq!(basic(at.plus_millis(123)), "20150830T123600Z");
        for wrong in [
            "",
            "20150830T1236Z",
            "20151330T123600Z",
            "2015-08-30T12:36:00Z",
            "2015083éT12360Z",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn queries_are_sorted_and_encoded() {
        assert_eq!(canonical_query("b=2&a=%2f&a=&c"), "a=&a=%2F&b=2&c=");
        assert_eq!(canonical_query("p=%zz&q=100%"), "p=%25zz&q=100%25");
    }
}
