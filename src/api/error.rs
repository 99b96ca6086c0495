//! The service's exceptions.

use thiserror::Error;

/// The name of an exception, as in `__type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// AccessDeniedException: role, approval or profile forbids it.
    AccessDenied,
    /// ConflictException: taken name or concurrent change.
    Conflict,
    /// InternalServerException: the vault cannot be written; nothing changed.
    InternalServer,
    /// ResourceNotFoundException: unknown key, alias or token.
    ResourceNotFound,
    /// SerializationException: not a request at all.
    Serialization,
    /// ServiceQuotaExceededException: a limit of the vault's policy.
    ServiceQuotaExceeded,
    /// UnknownOperationException: no such operation.
    UnknownOperation,
    /// ValidationException: everything else that the caller must change.
    Validation,
}

impl ErrorKind {
    /// The wire name, `ValidationException`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::Conflict => "ConflictException",
            Self::InternalServer => "InternalServerException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::ServiceQuotaExceeded => "ServiceQuotaExceededException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Validation => "ValidationException",
        }
    }
}

/// A refusal in the service's manner: nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {message}", kind.name())]
pub struct ApiError {
    /// Which exception.
    pub kind: ErrorKind,
    /// The service's `Message`: names the member and the rule, never key material.
    pub message: String,
    /// `ResourceId` of a ResourceNotFoundException.
    pub resource_id: Option<String>,
}

impl ApiError {
    /// An exception with a message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            resource_id: None,
        }
    }

    /// A ValidationException.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    /// A ResourceNotFoundException for what was asked.
    pub fn not_found(resource: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::ResourceNotFound,
            message: message.into(),
            resource_id: Some(resource.into()),
        }
    }

    /// The wire body: `{"__type": ..., "Message": ...}`, with `ResourceId` where there is one.
    pub fn wire(&self) -> serde_json::Value {
        let mut body = serde_json::json!({"__type": self.kind.name(), "Message": self.message});
        if let (Some(id), Some(map)) = (&self.resource_id, body.as_object_mut()) {
            map.insert("ResourceId".into(), id.clone().into());
        }
        body
    }
}
