//! A QR code on a page of its own: a digest, which stands still, or a file, as a series of codes that runs.

use super::root::pages::typed_off;
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::bbqr::{self, FileType};
use crate::tui::widgets::qr::{self, Blocks, Picture};
use crate::tui::world::World;

/// Columns that the words beside a code need.
const WORDS: u16 = 44;

/// Milliseconds that a code stays, slowest first.
const SPEEDS: [i64; 7] = [2000, 1000, 667, 500, 333, 250, 125];

/// Where the speed starts: what a telephone follows without losing many.
const USUAL: usize = 4;

/// The words of the page where a camera meets a production vault.
pub(crate) const CAMERA: &str = "A camera in the room conflicts with PCI PIN 6-1.5 wherever clear key material can \
    be seen. This vault's policy allows the code; cover or stop every other camera, and show nothing else meanwhile.";

/// What is shown.
enum What {
    /// One digest or check value.
    Digest(Digest),
    /// A file.
    File {
        name: String,
        bytes: Vec<u8>,
        sha256: String,
    },
}

/// The page.
pub(crate) struct Code {
    what: What,
    /// As asked for; what the terminal cannot show is drawn in the other.
    blocks: Blocks,
    speed: usize,
    /// Which code of the series, counted on without end.
    at: usize,
    /// When the next one comes, in milliseconds of the machine's time; nothing while it stands still.
    due: Option<i64>,
}

impl Code {
    /// The code of a digest.
    pub(crate) const fn digest(digest: Digest) -> Self {
        Self {
            what: What::Digest(digest),
            blocks: Blocks::Half,
            speed: USUAL,
            at: 0,
            due: None,
        }
    }

    /// The codes of a file.
    pub(crate) fn file(name: &str, bytes: &[u8], sha256: &str, world: &World) -> Self {
        let mut code = Self {
            what: What::File {
                name: name.to_owned(),
                bytes: bytes.to_vec(),
                sha256: sha256.to_owned(),
            },
            blocks: Blocks::Half,
            speed: USUAL,
            at: 0,
            due: None,
        };
        code.runs(world);
        code
    }

    fn period(&self) -> i64 {
        SPEEDS.get(self.speed).copied().unwrap_or(1000)
    }

    fn runs(&mut self, world: &World) {
        self.due = Some(world.wall.millis().saturating_add(self.period()));
    }

    const fn is_file(&self) -> bool {
        matches!(self.what, What::File { .. })
    }

    /// The space of the code on a screen of this size.
    fn space(size: (u16, u16)) -> (u16, u16) {
        (
            size.0.saturating_sub(WORDS).saturating_sub(1),
            size.1.saturating_sub(7),
        )
    }

    /// What this terminal can show: as asked for, or the other where that is impossible.
    fn drawn_in(&self, ascii: bool, size: (u16, u16)) -> Option<Blocks> {
        [self.blocks, self.blocks.other()]
            .into_iter()
            .find(|blocks| self.shows(*blocks, ascii, size))
    }

    fn shows(&self, blocks: Blocks, ascii: bool, size: (u16, u16)) -> bool {
        if ascii && blocks == Blocks::Half {
            return false;
        }
        let (width, height) = Self::space(size);
        let Some(version) = qr::version_for(blocks, width, height) else {
            return false;
        };
        match &self.what {
            What::Digest(digest) => {
                qr::version_of_text(&digest.text()).is_some_and(|needed| needed <= version)
            }
            What::File { .. } => self.parts(blocks, size).is_some(),
        }
    }

    /// The texts of a file's codes on a screen of this size.
    fn parts(&self, blocks: Blocks, size: (u16, u16)) -> Option<Vec<String>> {
        let What::File { name, bytes, .. } = &self.what else {
            return None;
        };
        let (width, height) = Self::space(size);
        let version = qr::version_for(blocks, width, height)?;
        bbqr::split(bytes, FileType::of_name(name), qr::capacity(version))
    }

    /// The picture of this moment, which of the series it is, and how many there are.
    fn picture(&self, blocks: Blocks, size: (u16, u16)) -> Option<(Picture, usize, usize)> {
        match &self.what {
            What::Digest(digest) => Picture::of_digest(digest).map(|p| (p, 0, 1)),
            What::File { .. } => {
                let parts = self.parts(blocks, size)?;
                let at = self.at.checked_rem(parts.len())?;
                let longest = parts.iter().map(String::len).max()?;
                // One size for all, so that nothing jumps while a camera looks.
                let picture = Picture::of_text(parts.get(at)?, qr::version_of(longest)?)?;
                Some((picture, at, parts.len()))
            }
        }
    }

    fn moves(&self) -> String {
        match self.due {
            None => tr("stands still").to_owned(),
            Some(_) => say!(
                "{per_second} a second",
                per_second = per_second(self.period())
            ),
        }
    }

    fn words(&self, blocks: Blocks, at: usize, count: usize, world: &World) -> Vec<(Role, String)> {
        let glyphs = match blocks {
            Blocks::Half => tr("half blocks"),
            Blocks::Full => tr("full blocks"),
        };
        match &self.what {
            What::Digest(digest) => digest_words(digest, glyphs),
            What::File {
                name,
                bytes,
                sha256,
            } => {
                let moves = self.moves();
                let mut words = vec![
                    (Role::Title, name.clone()),
                    (
                        Role::Wait,
                        say!(
                            "code {at} of {count}, {moves}",
                            at = at.saturating_add(1),
                            count,
                            moves
                        ),
                    ),
                    (
                        Role::Text,
                        say!(
                            "{bytes} bytes as BBQr (B$2). A reader may begin anywhere; once around takes {seconds} s.",
                            bytes = bytes.len(),
                            seconds = seconds(count, self.period())
                        ),
                    ),
                    (
                        Role::Text,
                        say!(
                            "Afterwards compare its SHA-256: {groups}",
                            groups = super::done::groups(sha256)
                        ),
                    ),
                    (Role::Muted, say!("Drawn in {glyphs}.", glyphs)),
                ];
                let production = |v: &std::sync::Arc<crate::session::View>| {
                    v.profile == crate::session::Profile::Production
                };
                if world.view.as_ref().is_some_and(production) {
                    words.insert(2, (Role::Stop, tr(CAMERA).to_owned()));
                }
                words
            }
        }
    }
}

/// The SHA-256 that stands in lines of text, if one does: 64 digits, in groups or not.
pub(super) fn found<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut digits = String::new();
    for word in lines.flat_map(str::split_whitespace) {
        let hex = word.len() >= 4
            && word.len() % 4 == 0
            && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hex {
            if digits.len() == 64 {
                break;
            }
            digits.clear();
            continue;
        }
        digits.push_str(word);
    }
    (digits.len() == 64).then_some(digits)
}

/// `3`, or `1.5`.
fn per_second(period: i64) -> String {
    let tenths = 10_000_i64
        .saturating_add(period / 2)
        .checked_div(period)
        .unwrap_or(0);
    if tenths % 10 == 0 {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn seconds(count: usize, period: i64) -> i64 {
    i64::try_from(count)
        .unwrap_or(i64::MAX)
        .saturating_mul(period)
        .saturating_add(999)
        / 1000
}

/// What stands beside a code that stands still.
fn digest_words(digest: &Digest, glyphs: &str) -> Vec<(Role, String)> {
    let (value, says) = if digest.is_command() {
        (
            digest.hex.clone(),
            say!(
                "The code says this command to the letter, and nothing else. Drawn in {glyphs}.",
                glyphs
            ),
        )
    } else {
        (
            super::done::groups(&digest.hex),
            say!(
                "The code says {digest} and these digits, and nothing else. Drawn in {glyphs}.",
                digest = digest.begins(),
                glyphs
            ),
        )
    };
    vec![
        (Role::Title, digest.of.clone()),
        (Role::Text, value),
        (Role::Muted, says),
    ]
}

impl Screen for Code {
    fn name(&self) -> &'static str {
        "QR code"
    }

    fn keeps_its_rows(&self) -> bool {
        true
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let what = match &self.what {
            What::Digest(digest) if digest.is_command() => tr("a command"),
            What::Digest(..) => tr("a digest"),
            What::File { .. } => tr("a file, code by code"),
        };
        vec![tr("QR code").into(), what.into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        let (acts, so_far) = match &self.what {
            What::Digest(digest) if digest.is_command() => (
                tr("nobody: a command is no secret"),
                tr("nothing has changed; a picture leaves no file"),
            ),
            What::Digest(..) => (
                tr("nobody: a digest is no secret"),
                tr("nothing has changed; a picture leaves no file"),
            ),
            What::File { .. } => (
                tr("nobody; the other side holds its camera up to this screen"),
                tr("it is written and recorded as sent; who reads it here is not recorded"),
            ),
        };
        Footing {
            acts: acts.into(),
            enter: tr("back to where you were").into(),
            so_far: so_far.into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let blocks = Offer::plain(Verb::Blocks);
        let other = self.blocks.other();
        let mut offers = vec![Offer::word(Verb::Enter, tr("back"))];
        if self.is_file() {
            let pause = if self.due.is_some() {
                tr("stop")
            } else {
                tr("run")
            };
            offers.extend([
                Offer::word(Verb::Up, tr("speed")),
                Offer::plain(Verb::Down),
                Offer::word(Verb::Choose, pause),
                Offer::word(Verb::PageDown, tr("next code")),
                Offer::plain(Verb::PageUp),
            ]);
        }
        offers.push(if self.shows(other, world.look.ascii, world.size) {
            blocks
        } else if world.look.ascii && other == Blocks::Half {
            blocks.off_because(tr(
                "half blocks need glyphs that an ASCII terminal does not have",
            ))
        } else {
            blocks.off_because(tr("full blocks need 33 rows, as 140x40 has"))
        });
        offers.push(Offer::plain(Verb::Back));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A digest as a code is for the minutes: a second camera takes it without typing. The code of a file is the file itself, in the BBQr form: several readers know it, and any that reads QR codes can collect the parts.",
            "Up and Down change the speed, the space bar stops it, PgDn and PgUp go from code to code. A reader that missed one waits for it to come round again.",
            "What was wrapped for a receiver can be opened by the receiver alone. In production the policy has to allow the code, because a camera has no place in a room with clear key material (PCI PIN 6-1.5).",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let blocks = self.drawn_in(canvas.ascii(), world.size);
        let shown = blocks.and_then(|b| self.picture(b, world.size).map(|p| (b, p)));
        let Some((blocks, (picture, at, count))) = shown else {
            let room = width.saturating_sub(4);
            let y = canvas.paragraph(2, 1, room, Role::Note, tr("This screen is too small for the code, or it shows ASCII alone. Enlarge it to 140x40, or change the glyphs in Settings (,). Nothing was lost."));
            let (What::Digest(Digest { of, hex, .. })
            | What::File {
                name: of,
                sha256: hex,
                ..
            }) = &self.what;
            let y = y.saturating_add(2);
            let mut y = y.saturating_add(canvas.paragraph(2, y, room, Role::Title, of));
            let command = matches!(&self.what, What::Digest(digest) if digest.is_command());
            let rows = if command {
                // Whoever types it off types it to the letter.
                typed_off(hex, usize::from(room))
            } else {
                vec![super::done::groups(hex)]
            };
            for row in rows {
                y = y.saturating_add(canvas.paragraph(2, y, room, Role::Text, &row));
            }
            return;
        };
        let x = width
            .saturating_sub(picture.width(blocks))
            .saturating_sub(1);
        picture.draw(blocks, canvas, x, 0);
        canvas.within(0, 0, x, height, |c| {
            let room = c.width().saturating_sub(4);
            let mut y = 0;
            for (role, text) in self.words(blocks, at, count, world) {
                let rows = c.paragraph(2, y, room, role, &text);
                y = y
                    .saturating_add(rows)
                    .saturating_add(u16::from(height > 24));
            }
        });
    }

    fn looks_on(&self) -> bool {
        true
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter | Verb::Back => return Reaction::pop(),
            Verb::Blocks => self.blocks = self.blocks.other(),
            Verb::Choose if self.due.is_some() => self.due = None,
            Verb::Choose => self.runs(world),
            Verb::PageDown => {
                self.due = None;
                self.at = self.at.wrapping_add(1);
            }
            Verb::PageUp => {
                self.due = None;
                let count = self
                    .drawn_in(world.look.ascii, world.size)
                    .and_then(|b| self.parts(b, world.size))
                    .map_or(1, |parts| parts.len());
                // One back is all around but one.
                self.at = self
                    .at
                    .wrapping_add(count.saturating_sub(1))
                    .checked_rem(count)
                    .unwrap_or(0);
            }
            Verb::Up | Verb::Down => {
                self.speed = if verb == Verb::Up {
                    self.speed
                        .saturating_add(1)
                        .min(SPEEDS.len().saturating_sub(1))
                } else {
                    self.speed.saturating_sub(1)
                };
                self.runs(world);
            }
            _ => {}
        }
        Reaction::none()
    }

    fn next_change(&self) -> Option<i64> {
        self.due
    }

    fn tick(&mut self, now: i64) {
        let Some(due) = self.due else { return };
        if now >= due {
            self.at = self.at.wrapping_add(1);
            // Counted from now: after a pause of the machine none is hurried through.
            self.due = Some(now.saturating_add(self.period()));
        }
    }
}

#[cfg(test)]
mod tests;
