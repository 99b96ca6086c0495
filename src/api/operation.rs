//! The operations as one closed set: name, request, response.

use serde_json::Value;

use super::{
    ApiError, CreateAliasInput, CreateAliasOutput, CreateKeyInput, CreateKeyOutput,
    DeleteAliasInput, DeleteAliasOutput, DeleteKeyInput, DeleteKeyOutput, ErrorKind,
    ExportKeyInput, ExportKeyOutput, GetAliasInput, GetAliasOutput,
    GetCertificateSigningRequestInput, GetCertificateSigningRequestOutput, GetKeyInput,
    GetKeyOutput, GetParametersForExportInput, GetParametersForExportOutput,
    GetParametersForImportInput, GetParametersForImportOutput, GetPublicKeyCertificateInput,
    GetPublicKeyCertificateOutput, ImportKeyInput, ImportKeyOutput, Key, ListAliasesInput,
    ListAliasesOutput, ListKeysInput, ListKeysOutput, ListTagsForResourceInput,
    ListTagsForResourceOutput, RestoreKeyInput, RestoreKeyOutput, StartKeyUsageInput,
    StartKeyUsageOutput, StopKeyUsageInput, StopKeyUsageOutput, TagResourceInput,
    TagResourceOutput, UntagResourceInput, UntagResourceOutput, UpdateAliasInput,
    UpdateAliasOutput, constraint::Walk, shape_reader, shapes,
};

pub(super) fn yes() -> bool {
    true
}

macro_rules! operations {
    ($($name:ident $input:ident $output:ident $shape:ident $kebab:literal $reads:literal),+ $(,)?) => {
        /// An operation of the control plane.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { $(#[doc = stringify!($name)] $name),+ }

        /// A request of one operation.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Request { $(#[doc = stringify!($name)] $name($input)),+ }

        /// A response of one operation.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Response { $(#[doc = stringify!($name)] $name($output)),+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The service's name, `CreateKey`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }

            /// The AWS CLI's name, `create-key`.
            pub const fn kebab(self) -> &'static str {
                match self { $(Self::$name => $kebab),+ }
            }

            /// Whether it only reads (needs no approval).
            pub const fn reads(self) -> bool {
                match self { $(Self::$name => $reads),+ }
            }

            /// Reads a request of this operation from JSON, as the AWS CLI would send it. Members that no model
            /// knows are ignored, as the service does; see [`Operation::unknown_members`].
            ///
            /// # Errors
            /// ValidationException or SerializationException naming the member.
            pub fn parse(self, input: &Value) -> Result<Request, ApiError> {
                self.read(input, false)
            }

            /// Reads a request of an act list, where `#n` may name the key that act n makes.
            ///
            /// # Errors
            /// As [`Operation::parse`].
            pub fn parse_in_list(self, input: &Value) -> Result<Request, ApiError> {
                self.read(input, true)
            }

            fn read(self, input: &Value, references: bool) -> Result<Request, ApiError> {
                match self {
                    $(Self::$name => shape_reader::read::<$input>(&shapes::$shape, input, references)
                        .map(Request::$name)),+
                }
            }

            /// Paths of members that no model knows, `keyAttributes.keyUse`: the service ignores them, the AWS CLI
            /// refuses to send them.
            pub fn unknown_members(self, input: &Value) -> Vec<String> {
                match self { $(Self::$name => Walk::unknown(&shapes::$shape, input)),+ }
            }
        }

        impl Request {
            /// Which operation it is.
            pub const fn operation(&self) -> Operation {
                match self { $(Self::$name(_) => Operation::$name),+ }
            }

            /// The JSON the AWS CLI would send.
            pub fn to_json(&self) -> Value {
                match self { $(Self::$name(input) => serde_json::to_value(input).unwrap_or(Value::Null)),+ }
            }
        }

        impl Response {
            /// Which operation it answers.
            pub const fn operation(&self) -> Operation {
                match self { $(Self::$name(_) => Operation::$name),+ }
            }

            /// The wire JSON (timestamps as epoch seconds).
            pub fn to_json(&self) -> Value {
                match self { $(Self::$name(output) => serde_json::to_value(output).unwrap_or(Value::Null)),+ }
            }
        }
    };
}

operations! {
    CreateAlias CreateAliasInput CreateAliasOutput ASSIGN_ALIAS "create-alias" false,
    CreateKey CreateKeyInput CreateKeyOutput CREATE_KEY "create-key" false,
    DeleteAlias DeleteAliasInput DeleteAliasOutput ONE_ALIAS "delete-alias" false,
    DeleteKey DeleteKeyInput DeleteKeyOutput DELETE_KEY "delete-key" false,
    ExportKey ExportKeyInput ExportKeyOutput EXPORT_KEY "export-key" false,
    GetAlias GetAliasInput GetAliasOutput ONE_ALIAS "get-alias" true,
    GetCertificateSigningRequest GetCertificateSigningRequestInput GetCertificateSigningRequestOutput SIGNING_REQUEST
        "get-certificate-signing-request" false,
    GetKey GetKeyInput GetKeyOutput ONE_KEY "get-key" true,
    GetParametersForExport GetParametersForExportInput GetParametersForExportOutput EXPORT_PARAMETERS
        "get-parameters-for-export" false,
    GetParametersForImport GetParametersForImportInput GetParametersForImportOutput IMPORT_PARAMETERS
        "get-parameters-for-import" false,
    GetPublicKeyCertificate GetPublicKeyCertificateInput GetPublicKeyCertificateOutput PUBLIC_CERTIFICATE
        "get-public-key-certificate" false,
    ImportKey ImportKeyInput ImportKeyOutput IMPORT_KEY "import-key" false,
    ListAliases ListAliasesInput ListAliasesOutput LIST_ALIASES "list-aliases" true,
    ListKeys ListKeysInput ListKeysOutput LIST_KEYS "list-keys" true,
    ListTagsForResource ListTagsForResourceInput ListTagsForResourceOutput LIST_TAGS "list-tags-for-resource" true,
    RestoreKey RestoreKeyInput RestoreKeyOutput ONE_KEY "restore-key" false,
    StartKeyUsage StartKeyUsageInput StartKeyUsageOutput ONE_KEY "start-key-usage" false,
    StopKeyUsage StopKeyUsageInput StopKeyUsageOutput ONE_KEY "stop-key-usage" false,
    TagResource TagResourceInput TagResourceOutput TAG_RESOURCE "tag-resource" false,
    UntagResource UntagResourceInput UntagResourceOutput UNTAG_RESOURCE "untag-resource" false,
    UpdateAlias UpdateAliasInput UpdateAliasOutput ASSIGN_ALIAS "update-alias" false,
}

/// Operations that the service has today and this control plane does not: refused by name, as later members are.
const LATER: &[&str] = &[
    "AddKeyReplicationRegions",
    "AssociateMpaTeam",
    "DeleteResourcePolicy",
    "DisableDefaultKeyReplicationRegions",
    "DisassociateMpaTeam",
    "EnableDefaultKeyReplicationRegions",
    "GetDefaultKeyReplicationRegions",
    "GetMpaTeamAssociation",
    "GetResourcePolicy",
    "PutResourcePolicy",
    "RemoveKeyReplicationRegions",
];

/// The AWS CLI's name of an operation, `get-resource-policy`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

impl Operation {
    /// Finds an operation by either name.
    ///
    /// # Errors
    /// UnknownOperationException; ValidationException for an operation of today's service that is not one here.
    pub fn named(name: &str) -> Result<Self, ApiError> {
        Self::ALL
            .iter()
            .copied()
            .find(|op| op.name() == name || op.kebab() == name)
            .ok_or_else(|| {
                let later = LATER
                    .iter()
                    .find(|later| **later == name || kebab(later) == name);
                match later {
                    Some(later) => ApiError::validation(format!(
                        "{later} is not supported by this control plane."
                    )),
                    None => ApiError::new(
                        ErrorKind::UnknownOperation,
                        format!("Operation {name} is not known."),
                    ),
                }
            })
    }
}

impl Response {
    /// The one key whose metadata the response carries, if it is about one.
    pub const fn key(&self) -> Option<&Key> {
        match self {
            Self::CreateKey(o) => Some(&o.key),
            Self::DeleteKey(o) => Some(&o.key),
            Self::GetKey(o) => Some(&o.key),
            Self::ImportKey(o) => Some(&o.key),
            Self::RestoreKey(o) => Some(&o.key),
            Self::StartKeyUsage(o) => Some(&o.key),
            Self::StopKeyUsage(o) => Some(&o.key),
            Self::ExportKey(_)
            | Self::ListKeys(_)
            | Self::CreateAlias(_)
            | Self::UpdateAlias(_)
            | Self::DeleteAlias(_)
            | Self::GetAlias(_)
            | Self::ListAliases(_)
            | Self::TagResource(_)
            | Self::UntagResource(_)
            | Self::ListTagsForResource(_)
            | Self::GetParametersForImport(_)
            | Self::GetParametersForExport(_)
            | Self::GetPublicKeyCertificate(_)
            | Self::GetCertificateSigningRequest(_) => None,
        }
    }
}
