//! The service's text patterns, as predicates beside the words that a refusal shows.

/// A pattern of the service model.
#[derive(Clone, Copy)]
pub(super) struct Pattern {
    /// As the model writes it.
    pub(super) text: &'static str,
    /// Whether a value matches it in full.
    pub(super) matches: fn(&str) -> bool,
}

/// Key ARN, alias ARN or alias name.
pub(super) const IDENTIFIER: Pattern = Pattern {
    text: "arn:aws:payment-cryptography:[a-z]{2}-[a-z]{1,16}-[0-9]+:[0-9]{12}:(key/[0-9a-zA-Z]{16,64}|alias/[a-zA-Z0-9/_-]+)$|^alias/[a-zA-Z0-9/_-]+",
    matches: |text| match text.strip_prefix("arn:aws:payment-cryptography:") {
        Some(rest) => arn_rest(rest, |resource| alias(resource) || key_resource(resource)),
        None => alias(text),
    },
};

/// Key ARN.
pub(super) const KEY_ARN: Pattern = Pattern {
    text: "arn:aws:payment-cryptography:[a-z]{2}-[a-z]{1,16}-[0-9]+:[0-9]{12}:key/[0-9a-zA-Z]{16,64}",
    matches: |text| {
        text.strip_prefix("arn:aws:payment-cryptography:")
            .is_some_and(|rest| arn_rest(rest, key_resource))
    },
};

/// Alias name.
pub(super) const ALIAS: Pattern = Pattern {
    text: "alias/[a-zA-Z0-9/_-]+",
    matches: alias,
};

/// base64 of PEM text.
pub(super) const CERTIFICATE: Pattern = Pattern {
    text: r"[^\[;\]<>]+",
    matches: |text| !text.is_empty() && !text.contains(['[', ';', ']', '<', '>']),
};

/// The letters of a country, two by their length.
pub(super) const COUNTRY: Pattern = Pattern {
    text: "[A-Za-z]+",
    matches: |text| all(text, |b| b.is_ascii_alphabetic()),
};

/// An e-mail address: visible ASCII, one at sign between two parts.
pub(super) const EMAIL: Pattern = Pattern {
    text: r"[a-zA-Z0-9.!#$%&’*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*",
    matches: |text| {
        let of_user = |c: char| c.is_ascii_alphanumeric() || ".!#$%&’*+/=?^_`{|}~-".contains(c);
        let label =
            |part: &str| !part.is_empty() && all(part, |b| b.is_ascii_alphanumeric() || b == b'-');
        text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && user.chars().all(of_user) && host.split('.').all(label)
        })
    },
};

/// Upper-case hexadecimal.
pub(super) const HEX: Pattern = Pattern {
    text: "[0-9A-F]+",
    matches: |text| all(text, |b| matches!(b, b'0'..=b'9' | b'A'..=b'F')),
};

/// Key version and ID of an optional block.
pub(super) const TWO_CHARACTERS: Pattern = Pattern {
    text: "[0-9A-Z]{2}+",
    matches: |text| text.len() == 2 && all(text, |b| b.is_ascii_digit() || b.is_ascii_uppercase()),
};

/// Letters and digits: a key block as the service takes it.
pub(super) const KEY_BLOCK: Pattern = Pattern {
    text: "[0-9a-zA-Z]+",
    matches: alphanumeric,
};

/// A key serial number of DUKPT.
pub(super) const KEY_SERIAL_NUMBER: Pattern = Pattern {
    text: "[0-9A-F]{20}$|^[0-9A-F]{24}",
    matches: |text| matches!(text.len(), 20 | 24) && (HEX.matches)(text),
};

/// The token of GetParametersForImport.
pub(super) const IMPORT_TOKEN: Pattern = Pattern {
    text: "import-token-[0-9a-zA-Z]{16,64}",
    matches: |text| {
        text.strip_prefix("import-token-")
            .is_some_and(|id| (16..=64).contains(&id.len()) && alphanumeric(id))
    },
};

/// The token of GetParametersForExport.
pub(super) const EXPORT_TOKEN: Pattern = Pattern {
    text: "export-token-[0-9a-zA-Z]{16,64}",
    matches: |text| {
        text.strip_prefix("export-token-")
            .is_some_and(|id| (16..=64).contains(&id.len()) && alphanumeric(id))
    },
};

/// A nonce of TR-34: whole bytes in hex, in either case.
pub(super) const NONCE: Pattern = Pattern {
    text: "(?:[0-9a-fA-F][0-9a-fA-F])+",
    matches: |text| text.len().is_multiple_of(2) && all(text, |b| b.is_ascii_hexdigit()),
};

/// The key an earlier act of an act list made, `#0`: keymoot's own, in lists only.
pub(super) fn is_reference(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|n| n == "0" || (!n.starts_with('0') && n.len() <= 4 && digits(n)))
}

fn arn_rest(rest: &str, names: impl Fn(&str) -> bool) -> bool {
    let mut parts = rest.splitn(3, ':');
    let (Some(place), Some(account), Some(resource)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    region(place) && account.len() == 12 && digits(account) && names(resource)
}

fn key_resource(text: &str) -> bool {
    text.strip_prefix("key/")
        .is_some_and(|id| (16..=64).contains(&id.len()) && alphanumeric(id))
}

fn region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, side, number] = parts.as_slice() else {
        return false;
    };
    let lower = |part: &str| all(part, |b| b.is_ascii_lowercase());
    area.len() == 2 && lower(area) && side.len() <= 16 && lower(side) && digits(number)
}

fn alias(text: &str) -> bool {
    text.strip_prefix("alias/")
        .is_some_and(|name| all(name, |b| b.is_ascii_alphanumeric() || b"/_-".contains(&b)))
}

fn digits(text: &str) -> bool {
    all(text, |b| b.is_ascii_digit())
}

fn alphanumeric(text: &str) -> bool {
    all(text, |b| b.is_ascii_alphanumeric())
}

fn all(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let good = [
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/kwapwa6qaifllw2h",
            "arn:aws:payment-cryptography:ap-southeast-1:111122223333:alias/a/b_c-D",
            "alias/x",
        ];
        let bad = [
            "",
            "alias/",
            "alias/a b",
            "kwapwa6qaifllw2h",
            "arn:aws:payment-cryptography:us-east-1:11112222333:key/kwapwa6qaifllw2h",
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/kwapwa6qaifllw2",
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/kwapwa6qaifllw2h/",
            "arn:aws:payment-cryptography:useast1:111122223333:key/kwapwa6qaifllw2h",
            "arn:aws:kms:us-east-1:111122223333:key/kwapwa6qaifllw2h",
        ];
        for text in good {
            assert!((IDENTIFIER.matches)(text), "{text}");
        }
        for text in bad {
            assert!(!(IDENTIFIER.matches)(text), "{text}");
        }
    }

    #[test]
    fn references_have_one_spelling() {
        assert!(["#0", "#7", "#9999"].iter().all(|t| is_reference(t)));
        assert!(
            !["#", "#00", "#01", "#10000", "0", "#a"]
                .iter()
                .any(|t| is_reference(t))
        );
    }
}
