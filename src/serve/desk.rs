//! The session's side: one thread, one request after the other, and an answer only for what is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::{mpsc, oneshot};

use crate::api::{ApiError, ErrorKind, Request, Response};
use crate::session::{Command, Outcome, Refusal, Session};

/// Most requests that share one commit.
const GROUP: usize = 64;

/// A request on its way to the session, and the way back.
pub(super) struct Job {
    pub(super) request: Request,
    pub(super) answer: oneshot::Sender<Result<Response, ApiError>>,
}

/// Answers until the last sender is gone; gives the session back, or nothing where a fault ended it.
pub(super) fn serve(session: Session, mut jobs: mpsc::Receiver<Job>) -> Option<Session> {
    work(session, &mut jobs, perform)
}

/// What the desk does with requests that came together.
type Perform<S> = fn(&mut S, &[Request]) -> Vec<Result<Response, Refusal>>;

/// A fault drops the session at once: what it holds is wiped, the lock is freed, and the state in memory, which
/// may be half-way, is never written.
fn work<S>(session: S, jobs: &mut mpsc::Receiver<Job>, perform: Perform<S>) -> Option<S> {
    let mut session = Some(session);
    while let Some(first) = jobs.blocking_recv() {
        let (requests, senders): (Vec<Request>, Vec<_>) = together(first, jobs)
            .into_iter()
            .map(|job| (job.request, job.answer))
            .unzip();
        let done = session
            .as_mut()
            .map(|session| catch_unwind(AssertUnwindSafe(|| perform(session, &requests))));
        let mut answers = match done {
            Some(Ok(answers)) => answers,
            Some(Err(_)) => {
                session = None;
                Vec::new()
            }
            None => Vec::new(),
        }
        .into_iter();
        for sender in senders {
            let answer = answers.next().map_or_else(
                || Err(given_up()),
                |a| a.map_err(|refusal| refusal.as_api()),
            );
            // Whoever asked may have gone; what was done is done.
            let _ = sender.send(answer);
        }
        crate::crypto::wipe_dead_stack();
    }
    session
}

/// The first job and those that lie waiting behind it.
fn together(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut group = vec![first];
    while group.len() < GROUP {
        match jobs.try_recv() {
            Ok(job) => group.push(job),
            Err(_) => break,
        }
    }
    group
}

fn perform(session: &mut Session, requests: &[Request]) -> Vec<Result<Response, Refusal>> {
    match requests {
        [one] if one.operation().reads() => vec![read(session, one)],
        several => session.act_group(several),
    }
}

fn read(session: &mut Session, request: &Request) -> Result<Response, Refusal> {
    match session.perform(Command::Read(request.clone()))? {
        Outcome::Read(response) => Ok(response),
        _ => Err(Refusal::Vault(
            "The session gave no answer to this request.".into(),
        )),
    }
}

fn given_up() -> ApiError {
    ApiError::new(
        ErrorKind::InternalServer,
        "A fault in keymoot ended this endpoint's session. What was answered before is done, and the vault is whole. \
         Start the endpoint again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Operation;

    struct Counted(std::sync::Arc<()>);

    fn job(input: &serde_json::Value) -> (Job, oneshot::Receiver<Result<Response, ApiError>>) {
        let (answer, back) = oneshot::channel();
        let request = Operation::GetKey.parse(input).unwrap();
        (Job { request, answer }, back)
    }

    #[test]
    fn a_fault_gives_the_session_up_and_says_nothing_of_it() {
        let (sender, mut jobs) = mpsc::channel(4);
        let (first, one) = job(&serde_json::json!({"KeyIdentifier": "alias/secret-4711"}));
        let (second, two) = job(&serde_json::json!({"KeyIdentifier": "alias/other"}));
        sender.try_send(first).ok().unwrap();
        let held = std::sync::Arc::new(());
        let session = Counted(std::sync::Arc::clone(&held));
        let watcher = std::thread::spawn(move || {
            let error = one.blocking_recv().unwrap().unwrap_err();
            sender.try_send(second).ok().unwrap();
            drop(sender);
            (error, two.blocking_recv().unwrap().unwrap_err())
        });
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let left = work(session, &mut jobs, |session, requests| {
            let () = *session.0;
            panic!("{requests:?}");
        });
        std::panic::set_hook(quiet);
        assert!(left.is_none());
        assert_eq!(
            std::sync::Arc::strong_count(&held),
            1,
            "the session is gone"
        );
        let (first, second) = watcher.join().unwrap();
        for error in [first, second] {
            assert_eq!(error.kind, ErrorKind::InternalServer);
            assert!(!error.message.contains("4711"));
        }
    }
}
