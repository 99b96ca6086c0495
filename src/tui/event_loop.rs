//! The loop: one channel in, one picture out. Blocks until something happens, draws only when something changed.

use std::io::{self, stdout};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Position;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use zeroize::Zeroizing;

use super::app::{State, update};
use super::canvas::{Appearance, Hit};
use super::guard::Guard;
use super::kept::{self, Kept};
use super::look::Look;
use super::message::{Effect, Msg, Order};
use super::presence::{Around, LOOK_EVERY};
use super::recorder::FileRecorder;
use super::typed::{self, Listening};
use super::world::World;
use super::{Doctor, Explain, Left, TuiError, desk, frame, surroundings};
use crate::api::Clock;
use crate::ceremony::open_run;
use crate::os::{GOES_ON, STOP_ASKED, WallClock};
use crate::text::{say, tr};

/// No two pictures are closer together than this. A key that comes right behind a picture waits for so long, and has to
/// be on screen within 16 ms with a long list and a search for primes beside it: half of that is left for drawing.
const FRAME: Duration = Duration::from_millis(8);

/// How long the desk gets to close the vault once the screen is gone. What is committed is safe without it.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs the app on the terminal until it ends.
pub(crate) fn run(
    state: State,
    first: Vec<Order>,
    (appearance, recorder): (Appearance, Option<FileRecorder>),
    lent: (Option<Doctor>, Option<Explain>),
) -> Result<Left, TuiError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = unbounded_channel();
        // Signals are listened to before the terminal is taken, so that none falls between.
        listen_for_the_end(&sender)?;
        listen_to_the_size(sender.clone())?;
        crate::os::end_when_the_terminal_is_lost();
        let guard = Guard::enter()?;
        let _listening = listen_to_the_terminal(sender.clone())?;
        let offered = state.world.lists.then(|| state.world.folder.clone());
        let (theme, watched) = watch::channel(state.world.look.theme_file());
        tokio::spawn(look_around(sender.clone(), offered, watched));
        let orders = desk::start(sender, crate::os::state_folder(), recorder.is_some(), lent);
        for order in first {
            // The desk was started a line above; if it is gone, its last word ends the loop.
            let _ = orders.send(order);
        }
        let looks = state.world.look.clone();
        let mut screen = Picture {
            terminal: ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?),
            guard,
            appearance,
            looks,
            theme,
            hits: Vec::new(),
            recorder: recorder.map(|recorder| (recorder, Instant::now())),
        };
        let status = turn(state, &mut receiver, &orders, &mut screen).await;
        // The terminal goes back first; then the desk closes the vault.
        drop(screen);
        drop(orders);
        let closed =
            async { while !matches!(receiver.recv().await, Some(Msg::DeskGone) | None) {} };
        let _ = tokio::time::timeout(CLOSING, closed).await;
        status
    })
}

fn listen_for_the_end(sender: &UnboundedSender<Msg>) -> io::Result<()> {
    for kind in [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
    ] {
        listen(sender, kind, || Msg::End)?;
    }
    // Job control: Ctrl-Z's signal from outside, and the one that lets us go on.
    listen(sender, SignalKind::from_raw(STOP_ASKED), || Msg::Suspend)?;
    listen(sender, SignalKind::from_raw(GOES_ON), || Msg::GoesOn)
}

fn listen(sender: &UnboundedSender<Msg>, kind: SignalKind, message: fn() -> Msg) -> io::Result<()> {
    let mut stream = signal(kind)?;
    let sender = sender.clone();
    tokio::spawn(async move {
        while stream.recv().await.is_some() && sender.send(message()).is_ok() {}
    });
    Ok(())
}

/// Events of the terminal as messages; one that cannot be read any more is a terminal nobody can leave by.
fn listen_to_the_terminal(sender: UnboundedSender<Msg>) -> io::Result<Listening> {
    typed::listen(move |event| {
        let message = match event {
            Some(Event::Key(key)) if key.kind != KeyEventKind::Release => Msg::Key(Box::new(key)),
            Some(Event::Mouse(mouse)) => Msg::Mouse(mouse),
            Some(Event::Paste(text)) => Msg::Paste(Zeroizing::new(text)),
            Some(_) => return true,
            None => Msg::End,
        };
        sender.send(message).is_ok()
    })
}

fn listen_to_the_size(sender: UnboundedSender<Msg>) -> io::Result<()> {
    let mut changes = signal(SignalKind::window_change())?;
    tokio::spawn(async move {
        while changes.recv().await.is_some() {
            let Ok((columns, rows)) = crossterm::terminal::size() else {
                continue;
            };
            if sender.send(Msg::Resize(columns, rows)).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Looks at network, media, the theme's file and the folder whose vaults are `offered` from time to time; says nothing where nothing has
/// changed, so that nothing is drawn.
async fn look_around(
    sender: UnboundedSender<Msg>,
    offered: Option<PathBuf>,
    theme: watch::Receiver<Option<PathBuf>>,
) {
    let file = theme.borrow().clone();
    let mut before = Around::now(offered.as_deref(), file.as_deref());
    loop {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY)).await;
        let (was, folder) = (before.clone(), offered.clone());
        let file = theme.borrow().clone();
        // A medium that answers slowly must not hold up a key.
        let look = move || was.again(folder.as_deref(), file.as_deref());
        let Ok(now) = tokio::task::spawn_blocking(look).await else {
            return;
        };
        for news in before.news(&now) {
            if sender.send(news).is_err() {
                return;
            }
        }
        before = now;
    }
}

/// The terminal while it is ours, and what was drawn on it.
struct Picture {
    /// Never dropped: ratatui would show the cursor once more and, where the terminal is gone, panic over telling it.
    /// The guard gives everything back.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<io::Stdout>>>,
    guard: Guard,
    appearance: Appearance,
    /// How it looks now, as it was chosen.
    looks: Look,
    /// Its theme's file, for whoever looks whether it is written.
    theme: watch::Sender<Option<PathBuf>>,
    /// The rows a click can land on.
    hits: Vec<Hit>,
    /// The recording, and when it began.
    recorder: Option<(FileRecorder, Instant)>,
}

impl Picture {
    fn draw(&mut self, state: &State) -> io::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        let (hits, appearance) = (&mut self.hits, &self.appearance);
        let recorder = &mut self.recorder;
        let mut kept = Ok(());
        let drawn = self.terminal.draw(|picture| {
            let seen = frame::draw(state, picture.buffer_mut(), appearance);
            if let Some((recorder, began)) = recorder {
                let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                let deeds = state.world.view.as_ref().map(|view| view.deeds.clone());
                kept = recorder
                    .picture(millis, picture.buffer_mut(), &seen.hidden, &state.acts())
                    .and_then(|()| recorder.deeds(millis, &deeds.unwrap_or_default()));
            }
            *hits = seen.hits;
            if let Some(at) = seen.cursor {
                picture.set_cursor_position(at);
            }
        });
        // Closed even when drawing failed: a terminal left inside an update shows nothing.
        execute!(stdout(), EndSynchronizedUpdate)?;
        // A ceremony whose recording cannot be written stops here: what is committed is safe.
        kept?;
        drawn.map(|_| ())
    }

    /// How far the mouse moves the cursor of the list on screen.
    fn moved(&self, mouse: MouseEvent) -> Option<isize> {
        /// Rows that one step of the wheel scrolls.
        const STEP: isize = 3;
        match mouse.kind {
            MouseEventKind::ScrollUp => Some(-STEP),
            MouseEventKind::ScrollDown => Some(STEP),
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position::new(mouse.column, mouse.row);
                let hit = self.hits.iter().find(|(row, _)| row.contains(at));
                hit.map(|(_, rows)| *rows)
            }
            _ => None,
        }
    }

    /// Somebody else had the terminal: its size may be another, and nothing of ours is on it.
    fn reclaimed(&mut self, state: &mut State) -> io::Result<()> {
        state.world.size = crossterm::terminal::size()?;
        execute!(stdout(), Clear(ClearType::All))?;
        // Begun anew: `Terminal::clear` would ask the terminal where its cursor is, and wait for the answer.
        self.terminal = ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?);
        Ok(())
    }

    fn look(&mut self, state: &mut State, look: &Look) -> io::Result<()> {
        self.guard.mouse(look.mouse)?;
        self.appearance.ascii = look.ascii;
        match surroundings::theme(&look.theme) {
            Ok(theme) => {
                self.appearance.theme = theme;
                self.appearance.name.clone_from(&look.theme);
            }
            Err(error) => {
                let stays = Look {
                    theme: self.appearance.name.clone(),
                    ..look.clone()
                };
                update(state, Msg::NoLook(stays, error.reason()));
            }
        }
        Ok(())
    }
}

async fn turn(
    mut state: State,
    receiver: &mut UnboundedReceiver<Msg>,
    orders: &std::sync::mpsc::Sender<Order>,
    screen: &mut Picture,
) -> Result<Left, TuiError> {
    loop {
        screen.draw(&state)?;
        state.mark_drawn();
        let next_frame = Instant::now() + FRAME;
        let mut due = next_change(&state);
        let mut changed = false;
        while !changed || Instant::now() < next_frame {
            let until = if changed { Some(next_frame) } else { due };
            let message = tokio::select! {
                biased;
                message = receiver.recv() => message.unwrap_or(Msg::End),
                () = wait(until) => Msg::Tick(WallClock.now()),
            };
            let message = match message {
                // A mouse that points at nothing changes nothing, and draws nothing.
                Msg::Mouse(mouse) => match screen.moved(mouse) {
                    Some(rows) => Msg::Moved(rows),
                    None => continue,
                },
                other => other,
            };
            // A tick that only closes the frame's gap changes nothing by itself.
            changed = true;
            state.world.wall = WallClock.now();
            for effect in update(&mut state, message) {
                match effect {
                    Effect::Quit(status) => {
                        return Ok(left(&state.world, status));
                    }
                    Effect::Desk(order) => {
                        let _ = orders.send(order);
                    }
                    Effect::Look(look) => {
                        let before = screen.looks.clone();
                        screen.look(&mut state, &look)?;
                        keep(&mut state, &before);
                        screen.looks = state.world.look.clone();
                        screen.theme.send_replace(screen.looks.theme_file());
                    }
                    Effect::Suspend => {
                        screen.guard.suspend(&put_aside(&state.world))?;
                        screen.reclaimed(&mut state)?;
                    }
                    Effect::Reclaim => {
                        screen.guard.take()?;
                        screen.reclaimed(&mut state)?;
                    }
                }
            }
            due = None;
            crate::crypto::wipe_dead_stack();
        }
    }
}

/// How the person left, and what stands open.
fn left(world: &World, status: u8) -> Left {
    // A rehearsal in memory is gone, and nothing of it stands open.
    let view = world.view.as_ref().filter(|_| !world.keeps_nothing());
    Left {
        status,
        open: view.and_then(|view| open_run(view)),
        written: world.written.clone(),
        vault: world.vault_folder().cloned(),
    }
}

/// Keeps what was changed for the next start. Where it cannot be kept that is said, and holds until keymoot ends.
fn keep(state: &mut State, before: &Look) {
    let Some(file) = kept::file() else { return };
    let look = state.world.look.clone();
    if let Err(why) = Kept::keep(&file, before, &look) {
        let words = say!("It holds until keymoot ends, and is not kept: {why}", why);
        update(state, Msg::NoLook(look, words));
    }
}

/// What stands before the shell while keymoot is put aside.
fn put_aside(world: &World) -> String {
    match &world.view {
        Some(view) => say!(
            "keymoot is put aside, and locked. {vault} is still open in it: fg brings it back.",
            vault = view.vault
        ),
        None => tr("keymoot is put aside, and locked. No vault is open in it; fg brings it back.")
            .to_owned(),
    }
}

fn next_change(state: &State) -> Option<Instant> {
    let at = state.next_change()?;
    let wait = at.saturating_sub(state.world.wall.millis()).max(1);
    Some(Instant::now() + Duration::from_millis(u64::try_from(wait).unwrap_or(1000)))
}

async fn wait(until: Option<Instant>) {
    match until {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
