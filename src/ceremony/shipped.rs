//! Scripts and samples that ship inside the binary.

/// Scripts of the folder `ceremonies/`, by file name.
macro_rules! scripts {
    ($($name:literal,)*) => {
        &[$(($name, include_bytes!(concat!("../../ceremonies/", $name)))),*]
    };
}

/// Scripts that ship inside the binary: file name and bytes.
pub fn shipped() -> &'static [(&'static str, &'static [u8])] {
    scripts![
        "first-key.toml",
        "kek-to-aws-rsa.toml",
        "kek-aes128-to-aws-rsa.toml",
        "deletion-window.toml",
        "working-keys-tr31.toml",
        "bdk-initial-keys-tdes.toml",
        "bdk-initial-keys-aes.toml",
        "kek-from-components.toml",
        "components-to-aws.toml",
        "kek-to-partner-components.toml",
        "rewrap-zmk-to-aws.toml",
        "kek-to-partner-tr34.toml",
        "kek-from-partner-tr34.toml",
        "kek-from-partner-tr34-two-pass.toml",
        "kek-from-aws-tr34.toml",
        "carry-hsm-to-aws-tr34.toml",
        "carry-aws-to-hsm-tr34.toml",
        "custodian-replacement.toml",
        "vault-recovery.toml",
        "recovery-set.toml",
    ]
}

/// A sample by its file name, `get-parameters-for-import-rsa2048.json`.
pub fn sample(name: &str) -> Option<&'static [u8]> {
    SAMPLES
        .iter()
        .find(|(file, _)| *file == name)
        .map(|(_, bytes)| *bytes)
}

/// Every sample that ships: file name and bytes.
pub(super) fn samples() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    SAMPLES.iter().copied()
}

const SAMPLES: &[(&str, &[u8])] = &[
    (
        "get-parameters-for-import-rsa2048.json",
        include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json"),
    ),
    (
        "get-parameters-for-import-rsa3072.json",
        include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa3072.json"),
    ),
    (
        "get-parameters-for-import-rsa4096.json",
        include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa4096.json"),
    ),
];
