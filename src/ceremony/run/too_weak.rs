//! A receiver's file whose certificate is weaker than the key that will leave under it: known from the script and the file,
//! long before that key is made.

use crate::crypto::strength::{self, WrapPath};
use crate::pki::ImportParameters;
use crate::session::{Session, op, op_exchange};

use super::super::model::{Algorithm, Doing};
use super::Runner;

impl Runner {
    /// Why the key of an export cannot leave under the certificate in the file of this name, in words that go on after
    /// `This file` (PCI PIN 10-1).
    pub(super) fn too_weak(
        &self,
        session: &Session,
        doing: &Doing<'_>,
        name: &str,
    ) -> Option<String> {
        let path = match doing.op.name {
            way if way == op::EXPORT_RSA_WRAP.name => WrapPath::Rsa,
            way if way == op_exchange::EXPORT_TR34.name => WrapPath::Tr34,
            _ => return None,
        };
        if doing.field("parameters") != Some(name) {
            return None;
        }
        let run = self.run(session);
        let parameters = ImportParameters::parse(run.inputs.get(name)?).ok()?;
        let wrapping = parameters.wrapping_certificate.key_algorithm()?;
        let key = self.script.model.key(doing.key()?)?;
        let Algorithm::Is(wrapped) = key.algorithm else {
            return None;
        };
        let refusal = strength::may_wrap(wrapped, wrapping, path).err()?;
        Some(format!(
            "holds a certificate under which {} cannot leave: {}.",
            key.label,
            refusal.comparison("wrapping")
        ))
    }
}
