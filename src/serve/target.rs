//! `X-Amz-Target`: which operation is meant.

use crate::api::{ApiError, ErrorKind, Operation};

/// The service's name before the dot.
const SERVICE: &str = "PaymentCryptographyControlPlane";

/// The operation that the header names, by the service's name alone.
///
/// # Errors
/// UnknownOperationException.
pub fn operation(header: Option<&str>) -> Result<Operation, ApiError> {
    let unknown = |message: String| ApiError::new(ErrorKind::UnknownOperation, message);
    let target = header.ok_or_else(|| {
        unknown("The request has no X-Amz-Target header: it names no operation.".into())
    })?;
    let (service, name) = target.split_once('.').unwrap_or((target, ""));
    if service != SERVICE {
        return Err(unknown(format!(
            "X-Amz-Target must begin with {SERVICE}: this endpoint is the control plane alone."
        )));
    }
    match Operation::named(name) {
        Ok(operation) if operation.name() == name => Ok(operation),
        // One of today's service: refused by its name.
        Err(later) if later.kind == ErrorKind::Validation => Err(later),
        _ => Err(unknown(format!("Operation {} is not known.", shown(name)))),
    }
}

/// A foreign name, short and harmless.
fn shown(name: &str) -> String {
    name.chars()
        .take(64)
        .filter(char::is_ascii_graphic)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_target() {
        for operation in Operation::ALL {
            let target = format!("{SERVICE}.{}", operation.name());
            assert_eq!(super::operation(Some(&target)), Ok(*operation));
        }
    }

    #[test]
    fn nothing_else_has_one() {
        for wrong in [
            None,
            Some(""),
            Some("CreateKey"),
            Some("PaymentCryptographyControlPlane.create-key"),
            Some("PaymentCryptographyDataPlane.EncryptData"),
            Some("PaymentCryptographyControlPlane."),
            Some("PaymentCryptographyControlPlane.DescribeKey"),
        ] {
            assert_eq!(
                operation(wrong).unwrap_err().kind,
                ErrorKind::UnknownOperation
            );
        }
    }

    #[test]
    fn an_operation_of_todays_service_is_refused_by_name() {
        let error = operation(Some("PaymentCryptographyControlPlane.PutResourcePolicy"));
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Validation);
        assert_eq!(
            error.message,
            "PutResourcePolicy is not supported by this control plane."
        );
    }
}
