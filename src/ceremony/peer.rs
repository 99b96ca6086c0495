//! Counterparties that keymoot plays in rehearsal and test: whose side, and what each is told.

use super::finding::Place;

/// Whose side a stand-in plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// Wraps a key of its own under a certificate that this vault handed out.
    RsaWrap,
    /// Sends a key of its own in a key block under a key that both sides hold.
    Tr31,
    /// Wraps a key of its own under a certificate that this vault handed out, in a token that it signs (KDH).
    Tr34Sender,
    /// Hands over the root above the certificate of that sender.
    Tr34SenderRoot,
    /// The same sender where it is the service: what `get-parameters-for-export` prints there.
    Tr34ExporterParameters,
    /// The same sender where it is the service: what `export-key` prints there.
    Tr34Exporter,
    /// The receiver of a carried key (KRD): hands over the root above its certificate.
    Tr34ReceiverRoot,
    /// The same receiver: hands over the certificate that tokens are made for.
    Tr34Receiver,
    /// The receiver where it is the service: what `import-key` prints there for the request that it reads.
    ImportReceipt,
}

impl Peer {
    /// Every peer.
    pub(super) const ALL: &'static [Self] = &[
        Self::RsaWrap,
        Self::Tr31,
        Self::Tr34Sender,
        Self::Tr34SenderRoot,
        Self::Tr34ExporterParameters,
        Self::Tr34Exporter,
        Self::Tr34ReceiverRoot,
        Self::Tr34Receiver,
        Self::ImportReceipt,
    ];

    /// The name in scripts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RsaWrap => "rsa-wrap-peer",
            Self::Tr31 => "tr31-peer",
            Self::Tr34Sender => "tr34-sender",
            Self::Tr34SenderRoot => "tr34-sender-root",
            Self::Tr34ExporterParameters => "tr34-exporter-parameters",
            Self::Tr34Exporter => "tr34-exporter",
            Self::Tr34ReceiverRoot => "tr34-receiver-root",
            Self::Tr34Receiver => "tr34-receiver",
            Self::ImportReceipt => "import-receipt",
        }
    }

    /// The member that says what it answers to, or under what it wraps, if it wants one.
    pub(super) const fn needs(self) -> Option<&'static str> {
        match self {
            Self::RsaWrap | Self::Tr34Sender | Self::Tr34Exporter | Self::ImportReceipt => {
                Some("reads")
            }
            Self::Tr31 => Some("under"),
            Self::Tr34SenderRoot
            | Self::Tr34ExporterParameters
            | Self::Tr34ReceiverRoot
            | Self::Tr34Receiver => None,
        }
    }
}

impl Peer {
    /// Whether it makes a token that may answer to a random number of the receiver.
    pub(super) const fn answers_to_a_number(self) -> bool {
        matches!(self, Self::Tr34Sender | Self::Tr34Exporter)
    }
}

/// A counterparty that keymoot plays in rehearsal and test.
#[derive(Debug)]
pub(super) struct StandIn {
    pub(super) place: Place,
    /// The declared input that it answers with.
    pub(super) gives: String,
    pub(super) peer: Peer,
    /// The declared key that it sends.
    pub(super) key: String,
    /// The output that it reads (RSA wrap, TR-34), or the declared key that it wraps under (TR-31); else empty.
    pub(super) needs: String,
    /// The output with this vault's random number that it signs into its token (TR-34, two-pass), if it was given one.
    pub(super) random: Option<String>,
}
