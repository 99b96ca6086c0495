//! The only place for calls to the operating system: memory locking and core dumps, clocks, files that
//! must not be overwritten or followed elsewhere, folders used through one handle, and what this machine
//! is (network, swap, entropy).
//!
//! Everything here is safe Rust over `rustix` and the standard library.

mod clock;
mod files;
mod folder;
mod hang_up;
mod hardening;
mod made_folder;
mod media;
mod output;
mod own_hash;
mod paper;
mod probe;
mod processes;
mod suspend;
mod terminal_state;
mod typed_ahead;
mod typed_line;

pub use clock::{Monotonic, OsMonotonic, WallClock};
pub use files::{
    FileError, append_line, ensure_private_folder, read_limited, read_private, replace_file,
    state_folder,
};
pub use folder::{Folder, FolderError, Stage};
pub use hang_up::end_when_the_terminal_is_lost;
pub use hardening::{Hardening, Measure, harden};
pub use made_folder::{make_folder, sync_above};
pub use media::{device_of, is_unmounted, removable_media};
pub use output::{OutputFolder, is_plain_name, new_file, write_new_file};
pub use own_hash::own_sha256;
pub use paper::{could_print, in_words, is_printer, print_once};
pub use probe::{EntropyReport, Interface, entropy_report, interfaces, swap_areas, up};
pub use processes::ask_to_end;
pub use suspend::{GOES_ON, STOP_ASKED, can_be_brought_back, stop_process_group};
pub use terminal_state::TerminalState;
pub use typed_ahead::drop_typed_ahead;
pub use typed_line::{Quiet, Unechoed, typed_byte, typed_within};
