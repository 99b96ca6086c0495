//! What is said beside an ARN of this vault. It has the form that the service's have, and whoever reads a report of it
//! would look for the key in an account.

use crate::text::tr;

/// Whose an ARN of this vault is.
pub fn whose() -> &'static str {
    tr("this vault's own: no AWS account has this key")
}
