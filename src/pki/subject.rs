//! The subjects of what is issued here, as plain texts.

use const_oid::db::{rfc2256, rfc3280, rfc4519};
use der::asn1::{Any, Ia5StringRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::IssueError;

/// A subject, one attribute per relative name, in the order of its members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// C: two letters.
    pub country: Option<String>,
    /// ST.
    pub state: Option<String>,
    /// L.
    pub locality: Option<String>,
    /// O.
    pub organization: Option<String>,
    /// OU, any number; the profile's mark is one of them.
    pub units: Vec<String>,
    /// CN.
    pub common_name: String,
    /// serialNumber (of the subject, not of the certificate).
    pub serial_number: Option<String>,
    /// emailAddress: ASCII.
    pub email: Option<String>,
}

impl Subject {
    /// The name in X.501's terms. Texts are PrintableString where their letters allow it, which the oldest readers
    /// take, and UTF8String elsewhere (RFC 5280, section 4.1.2.4).
    pub(super) fn name(&self) -> Result<Name, IssueError> {
        let mut parts = vec![
            (
                rfc4519::COUNTRY_NAME,
                self.country.as_deref(),
                Form::Printable,
            ),
            text(rfc2256::STATE_OR_PROVINCE_NAME, self.state.as_deref()),
            text(rfc4519::LOCALITY_NAME, self.locality.as_deref()),
            text(rfc4519::ORGANIZATION_NAME, self.organization.as_deref()),
        ];
        for unit in &self.units {
            parts.push(text(rfc4519::ORGANIZATIONAL_UNIT_NAME, Some(unit)));
        }
        parts.push(text(rfc4519::COMMON_NAME, Some(&self.common_name)));
        let serial = self.serial_number.as_deref();
        parts.push((rfc4519::SERIAL_NUMBER, serial, Form::Printable));
        parts.push((rfc3280::EMAIL_ADDRESS, self.email.as_deref(), Form::Ia5));
        let mut sequence = RdnSequence::default();
        for (oid, value, form) in parts {
            if let Some(value) = value {
                sequence.push(part(oid, value, form)?);
            }
        }
        Ok(Name::hazmat_from_rdn_sequence(sequence))
    }
}

fn text(oid: ObjectIdentifier, value: Option<&str>) -> (ObjectIdentifier, Option<&str>, Form) {
    (oid, value, Form::Text)
}

/// Which string type an attribute takes.
#[derive(Clone, Copy)]
enum Form {
    /// DirectoryString.
    Text,
    /// PrintableString alone.
    Printable,
    /// IA5String alone.
    Ia5,
}

fn part(
    oid: ObjectIdentifier,
    value: &str,
    form: Form,
) -> Result<RelativeDistinguishedName, IssueError> {
    let unfit = |_| IssueError::Subject {
        value: value.to_owned(),
    };
    let value = match (form, PrintableStringRef::new(value)) {
        (Form::Text | Form::Printable, Ok(printable)) => Any::encode_from(&printable),
        (Form::Text, Err(_)) => Utf8StringRef::new(value).and_then(|text| Any::encode_from(&text)),
        (Form::Printable, Err(error)) => Err(error),
        (Form::Ia5, _) => Ia5StringRef::new(value).and_then(|text| Any::encode_from(&text)),
    }
    .map_err(unfit)?;
    RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid, value }]).map_err(unfit)
}
