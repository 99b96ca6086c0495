//! What is said of a component's turn once it is done.

use crate::session::ComponentStep;
use crate::text::say;

/// How a turn is told on the page behind it: of component, number, person and check value.
pub(super) fn turn(step: &ComponentStep) -> fn(&str, u8, &str, &str) -> String {
    match step {
        ComponentStep::Enter { .. } => |label, part, _, kcv| {
            say!(
                "Component {part} of {label} is kept encrypted here; its check value is {kcv}.",
                part,
                label,
                kcv
            )
        },
        ComponentStep::Receive { .. } => |label, part, person, _| {
            say!(
                "{person} has package {part} of {label}; what is in it comes next.",
                person,
                part,
                label
            )
        },
        ComponentStep::Seal { .. } => |label, part, person, _| {
            say!(
                "The paper of component {part} of {label} is in its package, by {person}.",
                part,
                label,
                person
            )
        },
        ComponentStep::Spoilt { .. } => |label, part, _, _| {
            say!(
                "Recorded: what became of an earlier paper of component {part} of {label}.",
                part,
                label
            )
        },
        ComponentStep::ReadBack { .. } => |label, part, person, _| {
            say!(
                "Component {part} of {label} was read back by {person}.",
                part,
                label,
                person
            )
        },
    }
}
