//! Acts of an exchange, each declared once: keys that come in wrapped, keys that leave in key blocks, what a
//! counterparty is handed to wrap or to check with, and the names it is told.

use super::field::{Choice, Field, Kind};
use super::op::{KEY, Op};
use super::op_tr34::SENDERS_NUMBER;
use crate::api::TokenForm;

/// RSA keys that the service offers, as a field takes them.
const RSA: Kind = Kind::Choice(&[
    Choice {
        id: "RSA_2048",
        label: "RSA 2048, for TDES keys",
    },
    Choice {
        id: "RSA_3072",
        label: "RSA 3072, for AES_128 too",
    },
    Choice {
        id: "RSA_4096",
        label: "RSA 4096, for AES_128 too",
    },
]);

const OUTPUT: Field = Field {
    id: "output",
    label: "File name",
    hint: "Name of the file that will be written, without folder.",
    kind: Kind::Text { max: 100 },
    optional: false,
};

const WRAP: Field = Field {
    id: "wrap",
    label: "Wrapping key",
    hint: "The key of this vault above it, which the other side holds too.",
    kind: Kind::Key,
    optional: false,
};

/// How a counterparty's devices want certificates signed.
pub(super) const CERTIFICATE_SIGNATURE: Field = Field {
    id: "certificate-signature",
    label: "Certificate hash",
    hint: "Only if the other side's devices want one: the hash under the certificate's signature. The usual is SHA-512.",
    kind: Kind::Choice(&[
        Choice {
            id: "SHA_256",
            label: "SHA-256",
        },
        Choice {
            id: "SHA_512",
            label: "SHA-512",
        },
    ]),
    optional: true,
};

/// How a counterparty's devices want a TR-34 token laid out.
pub(super) const TOKEN_FORM: Field = Field {
    id: "token-form",
    label: "Token form",
    hint: "Only if the receiver's devices want another form than the service's. The usual is what the tag \
           keymoot-counterparty of the receiver's root says, else X9_TR34_2012.",
    kind: Kind::Choice(&TOKEN_FORMS),
    optional: true,
};

/// The letter that begins a TR-34 token's key block header.
pub(super) const HEADER_VERSION: Field = Field {
    id: "header-version",
    label: "Header letter",
    hint: "Only if the receiver's devices want one: the letter that begins the key block header. The usual is the \
           form's, else D.",
    kind: Kind::Choice(&[
        Choice {
            id: "B",
            label: "B",
        },
        Choice {
            id: "D",
            label: "D",
        },
    ]),
    optional: true,
};

/// Every form of a token that can be written.
const TOKEN_FORMS: [Choice; TokenForm::ALL.len()] = {
    let mut choices = [Choice { id: "", label: "" }; TokenForm::ALL.len()];
    let mut at = 0;
    while at < choices.len() {
        choices[at] = Choice {
            id: TokenForm::NAMES[at],
            label: TokenForm::ALL[at].words(),
        };
        at += 1;
    }
    choices
};

/// A pair of this vault in the place of a token's: it opens what comes in.
const OPENING_PAIR: Field = Field {
    id: "pair",
    label: "Own pair",
    hint: "Only if the key was wrapped for a key pair of this vault, and not for a certificate that came with a token: \
           that pair.",
    kind: Kind::Key,
    optional: true,
};

/// A pair of this vault in the place of a token's: it signs what leaves.
pub(super) const SIGNING_PAIR: Field = Field {
    id: "pair",
    label: "Own pair",
    hint: "Only if a key pair of this vault signs, and not the pair of an export token: that pair.",
    kind: Kind::Key,
    optional: true,
};

/// What the pair is known by outside.
pub(super) const PAIR_CERTIFICATE: Field = Field {
    id: "pair-certificate",
    label: "Its certificate",
    hint: "Only beside an own pair: the certificate that an authority issued for it, as the other side knows it.",
    kind: Kind::File,
    optional: true,
};

/// An own pair and its certificate: neither says anything without the other.
pub(crate) const OWN_PAIR: [&str; 2] = [OPENING_PAIR.id, PAIR_CERTIFICATE.id];

/// What a key that comes in is called; without a name people see the end of its ARN.
const COMES_AS: Field = Field {
    id: "label",
    label: "Name",
    hint: "How people here will call it, for example kek-partner-x. Kept as the tag Name.",
    kind: Kind::Text { max: 64 },
    optional: true,
};

/// ImportKey with Tr31KeyBlock.
pub const IMPORT_TR31: Op = Op {
    name: "import-key.tr31",
    title: "Import a key from a TR-31 key block",
    does: "takes a key in that travelled in a key block under a key of this vault",
    fields: &[
        Field {
            id: "file",
            label: "Key block",
            hint: "Path of a file with the block as text, or with what `aws payment-cryptography export-key` printed.",
            kind: Kind::File,
            optional: false,
        },
        WRAP,
        COMES_AS,
    ],
    uses_secret: true,
    phrase: None,
};

/// ImportKey with KeyCryptogram.
pub const IMPORT_RSA_WRAP: Op = Op {
    name: "import-key.rsa-wrap",
    title: "Import a key by RSA wrap",
    does: "takes a key in that was wrapped under a certificate of this vault",
    fields: &[
        Field {
            id: "file",
            label: "Sender's file",
            hint: "The request that `aws payment-cryptography import-key` takes: a file with KeyCryptogram in it.",
            kind: Kind::File,
            optional: false,
        },
        OPENING_PAIR,
        PAIR_CERTIFICATE,
        COMES_AS,
    ],
    uses_secret: true,
    phrase: None,
};

/// ImportKey with Tr34KeyBlock.
pub const IMPORT_TR34: Op = Op {
    name: "import-key.tr34",
    title: "Import a key from a TR-34 token",
    does: "takes a key in that was wrapped under a certificate of this vault and signed by its sender",
    fields: &[
        Field {
            id: "file",
            label: "Sender's file",
            hint: "The request that `aws payment-cryptography import-key` takes, with Tr34KeyBlock in it; or what \
                   `export-key` printed; or the token alone.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "ca",
            label: "Sender's root",
            hint: "The imported root above the sender's certificate. The file says which one fits.",
            kind: Kind::Key,
            optional: false,
        },
        Field {
            id: "sender",
            label: "Sender's certificate",
            hint: "Only if neither the file nor the token holds it: what `aws payment-cryptography \
                   get-parameters-for-export` printed there, or the certificate.",
            kind: Kind::File,
            optional: true,
        },
        SENDERS_NUMBER,
        OPENING_PAIR,
        PAIR_CERTIFICATE,
        COMES_AS,
    ],
    uses_secret: true,
    phrase: None,
};

/// ExportKey with Tr34KeyBlock.
pub const EXPORT_TR34: Op = Op {
    name: "export-key.tr34",
    title: "Export key in a TR-34 token",
    does: "wraps a key for one receiver under the RSA certificate it handed over, and signs that it came from here",
    fields: &[
        KEY,
        Field {
            id: "parameters",
            label: "Receiver's file",
            hint: "What `aws payment-cryptography get-parameters-for-import` printed for TR34_KEY_BLOCK; a partner's \
                keymoot writes the same as get-parameters-for-import.json.",
            kind: Kind::File,
            optional: false,
        },
        Field {
            id: "ca",
            label: "Receiver's root",
            hint: "The imported root above the receiver's certificate.",
            kind: Kind::Key,
            optional: false,
        },
        Field {
            id: "export-token",
            label: "Export token",
            hint: "export-token-... from the file that get-parameters-for-export wrote. Left empty, the newest one of \
                   this vault signs, and whoever approves sees which; if there is none, that act comes first.",
            kind: Kind::Text { max: 80 },
            optional: true,
        },
        Field {
            id: "nonce",
            label: "Random number (nonce)",
            hint: "Only if the receiver gave a random number: 16 to 32 hex digits, or its random token (RT_KRD) of up to 68. Left \
                   empty, the token is one-pass and carries the time of signing.",
            kind: Kind::Hex { min: 16, max: 68 },
            optional: true,
        },
        SIGNING_PAIR,
        PAIR_CERTIFICATE,
        TOKEN_FORM,
        HEADER_VERSION,
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// ExportKey with Tr31KeyBlock: a key, or a terminal's initial key in the place of its base derivation key.
pub const EXPORT_TR31: Op = Op {
    name: "export-key.tr31",
    title: "Export key in a TR-31 key block",
    does: "wraps a key in a key block under a key that the other side holds too",
    fields: &[
        KEY,
        WRAP,
        Field {
            id: SERIAL,
            label: "Terminal",
            hint: "For a base derivation key: the terminal's key serial number, 20 hex digits for TDES_2KEY, 24 for \
                   AES. Then its initial key leaves, never the base key.",
            kind: Kind::Hex { min: 20, max: 24 },
            optional: true,
        },
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// The same act for a terminal: its initial key leaves in the place of the base derivation key. A choice of its own on
/// the screens; what is signed and executed is [`EXPORT_TR31`].
pub const EXPORT_IPEK: Op = Op {
    name: EXPORT_TR31.name,
    title: "Export a terminal's initial key (IPEK)",
    does: "derives the DUKPT initial key (IPEK, IK) of one terminal and wraps it in a TR-31 key block; the base \
           derivation key stays here",
    fields: &[
        Field {
            id: "key",
            label: "Base key (BDK)",
            hint: "The base derivation key that the terminal's key comes of.",
            kind: Kind::Key,
            optional: false,
        },
        WRAP,
        Field {
            id: SERIAL,
            label: "Terminal (KSN)",
            hint: "The terminal's key serial number: 20 hex digits where the base key is TDES_2KEY, 24 where it is AES.",
            kind: Kind::Hex { min: 20, max: 24 },
            optional: false,
        },
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// The field of a terminal's number.
pub(crate) const SERIAL: &str = "serial";

/// Whether an act, as it is declared, lets nothing out but what is derived from a base key.
pub fn derives(op: &Op) -> bool {
    op.fields.iter().any(|f| f.id == SERIAL && !f.optional)
}

/// GetParametersForImport.
pub const PARAMETERS_FOR_IMPORT: Op = Op {
    name: "get-parameters-for-import",
    title: "Give out a certificate to wrap under",
    does: "makes a token and a certificate under which a sender wraps a key for this vault",
    fields: &[
        Field {
            id: "form",
            label: "Form",
            hint: "In which form the key will come.",
            kind: Kind::Choice(&[
                Choice {
                    id: "KEY_CRYPTOGRAM",
                    label: "RSA wrap",
                },
                Choice {
                    id: "TR34_KEY_BLOCK",
                    label: "TR-34 token",
                },
            ]),
            optional: false,
        },
        Field {
            id: "algorithm",
            label: "Key pair",
            hint: "At least as strong as the key that will come.",
            kind: RSA,
            optional: false,
        },
        CERTIFICATE_SIGNATURE,
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// GetParametersForExport.
pub const PARAMETERS_FOR_EXPORT: Op = Op {
    name: "get-parameters-for-export",
    title: "Give out a certificate to check with",
    does: "makes a token and a certificate with which a receiver checks who signed a TR-34 token of this vault",
    fields: &[
        Field {
            id: "form",
            label: "Form",
            hint: "In which form the key will go.",
            kind: Kind::Choice(&[Choice {
                id: "TR34_KEY_BLOCK",
                label: "TR-34 token",
            }]),
            optional: false,
        },
        Field {
            id: "algorithm",
            label: "Key pair",
            hint: "The pair that will sign.",
            kind: RSA,
            optional: false,
        },
        CERTIFICATE_SIGNATURE,
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// GetPublicKeyCertificate.
pub const PUBLIC_KEY_CERTIFICATE: Op = Op {
    name: "get-public-key-certificate",
    title: "Give out a key's certificate",
    does: "makes a certificate of a key pair of this vault, by the vault's own authority",
    fields: &[KEY, CERTIFICATE_SIGNATURE, OUTPUT],
    uses_secret: true,
    phrase: None,
};

/// GetCertificateSigningRequest.
pub const SIGNING_REQUEST: Op = Op {
    name: "get-certificate-signing-request",
    title: "Ask an authority for a certificate",
    does: "makes a request with which another authority issues a certificate for a key pair of this vault",
    fields: &[
        KEY,
        Field {
            id: "common-name",
            label: "Name",
            hint: "Whom the certificate shall name (CN), 1 to 64 characters.",
            kind: Kind::Text { max: 64 },
            optional: false,
        },
        Field {
            id: "organization",
            label: "Organization",
            hint: "The organization that it shall name (O), where the authority wants one.",
            kind: Kind::Text { max: 64 },
            optional: true,
        },
        Field {
            id: "hash",
            label: "Hash",
            hint: "The hash under the request's signature. SHA-256 is read everywhere.",
            kind: Kind::Choice(&[
                Choice {
                    id: "SHA256",
                    label: "SHA-256",
                },
                Choice {
                    id: "SHA384",
                    label: "SHA-384",
                },
                Choice {
                    id: "SHA512",
                    label: "SHA-512",
                },
            ]),
            optional: false,
        },
        OUTPUT,
    ],
    uses_secret: true,
    phrase: None,
};

/// CreateAlias.
pub const CREATE_ALIAS: Op = Op {
    name: "create-alias",
    title: "Name a key",
    does: "gives a key an alias that requests may name in its place",
    fields: &[
        KEY,
        Field {
            id: "alias",
            label: "Alias",
            hint: "alias/ and 1 to 250 letters, digits, slashes, underscores or hyphens.",
            kind: Kind::Text { max: 256 },
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};

/// TagResource with one tag.
pub const TAG_RESOURCE: Op = Op {
    name: "tag-resource",
    title: "Tag a key",
    does: "writes a tag on a key",
    fields: &[
        KEY,
        Field {
            id: "tag",
            label: "Tag",
            hint: "The tag's name. The tag Name is what people here call the key.",
            kind: Kind::Text { max: 128 },
            optional: false,
        },
        Field {
            id: "value",
            label: "Value",
            hint: "What the tag says. Never a key, a component or a passphrase.",
            kind: Kind::Text { max: 256 },
            optional: false,
        },
    ],
    uses_secret: false,
    phrase: None,
};
