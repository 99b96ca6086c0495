//! Unbind and rebind tokens against OpenSSL.

use der::asn1::{Any, ContextSpecific, ObjectIdentifier};
use der::{Decode as _, Encode as _, TagMode, TagNumber};
use keymoot::crypto::rsa_backend::SigningKey;
use keymoot::crypto::tr34::{self, Form, Sender};
use keymoot::crypto::{Entropy as _, OsEntropy};
use keymoot::pki::SignatureHash;
use tempfile::TempDir;

use crate::{authority, openssl, under};

/// Unbind and rebind tokens: OpenSSL verifies them under the chain, and its content is the device's name, or signed
/// data without a signer that holds it.
#[test]
fn openssl_verifies_what_ends_or_moves_a_binding() {
    let ca = authority(SignatureHash::Sha256);
    let (kdh, krd) = (
        under(&ca, "KDH", SignatureHash::Sha256),
        under(&ca, "KRD", SignatureHash::Sha256),
    );
    let new = under(&ca, "KDH2", SignatureHash::Sha256);
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("ca.pem"), ca.certificate.to_pem()).unwrap();
    std::fs::write(folder.join("kdh.pem"), kdh.certificate.to_pem()).unwrap();
    let mut nonce = [0; 16];
    OsEntropy.draw("test").unwrap().fill_bytes(&mut nonce);
    let device = krd.id();
    for form in [Form::X9_TR34_2012, Form::CMS_2019, Form::FUTUREX] {
        for over in [false, true] {
            let token = tr34::build_binding(
                &form,
                &Sender {
                    id: &kdh.id(),
                    key: &SigningKey::new(&kdh.pair.pkcs8),
                },
                &tr34::BindingToSend {
                    krd: &device,
                    new_kdh: over.then(|| new.certificate.der()),
                    nonce: &nonce,
                    crl: None,
                },
            )
            .unwrap();
            std::fs::write(folder.join("b.der"), &token).unwrap();
            openssl(
                folder,
                &[
                    "cms",
                    "-verify",
                    "-inform",
                    "DER",
                    "-in",
                    "b.der",
                    "-certfile",
                    "kdh.pem",
                    "-CAfile",
                    "ca.pem",
                    "-purpose",
                    "any",
                    "-binary",
                    "-out",
                    "content.bin",
                ],
            );
            let content = std::fs::read(folder.join("content.bin")).unwrap();
            let holds = |part: &[u8]| content.windows(part.len()).any(|w| w == part);
            if over {
                assert!(holds(&device.to_der()) && holds(new.certificate.der()));
                std::fs::write(
                    folder.join("inner.ci"),
                    content_info("1.2.840.113549.1.7.2", &content),
                )
                .unwrap();
                let printed = openssl(
                    folder,
                    &[
                        "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "inner.ci",
                    ],
                );
                let printed = String::from_utf8(printed).unwrap();
                assert!(printed.contains("KDH2"), "{printed}");
            } else {
                assert_eq!(content, device.to_der());
            }
        }
    }
}

/// What a ContentInfo of this kind holds, with the ContentInfo around it.
pub(crate) fn content_info(kind: &str, enveloped: &[u8]) -> Vec<u8> {
    let kind = ObjectIdentifier::new_unwrap(kind).to_der().unwrap();
    let content = ContextSpecific {
        tag_number: TagNumber(0),
        tag_mode: TagMode::Explicit,
        value: Any::from_der(enveloped).unwrap(),
    };
    let inside = [kind, content.to_der().unwrap()].concat();
    Any::new(der::Tag::Sequence, inside)
        .unwrap()
        .to_der()
        .unwrap()
}
