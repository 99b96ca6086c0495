//! Against Python psec: blocks both ways with fresh random material, one process spoken to in JSON lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use data_encoding::HEXUPPER;
use keymoot::api::KeyAlgorithm;
use keymoot::crypto::strength::{self, WrapPath};
use keymoot::crypto::tr31::{
    self, Algorithm, Block, Exportability, Header, Iso20038, KeyVersion, LengthForm, Mode,
    OptionalBlock, Tr31Error, Usage, Version,
};
use keymoot::crypto::{Entropy, OsEntropy, SecretBytes, SeededEntropy};
use rand_core::CryptoRng;
use serde_json::{Value, json};

/// Blocks in each direction.
const BLOCKS: usize = 600;

const PEER: &str = r#"
import json, sys
try:
    import psec
except ImportError:
    print(json.dumps({"missing": "psec"}), flush=True)
    sys.exit(1)
print(json.dumps({"ready": True}), flush=True)
FIELDS = ("version_id", "key_usage", "algorithm", "mode_of_use", "version_num", "exportability")
for line in sys.stdin:
    ask = json.loads(line)
    try:
        kbpk = bytes.fromhex(ask["kbpk"])
        if ask["op"] == "wrap":
            header = psec.tr31.Header(*ask["fields"])
            for name, data in ask["blocks"]:
                header.blocks[name] = data
            block = psec.tr31.wrap(kbpk, header, bytes.fromhex(ask["key"]), ask["mask"])
            answer = {"block": block}
        else:
            header, key = psec.tr31.unwrap(kbpk, ask["block"])
            answer = {
                "key": key.hex().upper(),
                "fields": [getattr(header, name) for name in FIELDS],
                "blocks": [[name, header.blocks[name]] for name in header.blocks],
            }
    except Exception as refusal:
        answer = {"refused": str(refusal)}
    print(json.dumps(answer), flush=True)
"#;

/// The peer's process.
struct Psec {
    process: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Psec {
    fn start() -> Self {
        let mut process = Command::new("python3")
            // Its library warns about TDES with every new key length.
            .args(["-W", "ignore", "-c", PEER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("python3 does not start ({e}): install python3"));
        let mut peer = Self {
            ask: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        };
        assert_eq!(
            peer.answer(),
            json!({"ready": true}),
            "the pip package psec is missing: python3 -m pip install psec"
        );
        peer
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("psec said {line:?}: {e}"))
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.ask, "{question}").unwrap();
        self.answer()
    }

    fn unwrap(&mut self, kbpk: &SecretBytes, block: &str) -> Value {
        self.ask(&json!({"op": "unwrap", "kbpk": hex(kbpk), "block": block}))
    }
}

impl Drop for Psec {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn hex(secret: &SecretBytes) -> String {
    HEXUPPER.encode(secret.expose())
}

/// Everything random in a run comes from one seed, which a failure shows.
struct Chance(Box<dyn CryptoRng + Send>);

impl Chance {
    fn new(test: &str) -> Self {
        let seed = std::env::var("KEYMOOT_INTEROP_SEED").unwrap_or_else(|_| {
            let mut seed = [0; 16];
            OsEntropy.draw("seed").unwrap().fill_bytes(&mut seed);
            HEXUPPER.encode(&seed)
        });
        println!("again with KEYMOOT_INTEROP_SEED={seed}");
        Self(SeededEntropy::new(&seed).draw(test).unwrap())
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap();
        usize::try_from(self.0.next_u64() % limit).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn secret(&mut self, length: usize) -> SecretBytes {
        let mut bytes = vec![0; length];
        self.0.fill_bytes(&mut bytes);
        SecretBytes::new(bytes)
    }

    fn text(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(b' ' + u8::try_from(self.below(95)).unwrap()))
            .collect()
    }
}

const USAGES: [&str; 41] = [
    "B0", "B1", "B2", "B3", "C0", "D0", "D1", "D2", "D3", "E0", "E1", "E2", "E3", "E4", "E5", "E6",
    "E7", "I0", "K0", "K1", "K2", "K3", "K4", "M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8",
    "P0", "P1", "S0", "S1", "V0", "V1", "V2", "V3", "10",
];
const MODES: [&str; 11] = ["B", "C", "D", "E", "G", "N", "S", "T", "V", "X", "Y"];
const VERSIONS: [Version; 4] = [Version::A, Version::B, Version::C, Version::D];

/// One block to be: the KBPK, the header, the key.
struct Case {
    algorithm: KeyAlgorithm,
    kbpk: SecretBytes,
    header: Header,
    key: SecretBytes,
}

/// Fields take turns, so that each value occurs; lengths and blocks are drawn.
fn case(turn: usize, chance: &mut Chance) -> Case {
    let version = VERSIONS[turn % 4];
    let kbpks: &[KeyAlgorithm] = if version == Version::D {
        &[
            KeyAlgorithm::AES_128,
            KeyAlgorithm::AES_192,
            KeyAlgorithm::AES_256,
        ]
    } else {
        &[KeyAlgorithm::TDES_2KEY, KeyAlgorithm::TDES_3KEY]
    };
    let algorithm = kbpks[turn / 4 % kbpks.len()];
    let kbpk = chance.secret(algorithm.key_bytes().unwrap());
    let (letter, length) = match turn / 3 % 9 {
        0 => ("T", 16),
        1 => ("T", 24),
        2 => ("A", 16),
        3 => ("A", 24),
        4 => ("A", 32),
        5 => ("D", 8),
        6 => ("H", 1 + chance.below(128)),
        7 => ("R", 1 + chance.below(1200)),
        _ => (chance.one(&["E", "S", "I", "J"]), 1 + chance.below(300)),
    };
    let mut header = Header::new(
        version,
        Usage::new(USAGES[turn % USAGES.len()]).unwrap(),
        Algorithm::new(letter).unwrap(),
        Mode::new(MODES[turn % MODES.len()]).unwrap(),
        Exportability::new(["E", "N", "S"][turn / 2 % 3]).unwrap(),
    );
    let number = chance.one(&["00", "c1", "cA", "12", "ZZ", "a7"]);
    header.key_version = KeyVersion::new(number).unwrap();
    header.optional = blocks(chance);
    Case {
        algorithm,
        kbpk,
        header,
        key: chance.secret(length),
    }
}

/// Up to five optional blocks; one in eight needs the extended length. psec reads that length only as
/// a number of bytes.
fn blocks(chance: &mut Chance) -> Vec<OptionalBlock> {
    let mut blocks = Vec::new();
    for id in ["LB", "10", "Z9", "FL", "L0"] {
        if chance.below(3) == 0 {
            let length = match chance.below(8) {
                0 => 252 + chance.below(200),
                1 => 250 + chance.below(3),
                _ => chance.below(40),
            };
            let data = chance.text(length);
            blocks.push(OptionalBlock::with_long_form(id, &data, LengthForm::ByteCount).unwrap());
        }
    }
    for (id, data) in [
        ("KS", "FFFF9876543210E00000"),
        ("IK", "1234567890123456"),
        ("TS", "20260818004100Z"),
    ] {
        if chance.below(4) == 0 {
            blocks.push(OptionalBlock::new(id, data).unwrap());
        }
    }
    blocks
}

fn fields(header: &Header) -> Value {
    json!([
        header.version.letter().to_string(),
        header.usage.code(),
        header.algorithm.code(),
        header.mode.code(),
        header.key_version.code(),
        header.exportability.code(),
    ])
}

/// As psec shows them: without PB.
fn pairs(header: &Header) -> Value {
    let pairs = header.optional.iter().filter(|b| b.id() != "PB");
    pairs.map(|b| json!([b.id(), b.data()])).collect()
}

/// As an export does where it may; by hand for versions and strengths that are only read.
fn wrap(case: &Case, chance: &mut Chance) -> (String, bool) {
    let Case {
        algorithm,
        kbpk,
        header,
        key,
    } = case;
    match tr31::wrap(*algorithm, kbpk, header, key, chance.0.as_mut()) {
        Ok(block) => return (block, true),
        Err(Tr31Error::ReadOnlyVersion(version)) => assert!(version.is_deprecated()),
        Err(Tr31Error::Strength(_)) => {
            let wrapped = header.key_algorithm(key.len()).unwrap();
            assert!(strength::may_wrap(wrapped, *algorithm, WrapPath::Tr31).is_err());
        }
        Err(other) => panic!("{header:?}: {other}"),
    }
    let multiple = header.version.payload_multiple();
    let mut header = header.clone();
    let sum: usize = header.optional.iter().map(written_len).sum();
    if !sum.is_multiple_of(multiple) {
        let gap = (sum + 4).next_multiple_of(multiple) - sum - 4;
        let pad = OptionalBlock::new("PB", &"0".repeat(gap)).unwrap();
        header.optional.push(pad);
    }
    let length = (2 + key.len()).next_multiple_of(multiple) - 2 - key.len();
    let further = multiple * chance.below(3);
    let padding = chance.secret(length + further);
    let block = tr31::wrap_as_given(*algorithm, kbpk, &header, key, padding.expose()).unwrap();
    (block, false)
}

fn written_len(block: &OptionalBlock) -> usize {
    let head = match block.length_form() {
        LengthForm::Short => 4,
        LengthForm::DigitCount | LengthForm::ByteCount => 10,
    };
    head + block.data().len()
}

#[test]
fn psec_opens_what_we_wrap() {
    let (mut psec, mut chance) = (Psec::start(), Chance::new("ours"));
    let mut exported = 0;
    for turn in 0..BLOCKS {
        let case = case(turn, &mut chance);
        let (block, by_export) = wrap(&case, &mut chance);
        exported += usize::from(by_export);
        let answer = psec.unwrap(&case.kbpk, &block);
        assert_eq!(answer["key"], hex(&case.key), "{turn}: {block}: {answer}");
        assert_eq!(answer["fields"], fields(&case.header), "{turn}: {block}");
        assert_eq!(answer["blocks"], pairs(&case.header), "{turn}: {block}");
        let answer = psec.unwrap(&case.kbpk, &spoilt(&block, &mut chance));
        assert!(answer["refused"].is_string(), "{turn}: {block}: {answer}");
    }
    assert!(exported > BLOCKS / 4, "only {exported} by way of an export");
}

#[test]
fn we_open_what_psec_wraps() {
    let (mut psec, mut chance) = (Psec::start(), Chance::new("theirs"));
    for turn in 0..BLOCKS {
        let case = case(turn, &mut chance);
        // How far psec hides the length: as it likes, not at all, or somewhere beyond.
        let mask = match chance.below(3) {
            0 => Value::Null,
            1 => json!(case.key.len()),
            _ => json!(case.key.len() + chance.below(40)),
        };
        let answer = psec.ask(&json!({
            "op": "wrap", "kbpk": hex(&case.kbpk), "key": hex(&case.key), "mask": mask,
            "fields": fields(&case.header), "blocks": pairs(&case.header),
        }));
        let block = answer["block"]
            .as_str()
            .unwrap_or_else(|| panic!("{turn}: {answer}"));
        let (header, key) = tr31::unwrap(case.algorithm, &case.kbpk, block)
            .unwrap_or_else(|e| panic!("{turn}: {block}: {e}"));
        assert!(key.ct_eq(&case.key), "{turn}: {block}");
        assert_eq!(fields(&header), fields(&case.header), "{turn}");
        assert_eq!(pairs(&header), pairs(&case.header), "{turn}");
        assert!(
            header.findings().is_empty(),
            "{turn}: {:?}",
            header.findings()
        );
        let spoilt = spoilt(block, &mut chance);
        assert!(
            tr31::unwrap(case.algorithm, &case.kbpk, &spoilt).is_err(),
            "{turn}: {spoilt}"
        );
    }
}

/// The block with one hex digit of its payload or MAC changed.
fn spoilt(block: &str, chance: &mut Chance) -> String {
    let start = Block::parse(block).unwrap().header_text().len();
    let at = start + chance.below(block.len() - start);
    let mut bytes = block.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    String::from_utf8(bytes).unwrap()
}

/// The collection says of each peer what it refuses; both refuse, but for what psec is known to read.
#[test]
fn psec_refuses_what_it_is_known_to_refuse() {
    let mut psec = Psec::start();
    let mut both = 0;
    for vector in vectors(include_str!("vectors/tr31-negative.json")) {
        let answer = psec.unwrap(&kbpk_of(&vector), vector["block"].as_str().unwrap());
        let accepted = vector["accepted_by"].as_array().unwrap();
        let known = accepted
            .iter()
            .any(|peer| peer.as_str().unwrap().starts_with("psec"));
        assert_eq!(
            answer["refused"].is_null(),
            known,
            "{}: {answer}",
            vector["id"]
        );
        both += usize::from(!known);
    }
    assert!(both > 20, "{both}");
}

#[test]
fn psec_reads_the_published_blocks_as_we_do() {
    let mut psec = Psec::start();
    let mut same = 0;
    for vector in vectors(include_str!("vectors/tr31-public.json")) {
        let (kbpk, text) = (kbpk_of(&vector), vector["block"].as_str().unwrap());
        let block = Block::parse(text).unwrap();
        let algorithm = match (block.header().version, kbpk.len()) {
            (Version::D | Version::E, 16) => KeyAlgorithm::AES_128,
            (Version::D | Version::E, 24) => KeyAlgorithm::AES_192,
            (Version::D | Version::E, _) => KeyAlgorithm::AES_256,
            (_, 16) => KeyAlgorithm::TDES_2KEY,
            _ => KeyAlgorithm::TDES_3KEY,
        };
        let ours = block
            .open(algorithm, &kbpk, Iso20038::Accepted)
            .ok()
            .unwrap();
        let theirs = psec.unwrap(&kbpk, text);
        if theirs["refused"].is_null() {
            assert_eq!(theirs["key"], hex(&ours), "{}", vector["id"]);
            same += 1;
            continue;
        }
        // psec knows no version E, and reads the extended length only as a number of bytes.
        let optional = &block.header().optional;
        let long = optional
            .iter()
            .any(|b| b.length_form() == LengthForm::DigitCount);
        let explained = long || block.header().version == Version::E;
        assert!(explained, "{}: {theirs}", vector["id"]);
    }
    assert!(same > 35, "{same}");
}

fn vectors(text: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).unwrap();
    file["vectors"].take().as_array().unwrap().clone()
}

fn kbpk_of(vector: &Value) -> SecretBytes {
    let kbpk = vector["kbpk"].as_str().unwrap();
    SecretBytes::new(HEXUPPER.decode(kbpk.as_bytes()).unwrap())
}
