//! The screens, one file each, and which one comes first.

pub(crate) mod act;
#[cfg(test)]
mod acts_tests;
pub(crate) mod approvals;
pub(crate) mod approve;
pub(crate) mod ask;
pub(crate) mod attest;
pub(crate) mod audit;
mod begin;
pub(crate) mod change;
pub(crate) mod changed;
pub(crate) mod code;
pub(crate) mod compare;
mod comparing;
pub(crate) mod create;
pub(crate) mod custodians;
pub(crate) mod delete;
pub(crate) mod deletions;
pub(crate) mod doctor;
pub(crate) mod done;
mod done_words;
pub(crate) mod ended;
pub(crate) mod evidence;
pub(crate) mod exchange;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod folder_for;
#[cfg(test)]
mod forms_tests;
pub(crate) mod handover;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod init;
pub(crate) mod key;
mod key_next;
pub(crate) mod keys;
pub(crate) mod leave;
pub(crate) mod menu;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod parts;
pub(crate) mod picker;
pub(crate) mod places;
#[cfg(test)]
mod production_tests;
#[cfg(test)]
mod recorded_tests;
pub(crate) mod refuse;
#[cfg(test)]
mod rehearsal_tests;
pub(crate) mod restore;
#[cfg(test)]
mod restore_tests;
mod review;
#[cfg(test)]
mod reviews_tests;
pub(crate) mod root;
pub(crate) mod runner;
pub(crate) mod save;
pub(crate) mod settings;
mod sign_bundle;
pub(crate) mod stop_run;
#[cfg(test)]
pub(in crate::tui) mod tests;
pub(crate) mod unlock;
pub(crate) mod welcome;
pub(crate) mod wizard;

use super::app::State;
use super::message::Order;
use super::screen::{Reaction, Screen};
use super::theme::Role;
use super::world::{StandsOpen, World, vault_name};
use crate::ceremony::{Play, PlayedIn, Script, Start};
use crate::text::say;

/// The first screen, and the first work for the desk.
pub(crate) fn begin(start: Start, mut world: World) -> (State, Vec<Order>) {
    match start {
        Start::Welcome { folder, vault } => {
            world.folder = folder;
            let Some(vault) = vault else {
                world.lists = true;
                world.vaults = crate::vault::vaults_in(&world.folder);
                world.stopped = stopped(&world.vaults);
                let first = welcome::Welcome::of(&world);
                return (State::new(world, Box::new(first)), Vec::new());
            };
            // A vault that was named is opened at once; Esc leads back to the welcome screen.
            let unlock = unlock::Unlock::new(vault.clone(), unlock::Then::Home);
            let order = unlock.order();
            world.vaults = vec![vault];
            let first = welcome::Welcome::default();
            let mut state = State::new(world, Box::new(first)).under(Box::new(unlock));
            state.world.busy = Some((order.words(), state.world.wall));
            (state, vec![order])
        }
        Start::Init { given } => (
            State::new(world, Box::new(init::Init::of(given))),
            Vec::new(),
        ),
        Start::Play(play) => {
            world.out = play.out.is_some();
            let (screen, order) = play_screen(play);
            playing(world, screen, order)
        }
    }
}

/// Vaults in which something stands open, as far as they are offered by name.
pub(super) fn stopped(vaults: &[std::path::PathBuf]) -> Vec<(String, StandsOpen)> {
    let offered = vaults.iter().take(welcome::MOST);
    let stopped = offered.filter_map(|dir| {
        let run = crate::ceremony::stopped_in(dir).map(StandsOpen::Run);
        let open =
            run.or_else(|| crate::session::change_begun(dir).then_some(StandsOpen::Change))?;
        Some((vault_name(dir), open))
    });
    stopped.collect()
}

fn playing(world: World, screen: Box<dyn Screen>, order: Order) -> (State, Vec<Order>) {
    let mut state = State::new(world, screen);
    // Until the ceremony is completed, leaving is not success.
    state.status = 1;
    state.world.busy = Some((order.words(), state.world.wall));
    (state, vec![order])
}

/// A ceremony's first screen: the question at once, or its vault's custodians first.
fn play_screen(play: Box<Play>) -> (Box<dyn Screen>, Order) {
    if let PlayedIn::Vault {
        dir, unlock: None, ..
    } = &play.place
    {
        let dir = dir.clone();
        let unlock = unlock::Unlock::new(dir, unlock::Then::Play(play));
        let order = unlock.order();
        return (Box::new(unlock), order);
    }
    let title = Script::parse(&play.script)
        .map_or_else(|_| "ceremony".to_owned(), |s| s.title().to_owned());
    (
        Box::new(runner::RunScreen::new(&title, play.out.clone(), true)),
        Order::Play(play),
    )
}

/// The screen of an open vault.
pub(crate) fn home() -> Box<dyn Screen> {
    Box::new(home::Home::new())
}

/// What refused an act that a page of now offered: it is drawn anew, of what another door did meanwhile.
pub(super) fn outrun(refusal: &str) -> Reaction {
    let words = say!(
        "{refusal} Nothing was changed; this page shows it as it stands now.",
        refusal
    );
    Reaction::notice(Role::Stop, words)
}
