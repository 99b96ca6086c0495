//! What is asked, in words: who acts, what they read first, what Enter does, and what has not happened yet.

mod bodies;
mod component_bodies;
mod held;
mod lines;
mod papers;
mod recorded;
mod result;
mod standing;
mod waiting;

use crate::session::field::{Field, Kind};
use crate::session::op::BACKUP_TO;
use crate::session::{Profile, Session, StepState, said};
use crate::text::{say, tr};

use super::super::ask::{Ask, AskField, Showing, StepLine};
use super::super::model::Step;
use super::super::{ops, ops_components};
use super::act::field_of;
use super::arrival::HOLDER;
use super::copies::practised_folder;
use super::fates::{FATE, SEEN};
use super::papers::ELSEWHERE;
use super::{Runner, Stage, Turn};
pub(super) use component_bodies::into_safe;
pub(crate) use lines::key_lines;
use lines::{act_lines, compares, not_yet, word_lines};
pub(super) use lines::{acting, footing, why};
use standing::{not_as_expected, stops_or_asks};

const PASSPHRASE: Field = Field {
    id: "passphrase",
    label: "Your passphrase",
    hint: "Typed for this one act and forgotten again. Words in lower case, one space between them.",
    kind: Kind::Passphrase,
    optional: false,
};

const ENVELOPE: Field = Field {
    id: "envelope",
    label: "Your envelope",
    hint: "Path of your approval envelope on your own medium.",
    kind: Kind::File,
    optional: false,
};

const BROUGHT: Field = Field {
    id: "path",
    label: "The file",
    hint: "Path of the file on the medium that it came on.",
    kind: Kind::File,
    optional: false,
};

const PHRASE: Field = Field {
    id: "phrase",
    label: "Type it",
    hint: "What the lines above ask you to type, in full.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

impl Runner {
    /// What to show and ask now.
    pub fn showing(&self, session: &Session) -> Showing {
        // Why a step is done is not why the ceremony was stopped in it.
        let stops = matches!(self.stage, Stage::AbortSignOff | Stage::AbortReseal);
        let why = self.step().filter(|_| !stops).map(why).unwrap_or_default();
        let held = self.held(session);
        Showing {
            steps: self.step_lines(session),
            current: self.at.min(self.script.model.steps.len().saturating_sub(1)),
            why,
            ask: if self.outcome.is_none() {
                self.ask(session)
            } else {
                None
            },
            searches: self.searches(session),
            last: self.last.clone().or_else(|| self.told_first(session)),
            outcome: self.outcome,
            noted: self.noted.clone(),
            came_back: self.came_back.then(|| self.places(session)),
            uncounted: self.uncounted(session),
            stays_good: self.stays_good(),
            idle_lock: self.script.model.idle_lock,
            hands_out: self.hands_out(session),
            stopping: self.stopping(session),
            stopped: self.why_stopped(session),
            voids_papers: !held.wrote.is_empty(),
            held,
            left: self.left,
            relieved: self.relieved_now(session),
            signs_stop: self.stop_signers(session),
            goes_to: self.goes_to(session),
            awaited_at_stop: self.awaited_at_stop(),
            in_room: self.in_room(session),
            anew: self.anew(session),
            done: self.stage == Stage::Result,
            reads_watches: self.reads_watches(session),
            plays_other: self.plays_other(session),
            refused: self.refused_field.map(str::to_owned),
            offered: self.offered(session),
        }
    }

    /// Who has a place in this run and has to be here, with their roles: not whoever gives one up.
    fn places(&self, session: &Session) -> Vec<String> {
        let view = session.view();
        let stays = |name: &str| {
            let mut places = self.people.iter();
            places.any(|(place, holder)| *holder == name && !self.gives_up(place))
        };
        let here = view.people.iter().filter(|p| stays(&p.name));
        here.map(|p| said::called(&p.role, &p.name)).collect()
    }

    fn step_lines(&self, session: &Session) -> Vec<StepLine> {
        let run = self.run(session);
        let view = session.view();
        let steps = self.script.model.steps.iter().zip(&run.steps).enumerate();
        steps
            .map(|(at, (step, record))| {
                let row = view
                    .keys
                    .iter()
                    .find(|row| Some(&row.key.key_arn) == record.key.as_ref());
                let shown = row.filter(|_| !self.to_be_compared(session, step));
                // Of an initial key its own: the base key's is no answer to what left.
                let initial = self.initial_keys(session, step, record).into_iter().next();
                let initial =
                    initial.and_then(|[_, value]| value.split(' ').next().map(str::to_owned));
                let check_value =
                    shown.map(|row| initial.unwrap_or_else(|| row.key.key_check_value.clone()));
                let note = record.error.clone().or(check_value).unwrap_or_default();
                StepLine {
                    number: at + 1,
                    id: step.id.clone(),
                    title: step.title.clone(),
                    state: record.state.name().to_owned(),
                    note: if record.state == StepState::Planned {
                        String::new()
                    } else {
                        note
                    },
                }
            })
            .collect()
    }

    /// Whose passphrase is asked for now.
    pub(super) fn signer(&self) -> String {
        if self.stage == Stage::Change {
            return self.change_person();
        }
        if self.stage == Stage::Issue {
            let place = self.step().and_then(|step| step.initiate.as_deref());
            return place.map(|id| self.name(id)).unwrap_or_default();
        }
        self.signers.front().cloned().unwrap_or_default()
    }

    /// The fields asked now, in the order in which [`Runner::answer`] takes them.
    pub(super) fn fields(&self, session: &Session) -> Vec<AskField> {
        let mut fields: Vec<Field> = Vec::new();
        match self.stage {
            Stage::Arrival => fields.push(HOLDER),
            Stage::Bring => fields.push(BROUGHT),
            Stage::Turn => {
                let asked = self
                    .turns
                    .front()
                    .map(|turn| turn.fields.clone())
                    .unwrap_or_default();
                for id in asked {
                    fields.extend(self.fate_field(id));
                    let field = self.step().and_then(|step| field_of(step, id));
                    fields.extend(field.map(|field| practised_folder(session, field)));
                }
            }
            Stage::Issue => {
                if self.phrase().is_some() {
                    fields.push(PHRASE);
                }
                if !session.automatic() {
                    fields.extend(signing(session));
                }
            }
            Stage::SignOff if session.automatic() => {}
            Stage::SignOff => {
                fields.extend(Self::dissent_field(self.step()));
                fields.extend(signing(session));
            }
            Stage::Approve | Stage::AbortSignOff => fields.extend(signing(session)),
            Stage::Exception => fields.extend(self.exception_fields(session)),
            Stage::Deviation => fields.extend(self.deviation_fields(session)),
            Stage::Change => fields.extend(self.change_fields(session)),
            Stage::AbortReseal => fields.extend(self.reseal_fields()),
            Stage::Print => fields.push(ELSEWHERE),
            Stage::Copy => fields.push(BACKUP_TO),
            Stage::Search | Stage::Wait | Stage::Result | Stage::Ended => {}
        }
        let rehearsal = session.profile() == Profile::Rehearsal;
        let digits = self.digits(&fields);
        fields
            .into_iter()
            .map(|field| AskField {
                digits: digits.filter(|_| field.kind == Kind::Component),
                exactly: (field.id == PHRASE.id).then(|| self.phrase()).flatten(),
                practice: if rehearsal {
                    self.scripted(session, field.id)
                        .filter(|text| !text.is_empty())
                } else {
                    None
                },
                field,
            })
            .collect()
    }

    fn ask(&self, session: &Session) -> Option<Ask> {
        let step = self.step()?;
        let fields = self.fields(session);
        let ask = match self.stage {
            Stage::Arrival => return self.arrival_ask(session),
            Stage::Bring => self.bring_ask(session, step),
            Stage::Turn => self.turn_ask(session, step, self.turns.front()?),
            Stage::Issue if session.automatic() => {
                self.issue_held(session, step, self.issue_ask(session, step))
            }
            Stage::Issue => self.issue_ask(session, step),
            Stage::Approve => self.approve_ask(step),
            Stage::Print => self.print_ask(session, step)?,
            Stage::Search => Self::search_ask(step),
            Stage::SignOff if session.automatic() => {
                self.sign_off_held_ask(self.sign_off_ask(session, step))
            }
            Stage::SignOff => self.sign_off_ask(session, step),
            Stage::AbortSignOff => self.abort_ask(session),
            Stage::Exception => self.exception_ask(session, step),
            Stage::Deviation => self.deviation_ask(session)?,
            Stage::AbortReseal => self.reseal_ask(session)?,
            Stage::Change => self.change_ask(session, step)?,
            Stage::Copy => self.copy_ask(session, step)?,
            Stage::Wait => self.wait_ask(session, step),
            Stage::Result => self.result_ask(session, step),
            Stage::Ended => return None,
        };
        let mut body = ask.body;
        body.splice(0..0, self.recorded_here(session));
        if let Some(passed) = &self.passed {
            body.splice(0..0, [passed.clone(), String::new()]);
        }
        Some(Ask {
            body,
            fields,
            ..ask
        })
    }

    fn bring_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.bringer();
        let role = Self::role(session, &person);
        let mut body = vec![
            tr("The other side answers with a file:").to_owned(),
            String::new(),
        ];
        if let Some(input) = self.awaited_input() {
            body.push(format!("  {}", input.hint));
            let medium = input.medium.iter();
            body.extend(medium.map(|label| say!("  It comes on the medium {label}.", label)));
            body.push(String::new());
            body.push(
                tr("It may take days. Leave it and come back: Home goes on with it at this step (at a shell, --resume does). Once the file is here, name it below; Enter reads it.").into(),
            );
        }
        body.extend(why(step));
        Ask {
            title: say!("A file is awaited: {title}", title = step.title),
            footing: footing(
                acting(&person, &role),
                tr("reads the file once and keeps it in the record"),
                waiting::done_before(session),
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: false,
        }
    }

    fn turn_ask(&self, session: &Session, step: &Step, turn: &Turn) -> Ask {
        let (mut body, so_far) = self.turn_body(session, step, turn);
        let unexpected = self.unexpected(session, step);
        body.extend(unexpected.as_deref().into_iter().flat_map(not_as_expected));
        let acts = if turn.person.is_empty() {
            tr("everybody in the room; anybody presses Enter").to_owned()
        } else {
            self.acts_watched(&turn.person, &turn.role, step)
        };
        let enter = if let Some(enter) = self.paper_enter(step, turn) {
            enter
        } else if unexpected.is_some() {
            stops_or_asks(step)
        } else if !turn.fields.is_empty() && ops::is_act(step.op) {
            tr("keeps what you typed; the request is shown before anybody signs").to_owned()
        } else if turn.fields.is_empty() {
            tr("records that this was seen and goes on").to_owned()
        } else if step.op.name == ops::NOTE.name && !step.fields.contains_key(ops::REPEATS) {
            tr("records what you typed").to_owned()
        } else {
            compares().to_owned()
        };
        let title = Self::paper_title(step, turn);
        Ask {
            person: turn.person.clone(),
            role: turn.role.clone(),
            title: title.unwrap_or_else(|| step.title.clone()),
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: self.called(step, turn),
            footing: footing(acts, &enter, so_far),
        }
    }

    /// Whether the keyboard goes to somebody for this turn: not where its person has just had it.
    fn called(&self, step: &Step, turn: &Turn) -> bool {
        let has_it = step.op.name == ops_components::GENERATE.name
            && turn.fields.contains(&"again")
            && self.drawn.is_some();
        let own = [
            "fingerprint",
            "kcv",
            "nonce",
            "again",
            "slip",
            "advised",
            "watched",
            FATE.id,
            SEEN.id,
        ];
        let package = ops_components::is_turn(step.op) && turn.fields.contains(&"serial");
        !has_it && (package || own.iter().any(|id| turn.fields.contains(id)))
    }

    fn issue_ask(&self, session: &Session, step: &Step) -> Ask {
        let person = self.signer();
        let role = Self::role(session, &person);
        let mut body = Vec::new();
        let demanded = self.preview.as_ref().map_or(2, |p| p.required);
        let required = demanded.max(step.approve.as_ref().map_or(0, |a| a.count));
        if let Some(preview) = &self.preview {
            body.extend(act_lines(preview));
        }
        body.extend(self.people_named(step));
        body.extend(self.noted_before_signing(session, step));
        body.extend(self.copy_before_signing(step));
        body.extend(why(step));
        if let Some(phrase) = self.phrase() {
            body.push(String::new());
            body.push(if step.acts.is_empty() {
                say!("This destroys. Type `{phrase}` to ask for it.", phrase)
            } else {
                tr("Count the acts above, and type how many they are, to ask for them all.")
                    .to_owned()
            });
        }
        Ask {
            title: say!("{person} asks: {title}", person, title = step.title),
            footing: footing(
                self.acts_watched(&person, &role, step),
                &say!(
                    "signs this request; then {required} custodians are asked",
                    required
                ),
                not_yet(step),
            ),
            person,
            role,
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: true,
        }
    }

    fn approve_ask(&self, step: &Step) -> Ask {
        let person = self.signer();
        let mut body = Vec::new();
        let mut enter = tr("signs this request for you").to_owned();
        if let Some(pending) = &self.pending {
            body.extend(act_lines(pending));
            body.extend(why(step));
            body.push(String::new());
            body.push(say!(
                "Asked by {issuer} at {asked}.",
                issuer = pending.issuer,
                asked = pending.asked.rfc3339()
            ));
            if pending.signed.is_empty() {
                body.push(tr("No custodian has signed yet.").into());
            } else {
                body.push(say!(
                    "Signed by {signed}.",
                    signed = pending.signed.join(", ")
                ));
            }
            body.push(
                tr("For the minutes, read these words aloud; they must be the same for all:")
                    .into(),
            );
            let words: Vec<&str> = pending.words.iter().map(String::as_str).collect();
            body.extend(word_lines(&words));
            enter = match self.signers.len() {
                1 if self.awaits_printer() => {
                    say!(
                        "signs for {person}; the paper's owner then prints it",
                        person
                    )
                }
                1 => say!(
                    "signs this request for {person}; {then}",
                    person,
                    then = pending.then()
                ),
                n => say!(
                    "signs this request for {person}; {n} more must sign",
                    person,
                    n = n - 1
                ),
            };
        }
        Ask {
            title: say!("{person} approves: {title}", person, title = step.title),
            footing: footing(
                self.acts_watched(&person, "custodian", step),
                &enter,
                not_yet(step),
            ),
            person,
            role: "custodian".into(),
            body,
            fields: Vec::new(),
            words: None,
            types_back: false,
            hand_over: true,
        }
    }

    /// Whether the next answer may be followed by a search for primes.
    fn searches(&self, session: &Session) -> bool {
        let last = match self.stage {
            Stage::Issue => session.automatic(),
            Stage::Approve => self.signers.len() == 1,
            Stage::Search => true,
            _ => false,
        };
        last && self.action.as_ref().is_some_and(|a| session.searches(a))
    }
}

/// A page that one person reads and signs, alone at the keyboard; who acts is that person.
pub(super) fn to_sign(
    title: String,
    (person, role): (String, String),
    body: Vec<String>,
    (enter, so_far): (&str, &str),
) -> Ask {
    Ask {
        title,
        footing: footing(acting(&person, &role), enter, so_far),
        person,
        role,
        body,
        fields: Vec::new(),
        words: None,
        types_back: false,
        hand_over: true,
    }
}

/// What a signature asks for: in production the person's own envelope first.
pub(super) fn signing(session: &Session) -> Vec<Field> {
    if session.profile() == Profile::Production {
        vec![ENVELOPE, PASSPHRASE]
    } else {
        vec![PASSPHRASE]
    }
}
