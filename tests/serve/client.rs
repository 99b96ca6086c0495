//! A client of its own: HTTP over a bare socket, and a signer that shares no line with the verifier.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A running endpoint, ended with the test.
pub(crate) struct Endpoint {
    pub(crate) child: Child,
    pub(crate) ready: Value,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The exception's name: body and header must agree.
    pub(crate) fn refusal(&self) -> &str {
        let kind = self.body["__type"].as_str().unwrap();
        let header = format!("x-amzn-errortype: {kind}\r\n");
        assert!(self.head.contains(&header), "{}", self.head);
        assert!(!self.body["Message"].as_str().unwrap().is_empty());
        kind
    }
}

/// The binary in a folder.
pub(crate) fn keymoot(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keymoot"));
    command
        .args(line.split_whitespace())
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null());
    command
}

impl Endpoint {
    pub(crate) fn start(folder: &Path, line: &str) -> Self {
        let mut child = keymoot(folder, line)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        out.read_line(&mut text).unwrap();
        let ready = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text:?}"));
        Self { child, ready }
    }

    pub(crate) fn rehearse() -> Self {
        Self::start(&std::env::temp_dir(), "serve --rehearse")
    }

    pub(crate) fn address(&self) -> &str {
        let endpoint = self.ready["endpoint"].as_str().unwrap();
        endpoint.strip_prefix("http://").unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        stream
    }

    /// A signed request.
    pub(crate) fn signed(&self, target: &str, body: &str) -> Signing {
        Signing {
            host: self.address().to_owned(),
            id: self.ready["access_key_id"].as_str().unwrap().to_owned(),
            secret: self.ready["secret_access_key"].as_str().unwrap().to_owned(),
            region: self.ready["region"].as_str().unwrap().to_owned(),
            date: now(0),
            target: target.to_owned(),
            kind: "application/x-amz-json-1.0".to_owned(),
            body: body.to_owned(),
            extra: String::new(),
        }
    }

    /// Sends a request on a connection of its own.
    pub(crate) fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        receive(&mut BufReader::new(stream))
    }

    pub(crate) fn call(&self, operation: &str, input: &Value) -> Answer {
        let target = format!("PaymentCryptographyControlPlane.{operation}");
        self.send(&self.signed(&target, &input.to_string()).bytes())
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one answer.
pub(crate) fn receive(from: &mut BufReader<TcpStream>) -> Answer {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(from.read_line(&mut head).unwrap(), 0, "cut: {head:?}");
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer { status, head, body }
}

/// What is signed; every part can be set to something wrong.
pub(crate) struct Signing {
    pub(crate) host: String,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) region: String,
    pub(crate) date: String,
    pub(crate) target: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) extra: String,
}

impl Signing {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (date, day) = (&self.date, &self.date[..8]);
        let names = "content-type;host;x-amz-date;x-amz-target";
        let canonical = format!(
            "POST\n/\n\ncontent-type:{}\nhost:{}\nx-amz-date:{date}\nx-amz-target:{}\n\n{names}\n{}",
            self.kind,
            self.host,
            self.target,
            hex(&Sha256::digest(&self.body))
        );
        let scope = format!("{day}/{}/payment-cryptography/aws4_request", self.region);
        let text = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex(&Sha256::digest(canonical))
        );
        let mut key = hmac(format!("AWS4{}", self.secret).as_bytes(), day);
        for part in [
            self.region.as_str(),
            "payment-cryptography",
            "aws4_request",
            &text,
        ] {
            key = hmac(&key, part);
        }
        format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nX-Amz-Date: {date}\r\nX-Amz-Target: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}\r\n\
             Content-Length: {}\r\n{}\r\n{}",
            self.host,
            self.kind,
            self.target,
            self.id,
            hex(&key),
            self.body.len(),
            self.extra,
            self.body
        )
        .into_bytes()
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// The form of `X-Amz-Date`, so many minutes from now.
pub(crate) fn now(minutes: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
