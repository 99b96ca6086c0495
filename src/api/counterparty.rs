//! CounterpartyProfile: what one counterparty's devices read, where that is not what the service writes. No member of
//! the service's model: it is left out of every request that the service will see.

use serde::{Deserialize, Serialize};

use super::key::closed_enum;

closed_enum! {
    /// TokenForm: how a TR-34 token is laid out.
    TokenForm {
        /// TR-34:2012, the non-CMS form that the service writes and reads.
        X9_TR34_2012,
        /// TR-34-2019, Annex B as first printed: the cipher text inside its algorithm.
        ANNEX_B_2019_PRINTED,
        /// TR-34-2019, Annex B as corrected.
        ANNEX_B_2019,
        /// TR-34-2019 as CMS (RFC 5652).
        CMS_2019,
        /// The same with the header as bare octets in a key block of version 0.
        STRICT_2019,
        /// TR-34:2012 of Futurex devices: SignedData of version 73.
        FUTUREX,
    }
}

impl TokenForm {
    /// The form in words, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::X9_TR34_2012 => "TR-34:2012, as the AWS service writes it",
            Self::ANNEX_B_2019_PRINTED => "TR-34-2019, Annex B as first printed",
            Self::ANNEX_B_2019 => "TR-34-2019, Annex B as corrected",
            Self::CMS_2019 => "TR-34-2019 as CMS (RFC 5652)",
            Self::STRICT_2019 => "CMS with a bare header in the key block",
            Self::FUTUREX => "TR-34:2012 of Futurex devices",
        }
    }
}

closed_enum! {
    /// HeaderVersion: the letter that begins the key block header of a TR-34 token.
    HeaderVersion {
        /// B.
        B,
        /// D, what the service writes.
        D,
    }
}

closed_enum! {
    /// CertificateSignature: the hash under the signature of a certificate that is issued here.
    CertificateSignature {
        /// SHA-256.
        SHA_256,
        /// SHA-512, what the service signs with.
        SHA_512,
    }
}

/// What one counterparty's devices read. Every member is optional; what is absent is as the service does it. One
/// profile goes with every request for that counterparty: an operation takes from it what concerns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CounterpartyProfile {
    /// Layout of TR-34 tokens: ExportKey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_form: Option<TokenForm>,
    /// Letter of the key block header in TR-34 tokens: ExportKey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_version: Option<HeaderVersion>,
    /// Hash of certificates: GetParametersForImport, GetParametersForExport, GetPublicKeyCertificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_signature: Option<CertificateSignature>,
}

impl CounterpartyProfile {
    /// The tag of an imported certificate that holds the profile of whoever it belongs to, as [`Self::to_words`]
    /// writes it.
    pub const TAG: &str = "keymoot-counterparty";

    /// Whether nothing departs from the service.
    pub fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// The members' values, parted by spaces; empty where there are none.
    pub fn to_words(&self) -> String {
        let words = [
            self.token_form.map(TokenForm::name),
            self.header_version.map(HeaderVersion::name),
            self.certificate_signature.map(CertificateSignature::name),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Reads [`Self::to_words`]; each value names its member, in any order and at most once.
    ///
    /// # Errors
    /// The word that is no value or says again what was said.
    pub fn from_words(text: &str) -> Result<Self, String> {
        fn set<T>(slot: &mut Option<T>, value: T, word: &str) -> Result<(), String> {
            match slot.replace(value) {
                None => Ok(()),
                Some(_) => Err(word.to_owned()),
            }
        }
        let mut profile = Self::default();
        for word in text.split_whitespace() {
            if let Some(form) = TokenForm::ALL.iter().find(|v| v.name() == word) {
                set(&mut profile.token_form, *form, word)?;
            } else if let Some(letter) = HeaderVersion::ALL.iter().find(|v| v.name() == word) {
                set(&mut profile.header_version, *letter, word)?;
            } else if let Some(hash) = CertificateSignature::ALL.iter().find(|v| v.name() == word) {
                set(&mut profile.certificate_signature, *hash, word)?;
            } else {
                return Err(word.to_owned());
            }
        }
        Ok(profile)
    }

    /// Every value that [`Self::from_words`] takes.
    pub fn every_word() -> String {
        [
            TokenForm::NAMES,
            HeaderVersion::NAMES,
            CertificateSignature::NAMES,
        ]
        .concat()
        .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_profiles_say_the_same() {
        let profile = CounterpartyProfile::from_words("SHA_256 CMS_2019  B").unwrap();
        assert_eq!(profile.token_form, Some(TokenForm::CMS_2019));
        assert_eq!(profile.to_words(), "CMS_2019 B SHA_256");
        assert_eq!(
            CounterpartyProfile::from_words(&profile.to_words()),
            Ok(profile)
        );
        assert!(CounterpartyProfile::from_words(" ").unwrap().is_silent());
        for (text, word) in [("CMS", "CMS"), ("B D", "D"), ("SHA_256 sha_512", "sha_512")] {
            assert_eq!(CounterpartyProfile::from_words(text), Err(word.to_owned()));
        }
    }
}
