//! AWS's published test suite of Signature Version 4, and what is left of each of its signatures once anything
//! under it changes.

use keymoot::api::Timestamp;
use keymoot::crypto::SecretBytes;
use keymoot::serve::sigv4::{Arrived, Unsigned, canonical_request, string_to_sign, verify};
use keymoot::serve::{Authorization, Credentials};
use serde_json::Value;

struct Vector {
    id: String,
    method: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    secret: String,
    access_key_id: String,
    now: Timestamp,
    service: String,
    canonical_request: String,
    string_to_sign: String,
}

impl Vector {
    fn arrived(&self) -> Arrived<'_> {
        Arrived {
            method: &self.method,
            query: &self.query,
            headers: &self.headers,
            body: self.body.as_bytes(),
        }
    }

    fn header(&self, name: &str) -> String {
        self.arrived().header(name).unwrap().to_owned()
    }

    fn verify(&self) -> Result<(), Unsigned> {
        self.verify_at(self.now)
    }

    fn verify_at(&self, now: Timestamp) -> Result<(), Unsigned> {
        let secret = SecretBytes::from_slice(self.secret.as_bytes());
        let credentials = Credentials::new(self.access_key_id.clone(), secret);
        verify(
            &self.arrived(),
            &credentials,
            ("us-east-1", &self.service),
            now,
        )
    }

    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let header = self.headers.iter_mut().find(|(n, _)| n == name).unwrap();
        assert!(header.1.contains(from), "{}: {}", self.id, header.1);
        header.1 = header.1.replacen(from, to, 1);
    }
}

fn vectors() -> Vec<Vector> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/sigv4.json");
    let file: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let text = |v: &Value, name: &str| v[name].as_str().unwrap().to_owned();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 22);
    vectors
        .iter()
        .map(|v| Vector {
            id: text(v, "id"),
            method: text(v, "method"),
            query: text(v, "query"),
            headers: v["headers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pair| {
                    let name = pair[0].as_str().unwrap().to_ascii_lowercase();
                    (name, pair[1].as_str().unwrap().to_owned())
                })
                .collect(),
            body: text(v, "body"),
            secret: text(v, "secret_access_key"),
            access_key_id: text(v, "access_key_id"),
            now: Timestamp::parse_rfc3339(&text(v, "now")).unwrap(),
            service: text(v, "service"),
            canonical_request: text(v, "canonical_request"),
            string_to_sign: text(v, "string_to_sign"),
        })
        .collect()
}

#[test]
fn every_published_signature_counts() {
    for vector in vectors() {
        let header = vector.header("authorization");
        let signed = Authorization::parse(&header).unwrap();
        let canonical = canonical_request(&vector.arrived(), &signed);
        assert_eq!(canonical, vector.canonical_request, "{}", vector.id);
        let text = string_to_sign(&signed, &vector.header("x-amz-date"), &canonical);
        assert_eq!(text, vector.string_to_sign, "{}", vector.id);
        assert_eq!(vector.verify(), Ok(()), "{}", vector.id);
    }
}

#[test]
fn nothing_under_a_signature_can_change() {
    for mut vector in vectors() {
        let id = vector.id.clone();
        let mut wrong = |change: fn(&mut Vector)| {
            change(&mut vector);
            let found = vector.verify();
            vector = vectors().into_iter().find(|v| v.id == id).unwrap();
            found
        };
        assert_eq!(wrong(|v| v.body.push(' ')), Err(Unsigned::Mismatch), "{id}");
        assert_eq!(
            wrong(|v| v.method = "PUT".into()),
            Err(Unsigned::Mismatch),
            "{id}"
        );
        assert_eq!(
            wrong(|v| v.query.push_str("&x=1")),
            Err(Unsigned::Mismatch),
            "{id}"
        );
        assert_eq!(
            wrong(|v| v.secret.push('x')),
            Err(Unsigned::Mismatch),
            "{id}"
        );
        assert_eq!(
            wrong(|v| v.replace("host", "example", "exemple")),
            Err(Unsigned::Mismatch),
            "{id}"
        );
        assert_eq!(
            wrong(|v| v.access_key_id.push('X')),
            Err(Unsigned::UnknownKey),
            "{id}"
        );
        assert_eq!(
            wrong(|v| v.headers.retain(|(name, _)| name != "authorization")),
            Err(Unsigned::Missing),
            "{id}"
        );
        for change in [
            (|v| v.service = "payment-cryptography".into()) as fn(&mut Vector),
            |v| v.replace("authorization", "20150830", "20150831"),
        ] {
            assert!(
                matches!(wrong(change), Err(Unsigned::OutOfScope(_))),
                "{id}"
            );
        }
        for change in [
            (|v| v.headers.push(("x-amz-target".into(), "A.B".into()))) as fn(&mut Vector),
            |v| v.replace("authorization", "host;", ""),
            |v| v.headers.retain(|(name, _)| name != "x-amz-date"),
        ] {
            // The second leaves a suite's header list that begins with `host` only.
            if let Err(Unsigned::Incomplete(_)) = wrong(change) {
                continue;
            }
            panic!("{id}");
        }
    }
}

#[test]
fn a_signature_lives_fifteen_minutes_either_way() {
    let vector = vectors()
        .into_iter()
        .find(|v| v.id == "get-vanilla")
        .unwrap();
    let quarter = 15 * 60 * 1000;
    for (millis, counts) in [
        (0, true),
        (quarter, true),
        (-quarter, true),
        (quarter + 1, false),
        (-quarter - 1, false),
    ] {
        let found = vector.verify_at(vector.now.plus_millis(millis));
        assert_eq!(found.is_ok(), counts, "{millis}");
        if let Err(error) = found {
            assert_eq!(error.name(), "InvalidSignatureException");
            let words = if millis > 0 {
                "Signature expired: 20150830T123600Z"
            } else {
                "not yet current"
            };
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
