//! Answers in the service's wire form.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::api::{ApiError, ErrorKind};

use super::sigv4::Unsigned;

/// The protocol's content type.
pub(super) const JSON_1_0: &str = "application/x-amz-json-1.0";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer before it becomes HTTP.
pub(super) struct Answer {
    status: StatusCode,
    kind: Option<&'static str>,
    body: Value,
    last: bool,
}

impl Answer {
    /// What was asked for.
    pub(super) const fn done(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            kind: None,
            body,
            last: false,
        }
    }

    /// A refusal by the protocol, not by the control plane.
    pub(super) fn refused(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self {
            status,
            kind: Some(kind),
            body: serde_json::json!({"__type": kind, "Message": message}),
            last: false,
        }
    }

    /// Closes the connection behind it.
    pub(super) const fn and_close(mut self) -> Self {
        self.last = true;
        self
    }

    /// As HTTP, with an id of its own.
    pub(super) fn into_http(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body.to_string())));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON_1_0));
        if let Ok(id) = HeaderValue::from_str(&request_id()) {
            headers.insert(REQUEST_ID, id);
        }
        if let Some(kind) = self.kind {
            headers.insert(ERROR_TYPE, HeaderValue::from_static(kind));
        }
        if self.last {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        // Client faults are 400: SDKs repeat what was answered with 5xx, and a refusal must not run twice.
        let status = match error.kind {
            ErrorKind::InternalServer => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            kind: Some(error.kind.name()),
            body: error.wire(),
            last: false,
        }
    }
}

impl From<Unsigned> for Answer {
    fn from(unsigned: Unsigned) -> Self {
        Self::refused(
            StatusCode::BAD_REQUEST,
            unsigned.name(),
            &unsigned.to_string(),
        )
    }
}

/// A random UUID (RFC 9562, version 4): it names the answer and means nothing.
fn request_id() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness the id says nothing; the answer still stands.
    let _ = getrandom::fill(&mut bytes);
    let [.., g, _, h, _, _, _, _, _, _, _] = &mut bytes;
    *g = (*g & 0x0f) | 0x40;
    *h = (*h & 0x3f) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let mut id = String::with_capacity(36);
    for (at, digit) in hex.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_vault_could_not_do_is_5xx() {
        for (kind, status) in [
            (ErrorKind::Validation, 400),
            (ErrorKind::ResourceNotFound, 400),
            (ErrorKind::AccessDenied, 400),
            (ErrorKind::InternalServer, 500),
        ] {
            let response = Answer::from(ApiError::new(kind, "x")).into_http();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[ERROR_TYPE], kind.name());
        }
    }

    #[test]
    fn ids_are_uuids_of_version_four() {
        let id = request_id();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, request_id());
    }
}
