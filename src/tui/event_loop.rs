//! The loop: one channel in, one picture out. Blocks until something happens, draws only when something changed.

use std::future::poll_fn;
use std::io::{self, stdout};
use std::pin::Pin;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEventKind};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use futures_core::Stream;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};
use zeroize::Zeroizing;

use super::app::{State, update};
use super::canvas::Appearance;
use super::guard::Guard;
use super::message::{Effect, Msg, Order};
use super::{Doctor, TuiError, desk, frame};
use crate::api::Clock;
use crate::os::WallClock;

/// No two pictures are closer together than this.
const FRAME: Duration = Duration::from_millis(16);

/// How long the desk gets to close the vault once the screen is gone. What is committed is safe without it.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs the app on the terminal until it ends.
pub(crate) fn run(
    state: State,
    first: Vec<Order>,
    appearance: &Appearance,
    doctor: Option<Doctor>,
) -> Result<u8, TuiError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = unbounded_channel();
        // Signals are listened to before the terminal is taken, so that none falls between.
        listen_for_the_end(&sender)?;
        let guard = Guard::enter()?;
        tokio::spawn(listen_to_the_terminal(sender.clone()));
        let orders = desk::start(sender, crate::os::state_folder(), doctor);
        for order in first {
            // The desk was started a line above; if it is gone, its last word ends the loop.
            let _ = orders.send(order);
        }
        let status = turn(state, &mut receiver, &orders, appearance).await;
        // The terminal goes back first; then the desk closes the vault.
        drop(guard);
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
        let mut stream = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            stream.recv().await;
            let _ = sender.send(Msg::End);
        });
    }
    Ok(())
}

async fn listen_to_the_terminal(sender: UnboundedSender<Msg>) {
    let mut events = EventStream::new();
    loop {
        let event = poll_fn(|context| Pin::new(&mut events).poll_next(context)).await;
        let message = match event {
            Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => Msg::Key(key),
            Some(Ok(Event::Paste(text))) => Msg::Paste(Zeroizing::new(text)),
            Some(Ok(Event::Resize(columns, rows))) => Msg::Resize(columns, rows),
            Some(Ok(_)) => continue,
            // A terminal that cannot be read any more is a terminal nobody can leave by.
            Some(Err(_)) | None => Msg::End,
        };
        let over = matches!(message, Msg::End);
        if sender.send(message).is_err() || over {
            return;
        }
    }
}

async fn turn(
    mut state: State,
    receiver: &mut UnboundedReceiver<Msg>,
    orders: &std::sync::mpsc::Sender<Order>,
    appearance: &Appearance,
) -> Result<u8, TuiError> {
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    loop {
        draw(&mut terminal, &state, appearance)?;
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
            // A tick that only closes the frame's gap changes nothing by itself.
            changed = true;
            state.world.wall = WallClock.now();
            for effect in update(&mut state, message) {
                match effect {
                    Effect::Quit(status) => return Ok(status),
                    Effect::Desk(order) => {
                        let _ = orders.send(order);
                    }
                }
            }
            due = None;
        }
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

fn draw(
    terminal: &mut Terminal<CrosstermBackend<io::Stdout>>,
    state: &State,
    appearance: &Appearance,
) -> io::Result<()> {
    execute!(stdout(), BeginSynchronizedUpdate)?;
    let drawn = terminal.draw(|picture| {
        let cursor = frame::draw(state, picture.buffer_mut(), appearance);
        if let Some(at) = cursor {
            picture.set_cursor_position(at);
        }
    });
    // Closed even when drawing failed: a terminal left inside an update shows nothing.
    execute!(stdout(), EndSynchronizedUpdate)?;
    drawn.map(|_| ())
}
