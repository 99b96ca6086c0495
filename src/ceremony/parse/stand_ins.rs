//! `[[rehearsal.stand-in]]`: counterparties that keymoot plays in rehearsal and test.

use super::super::model::Rehearsal;
use super::super::peer::{Peer, StandIn};
use super::reader::{Reading, Table};
use super::values;

/// Reads them all.
pub(super) fn all(section: &mut Table<'_>, rehearsal: &mut Rehearsal, on: &mut Reading<'_>) {
    for table in section.tables("stand-in", on) {
        let Some(stand_in) = one(table, on) else {
            continue;
        };
        if rehearsal
            .stand_ins
            .iter()
            .any(|s| s.gives == stand_in.gives)
        {
            on.wrong(
                &stand_in.place.member("gives"),
                format!(
                    "`{}` has a stand-in already: one counterparty gives one file.",
                    stand_in.gives
                ),
            );
        }
        rehearsal.stand_ins.push(stand_in);
    }
}

fn one(mut table: Table<'_>, on: &mut Reading<'_>) -> Option<StandIn> {
    let place = table.place.clone();
    let gives = values::need_id(&mut table, "gives", on);
    let name = table.need_text("as", on);
    let key = values::need_id(&mut table, "key", on);
    let peer = Peer::ALL.iter().find(|peer| peer.name() == name).copied();
    let reads = table.text("reads", on);
    let under = values::id(&mut table, "under", on);
    let random = table.text("random", on);
    table.finish(on);
    let Some(peer) = peer else {
        if !name.is_empty() {
            let names: Vec<_> = Peer::ALL.iter().map(|peer| peer.name()).collect();
            on.wrong(
                &place.member("as"),
                format!("`{name}` is no stand-in: write {}.", names.join(" or ")),
            );
        }
        return None;
    };
    let wanted = match peer.needs() {
        Some("reads") if under.is_none() => reads,
        Some("under") if reads.is_none() => under,
        None if reads.is_none() && under.is_none() => Some(String::new()),
        _ => None,
    };
    if wanted.is_none() {
        let wants = match peer.needs() {
            Some(member) => format!("`{member}` and nothing else beside its key"),
            None => "nothing beside its key".to_owned(),
        };
        on.wrong(&place, format!("A {} wants {wants}.", peer.name()));
    }
    if random.is_some() && !peer.answers_to_a_number() {
        on.wrong(
            &place.member("random"),
            format!(
                "A {} signs no random number: remove it, or let a tr34-sender answer.",
                peer.name()
            ),
        );
    }
    Some(StandIn {
        place,
        gives,
        peer,
        key,
        needs: wanted?,
        random,
    })
}
