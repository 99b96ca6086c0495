//! The first line of every screen: the vault, what it is for, who is here, its time, the network, and what waits.

use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, cut};
use super::theme::Role;
use super::world::World;
use crate::session::due::requests_wait;
use crate::session::idle::network_word;
use crate::session::{Profile, View};
use crate::text::{say, tr};

/// Columns of a vault's name that is not whole.
const NAME: usize = 8;
/// The same where nothing else gives way any more.
const SHORT_NAME: usize = 4;

/// A part of the line.
type Part = (Role, String);

/// `acme │ [TEST] │ 2 of 3: Ana Cho │ 2026-11-23 14:31:07Z │ offline │ 1 request waits`
pub(super) fn draw(world: &World, clock: &str, canvas: &mut Canvas<'_>) {
    let mut x = 1;
    for (n, (role, text)) in parts(world, clock, canvas.width()).iter().enumerate() {
        if n > 0 {
            x = canvas.put(x, 0, Role::Frame, " │ ");
        }
        x = canvas.put(x, 0, *role, text);
    }
}

/// What the line says at a width. Where it has no room for all: first who is here gives way to how many, then words to
/// shorter ones, then the vault's name, the seconds, and of a recovery how many.
fn parts(world: &World, clock: &str, width: u16) -> Vec<Part> {
    let network_word = network_word(&world.network);
    let Some(view) = &world.view else {
        let parts = ["keymoot", tr("no vault is open"), clock, network_word];
        return parts.map(|part| (Role::Text, part.to_owned())).to_vec();
    };
    let [_, waits, short] = requests_wait(view.pending.len()).unwrap_or_default();
    let [names, count, bare] = here(view);
    let minute = without_seconds(clock);
    let whole = name(view);
    let cut_to = |least: usize| whole.width().min(least);
    let forms = [
        (whole.width(), &names, clock, &waits),
        (whole.width(), &count, clock, &waits),
        (whole.width(), &count, clock, &short),
        (cut_to(NAME), &count, clock, &short),
        (cut_to(NAME), &count, minute.as_str(), &short),
        (cut_to(NAME), &bare, minute.as_str(), &short),
        (cut_to(SHORT_NAME), &bare, minute.as_str(), &short),
    ];
    let others = |(_, here, clock, waits): (usize, &String, &str, &String)| -> [Part; 5] {
        [
            (Role::profile(view.profile), shaped(view.profile).to_owned()),
            (Role::Text, here.clone()),
            (Role::Text, clock.to_owned()),
            (
                network(view.profile, &world.network),
                network_word.to_owned(),
            ),
            (Role::Wait, waits.clone()),
        ]
    };
    let room = usize::from(width).saturating_sub(1);
    let needs = |parts: &[Part]| {
        let said = parts.iter().filter(|(_, text)| !text.is_empty());
        said.fold(0, |sum: usize, (_, text)| {
            sum.saturating_add(text.width()).saturating_add(3)
        })
    };
    let fits = |form: &&(usize, &String, &str, &String)| {
        needs(&others(**form)).saturating_add(form.0) <= room
    };
    let [.., last] = forms;
    let form = *forms.iter().find(fits).unwrap_or(&last);
    let others = others(form);
    let name = cut(&whole, room.saturating_sub(needs(&others)).max(form.0));
    let parts = std::iter::once((Role::Title, name)).chain(others);
    parts.filter(|(_, text)| !text.is_empty()).collect()
}

/// What the vault is called: a practice vault has no name but its profile; a copy that nobody has returned to is not the
/// vault it may become.
fn name(view: &View) -> String {
    if let Some(returning) = &view.returning {
        say!("copy {copy}", copy = returning.copy)
    } else if view.vault == view.profile.name() {
        String::new()
    } else {
        view.vault.clone()
    }
}

/// Who is here, by name, by number, and in a word; the holders of the recovery set are never taken for custodians.
fn here(view: &View) -> [String; 3] {
    let custodians = view.people.iter().filter(|p| p.role == "custodian");
    let present: Vec<&str> = custodians
        .filter(|p| p.present)
        .map(|p| p.name.as_str())
        .collect();
    let (here, n) = (present.len(), view.n);
    let (count, bare) = if view.by_recovery {
        let count = say!("RECOVERY {present} of {n}", present = here, n);
        (count, tr("RECOVERY").to_owned())
    } else {
        let count = say!("{present} of {n}", present = here, n);
        (count.clone(), count)
    };
    let names = if present.is_empty() {
        count.clone()
    } else {
        format!("{count}: {}", present.join(" "))
    };
    [names, count, bare]
}

/// `2026-11-23 14:31Z`; words stay as they are.
fn without_seconds(clock: &str) -> String {
    match clock
        .strip_suffix('Z')
        .and_then(|time| time.rsplit_once(':'))
    {
        Some((minute, _)) => format!("{minute}Z"),
        None => clock.to_owned(),
    }
}

/// A network in a production vault stands out; its capitals say the same without colour.
fn network(profile: Profile, word: &str) -> Role {
    match (word, profile) {
        ("ONLINE", Profile::Production) => Role::Stop,
        ("ONLINE", _) => Role::Note,
        _ => Role::Text,
    }
}

/// The profile's banner: another word and another shape for each, whatever the colours are.
const fn shaped(profile: Profile) -> &'static str {
    match profile {
        Profile::Rehearsal => "REHEARSAL",
        Profile::Test => "[TEST]",
        Profile::Production => "■ PRODUCTION ■",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::PendingView;
    use crate::tui::snapshot;
    use std::sync::Arc;

    fn line(width: u16, change: impl Fn(&mut View)) -> String {
        let mut view = snapshot::rehearsal();
        view.vault = "acme-payments-vault".into();
        view.profile = Profile::Production;
        change(&mut view);
        let mut world = snapshot::world();
        world.view = Some(Arc::new(view));
        let parts = parts(&world, "2026-11-24 09:00:00Z", width);
        let texts: Vec<String> = parts.into_iter().map(|(_, text)| text).collect();
        format!(" {}", texts.join(" │ "))
    }

    fn waiting(view: &mut View, count: usize) {
        let pending = PendingView {
            id: [0; 32],
            name: String::new(),
            sentence: String::new(),
            details: Vec::new(),
            exact: String::new(),
            issuer: String::new(),
            asked: view.now,
            digest: String::new(),
            words: Vec::new(),
            signed: Vec::new(),
            required: 2,
            may_sign: Vec::new(),
            appointees: Vec::new(),
            phrase: None,
            window_days: None,
            of_run: None,
        };
        view.pending = vec![pending; count];
    }

    /// It counts requests; whoever reads "to sign" takes it for people.
    #[test]
    fn requests_are_called_requests_and_none_is_no_word() {
        let wide = line(140, |view| waiting(view, 1));
        assert!(wide.ends_with("offline │ 1 request waits"), "{wide}");
        assert!(line(140, |view| waiting(view, 2)).ends_with("2 requests wait"));
        assert!(line(140, |_| ()).ends_with("offline"));
    }

    #[test]
    fn nothing_of_it_is_cut_at_80_columns() {
        for by_recovery in [false, true] {
            for count in [0, 1, 12] {
                let told = line(80, |view| {
                    waiting(view, count);
                    view.by_recovery = by_recovery;
                });
                assert!(told.width() <= 80, "{told}");
                assert_eq!(told.contains("RECOVERY"), by_recovery, "{told}");
                let ends = match count {
                    0 => "offline",
                    1 => "1 request",
                    _ => "12 requests",
                };
                assert!(told.ends_with(ends), "{told}");
            }
        }
        // What nothing takes the room of is whole.
        let short = line(80, |view| view.vault = "acme".into());
        assert!(
            short.starts_with(" acme │ ■ PRODUCTION ■ │ 2 of 3: Ana Ben │"),
            "{short}"
        );
    }
}
