//! Where a test vault's clock runs ahead of the machine's: from when others, who read the real time, take what it issues.

use crate::session::action::Action;
use crate::session::due::span;
use crate::session::{Profile, Session, ahead};
use crate::text::{say, tr};

/// A certificate begins an hour before it is issued: a clock that is ahead by less makes no difference to anybody.
const HOUR: i64 = 3_600_000;

/// What that line is called where people read it.
pub(crate) fn outside() -> &'static str {
    tr("outside")
}

impl Session {
    /// From when others take the certificate that an act gives out, in words; none where they take it at once, and of
    /// acts that give out none.
    pub(crate) fn taken_from(&self, action: &Action) -> Option<String> {
        let Action::Control { request, .. } = action else {
            return None;
        };
        if self.profile != Profile::Test || !ahead::issues(request) {
            return None;
        }
        let now = self.now();
        let by = now.millis().saturating_sub(self.wall_time().millis());
        (by > HOUR).then(|| {
            say!(
                "not valid yet: others take it from {from} on. Scripts let time pass in this test vault, and its clock is {by} ahead of the real time",
                from = crate::session::span::clock(now),
                by = span(by)
            )
        })
    }

    /// The same as a line beside what people sign.
    pub(crate) fn told_outside(&self, action: &Action) -> Option<(String, String)> {
        Some((outside().to_owned(), self.taken_from(action)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;
    use crate::crypto::SecretBytes;
    use crate::session::{Environment, NewPerson, create, founding};
    use crate::vault::MemoryStore;

    const DAY: i64 = 86_400_000;

    fn vault(profile: Profile) -> Session {
        let person = |name: &str, role| NewPerson {
            name: name.into(),
            role,
            passphrase: SecretBytes::from_slice(b"words of a test that nobody has to keep"),
        };
        let people = vec![
            person("Ana", "custodian"),
            person("Ben", "custodian"),
            person("Ada", "administrator"),
        ];
        let plan = founding::Plan::of_a_test(profile);
        let new = plan.vault(people, crate::api::Timestamp::from_millis(0));
        let store = Box::new(MemoryStore::new());
        create(store, new, Environment::real(None)).unwrap().session
    }

    fn parameters() -> Action {
        let input = serde_json::json!(
            {"KeyMaterialType": "KEY_CRYPTOGRAM", "WrappingKeyAlgorithm": "RSA_2048"});
        Action::control(Operation::GetParametersForImport.parse(&input).unwrap())
    }

    #[test]
    fn whoever_gives_out_a_certificate_of_later_reads_from_when_it_is_taken() {
        let line = |session: &Session, action: &Action| {
            let view = session.preview(action).unwrap();
            let mut details = view.details.into_iter();
            details.find(|(label, _)| label == outside())
        };
        let mut session = vault(Profile::Test);
        assert_eq!(line(&session, &parameters()), None);
        session.advance(8 * DAY).unwrap();
        let day = session.now().rfc3339()[..10].to_owned();
        let (_, told) = line(&session, &parameters()).unwrap();
        assert!(told.contains(&format!("from {day} ")), "{told}");
        assert!(told.contains("8 d 00 h ahead"), "{told}");
        // What gives out no certificate says nothing of it.
        let kek = crate::session::tests::create_kek(&session);
        assert_eq!(line(&session, &kek), None);
    }

    /// Whoever rehearses knows that its time is none of the real one.
    #[test]
    fn a_rehearsal_says_nothing_of_it() {
        let mut session = vault(Profile::Rehearsal);
        session.advance(8 * DAY).unwrap();
        assert_eq!(session.taken_from(&parameters()), None);
    }
}
