//! What the second person is told, and what they type.

use super::{ImportRoot, RootFile};
use crate::api::KeyAlgorithm;
use crate::text::tr;
use crate::tui::canvas::{Canvas, wrap};
use crate::tui::frame::clock;
use crate::tui::screens::save::Save;
use crate::tui::screens::wizard;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::Line;
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// Where the file is a root alone, and no command fetches it.
const OWN_COPY: &str = "The owner of the root reads it from their own copy: openssl x509 -in ROOT.pem -noout -fingerprint -sha256. Another keymoot vault shows it at Exchange, as \"our root\".";

impl ImportRoot {
    /// The steps before the review.
    pub(super) fn steps() -> [wizard::Step; 3] {
        [tr("Root"), tr("Call"), tr("Fingerprint")].map(|title| (title, String::new()))
    }

    pub(super) fn draw_call(file: &RootFile, world: &World, canvas: &mut Canvas<'_>) {
        let mut parts = vec![
            Part::Head(Role::Title, tr("A second person, logged in as somebody else on another computer, fetches the fingerprint:").into()),
            Part::Gap,
        ];
        if let Some(known) = &file.known {
            parts.extend([Part::Head(Role::Wait, known.into()), Part::Gap]);
        }
        if file.commands.is_empty() {
            parts.push(Part::Head(Role::Text, tr(OWN_COPY).into()));
        }
        let room = usize::from(canvas.width().saturating_sub(4));
        for line in &file.commands {
            let comment = line.starts_with('#');
            let role = if comment { Role::Muted } else { Role::Text };
            let rows = typed_off(line, room).into_iter();
            parts.extend(rows.map(|row| Part::Head(role, row.into())));
        }
        let carried = if file.commands.is_empty() {
            tr(
                "w writes these lines to a file to carry there. With the root itself at hand there, keymoot inspect FILE says its fingerprint.",
            )
        } else {
            tr(
                "w writes these lines to a file to carry there; q shows the first as a QR code. With the root itself at hand there, keymoot inspect FILE says its fingerprint.",
            )
        };
        parts.extend([Part::Gap, Part::Head(Role::Text, carried.into())]);
        if world.rehearsal() {
            let words = tr(
                "This is a practice: nobody has to be asked. On the next page F5 types what the second person would bring.",
            );
            parts.push(Part::Hint(Role::Note, words.into()));
        }
        let words =
            tr("Ours stays hidden until theirs is typed, so that nobody copies it from here.");
        parts.extend([Part::Gap, Part::Head(Role::Note, words.into())]);
        sheet::draw(canvas, 2, 1, &parts);
    }

    /// The commands as a file that can be carried to the other computer.
    pub(super) fn carried(file: &RootFile) -> Save {
        let mut text = file.commands.join("\n");
        if text.is_empty() {
            tr(OWN_COPY).clone_into(&mut text);
        }
        text.push('\n');
        Save::new(
            tr("Write the commands to a file"),
            "fetch-fingerprint.txt",
            text.into_bytes(),
        )
    }

    pub(super) fn draw_type(&self, file: &RootFile, canvas: &mut Canvas<'_>) {
        let root = &file.root;
        let mut known = vec![
            Line::new(tr("root"), root.subject()),
            Line::new(
                tr("key"),
                root.key_algorithm().map_or("unknown", KeyAlgorithm::name),
            ),
            Line::new(tr("ends"), clock(root.not_after())),
        ];
        let again = file.known.as_ref();
        known.extend(again.map(|words| Line::new(tr("beware"), words).role(Role::Wait)));
        let parts = [
            Part::Lines(&known, 10, &self.reading),
            Part::Gap,
            Part::Form(&self.form),
        ];
        sheet::draw(canvas, 2, 2, &parts);
    }
}

/// The rows of a command: whoever types them off the screen types one command, as the shell reads a row that ends so.
pub(in crate::tui::screens) fn typed_off(line: &str, width: usize) -> Vec<String> {
    let mut rows = wrap(line, width.saturating_sub(2));
    if let Some((_, before)) = rows.split_last_mut() {
        for row in before {
            row.push_str(" \\");
        }
    }
    rows
}
