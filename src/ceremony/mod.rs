//! Ceremonies: scripts that run the same in the room, in rehearsal and headless.
//!
//! It knows the session and its declarations, and no screen: a runner says what to ask, whoever runs it asks.

mod after;
mod ask;
mod asked_of_sender;
mod beginning;
mod begins;
mod brief;
mod called_for;
mod changing;
mod codes;
mod component_review;
mod component_script;
mod component_steps;
mod enough;
mod evidence;
mod finding;
mod items;
mod lint;
mod model;
mod named_file;
mod near;
mod open_run;
pub mod ops;
pub mod ops_carry;
pub mod ops_components;
mod others;
mod parse;
mod partner;
mod passing;
mod pause;
mod peer;
mod practice;
mod practised;
mod quoted;
mod recorded;
mod rehearsed;
mod run;
mod script;
mod seating;
mod seats;
mod shipped;
mod stand_in;
mod stand_in_receiver;
mod stand_in_tr34;
mod start;
mod telling;
mod template;
mod todays_clock;

pub use after::still_to_do;
pub use ask::{
    Advance, Anew, Answer, Ask, AskField, ComponentDigits, Held, Showing, ShownWords, StepLine,
};
pub use beginning::{Beginning, Meant, Told};
pub use begins::{NotHere, REAL, another_open, not_for_production, not_here, other_sides};
pub use brief::{Brief, BriefVault, brief, expanded};
pub use called_for::people;
pub use changing::ChangeTalk;
pub use codes::{Code, codes, codes_in};
pub use component_review::ComponentReview;
pub use component_script::component_script;
pub use evidence::{bundle, run_report_of, script_of, shipped_by_hash};
pub use finding::Finding;
pub use lint::{RULES, Rule};
pub use named_file::{PRACTICE_FILE, named_file, read_envelope};
pub use near::meant;
pub use open_run::{Again, OpenRun, Stopped, open_run, shell_word, stopped, stopped_in};
pub use partner::practice_partner;
pub(crate) use pause::{HAPPENED, STOP_REASON};
pub use pause::{Pause, WayOut, who_stops};
pub use practised::Practised;
use quoted::quoted;
pub use recorded::{RECORDED, deed_marker, deeds_in, lint_said, recorded_script_for};
pub use rehearsed::{NotRehearsed, Noted, Rehearsals, Rehearsed, note_file};
pub(crate) use run::key_lines;
pub use run::{
    RunError, Runner, Wanted, asked_for, is_compared, left_behind, resolve_inputs, run_report,
    write_run,
};
pub use script::{InputDeclaration, MAX_SCRIPT_BYTES, Script};
pub use seating::{SeatAsked, open_places, who_has, who_leaves};
pub use shipped::{sample, shipped};
pub use start::{Play, PlayedIn, Start};
pub use telling::{Ways, came_back, came_back_footing, ended, handed_over, holdings, saved};
pub use template::new_script;
pub use todays_clock::{TODAY, clocks};

#[cfg(test)]
mod recorded_people_tests;
#[cfg(test)]
mod recorded_tests;
