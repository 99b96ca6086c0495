//! A vault is made in lines: questions, a review, each person's words, then envelopes and papers. What is asked and
//! said is the same as on screen: `session::founding`.

use std::path::{Path, PathBuf};

use crate::api::Clock as _;
use crate::ceremony::{Answer, AskField, ShownWords};
use crate::crypto::SecretBytes;
use crate::os::{WallClock, state_folder};
use crate::session::asked::{MINE, OWN_MEDIUM};
use crate::session::field::Field;
use crate::session::founding::fields::{
    CLOCK, CUSTODIANS, MEDIUM, NEEDED, PLACE, PROFILE, QR, SOFTWARE, WORDS_BACK, names,
};
use crate::session::founding::{
    self, Envelopes, Given, Moment, Papers, Person, Plan, Reading, USUAL,
};
use crate::session::span::date_time;
use crate::session::{Environment, NewPerson, Profile, Refusal, Session, media, policy_fits};
use crate::text::{say, tr};
use crate::vault::FolderStore;

use super::dialogue::{Dialogue, Heard, Question, Word, answered, footing};
use super::line::Gone;

const HELP: &[&str] = &[
    "A vault has custodians, each with a share; an administrator, who asks; and a witness, who looks on. Nobody can open it or use a key alone.",
    "The folder is named before anything is written, and written only after the last person has typed their own words back.",
    "Words are shown once, to their owner alone, and then scrolled away; a terminal that is asked to forgets them. keymoot keeps them nowhere: whoever loses paper and memory has lost them.",
];

/// What shows the words once more, in lines.
const AGAIN: &str = "an empty line";

const NOTHING: &str = "nothing is written yet; no vault exists";

/// Makes a vault and leaves it open; `None` if it was given up, and then nothing was made.
pub(crate) fn found(talk: &mut Dialogue<'_>, given: Given) -> Result<Option<Session>, Gone> {
    talk.heading(tr("Create a vault."));
    let mut asking = Asking::new(given);
    while let Some(plan) = asking.plan(talk)? {
        let Some(ready) = everybodys_words(talk, &plan)? else {
            talk.say(&say!(
                "Back at the review. {founding}",
                founding = founding::VOID
            ));
            continue;
        };
        talk.say(&say!("Wait: {founding}", founding = founding::MAKING));
        match make(&plan, ready) {
            Ok((mut session, papers)) => {
                handed_out(talk, &plan, &papers, &mut session)?;
                return Ok(Some(session));
            }
            Err(refusal) => {
                talk.stop(&format!("{refusal} {}", founding::VOID));
                asking.begin_again();
            }
        }
    }
    talk.say(tr("Left. Nothing was written; no vault exists."));
    Ok(None)
}

/// The questions, with what was answered so far.
struct Asking {
    given: Given,
    /// The field at hand, by its place among those that are asked.
    at: usize,
    answers: Vec<(&'static str, String)>,
    /// What the watches said, and when.
    read: Option<Reading>,
}

impl Asking {
    fn new(given: Given) -> Self {
        let (needed, custodians) = given.quorum.unwrap_or(USUAL);
        let mut answers = Vec::new();
        if !given.dir.as_os_str().is_empty() {
            answers.push((PLACE.id, given.dir.display().to_string()));
        }
        if let Some(profile) = given.profile {
            answers.push((PROFILE.id, profile.name().to_owned()));
        }
        if given.quorum.is_some() {
            answers.push((CUSTODIANS.id, custodians.to_string()));
            answers.push((NEEDED.id, needed.to_string()));
        }
        let mut asking = Self {
            given,
            at: 0,
            answers,
            read: None,
        };
        // What the command line said is not asked again, but for whoever goes back to it.
        while let Some(field) = asking.fields().get(asking.at)
            && asking.answer(field.id).is_some()
        {
            asking.at = asking.at.saturating_add(1);
        }
        asking
    }

    fn begin_again(&mut self) {
        self.at = 0;
    }

    fn answer(&self, id: &str) -> Option<&str> {
        let found = self.answers.iter().find(|(known, _)| *known == id);
        found.map(|(_, text)| text.as_str())
    }

    fn number(&self, id: &str, usual: u8) -> u8 {
        self.answer(id)
            .and_then(|text| text.parse().ok())
            .unwrap_or(usual)
    }

    fn profile(&self) -> Profile {
        self.answer(PROFILE.id)
            .and_then(Profile::named)
            .unwrap_or(Profile::Test)
    }

    /// What is asked of whoever sets this vault up, in order.
    fn fields(&self) -> Vec<Field> {
        let mut fields = vec![PLACE, PROFILE, CUSTODIANS, NEEDED];
        fields.extend(self.names());
        if self.profile() == Profile::Production {
            fields.extend([SOFTWARE, QR, CLOCK]);
        }
        fields
    }

    fn names(&self) -> Vec<Field> {
        names(
            usize::from(self.number(CUSTODIANS.id, USUAL.1)),
            self.profile(),
        )
    }

    /// Asks until everything is answered and reviewed; `None` if it was given up.
    fn plan(&mut self, talk: &mut Dialogue<'_>) -> Result<Option<Plan>, Gone> {
        loop {
            let said = if let Some(field) = self.fields().get(self.at) {
                self.ask(talk, field)?
            } else {
                let plan = self.planned();
                match review(talk, &plan)? {
                    Heard::Given(()) => return Ok(Some(plan)),
                    Heard::Said(word) => Some(word),
                }
            };
            match (said, self.at.checked_sub(1)) {
                (None, _) => {}
                (Some(Word::Back), Some(before)) => self.at = before,
                (Some(_), _) => return Ok(None),
            }
        }
    }

    /// One question; the word that was said instead of an answer.
    fn ask(&mut self, talk: &mut Dialogue<'_>, field: &Field) -> Result<Option<Word>, Gone> {
        let before = self.answer(field.id).map(str::to_owned);
        let question = Question::new(footing(
            tr("whoever sets this vault up"),
            tr("keeps this and goes on"),
            NOTHING,
        ))
        .explained(HELP);
        let question = answered(&question, before.as_ref(), field.optional);
        let asked = AskField::of(*field);
        let text = match talk.field(&question, &asked, &[])? {
            Heard::Given(Answer::Text(text)) => text,
            Heard::Given(Answer::Secret(_)) => String::new(),
            Heard::Said(word) => return Ok(Some(word)),
        };
        if let Some(rule) = self.broken(field, &text) {
            talk.stop(&rule);
            return Ok(None);
        }
        if field.id == CLOCK.id {
            let said = date_time(&text);
            self.read = said.map(|said| Reading::anew(self.read, said, WallClock.now()));
        }
        self.answers.retain(|(known, _)| *known != field.id);
        self.answers.push((field.id, text));
        self.at = self.at.saturating_add(1);
        Ok(None)
    }

    /// The rule that an answer breaks together with those before it.
    fn broken(&self, field: &Field, text: &str) -> Option<String> {
        if field.id == PLACE.id {
            return founding::room(Path::new(text.trim())).err();
        }
        if field.id == CUSTODIANS.id
            && let Some(policy) = &self.given.policy
            && let Err(refusal) = policy_fits(policy, text.parse().unwrap_or(u8::MAX))
        {
            return Some(refusal.to_string());
        }
        if field.id == NEEDED.id {
            let rule = founding::too_many(
                text.parse().unwrap_or(u8::MAX),
                self.number(CUSTODIANS.id, USUAL.1),
            )?;
            return Some(say!(
                "{label}: {rule} Nothing was recorded.",
                label = tr(field.label),
                rule
            ));
        }
        let names = self.names();
        let place = names.iter().position(|name| name.id == field.id)?;
        let mut people: Vec<Person> = names
            .iter()
            .take(place)
            .map(|name| self.person(name))
            .collect();
        people.push(Person::at(field.id, text));
        founding::same_name(&people).map(|(_, rule)| rule)
    }

    fn person(&self, name: &Field) -> Person {
        Person::at(name.id, self.answer(name.id).unwrap_or_default())
    }

    fn planned(&self) -> Plan {
        let yes = |field: Field| self.answer(field.id) == Some("yes");
        Plan {
            given: Given {
                dir: PathBuf::from(self.answer(PLACE.id).unwrap_or_default().trim()),
                ..self.given.clone()
            },
            profile: self.profile(),
            custodians: self.number(CUSTODIANS.id, USUAL.1),
            needed: self.number(NEEDED.id, USUAL.0),
            people: self.names().iter().map(|name| self.person(name)).collect(),
            software: yes(SOFTWARE),
            qr: yes(QR),
            clock: self.read,
        }
    }
}

fn review(talk: &mut Dialogue<'_>, plan: &Plan) -> Result<Heard<()>, Gone> {
    talk.heading(founding::REVIEW);
    let mut told: Vec<String> = plan
        .review()
        .iter()
        .map(|(label, text)| format!("  {label}: {text}"))
        .collect();
    told.push(plan.next());
    let question = Question::new(footing(
        tr("everybody: read it together"),
        tr("calls the first person to the keyboard, alone"),
        NOTHING,
    ))
    .telling(told)
    .explained(HELP);
    talk.enter(&question)
}

/// Everybody is called in turn; `None` if somebody gave it up: all words are void then.
fn everybodys_words(talk: &mut Dialogue<'_>, plan: &Plan) -> Result<Option<Vec<NewPerson>>, Gone> {
    let mut ready: Vec<NewPerson> = Vec::new();
    for person in &plan.people {
        let passphrase = match founding::draw_words(founding::how_many(plan.profile)) {
            Ok(words) => own_words(talk, plan, person, ready.len(), words)?,
            Err(refusal) => {
                talk.stop(&refusal.to_string());
                None
            }
        };
        let Some(passphrase) = passphrase else {
            return Ok(None);
        };
        ready.push(NewPerson {
            name: person.name.clone(),
            role: person.role,
            passphrase,
        });
    }
    Ok(Some(ready))
}

/// One person's words, shown and typed back.
fn own_words(
    talk: &mut Dialogue<'_>,
    plan: &Plan,
    person: &Person,
    done: usize,
    words: SecretBytes,
) -> Result<Option<SecretBytes>, Gone> {
    let all = plan.people.len();
    let saved = founding::saved(done);
    if let Heard::Said(_) = talk.hand_over(&founding::what_for(person, &saved), true)? {
        return Ok(None);
    }
    let shown = ShownWords::new(&words);
    let asked = AskField {
        practice: (plan.profile == Profile::Rehearsal)
            .then(|| shown.each().collect::<Vec<_>>().join(" ")),
        ..AskField::of(WORDS_BACK)
    };
    loop {
        let question = Question::new(founding::footing(Moment::Showing, person, done, all))
            .telling(vec![
                founding::yours_alone(person),
                founding::write_down(AGAIN),
                founding::NOBODY.to_owned(),
            ])
            .explained(HELP);
        if let Heard::Said(_) = talk.words_alone(&question, &shown)? {
            return Ok(None);
        }
        let question = Question::new(founding::footing(Moment::Typing, person, done, all))
            .telling(vec![founding::type_back(person)])
            .explained(HELP);
        // An empty line shows them again: until they were typed back once they may be.
        while let Heard::Given(typed) = talk.secret(&question, &asked)? {
            if founding::are_those(words.expose(), &typed) {
                return Ok(Some(words));
            }
            talk.stop(&founding::not_those(
                tr("An empty line"),
                words.expose(),
                &typed,
            ));
        }
    }
}

fn make(plan: &Plan, ready: Vec<NewPerson>) -> Result<(Session, Papers), Refusal> {
    let dir = &plan.given.dir;
    let store = FolderStore::create(dir).map_err(|e| Refusal::Vault(e.to_string()))?;
    let state_folder = match plan.profile {
        Profile::Rehearsal => None,
        Profile::Test | Profile::Production => state_folder(),
    };
    let environment = Environment::real(state_folder);
    let (vault, policy) = (
        plan.vault(ready, WallClock.now()),
        plan.given.policy.clone(),
    );
    let created = crate::session::create_under(Box::new(store), vault, policy, environment)?;
    Ok(founding::keep(created, dir))
}

/// Whoever's envelopes were just written says whether they lie where they belong; if not, the same person names another
/// folder.
fn own_medium(
    talk: &mut Dialogue<'_>,
    envelopes: &mut Envelopes,
    folder: &str,
) -> Result<(), Gone> {
    let Some(written) = envelopes.written() else {
        return Ok(());
    };
    let (person, files) = written;
    let elsewhere = envelopes.elsewhere(Some(&person));
    let so_far = envelopes.footing().so_far;
    let question = Question::new(footing(
        &say!("{person}, who takes the medium out", person),
        tr("calls the next person, or asks for another folder"),
        &so_far,
    ))
    .telling(vec![
        tr("Written and read back.").to_owned(),
        media::is_own(&person, elsewhere.as_deref()),
    ])
    .explained(HELP);
    let asked = AskField::of(OWN_MEDIUM);
    // Whoever says a word instead has not said that it is theirs.
    let own = match talk.field(&question, &asked, &[])? {
        Heard::Given(Answer::Text(answer)) => answer == MINE,
        _ => false,
    };
    if !own {
        envelopes.misplaced();
        talk.say(&media::still_lie(&files, Path::new(folder)));
    }
    Ok(())
}

/// Envelopes go to their owners' media; then papers are told.
fn handed_out(
    talk: &mut Dialogue<'_>,
    plan: &Plan,
    papers: &Papers,
    session: &mut Session,
) -> Result<(), Gone> {
    let mut envelopes = Envelopes::new(&papers.envelopes);
    while let Some([head, words]) = envelopes.told() {
        let question = Question::new(envelopes.footing())
            .telling(vec![
                say!(
                    "Envelopes, {envelopes}.",
                    envelopes = envelopes.count(false)
                ),
                head,
                words,
            ])
            .explained(HELP);
        match super::beside::plain(talk, &question, MEDIUM)? {
            None => talk.say(founding::NEEDS_THEIRS),
            Some(folder) => match envelopes.place(Path::new(folder.trim()), &plan.given.dir) {
                Ok(notes) => {
                    for note in &notes {
                        talk.say(&say!("note  {note}", note));
                    }
                    own_medium(talk, &mut envelopes, folder.trim())?;
                }
                Err(refusal) => talk.stop(&refusal.to_string()),
            },
        }
    }
    session.end_handing_out();
    talk.heading(founding::MADE);
    if let Some(written) = papers.written() {
        talk.say(&written);
    }
    if plan.profile == Profile::Production {
        talk.say(&envelopes.all_held());
    }
    if let Some(trouble) = &papers.trouble {
        talk.stop(trouble);
    }
    talk.say(&papers.names());
    talk.say(tr("Fingerprint and name of everybody, as on the signed forms; a file of these lines is what `keymoot verify --trust` reads:"));
    for line in &papers.trust {
        talk.say(&format!("  {line}"));
    }
    for line in papers.card.lines() {
        talk.say(line);
    }
    let question = Question::new(footing(
        tr("everybody: sign the forms"),
        tr("goes to the vault's menu"),
        tr("the vault is open; nobody is shown the words again"),
    ))
    .explained(HELP);
    talk.enter(&question).map(|_| ())
}
