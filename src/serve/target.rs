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
    Operation::ALL
        .iter()
        .copied()
        .find(|operation| operation.name() == name)
        .ok_or_else(|| unknown(format!("Operation {} is not known.", shown(name))))
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
        ] {
            assert_eq!(
                operation(wrong).unwrap_err().kind,
                ErrorKind::UnknownOperation
            );
        }
    }
}
