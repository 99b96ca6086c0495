//! Slips: one component on paper, once, where the person says. Never drawn, logged or kept.

use std::fmt::Write as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::api::Profile;
use crate::crypto::SecretBytes;
use crate::session::{Refusal, Session};

use super::SetRef;

/// What is answered in place of a path where nothing is printed: in rehearsal and test alone.
pub const NOT_PRINTED: &str = "not-printed";

/// One component for one custodian.
pub struct Slip<'s> {
    /// The set.
    pub set: &'s SetRef,
    /// Which component.
    pub part: u8,
    /// For whom.
    pub holder: &'s str,
    /// Its check value.
    pub kcv: &'s str,
    /// Its bytes.
    pub value: &'s SecretBytes,
}

impl Session {
    /// Where the next act that gives a component out prints its slip: a printer's device or a new file.
    pub fn slip_to(&mut self, place: &str) {
        self.slip_to = Some(place.to_owned());
    }

    /// Whether a slip could be printed there, so that nobody signs or draws anything for a place that cannot take it. The
    /// words of a refusal do not repeat what was typed: it may have been a passphrase.
    ///
    /// # Errors
    /// No device and no path of a new file, a file that is there, a folder that cannot take one; in production also that
    /// nothing is named.
    pub fn slip_place(&self, place: &str) -> Result<(), Refusal> {
        let place = place.trim();
        if place == NOT_PRINTED {
            return self.practice_prints_nothing();
        }
        if !place.contains('/') {
            return Err(Refusal::Custody(
                "Print to: this is no printer's device and no path of a file. Nothing was printed. Type a device \
                 (/dev/usb/lp0), or a new file with its folder (/media/ana/part-1.txt). If it was a passphrase, tell \
                 whoever leads: others may have read it."
                    .into(),
            ));
        }
        crate::os::could_print(Path::new(place)).map_err(|error| {
            Refusal::Custody(format!(
                "Print to: this place cannot take a paper: {}. Nothing was printed. Name a printer's device, or a new \
                 file on your own medium.",
                crate::os::in_words(&error)
            ))
        })
    }

    /// In production a component goes on paper.
    fn practice_prints_nothing(&self) -> Result<(), Refusal> {
        if self.profile() == Profile::Production {
            return Err(Refusal::Custody(
                "In production a component goes on paper. Nothing was made. Name the printer's device, or a file on the \
                 custodian's own medium."
                    .into(),
            ));
        }
        Ok(())
    }

    /// Prints a slip: into a new file (mode 0600, never over another), or on a printer's device with ESC/P controls.
    ///
    /// # Errors
    /// The place cannot take it, or nothing is named in production.
    pub fn print_slip(&self, slip: &Slip<'_>, place: &str) -> Result<(), Refusal> {
        let place = place.trim();
        if place == NOT_PRINTED {
            return self.practice_prints_nothing();
        }
        let path = Path::new(place);
        let device = crate::os::is_printer(path);
        let text = self.slip_text(slip, device);
        crate::os::print_once(path, text.as_bytes()).map_err(|error| {
            Refusal::Custody(format!(
                "The slip could not be printed to {place}: {}. Nothing was made and nothing left. Name a printer's \
                 device, or a new file on the custodian's own medium.",
                crate::os::in_words(&error)
            ))
        })
    }

    fn slip_text(&self, slip: &Slip<'_>, device: bool) -> Zeroizing<String> {
        const RESET: &str = "\x1b@";
        const WIDE: (&str, &str) = ("\x1bW1", "\x1bW0");
        // Room for everything, so that the text never moves and leaves a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(4096));
        let wide = if device { WIDE } else { ("", "") };
        if device {
            text.push_str(RESET);
        }
        let mark = match self.profile() {
            Profile::Rehearsal => "*** REHEARSAL - NOT FOR PRODUCTION ***\n",
            Profile::Test => "*** TEST - NOT FOR PRODUCTION ***\n",
            Profile::Production => "",
        };
        let set = slip.set;
        let _ = write!(
            text,
            "{mark}KEY COMPONENT {} of {}\n\nKey        {} ({})\nCustodian  {}\nMade       {}\n\n",
            slip.part,
            set.parts,
            set.label,
            set.algorithm.name(),
            slip.holder,
            self.now().rfc3339(),
        );
        for (row, bytes) in slip.value.expose().chunks(8).enumerate() {
            let _ = write!(text, "row {}  {}", row + 1, wide.0);
            for pair in bytes.chunks(2) {
                for byte in pair {
                    let _ = write!(text, "{byte:02X}");
                }
                text.push_str("  ");
            }
            let _ = writeln!(text, "{}", wide.1);
        }
        let _ = write!(
            text,
            "\nCheck value ({})  {}\n\nDigits are 0-9 and A-F: 0 is zero, there is no letter O; B is no 8, D is no 0.\n\
             Seen by its custodian alone, who keeps it hidden until it is sealed. The bag's\nserial goes into the record.\n{mark}",
            set.method().name(),
            slip.kcv
        );
        text.push('\x0c');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{KeyAlgorithm, Timestamp};
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    fn printed(device: bool) -> String {
        let environment = Environment::seeded("slip").unwrap();
        let store = Box::new(MemoryStore::default());
        let clock = Some(Timestamp::from_millis(1_796_115_600_000));
        let created = practice::vault(store, environment, clock, true).unwrap();
        let set = SetRef {
            id: "00".repeat(16),
            label: "zmk".to_owned(),
            algorithm: KeyAlgorithm::TDES_3KEY,
            parts: 3,
            run: None,
        };
        let value = SecretBytes::new((0x10..0x28).collect());
        let slip = Slip {
            set: &set,
            part: 2,
            holder: "Ben",
            kcv: "08D7B4",
            value: &value,
        };
        created.session.slip_text(&slip, device).to_string()
    }

    #[test]
    fn a_slip_in_a_file_is_plain_text_with_the_banner_at_both_ends() {
        let text = printed(false);
        let banner = "*** REHEARSAL - NOT FOR PRODUCTION ***\n";
        assert!(text.starts_with(banner) && text.ends_with(&format!("{banner}\x0c")));
        for line in [
            "KEY COMPONENT 2 of 3",
            "Key        zmk (TDES_3KEY)",
            "Custodian  Ben",
            "row 1  1011  1213  1415  1617",
            "row 2  1819  1A1B  1C1D  1E1F",
            "row 3  2021  2223  2425  2627",
            "Check value (ANSI_X9_24)  08D7B4",
        ] {
            assert!(text.lines().any(|l| l.trim_end() == line), "{line}");
        }
        let controls = text.chars().filter(|c| c.is_control() && *c != '\n');
        assert_eq!(controls.collect::<String>(), "\x0c");
        assert!(text.lines().all(|l| l.is_ascii() && l.len() <= 80));
    }

    #[test]
    fn a_printer_gets_the_same_with_its_digits_twice_as_wide() {
        // ESC @ resets the printer, ESC W 1 and ESC W 0 turn double width on and off (ESC/P reference manual).
        let (text, plain) = (printed(true), printed(false));
        assert!(text.starts_with("\x1b@"));
        let rows: Vec<&str> = text.lines().filter(|l| l.starts_with("row ")).collect();
        assert_eq!(rows.len(), 3);
        for row in rows {
            let (_, wide) = row.split_once("\x1bW1").unwrap();
            assert_eq!(wide.split_once("\x1bW0").unwrap().1, "");
        }
        let mut bare = text;
        for control in ["\x1b@", "\x1bW1", "\x1bW0"] {
            bare = bare.replace(control, "");
        }
        assert_eq!(bare, plain);
    }
}
