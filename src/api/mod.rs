//! The contract: requests, responses, enums and errors of the AWS Payment Cryptography control plane
//! (API version 2021-09-14), as data that serialises to exactly what the AWS CLI reads and prints.
//!
//! Nothing here knows a key, a state or a file; the only behaviour is the validation of shape.

mod alias;
mod certificates;
mod constraint;
mod counterparty;
mod create_key;
mod delete_key;
mod error;
mod export_key;
mod import_key;
pub mod iso_time;
mod key;
mod key_block_headers;
mod key_usage;
mod list_keys;
mod operation;
mod parameters;
mod patterns;
mod profile;
mod public_certificate;
mod shape;
mod shape_reader;
mod shapes;
mod tag;
mod tag_resource;
mod time;
mod tr34;
mod usage_switch;

pub use alias::{
    Alias, CreateAliasInput, CreateAliasOutput, DeleteAliasInput, DeleteAliasOutput, GetAliasInput,
    GetAliasOutput, ListAliasesInput, ListAliasesOutput, UpdateAliasInput, UpdateAliasOutput,
};
pub use certificates::{RootCertificatePublicKey, TrustedCertificatePublicKey};
pub use counterparty::{CertificateSignature, CounterpartyProfile, HeaderVersion, TokenForm};
pub use create_key::{CreateKeyInput, CreateKeyOutput};
pub use delete_key::{
    DeleteKeyInput, DeleteKeyOutput, RestoreKeyInput, RestoreKeyOutput, USUAL_WINDOW_DAYS,
};
pub use error::{ApiError, ErrorKind};
pub use export_key::{
    ExportAttributes, ExportDukptInitialKey, ExportKeyCryptogram, ExportKeyInput,
    ExportKeyMaterial, ExportKeyOutput, ExportTr31KeyBlock, WrappedKey, WrappedKeyMaterialFormat,
};
pub use import_key::{
    ImportKeyCryptogram, ImportKeyInput, ImportKeyMaterial, ImportKeyOutput, ImportTr31KeyBlock,
    WrappingKeySpec,
};
pub use key::{
    Key, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm, KeyClass, KeyModesOfUse, KeyOrigin,
    KeyState, KeySummary,
};
pub use key_block_headers::{KeyBlockHeaders, KeyExportability};
pub use key_usage::KeyUsage;
pub use list_keys::{GetKeyInput, GetKeyOutput, ListKeysInput, ListKeysOutput};
pub use operation::{Operation, Request, Response};
pub use parameters::{
    GetParametersForExportInput, GetParametersForExportOutput, GetParametersForImportInput,
    GetParametersForImportOutput, KeyMaterialType,
};
pub use profile::Profile;
pub use public_certificate::{
    CertificateSubject, GetCertificateSigningRequestInput, GetCertificateSigningRequestOutput,
    GetPublicKeyCertificateInput, GetPublicKeyCertificateOutput, SigningAlgorithm,
};
pub use shape::Violations;
pub use tag::Tag;
pub use tag_resource::{
    ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput, TagResourceOutput,
    UntagResourceInput, UntagResourceOutput,
};
pub use time::{Clock, Timestamp};
pub use tr34::{ExportTr34KeyBlock, ImportTr34KeyBlock, Tr34KeyBlockFormat};
pub use usage_switch::{
    StartKeyUsageInput, StartKeyUsageOutput, StopKeyUsageInput, StopKeyUsageOutput,
};

#[cfg(test)]
mod tests;
