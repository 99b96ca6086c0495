//! The line that says the endpoint is ready: where it is, and what signs for it.

use std::net::SocketAddr;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::crypto::SecretBytes;

use super::Credentials;

/// Where the endpoint is, and what signs for it.
pub(super) struct Ready {
    pub(super) endpoint: String,
    pub(super) region: String,
    pub(super) access_key_id: String,
    pub(super) secret: SecretBytes,
}

#[derive(Serialize)]
struct Form<'a> {
    endpoint: &'a str,
    region: &'a str,
    access_key_id: &'a str,
    secret_access_key: &'a str,
}

impl Ready {
    pub(super) fn new(address: SocketAddr, region: String, credentials: &Credentials) -> Self {
        Self {
            endpoint: format!("http://{address}"),
            region,
            access_key_id: credentials.id().to_owned(),
            secret: SecretBytes::from_slice(credentials.secret().expose()),
        }
    }

    /// The secret access key as text.
    pub(super) fn secret_text(&self) -> &str {
        // It was drawn as ASCII.
        std::str::from_utf8(self.secret.expose()).unwrap_or_default()
    }

    /// One line of JSON with its line end.
    pub(super) fn line(&self) -> Zeroizing<String> {
        let form = Form {
            endpoint: &self.endpoint,
            region: &self.region,
            access_key_id: &self.access_key_id,
            secret_access_key: self.secret_text(),
        };
        // Four strings always serialise.
        let mut line = serde_json::to_string(&form).unwrap_or_default();
        line.push('\n');
        Zeroizing::new(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_contract() {
        let credentials = Credentials::new("KMOTX".into(), SecretBytes::from_slice(b"sesame"));
        let ready = Ready::new(
            ([127, 0, 0, 1], 4711).into(),
            "eu-west-1".into(),
            &credentials,
        );
        assert_eq!(
            ready.line().as_str(),
            "{\"endpoint\":\"http://127.0.0.1:4711\",\"region\":\"eu-west-1\",\"access_key_id\":\"KMOTX\",\
             \"secret_access_key\":\"sesame\"}\n"
        );
    }
}
