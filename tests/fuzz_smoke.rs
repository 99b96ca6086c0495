//! The functions of the fuzz targets, run over samples and their mutations: every parser of foreign bytes must
//! answer, never panic, never hang. The targets in `fuzz/` run the same functions for as long as one likes.
// A test that stops at the first surprise is what is wanted here, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::similar_names,
    clippy::needless_pass_by_value
)]

#[path = "../fuzz/targets.rs"]
mod targets;

use targets::TARGETS;

/// Mutations of each sample.
const ROUNDS: usize = 40;

fn root(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// A TR-34 token of each form and kind, and the revocation list inside one.
fn tr34_tokens() -> Vec<Vec<u8>> {
    let token = |file: &str, id: &str| {
        let file = root(&format!("tests/vectors/{file}.json"));
        let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let vectors = file["vectors"].as_array().unwrap().clone();
        let vector = vectors.iter().find(|v| v["id"] == id).unwrap().clone();
        let hex = vector["token"].as_str().unwrap().as_bytes().to_vec();
        data_encoding::HEXUPPER.decode(&hex).unwrap()
    };
    let mut all: Vec<Vec<u8>> = [
        ("tr34-profiles", "tr34-p-001"),
        ("tr34-profiles", "tr34-p-010"),
        ("tr34-profiles", "tr34-p-017"),
        ("tr34-profiles", "tr34-p-021"),
        ("tr34-profiles", "tr34-p-025"),
        ("tr34-peers-bc", "tr34-cl-bc-kt"),
        ("tr34-other-annexb", "annexb-b6"),
        ("tr34-other-annexb", "annexb-b10"),
        ("tr34-other-annexb", "annexb-b11"),
        ("tr34-other", "tr34-o-rt"),
        ("tr34-other", "tr34-o-ubt"),
    ]
    .iter()
    .map(|(file, id)| token(file, id))
    .collect();
    let key_token = keymoot::crypto::tr34::KeyToken::parse(&all[0]).unwrap();
    all.push(key_token.crls()[0].clone());
    all
}

/// Samples that make every parser go deep.
fn corpus() -> Vec<Vec<u8>> {
    let mut all = tr34_tokens();
    all.extend(other_samples());
    all
}

fn other_samples() -> Vec<Vec<u8>> {
    let parameters = root("ceremonies/samples/get-parameters-for-import-rsa2048.json");
    let parsed = keymoot::pki::ImportParameters::parse(&parameters).unwrap();
    let leaf = &parsed.wrapping_certificate;
    let request = root("tests/vectors/pki/request.pem");
    let (_, bare) = der::Document::from_pem(
        std::str::from_utf8(&request)
            .unwrap()
            .split_once('\n')
            .unwrap()
            .1,
    )
    .unwrap();
    vec![
        bare.into_vec(),
        request,
        Vec::new(),
        leaf.der().to_vec(),
        leaf.to_pem().into_bytes(),
        leaf.to_aws().into_bytes(),
        parameters,
        root("ceremonies/first-key.toml"),
        root("ceremonies/kek-to-aws-rsa.toml"),
        root("ceremonies/deletion-window.toml"),
        targets::custody_sample(),
        targets::audit_sample(),
        br#"{"custodians":[{"name":"a","passphrase":"x"}],"administrator":{"name":"b","passphrase":"y"},"witness":{"name":"c","passphrase":"z"}}"#.to_vec(),
        br#"{"Operation":"CreateKey","Input":{"Exportable":true,"KeyAttributes":{"KeyUsage":"TR31_K0_KEY_ENCRYPTION_KEY","KeyClass":"SYMMETRIC_KEY","KeyAlgorithm":"AES_128","KeyModesOfUse":{"NoRestrictions":true}}}}"#.to_vec(),
        br#"{"Rehearsal":{"Advance":"8d"}}"#.to_vec(),
        br#"{"n":0,"time":0,"kind":"intent","who":["Ada"],"op":"create-key","prev":"00","mac":"00"}"#.to_vec(),
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBB\n-----END AGE ENCRYPTED FILE-----\n".to_vec(),
        b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\nAAAA\n--- AAAA\n".to_vec(),
        b"B0104B1TX00N0100KS18FFFF9876543210E000002D38F17AE348408433F3910130C6A3AA7AFC09D1435E03C80230ACB6E973A840".to_vec(),
        b"A0088M6TC00S0000A6ACC2A9D192272CFD9947EE7000AEDAEEAFE1A095928797E311FCAA3B61BC7E7B33CA13".to_vec(),
        b"AWS4-HMAC-SHA256 Credential=K/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31".to_vec(),
        b"PaymentCryptographyControlPlane.CreateKey".to_vec(),
        "[".repeat(5_000).into_bytes(),
        "{\"a\":".repeat(5_000).into_bytes(),
    ]
}

/// xorshift64*: the randomness is fixed, so that a failure can be seen again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let word = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(word).unwrap() % bound
    }
}

/// Cuts, inserts, flips, doubles and removes.
fn mutate(sample: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1));
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(
                at.min(bytes.len()),
                u8::try_from(random.below(256)).unwrap(),
            ),
            _ if at >= bytes.len() => {}
            2 => bytes[at] ^= 1 << random.below(8),
            3 => bytes.extend_from_within(at..bytes.len().min(at + 64)),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

#[test]
fn every_parser_answers_whatever_it_is_given() {
    let mut random = Random(0x6B65_796D_6F6F_7421);
    for sample in corpus() {
        for round in 0..ROUNDS {
            let bytes = match round {
                0 => sample.clone(),
                _ => mutate(&sample, &mut random),
            };
            for (_, target) in TARGETS {
                target(&bytes);
            }
        }
    }
}

#[test]
fn every_target_has_its_binary() {
    let manifest = String::from_utf8(root("fuzz/Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let source = String::from_utf8(root(&format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(source.contains(&format!("targets::{name}(data)")), "{name}");
    }
}
