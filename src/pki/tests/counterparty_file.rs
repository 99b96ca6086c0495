//! A counterparty's file in its three kinds.

use super::*;
use crate::pki::{CounterpartyFile, ExportParameters};

/// The sample turned into what the sender's command prints.
fn of_sender() -> serde_json::Map<String, serde_json::Value> {
    let text = SAMPLE
        .replace("\"WrappingKey", "\"SigningKey")
        .replace("\"ImportToken\"", "\"ExportToken\"")
        .replace("import-token-", "export-token-");
    serde_json::from_str(&text).unwrap()
}

fn bytes(members: &serde_json::Map<String, serde_json::Value>) -> Vec<u8> {
    serde_json::to_vec(members).unwrap()
}

#[test]
fn each_kind_is_told_from_the_others() {
    let import = CounterpartyFile::parse(SAMPLE.as_bytes()).unwrap();
    assert!(matches!(import, CounterpartyFile::Import(_)));
    assert_eq!(import.algorithm(), Some(KeyAlgorithm::RSA_2048));
    let export = CounterpartyFile::parse(&bytes(&of_sender())).unwrap();
    assert!(matches!(export, CounterpartyFile::Export(_)));
    assert_eq!(export.verify(NOW), Ok(()));
    assert_eq!(export.leaf(), import.leaf());
    assert_eq!(export.root(), import.root());
    assert_eq!(export.valid_until(), import.valid_until());
    let alone = CounterpartyFile::parse(import.root().to_pem().as_bytes()).unwrap();
    assert!(matches!(alone, CounterpartyFile::Certificate(_)));
    assert_eq!(alone.root(), import.root());
    assert_eq!(alone.valid_until(), None);
}

#[test]
fn the_senders_file_is_refused_by_its_own_members() {
    for member in [
        "SigningKeyCertificateChain",
        "SigningKeyAlgorithm",
        "ExportToken",
    ] {
        let mut members = of_sender();
        members.remove(member);
        let refused = CounterpartyFile::parse(&bytes(&members)).unwrap_err();
        assert_eq!(refused, ParametersError::Missing(member));
        assert!(refused.to_string().contains("get-parameters-for-export"));
    }
    let mut members = of_sender();
    members.insert("ExportToken".into(), "import-token-abcdefghijklmnop".into());
    assert!(matches!(
        ExportParameters::parse(&bytes(&members)),
        Err(ParametersError::Value {
            member: "ExportToken",
            ..
        })
    ));
    let until = ExportParameters::parse(&bytes(&of_sender()))
        .unwrap()
        .valid_until;
    let file = CounterpartyFile::parse(&bytes(&of_sender())).unwrap();
    assert_eq!(
        file.verify(until.plus_millis(1)),
        Err(ParametersError::TokenExpired(until))
    );
}
