//! What one counterparty's devices read, as the forms and hashes that are written for it. A request names it, else a
//! tag of the imported certificate that the counterparty is trusted by, else it is the service's way.

use crate::{
    api::{
        ApiError, CertificateSignature, CounterpartyProfile, ExportTr34KeyBlock, HeaderVersion,
        Tag, TokenForm,
    },
    crypto::{
        tr31::Version,
        tr34::{Form, InnerHeader, Profile},
    },
    pki::SignatureHash,
};

use super::KeyRecord;

/// Refuses a tag that speaks of a counterparty and cannot be read, before anything is kept.
pub(super) fn judge_tags(tags: &[Tag]) -> Result<(), ApiError> {
    tagged(tags).map(|_| ())
}

/// The request with the profile that holds for it written into it, so that it is part of what people sign.
pub(super) fn defaulted(
    block: &ExportTr34KeyBlock,
    authority: &KeyRecord,
) -> Result<ExportTr34KeyBlock, ApiError> {
    // An empty profile in a request stays there: it says that the tag does not count.
    let counterparty_profile = match block.counterparty_profile {
        Some(asked) => Some(asked),
        None => Some(tagged(&authority.tags)?).filter(|tagged| !tagged.is_silent()),
    };
    Ok(ExportTr34KeyBlock {
        counterparty_profile,
        ..block.clone()
    })
}

fn tagged(tags: &[Tag]) -> Result<CounterpartyProfile, ApiError> {
    let Some(tag) = tags.iter().find(|t| t.key == CounterpartyProfile::TAG) else {
        return Ok(CounterpartyProfile::default());
    };
    CounterpartyProfile::from_words(&tag.value).map_err(|word| {
        ApiError::validation(format!(
            "Tag {}: '{word}' is no form, letter or hash, or one more of a kind that was named; allowed, one of a kind, \
             parted by spaces: {}.",
            CounterpartyProfile::TAG,
            CounterpartyProfile::every_word()
        ))
    })
}

/// How a token is written.
pub(super) fn token(asked: Option<CounterpartyProfile>) -> Profile {
    let asked = asked.unwrap_or_default();
    let usual = Profile::default();
    let (form, inner_header) = asked
        .token_form
        .map_or((usual.form, usual.inner_header), layout);
    Profile {
        form,
        inner_header,
        header_version: match asked.header_version {
            Some(HeaderVersion::B) => Version::B,
            Some(HeaderVersion::D) => Version::D,
            None => usual.header_version,
        },
    }
}

const fn layout(form: TokenForm) -> (Form, InnerHeader) {
    let attribute = InnerHeader::Attribute;
    match form {
        TokenForm::X9_TR34_2012 => (Form::X9_TR34_2012, attribute),
        TokenForm::ANNEX_B_2019_PRINTED => (Form::ANNEX_B_PRINTED, attribute),
        TokenForm::ANNEX_B_2019 => (Form::ANNEX_B_CORRECTED, attribute),
        TokenForm::CMS_2019 => (Form::CMS_2019, attribute),
        TokenForm::STRICT_2019 => (Form::CMS_2019, InnerHeader::Octets),
        TokenForm::FUTUREX => (Form::FUTUREX, attribute),
    }
}

/// The hash under a certificate's signature, where the request names one.
pub(super) fn named_hash(asked: Option<CounterpartyProfile>) -> Option<SignatureHash> {
    asked?.certificate_signature.map(|hash| match hash {
        CertificateSignature::SHA_256 => SignatureHash::Sha256,
        CertificateSignature::SHA_512 => SignatureHash::Sha512,
    })
}
