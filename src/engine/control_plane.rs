//! The door of the engine: judge a request, then do it.

use crate::api::{ApiError, ImportKeyMaterial, KeyClass, Request, Response, Timestamp};

use super::{
    Context, EngineState, Rules, aliases, create_key, export_key, import_key, life_cycle,
    parameters, public_certificate, read, refusal, signing_request, tag_resource,
};

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
        rules: impl Into<Rules>,
    ) -> Result<Request, ApiError> {
        let rules = rules.into();
        let profile = rules.profile;
        // Typed requests come from screens too, so the shape is judged here and not only where JSON is read.
        let request = request.operation().parse(&request.to_json())?;
        match request {
            Request::CreateKey(input) => {
                create_key::check(self, input, now, &rules).map(Request::CreateKey)
            }
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
                import_key::check(self, input, now, &rules).map(Request::ImportKey)
            }
            Request::ExportKey(input) => {
                export_key::check(self, input, now, profile).map(Request::ExportKey)
            }
            Request::GetParametersForImport(input) => {
                parameters::check_import(input).map(Request::GetParametersForImport)
            }
            Request::GetParametersForExport(input) => {
                parameters::check_export(input).map(Request::GetParametersForExport)
            }
            Request::GetPublicKeyCertificate(input) => {
                public_certificate::check(self, input, now).map(Request::GetPublicKeyCertificate)
            }
            Request::GetCertificateSigningRequest(input) => {
                signing_request::check(self, input, now).map(Request::GetCertificateSigningRequest)
            }
            naming @ (Request::CreateAlias(_)
            | Request::UpdateAlias(_)
            | Request::DeleteAlias(_)
            | Request::GetAlias(_)
            | Request::ListAliases(_)
            | Request::TagResource(_)
            | Request::UntagResource(_)
            | Request::ListTagsForResource(_)) => self.check_naming(naming, now, &rules),
        }
    }

    /// [`EngineState::check`] for aliases and tags.
    fn check_naming(
        &self,
        request: Request,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<Request, ApiError> {
        match request {
            Request::CreateAlias(input) => {
                aliases::check_create(self, input, now, rules).map(Request::CreateAlias)
            }
            Request::UpdateAlias(input) => {
                aliases::check_update(self, input, now).map(Request::UpdateAlias)
            }
            Request::DeleteAlias(input) => {
                aliases::check_delete(self, input).map(Request::DeleteAlias)
            }
            Request::GetAlias(input) => aliases::check_get(self, input).map(Request::GetAlias),
            Request::ListAliases(input) => {
                aliases::check_list(self, input, now).map(Request::ListAliases)
            }
            Request::TagResource(input) => {
                tag_resource::check_tag(self, input, now).map(Request::TagResource)
            }
            Request::UntagResource(input) => {
                tag_resource::check_untag(self, input, now).map(Request::UntagResource)
            }
            Request::ListTagsForResource(input) => {
                tag_resource::check_list(self, input, now).map(Request::ListTagsForResource)
            }
            other => Err(no_such(&other)),
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
        rules: impl Into<Rules>,
    ) -> Result<Response, ApiError> {
        let checked = self.check(request, now, rules)?;
        self.answer(checked, now)
    }

    /// Answers a checked request that only reads.
    fn answer(&self, checked: Request, now: Timestamp) -> Result<Response, ApiError> {
        match checked {
            Request::GetKey(input) => read::get(self, &input).map(Response::GetKey),
            Request::ListKeys(input) => read::list(self, &input).map(Response::ListKeys),
            Request::GetAlias(input) => aliases::get(self, &input, now).map(Response::GetAlias),
            Request::ListAliases(input) => {
                aliases::list(self, &input, now).map(Response::ListAliases)
            }
            Request::ListTagsForResource(input) => {
                tag_resource::list(self, &input, now).map(Response::ListTagsForResource)
            }
            other => Err(no_such(&other)),
        }
    }

    /// Whether the request needs a stored secret, and so [`Context::open`]. Where it depends on the state (the first
    /// GetParameters makes the root whose key the later ones open) the answer is yes.
    pub fn needs_secret(request: &Request) -> bool {
        match request {
            Request::ExportKey(_)
            | Request::GetParametersForImport(_)
            | Request::GetParametersForExport(_)
            | Request::GetPublicKeyCertificate(_)
            | Request::GetCertificateSigningRequest(_) => true,
            // The private key behind the token; the wrapping key.
            Request::ImportKey(input) => matches!(
                input.key_material,
                ImportKeyMaterial::KeyCryptogram(_)
                    | ImportKeyMaterial::Tr31KeyBlock(_)
                    | ImportKeyMaterial::Tr34KeyBlock(_)
            ),
            _ => false,
        }
    }

    /// The modulus length in bits of the RSA pair that the request makes: worth preparing ahead.
    pub fn needs_rsa(request: &Request) -> Option<usize> {
        match request {
            Request::CreateKey(input)
                if input.key_attributes.key_class == KeyClass::ASYMMETRIC_KEY_PAIR =>
            {
                input.key_attributes.key_algorithm.modulus_bits()
            }
            Request::GetParametersForImport(input) => input.wrapping_key_algorithm.modulus_bits(),
            Request::GetParametersForExport(input) => input.signing_key_algorithm.modulus_bits(),
            _ => None,
        }
    }
}

impl ControlPlane for EngineState {
    fn handle(&mut self, request: &Request, ctx: &mut Context<'_>) -> Result<Response, ApiError> {
        let now = ctx.clock.now();
        match self.check(request, now, ctx.rules())? {
            Request::CreateKey(input) => {
                create_key::handle(self, input, now, ctx).map(Response::CreateKey)
            }
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
            Request::GetParametersForImport(input) => {
                parameters::import(self, &input, now, ctx).map(Response::GetParametersForImport)
            }
            Request::GetParametersForExport(input) => {
                parameters::export(self, &input, now, ctx).map(Response::GetParametersForExport)
            }
            Request::GetPublicKeyCertificate(input) => {
                public_certificate::get(self, &input, now, ctx)
                    .map(Response::GetPublicKeyCertificate)
            }
            Request::GetCertificateSigningRequest(input) => {
                signing_request::get(self, &input, now, ctx)
                    .map(Response::GetCertificateSigningRequest)
            }
            Request::CreateAlias(input) => {
                aliases::create(self, &input, now).map(Response::CreateAlias)
            }
            Request::UpdateAlias(input) => {
                aliases::update(self, &input, now).map(Response::UpdateAlias)
            }
            Request::DeleteAlias(input) => Ok(Response::DeleteAlias(aliases::delete(self, &input))),
            Request::TagResource(input) => {
                tag_resource::tag(self, &input, now).map(Response::TagResource)
            }
            Request::UntagResource(input) => {
                tag_resource::untag(self, &input, now).map(Response::UntagResource)
            }
            read @ (Request::GetKey(_)
            | Request::ListKeys(_)
            | Request::GetAlias(_)
            | Request::ListAliases(_)
            | Request::ListTagsForResource(_)) => self.answer(read, now),
        }
    }
}

/// A request that came to the wrong one of two doors: a fault of this program, not of the caller.
fn no_such(request: &Request) -> ApiError {
    refusal::internal(&format!(
        "{} is not answered here",
        request.operation().name()
    ))
}
