//! How people answer a keymoot in a terminal: on screen with Enter and the words, in lines by what each prompt says.

use std::time::{Duration, Instant};

use data_encoding::HEXUPPER;
use keymoot::api::KeyAlgorithm;
use keymoot::crypto::{SecretBytes, kcv};

use crate::acme::WORDS;
use crate::terminal::{PATIENCE, Terminal};

pub(crate) const ENTER: &str = "\r";

/// The components of an AES key that are typed.
pub(crate) const COMPONENTS: [&str; 2] = [
    "8F1E2D3C4B5A69788796A5B4C3D2E1F0",
    "0C1D2E3F405162738495A6B7C8D9EAFB",
];

/// Answers a line once its prompt is the last thing on screen.
pub(crate) fn answer(terminal: &mut Terminal, prompt: &str, text: &str) {
    let asks = |t: &Terminal| {
        let screen = t.text();
        let last = screen
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_end();
        last == prompt
    };
    terminal.until(&format!("the prompt {prompt}"), asks);
    if prompt.contains("not shown") {
        // The echo goes off after the prompt is written.
        std::thread::sleep(Duration::from_millis(150));
    }
    let before = terminal.text();
    terminal.press(&format!("{text}{ENTER}"));
    let soon = Instant::now() + PATIENCE;
    while terminal.text() == before && Instant::now() < soon {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A screen that has stood for a while, and not because the machine is at work: an Enter that is pressed while it
/// works may be taken by the page that comes after.
pub(crate) fn settled(terminal: &Terminal) -> String {
    let late = Instant::now() + PATIENCE;
    let mut text = terminal.text();
    let mut since = Instant::now();
    // Work is told on screen once it has taken 200 ms.
    while since.elapsed() < Duration::from_millis(350) {
        std::thread::sleep(Duration::from_millis(20));
        let now = terminal.text();
        if now != text || now.contains("wait: ") {
            assert!(Instant::now() < late, "the screen does not settle:\n{now}");
            text = now;
            since = Instant::now();
        }
    }
    text
}

/// Goes on with Enter, and with the words wherever a passphrase is asked, until this is on screen.
pub(crate) fn signed(terminal: &mut Terminal, end: &str) {
    let late = Instant::now() + PATIENCE;
    loop {
        let text = settled(terminal);
        if text.contains(end) {
            return;
        }
        assert!(Instant::now() < late, "waited for {end}:\n{text}");
        assert!(!text.contains("STOP"), "{text}");
        let blank = text.contains("____") || text.contains("Nothing is typed here yet");
        if blank && ["assphrase", "Your words"].iter().any(|w| text.contains(w)) {
            terminal.press(WORDS);
            terminal.shows("43 typed");
        }
        let before = terminal.text();
        terminal.press(ENTER);
        let soon = Instant::now() + Duration::from_secs(3);
        while terminal.text() == before && Instant::now() < soon {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Answers every prompt by what it says and by what stands above it, until the end is on screen.
pub(crate) fn talked(
    terminal: &mut Terminal,
    end: &str,
    by: impl Fn(&str, &str) -> Option<String>,
) {
    let late = Instant::now() + PATIENCE;
    while !terminal.has(end.as_bytes()) {
        let text = terminal.text();
        assert!(Instant::now() < late, "waited for {end}:\n{text}");
        assert!(!text.contains("STOP"), "{text}");
        let prompt = text
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_end();
        let above: Vec<&str> = text.trim_end().lines().rev().skip(1).take(3).collect();
        if !prompt.ends_with(':')
            || !above.iter().any(|l| l.starts_with("So far: ")) && !text.contains("So far: ")
        {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let said = by(prompt, &text).unwrap_or_else(|| panic!("{prompt:?} is asked:\n{text}"));
        let prompt = prompt.to_owned();
        answer(terminal, &prompt, &said);
        std::thread::sleep(Duration::from_millis(60));
    }
}

/// The key that both components make together.
pub(crate) fn whole() -> Vec<u8> {
    let [first, second] = COMPONENTS.map(|hex| HEXUPPER.decode(hex.as_bytes()).unwrap());
    first.iter().zip(&second).map(|(a, b)| a ^ b).collect()
}

fn check_value(bytes: Vec<u8>) -> String {
    let value = kcv::cmac(KeyAlgorithm::AES_128, &SecretBytes::new(bytes)).unwrap();
    HEXUPPER.encode(&value)
}

/// The vault of `acme` is opened in lines, and a key is formed of both components, each typed twice.
pub(crate) fn a_key_of_components(terminal: &mut Terminal) {
    let values = COMPONENTS.map(|hex| check_value(HEXUPPER.decode(hex.as_bytes()).unwrap()));
    let formed = check_value(whole());
    let by = |prompt: &str, text: &str| -> Option<String> {
        let at = text.rfind("Component ").map_or("", |at| &text[at..]);
        let part = usize::from(text.contains("omponent 2 of 2") && !at.contains("omponent 1 of 2"));
        Some(match prompt {
            "Press Enter:" => String::new(),
            "Advised serial:" | "Serial:" => format!("TE-{}", part + 1),
            "Components:" => "2".into(),
            "Purpose:" => "11".into(),
            "Algorithm:" => "AES_128".into(),
            "Modes of use:" | "Tampering:" => "1".into(),
            "Exportable:" => "yes".into(),
            "Name:" => "kek".into(),
            p if p.contains("assphrase") => WORDS.to_owned(),
            "Component (not shown):" | "Once more (not shown):" => COMPONENTS[part].to_owned(),
            p if p.contains("heck value") && text.contains("as its sender gave it") => {
                formed.clone()
            }
            p if p.contains("heck value") => values[part].clone(),
            _ => return None,
        })
    };
    for name in ["Ana", "Ben"] {
        answer(terminal, "Number:", name);
        answer(terminal, "Press Enter:", "");
        answer(terminal, "Passphrase (not shown):", WORDS);
    }
    answer(terminal, "Number:", "Import key from components");
    talked(terminal, "hidden until its sender's is typed", by);
    // Ours comes on screen only after the sender's was typed: before, it would be copied.
    assert!(!terminal.has(formed.as_bytes()), "it could be copied");
    let closed = format!("is closed: Check value from another channel. {formed}");
    talked(terminal, &closed, by);
}
