//! What looks like key material in a text, however it is spelled: in one run or in groups, with colons or on several
//! lines, with 0x before it, in base64.

/// Hex digits that a key has at least, in one run or in groups of one size.
const SHORTEST: usize = 16;
/// Hex digits that are a key in whatever groups: 16 bytes.
pub(super) const KEY: usize = 32;
/// Hex digits of a SHA-256.
pub(super) const DIGEST: usize = 64;
/// The most that stands between two groups: the end of a line, its margin and a comment's sign.
const WIDEST_GAP: usize = 24;
/// What stands before a practice value.
const PRACTICE: &str = "TEST:";
/// Characters of base64 for keys of 16, 24 and 32 bytes, and how much padding follows.
const BASE64: [(usize, usize); 5] = [(22, 2), (22, 0), (32, 0), (43, 1), (43, 0)];

/// Something that looks like a key or a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Byte at which it begins.
    pub(super) at: usize,
    /// Hex digits in it; none where it is base64.
    pub(super) digits: usize,
}

/// The first in a text, if there is one.
pub(super) fn first(text: &str) -> Option<Found> {
    every(text).into_iter().next()
}

/// Every one in a text.
pub(super) fn every(text: &str) -> Vec<Found> {
    let chains = chains(text);
    let hex = chains.iter().flat_map(|chain| in_hex(text, chain));
    let mut found: Vec<Found> = hex.chain(in_base64(text)).collect();
    found.sort_by_key(|found| found.at);
    found
}

/// Whether `at` stands behind one of these words on its line, as a digest does behind its name.
pub(super) fn stands_behind(text: &str, at: usize, words: &[&str]) -> bool {
    let line = before(text, at, |c| c == '\n').to_ascii_lowercase();
    words.iter().any(|word| line.contains(word))
}

/// What stands before a byte, back to such a character: no more of it than anybody would read.
fn before(text: &str, at: usize, ends: impl Fn(char) -> bool) -> String {
    const NEAR: usize = 160;
    let before = text.get(..at).unwrap_or_default();
    let near = before.chars().rev().take_while(|c| !ends(*c)).take(NEAR);
    let mut near: Vec<char> = near.collect();
    near.reverse();
    near.into_iter().collect()
}

/// Hex digits between two other characters.
#[derive(Debug, Clone, Copy)]
struct Group {
    at: usize,
    end: usize,
    digits: usize,
    decimal: bool,
    letter: bool,
}

/// Groups of hex digits with nothing but signs and spaces between them.
fn chains(text: &str) -> Vec<Vec<Group>> {
    let mut chains: Vec<Vec<Group>> = Vec::new();
    let mut open = false;
    for (at, run) in runs(text, char::is_alphanumeric) {
        let Some(group) = group(at, run) else {
            open = false;
            continue;
        };
        match chains.last_mut().filter(|_| open) {
            Some(chain) if chain.last().is_some_and(|last| at - last.end <= WIDEST_GAP) => {
                chain.push(group);
            }
            _ => chains.push(vec![group]),
        }
        open = true;
    }
    chains
}

/// Runs of such characters, each with its first byte.
fn runs(text: &str, belongs: impl Fn(char) -> bool) -> Vec<(usize, &str)> {
    let mut runs = Vec::new();
    let mut began = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        match (belongs(c), began) {
            (true, None) => began = Some(at),
            (false, Some(from)) => {
                runs.push((from, text.get(from..at).unwrap_or_default()));
                began = None;
            }
            _ => {}
        }
    }
    runs
}

/// The hex digits of a run: all of it, but for a prefix; or so many inside it that no word has them.
fn group(at: usize, run: &str) -> Option<Group> {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    let bare = ["0x", "0X", "x", "X"]
        .iter()
        .find_map(|prefix| run.strip_prefix(prefix))
        .unwrap_or(run);
    let inside = || {
        let parts = run.split(|c: char| !c.is_ascii_hexdigit());
        parts
            .max_by_key(|part| part.len())
            .filter(|part| part.len() >= KEY)
    };
    let digits = if hex(bare) { bare } else { inside()? };
    Some(Group {
        at,
        end: at + run.len(),
        digits: digits.len(),
        decimal: digits.bytes().any(|b| b.is_ascii_digit()),
        letter: digits.bytes().any(|b| b.is_ascii_alphabetic()),
    })
}

fn in_hex(text: &str, chain: &[Group]) -> Vec<Found> {
    let Some(first) = chain.first() else {
        return Vec::new();
    };
    let practice = before(text, first.at, |c| c == '\n');
    if practice.trim_end().ends_with(PRACTICE) {
        return Vec::new();
    }
    let found = |groups: &[Group]| Found {
        at: groups.first().map_or(first.at, |group| group.at),
        digits: Sum::of(groups).digits,
    };
    let in_name = |group: &Group| group.digits == SHORTEST && in_arn(text, group.at);
    let long = |group: &&Group| group.digits >= SHORTEST && !in_name(group);
    if chain.iter().any(|group| group.digits >= DIGEST) {
        // Each by itself: what stands beside a digest is none.
        let each = chain.iter().filter(long);
        return each
            .map(|group| found(std::slice::from_ref(group)))
            .collect();
    }
    let whole = Sum::of(chain);
    let some = if chain.iter().any(|group| long(&group)) {
        Some(chain)
    } else if in_arn(text, first.at) {
        None
    } else if whole.mixed() && whole.digits >= KEY {
        Some(chain)
    } else {
        equal(chain).filter(|groups| Sum::of(groups).mixed())
    };
    some.map(found).into_iter().collect()
}

/// Groups of one size, the last of them perhaps cut, that have the digits of a key together.
fn equal(chain: &[Group]) -> Option<&[Group]> {
    let mut from = 0;
    while let Some(first) = chain.get(from) {
        let rest = chain.get(from..)?;
        let same = rest
            .iter()
            .take_while(|group| group.digits == first.digits)
            .count();
        let cut = rest.get(same).filter(|group| group.digits < first.digits);
        let groups = rest.get(..same + usize::from(cut.is_some()))?;
        if (2..=8).contains(&first.digits)
            && same > 1
            && Sum::of(groups).digits >= SHORTEST
            && tight(groups)
        {
            return Some(groups);
        }
        from += same;
    }
    None
}

/// Whether no more than one sign, or the end of a line, stands between groups.
fn tight(groups: &[Group]) -> bool {
    let pairs = groups.iter().zip(groups.iter().skip(1));
    let mut gaps = pairs.map(|(one, next)| next.at - one.end);
    gaps.all(|gap| gap == 1) || groups.len() > 2 && Sum::of(groups).digits >= KEY
}

/// What groups have together.
struct Sum {
    digits: usize,
    decimal: bool,
    letter: bool,
}

impl Sum {
    fn of(groups: &[Group]) -> Self {
        Self {
            digits: groups.iter().map(|group| group.digits).sum(),
            decimal: groups.iter().any(|group| group.decimal),
            letter: groups.iter().any(|group| group.letter),
        }
    }

    /// Words have no decimal digits; dates, accounts and telephone numbers no letters.
    const fn mixed(&self) -> bool {
        self.decimal && self.letter
    }
}

/// Whether this is inside the name of something at AWS.
fn in_arn(text: &str, at: usize) -> bool {
    let word = before(text, at, |c| c.is_whitespace() || "\"'(),;".contains(c));
    word.starts_with("arn:aws") && word.matches(':').count() >= 3
}

/// Keys in base64: as long as a key is, and as mixed as no word.
fn in_base64(text: &str) -> Vec<Found> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let runs = runs(text, belongs).into_iter();
    let keys = runs.filter(|(at, run)| {
        let behind = text.get(at + run.len()..).unwrap_or_default();
        let padding = behind.bytes().take_while(|b| *b == b'=').count();
        BASE64.contains(&(run.len(), padding)) && random(run)
    });
    keys.map(|(at, _)| Found { at, digits: 0 }).collect()
}

/// Whether capitals, small letters and digits follow each other as only chance has them.
fn random(text: &str) -> bool {
    let class = |b: u8| match b {
        b'A'..=b'Z' => 'A',
        b'a'..=b'z' => 'a',
        b'0'..=b'9' => '0',
        _ => '+',
    };
    let classes: Vec<char> = text.bytes().map(class).collect();
    let of = |wanted: char| classes.iter().filter(|class| **class == wanted).count();
    let changes = classes
        .iter()
        .zip(classes.iter().skip(1))
        .filter(|(a, b)| a != b)
        .count();
    of('A') >= 3
        && of('a') >= 3
        && of('0') >= 1
        && of('+') * 4 < text.len()
        && changes * 5 >= text.len() * 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::first;

    #[test]
    fn keys_are_seen_however_they_are_spelled() {
        for secret in [
            "0123456789ABCDEF",
            "the key is 0123456789abcdef0123456789abcdef.x 0123456789abcdef",
            "0123 4567 89AB CDEF",
            "component=F2A84CD346401C19CE6194D6EA1FBF8F",
            "01-23-45-67-89-AB-CD-EF",
            "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF",
            "F2A84CD346401C19.CE6194D6EA1FBF8F",
            "F2A84CD3_46401C19_CE6194D6_EA1FBF8F",
            "F2A8/4CD3/4640/1C19/CE61/94D6/EA1F/BF8F",
            "key 0xF2A84CD346401C19CE6194D6EA1FBF8F",
            "{ 0xF2, 0xA8, 0x4C, 0xD3, 0x46, 0x40, 0x1C, 0x19, 0xCE, 0x61, 0x94, 0xD6, 0xEA, 0x1F, 0xBF, 0x8F }",
            r"\xF2\xA8\x4C\xD3\x46\x40\x1C\x19\xCE\x61\x94\xD6\xEA\x1F\xBF\x8F",
            "F2A84C D34640 1C19CE 6194D6 EA1FBF",
            "F2A84 CD346 401C1 9CE61 94D6E A1FBF 8F",
            "F2A84C D34640 1C19CE 6194D6 EA1FBF 8F",
            "F2A 84C D34 640 1C1 9CE 619 4D6 EA1 FBF 8F",
            "a\nF2A84CD346401C19CE6194D6EA1FBF8F\nb",
            "F2A84CD346\n401C19CE61\n94D6EA1FBF8F",
            "# F2A8 4CD3 4640 1C19\n# CE61 94D6 EA1F BF8F",
            "f 2 a 8 4 c d 3 4 6 4 0 1 c 1 9 c e 6 1 9 4 d 6 e a 1 f b f 8 f",
            "keyF2A84CD346401C19CE6194D6EA1FBF8Fh",
            "8qhM00ZAHBnOYZTW6h+/jw==",
            "8qhM00ZAHBnOYZTW6h+/jw",
            "8qhM00ZAHBnOYZTW6h-_jw",
            "value=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "arn:aws:kms:us-east-1:111122223333:key/F2A84CD346401C19CE6194D6EA1FBF8F",
        ] {
            assert!(first(secret).is_some(), "{secret}");
        }
    }

    #[test]
    fn words_dates_and_names_are_not() {
        for fine in [
            "Taken on 2026-11-24 from account 111122223333, region us-east-1",
            "TEST:0123456789ABCDEF0123456789ABCDEF",
            "TEST: 0123 4567 89AB CDEF 0123 4567 89AB CDEF",
            "Present throughout; a true record.",
            "a deaf bee fed a dad",
            "DEAD BEEF FEED FACE CAFE",
            "KCF-2026-031",
            "2026-11-24 09:00:00, 2026-11-25 09:00:00, 2026-11-26 09:00:00",
            "accounts 111122223333 444455556666 777788889999",
            "PCI PIN 13-9.2, 24-2.2, 26-1, 5-1, 21-1, 12-4",
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/qg4p5z3tfygtaruq",
            "arn:aws:payment-cryptography:us-east-1:111122223333:key/a2b3c4d5e6f7a2b3",
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "samples/get-parameters-for-import-rsa2048.json",
            "import-token-abcdefghijklmnop, export-token-qrstuvwxyz234567",
            "What `aws payment-cryptography get-parameters-for-import` printed for TR34_KEY_BLOCK.",
            "B0, C0, D0, D1, E0, E1, E2, E3, E4, E5",
            "GetParametersForImport",
            "TransportKeyOfAcmeBankNo2",
        ] {
            assert!(first(fine).is_none(), "{fine}: {:?}", first(fine));
        }
    }

    proptest! {
        /// A key of any length in groups of any size with any sign between them is one.
        #[test]
        fn any_key_in_any_groups_is_seen(
            key in proptest::collection::vec(any::<u8>(), 16..33),
            size in 1_usize..9,
            sign in proptest::sample::select(vec![" ", "-", ":", ".", "_", "/", ", ", "\n", "\n# ", " 0x"]),
        ) {
            let hex = data_encoding::HEXUPPER.encode(&key);
            prop_assume!(hex.bytes().any(|b| b.is_ascii_digit()) && hex.bytes().any(|b| b.is_ascii_alphabetic()));
            let groups: Vec<&str> = hex.as_bytes().chunks(size).map(|c| std::str::from_utf8(c).unwrap_or_default()).collect();
            let text = format!("component 1: {}", groups.join(sign));
            prop_assert!(first(&text).is_some(), "{text}");
        }
    }
}
