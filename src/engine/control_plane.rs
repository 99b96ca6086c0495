//! The door of the engine: judge a request, then do it.

use crate::api::{ApiError, KeyClass, Operation, Request, Response, Timestamp};

use super::{Context, EngineState, create_key, export_key, import_key, life_cycle, read};
use crate::api::Profile;

/// Something that answers control-plane requests.
pub trait ControlPlane {
    /// Judges the request, does it, and answers. On an error nothing changed.
    fn handle(&mut self, request: &Request, ctx: &mut Context<'_>) -> Result<Response, ApiError>;
}

impl EngineState {
    /// Judges everything about a request that can be judged without secrets, and returns it with every default
    /// filled in: that is what people sign. The first failure wins, in the order shape, existence, state,
    /// attributes, certificates and strength. Keys whose deletion is due count as gone.
    pub fn check(
        &self,
        request: &Request,
        now: Timestamp,
        profile: Profile,
    ) -> Result<Request, ApiError> {
        // Typed requests come from screens too, so the shape is judged here and not only where JSON is read.
        let request = request.operation().parse(&request.to_json())?;
        match request {
            Request::CreateKey(input) => create_key::check(input).map(Request::CreateKey),
            Request::GetKey(input) => read::check_get(self, input).map(Request::GetKey),
            Request::ListKeys(input) => read::check_list(self, input).map(Request::ListKeys),
            Request::StartKeyUsage(input) => {
                life_cycle::check_start(self, input, now).map(Request::StartKeyUsage)
            }
            Request::StopKeyUsage(input) => {
                life_cycle::check_stop(self, input, now).map(Request::StopKeyUsage)
            }
            Request::DeleteKey(input) => {
                life_cycle::check_delete(self, input, now).map(Request::DeleteKey)
            }
            Request::RestoreKey(input) => {
                life_cycle::check_restore(self, input, now).map(Request::RestoreKey)
            }
            Request::ImportKey(input) => {
                import_key::check(self, input, now, profile).map(Request::ImportKey)
            }
            Request::ExportKey(input) => {
                export_key::check(self, input, now, profile).map(Request::ExportKey)
            }
        }
    }

    /// Answers a request that only reads.
    ///
    /// # Errors
    /// As [`ControlPlane::handle`]; a request that changes something is refused.
    pub fn read(
        &self,
        request: &Request,
        now: Timestamp,
        profile: Profile,
    ) -> Result<Response, ApiError> {
        match self.check(request, now, profile)? {
            Request::GetKey(input) => read::get(self, &input).map(Response::GetKey),
            Request::ListKeys(input) => read::list(self, &input).map(Response::ListKeys),
            other => Err(super::refusal::internal(&format!(
                "{} is no read.",
                other.operation().name()
            ))),
        }
    }

    /// Whether the request needs a stored secret, and so [`Context::open`].
    pub fn needs_secret(request: &Request) -> bool {
        request.operation() == Operation::ExportKey
    }

    /// The modulus length in bits of the RSA pair that the request makes: worth preparing ahead.
    pub fn needs_rsa(request: &Request) -> Option<usize> {
        match request {
            Request::CreateKey(input)
                if input.key_attributes.key_class == KeyClass::ASYMMETRIC_KEY_PAIR =>
            {
                input.key_attributes.key_algorithm.modulus_bits()
            }
            _ => None,
        }
    }
}

impl ControlPlane for EngineState {
    fn handle(&mut self, request: &Request, ctx: &mut Context<'_>) -> Result<Response, ApiError> {
        let now = ctx.clock.now();
        match self.check(request, now, ctx.profile)? {
            Request::CreateKey(input) => {
                create_key::handle(self, input, now, ctx).map(Response::CreateKey)
            }
            Request::GetKey(input) => read::get(self, &input).map(Response::GetKey),
            Request::ListKeys(input) => read::list(self, &input).map(Response::ListKeys),
            Request::StartKeyUsage(input) => {
                life_cycle::start(self, &input, now).map(Response::StartKeyUsage)
            }
            Request::StopKeyUsage(input) => {
                life_cycle::stop(self, &input, now).map(Response::StopKeyUsage)
            }
            Request::DeleteKey(input) => {
                life_cycle::delete(self, &input, now).map(Response::DeleteKey)
            }
            Request::RestoreKey(input) => {
                life_cycle::restore(self, &input).map(Response::RestoreKey)
            }
            Request::ImportKey(input) => {
                import_key::handle(self, input, now, ctx).map(Response::ImportKey)
            }
            Request::ExportKey(input) => {
                export_key::handle(self, &input, now, ctx).map(Response::ExportKey)
            }
        }
    }
}
