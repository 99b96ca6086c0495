//! Clauses that scripts name: what each asks, and what its evidence leans on. The report says it, and the verifier
//! judges by the same table.

/// What the evidence for a clause leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leans {
    /// A secure cryptographic device, which this is not.
    Device,
    /// The log alone: what was done.
    Log,
    /// People who typed passphrases of their own: a signature from a file shows nobody.
    People,
    /// A value that somebody compared with one from another channel.
    Comparison,
}

/// What a clause asks, in a few words (PCI PIN Security Requirements v3.1), and what its evidence leans on.
const KNOWN: &[(&str, &str, Leans)] = &[
    (
        "PCI PIN 5-1",
        "Keys are made inside a secure cryptographic device. Here they are made in software, so this is not met.",
        Leans::Device,
    ),
    (
        "PCI PIN 8-1",
        "Keys leave wrapped, or as components over different channels.",
        Leans::Log,
    ),
    (
        "PCI PIN 8-4",
        "Public keys arrive with proof of integrity and origin.",
        Leans::Comparison,
    ),
    (
        "PCI PIN 9-2",
        "A package that showed tampering is not used, and what was in it is replaced.",
        Leans::Log,
    ),
    (
        "PCI PIN 9-4",
        "Only named custodians send, receive and open packages of components.",
        Leans::Log,
    ),
    (
        "PCI PIN 10-1",
        "A key is wrapped by a key at least as strong.",
        Leans::Log,
    ),
    (
        "PCI PIN 12-1",
        "Components are loaded under dual control and split knowledge.",
        Leans::Log,
    ),
    (
        "PCI PIN 12-3",
        "Keys are made and loaded under dual control.",
        Leans::People,
    ),
    (
        "PCI PIN 12-4",
        "Components are combined so that no bit of the key is known without all of them.",
        Leans::Log,
    ),
    (
        "PCI PIN 13-9.2",
        "Two people are in the room from beginning to end.",
        Leans::Log,
    ),
    (
        "PCI PIN 15-1",
        "Keys are validated by their check value.",
        Leans::Comparison,
    ),
    (
        "PCI PIN 18-3",
        "Keys are managed in key blocks that bind their use.",
        Leans::Log,
    ),
    (
        "PCI PIN 19-1",
        "A key serves its declared purpose and no other.",
        Leans::Log,
    ),
    (
        "PCI PIN 21-1",
        "No one person can use or know a secret key.",
        Leans::People,
    ),
    (
        "PCI PIN 21-3",
        "Components on paper lie in sealed, numbered packages, each with its own custodian.",
        Leans::Log,
    ),
    (
        "PCI PIN 24-1",
        "Keys that are no longer needed are destroyed.",
        Leans::Log,
    ),
    (
        "PCI PIN 24-2.2",
        "An observer who is no custodian of the key attests its destruction.",
        Leans::People,
    ),
    (
        "PCI PIN 26-1",
        "Access to keys and shares is logged and signed for.",
        Leans::People,
    ),
];

/// What a clause asks in a few words (empty where it is not known here), and what its evidence leans on.
pub fn known(clause: &str) -> (&'static str, Leans) {
    let found = KNOWN.iter().find(|(id, _, _)| *id == clause);
    found.map_or(("", Leans::Log), |(_, asks, leans)| (*asks, *leans))
}
