//! `keymoot call --batch`: a conversation in lines of JSON, without limit of length; one answer for each line,
//! written only after its state is durable, and never waiting for further input.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{ApiError, ErrorKind, Operation, Request, Timestamp};
use crate::custody::json;
use crate::session::{Command, Outcome, Profile, Refusal, Session, span, wire};

use super::call::{self, ErrorBody};
use super::status::{Answer, Failure, Status};

/// Longest line: 1 MiB; a longer one is skipped to its end.
const LINE_LIMIT: usize = 1 << 20;
/// What one read takes: room for a group of lines of the usual length, within these.
const CHUNK: std::ops::RangeInclusive<usize> = 256 << 10..=8 << 20;
const USUAL_LINE: usize = 512;

/// What a line of a batch says.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A request.
    Request(Box<Request>),
    /// A request that cannot be one of its operation.
    Refused {
        /// The operation as it was named.
        operation: String,
        /// Why.
        error: ApiError,
    },
    /// The rehearsal's clock moves, in milliseconds.
    Advance(i64),
    /// Not a request at all; the sentence says why.
    Nothing(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RequestForm {
    operation: String,
    #[serde(default = "empty")]
    input: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RehearsalForm {
    rehearsal: AdvanceForm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AdvanceForm {
    advance: String,
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Reads one line of a batch, without its line end.
pub fn request_line(bytes: &[u8]) -> Line {
    let value = match json::strict(bytes) {
        Ok(value) if value.is_object() => value,
        Ok(_) => return Line::Nothing("The line is not a JSON object.".to_owned()),
        Err(rule) => return Line::Nothing(rule.to_string()),
    };
    if value.get("Rehearsal").is_some() {
        return advance(value);
    }
    let form: RequestForm = match serde_json::from_value(value) {
        Ok(form) => form,
        Err(error) => return Line::Nothing(format!("The line is not a request: {error}.")),
    };
    let request =
        Operation::named(&form.operation).and_then(|operation| wire::typed(operation, &form.input));
    match request {
        Ok(request) => Line::Request(Box::new(request)),
        Err(error) => Line::Refused {
            operation: form.operation,
            error,
        },
    }
}

fn advance(value: Value) -> Line {
    match serde_json::from_value::<RehearsalForm>(value) {
        Err(error) => Line::Nothing(format!("The line is not a rehearsal's: {error}.")),
        Ok(form) => match span::parse(&form.rehearsal.advance) {
            Ok(millis) => Line::Advance(millis),
            Err(rule) => Line::Nothing(format!("Advance {rule}.")),
        },
    }
}

/// One line of answer.
#[derive(Serialize)]
#[serde(untagged)]
enum Reply<'a> {
    Output {
        #[serde(rename = "Operation")]
        operation: &'a str,
        #[serde(rename = "Output")]
        output: Value,
    },
    Error {
        #[serde(rename = "Operation")]
        operation: Option<&'a str>,
        #[serde(rename = "Error")]
        error: ErrorBody<'a>,
    },
    Rehearsal {
        #[serde(rename = "Rehearsal")]
        rehearsal: Now,
    },
}

#[derive(Serialize)]
struct Now {
    #[serde(rename = "Now")]
    now: Timestamp,
}

/// Answers every line of the source.
pub(super) fn run(source: &Path, mut session: Session) -> Answer<Status> {
    let input: Box<dyn Read> = if source == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(source).map_err(|e| {
            Failure::failed(format!("{}: {e}. Nothing was called.", source.display()))
        })?;
        Box::new(file)
    };
    let answered = converse(&mut session, Lines::new(input), io::stdout());
    let closed = super::sessions::close(session);
    answered.map_err(|e| match e.kind() {
        // Whoever asked has gone: no more answers, no words.
        io::ErrorKind::BrokenPipe => Failure::failed(""),
        _ => Failure::failed(format!(
            "the batch ended early: {e}. What was answered is done; the rest was not begun."
        )),
    })?;
    closed?;
    Ok(Status::Done)
}

fn converse(
    session: &mut Session,
    mut lines: Lines<impl Read>,
    mut out: impl Write,
) -> io::Result<()> {
    while let Some(group) = lines.group(session.group_size())? {
        let mut text = Vec::new();
        for reply in answer(session, group) {
            text.extend_from_slice(reply.as_bytes());
            text.push(b'\n');
        }
        out.write_all(&text)?;
        out.flush()?;
    }
    Ok(())
}

/// The answers to lines that lay complete together, in order.
fn answer(session: &mut Session, group: Vec<Piece>) -> Vec<String> {
    let mut replies = Vec::with_capacity(group.len());
    let mut waiting = Vec::new();
    for piece in group {
        let line = match piece {
            Piece::Line(bytes) => request_line(&bytes),
            Piece::TooLong => Line::Nothing("The line is longer than 1 MiB.".to_owned()),
        };
        match line {
            Line::Request(request) => waiting.push(*request),
            other => {
                replies.extend(perform(session, std::mem::take(&mut waiting)));
                replies.push(answer_apart(session, &other));
            }
        }
    }
    replies.extend(perform(session, waiting));
    replies
}

fn perform(session: &mut Session, requests: Vec<Request>) -> Vec<String> {
    let operations: Vec<Operation> = requests.iter().map(Request::operation).collect();
    let answers = if session.automatic() {
        session.act_group(&requests)
    } else {
        requests
            .into_iter()
            .map(|request| call::answer(session, request))
            .collect()
    };
    operations
        .into_iter()
        .zip(answers)
        .map(|(operation, answer)| match answer {
            Ok(response) => line(&Reply::Output {
                operation: operation.name(),
                output: response.to_json(),
            }),
            Err(refusal) => error_line(Some(operation.name()), &refusal.as_api()),
        })
        .collect()
}

fn answer_apart(session: &mut Session, what: &Line) -> String {
    match what {
        Line::Refused { operation, error } => {
            let canonical = Operation::named(operation).map(Operation::name);
            error_line(Some(canonical.unwrap_or(operation)), error)
        }
        Line::Advance(millis) => match moved(session, *millis) {
            Ok(now) => line(&Reply::Rehearsal {
                rehearsal: Now { now },
            }),
            Err(error) => error_line(None, &error),
        },
        Line::Nothing(message) => error_line(None, &wire::not_a_request(message)),
        Line::Request(_) => error_line(None, &wire::not_a_request("The line was lost.")),
    }
}

fn moved(session: &mut Session, millis: i64) -> Result<Timestamp, ApiError> {
    if session.profile() != Profile::Rehearsal {
        return Err(ApiError::new(
            ErrorKind::AccessDenied,
            "Rehearsal moves the clock of rehearsals only; this vault's time follows the machine's clock.",
        ));
    }
    match session.perform(Command::Advance { millis }) {
        Ok(Outcome::Advanced { now, .. }) => Ok(now),
        Ok(_) => Err(Refusal::Vault("The clock gave no answer.".to_owned()).as_api()),
        Err(refusal) => Err(refusal.as_api()),
    }
}

fn error_line(operation: Option<&str>, error: &ApiError) -> String {
    line(&Reply::Error {
        operation,
        error: ErrorBody::from(error),
    })
}

fn line(reply: &Reply<'_>) -> String {
    // Strings, numbers and maps with text keys always serialise.
    serde_json::to_string(reply).unwrap_or_default()
}

/// A line, or that there was one too long to be kept.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Line(Vec<u8>),
    TooLong,
}

/// Lines of a stream as they come, in bounded memory.
struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    skipping: bool,
    ended: bool,
}

impl<R: Read> Lines<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            skipping: false,
            ended: false,
        }
    }

    /// The lines that lie complete, at most `most`; waits only when there is none. `None` at the end.
    fn group(&mut self, most: usize) -> io::Result<Option<Vec<Piece>>> {
        loop {
            let group = self.complete(most);
            if !group.is_empty() {
                return Ok(Some(group));
            }
            if self.ended {
                return Ok(self.last().map(|piece| vec![piece]));
            }
            self.more(most)?;
        }
    }

    fn complete(&mut self, most: usize) -> Vec<Piece> {
        let mut group = Vec::new();
        let mut rest = self.buffer.as_slice();
        while group.len() < most {
            let Some(end) = rest.iter().position(|b| *b == b'\n') else {
                break;
            };
            let (line, behind) = rest.split_at(end);
            rest = behind.get(1..).unwrap_or_default();
            group.push(
                if std::mem::take(&mut self.skipping) || line.len() > LINE_LIMIT {
                    Piece::TooLong
                } else {
                    Piece::Line(line.to_vec())
                },
            );
        }
        let used = self.buffer.len() - rest.len();
        self.buffer.drain(..used);
        group
    }

    fn more(&mut self, lines: usize) -> io::Result<()> {
        if self.buffer.len() > LINE_LIMIT {
            self.skipping = true;
        }
        if self.skipping {
            self.buffer.clear();
        }
        let kept = self.buffer.len();
        let chunk = lines.saturating_mul(USUAL_LINE);
        self.buffer
            .resize(kept + chunk.clamp(*CHUNK.start(), *CHUNK.end()), 0);
        let read = loop {
            let room = self.buffer.get_mut(kept..).unwrap_or_default();
            match self.source.read(room) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(kept + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    /// A last line without a line end.
    fn last(&mut self) -> Option<Piece> {
        let line = std::mem::take(&mut self.buffer);
        if std::mem::take(&mut self.skipping) || line.len() > LINE_LIMIT {
            return Some(Piece::TooLong);
        }
        (!line.is_empty()).then_some(Piece::Line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its chunks one by one, as a pipe does.
    struct Chunks(Vec<Vec<u8>>);

    impl Read for Chunks {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let chunk = self.0.remove(0);
            assert!(chunk.len() <= room.len());
            room[..chunk.len()].copy_from_slice(&chunk);
            Ok(chunk.len())
        }
    }

    fn lines(chunks: &[&[u8]]) -> Lines<Chunks> {
        Lines::new(Chunks(chunks.iter().map(|c| c.to_vec()).collect()))
    }

    fn line_of(text: &[u8]) -> Piece {
        Piece::Line(text.to_vec())
    }

    #[test]
    fn lines_that_lie_complete_come_together_and_nobody_waits_for_more() {
        let mut lines = lines(&[b"a\nb\nc", b"d\n", b"\ne"]);
        assert_eq!(
            lines.group(9).unwrap(),
            Some(vec![line_of(b"a"), line_of(b"b")])
        );
        assert_eq!(lines.group(9).unwrap(), Some(vec![line_of(b"cd")]));
        assert_eq!(lines.group(9).unwrap(), Some(vec![line_of(b"")]));
        assert_eq!(lines.group(9).unwrap(), Some(vec![line_of(b"e")]));
        assert_eq!(lines.group(9).unwrap(), None);
    }

    #[test]
    fn a_group_has_a_size() {
        let mut lines = lines(&[b"a\nb\nc\n"]);
        assert_eq!(lines.group(2).unwrap().unwrap().len(), 2);
        assert_eq!(lines.group(2).unwrap().unwrap().len(), 1);
        assert_eq!(lines.group(2).unwrap(), None);
    }

    #[test]
    fn an_over_long_line_is_skipped_to_its_end_in_bounded_memory() {
        let long = vec![b'x'; *CHUNK.start()];
        let mut chunks: Vec<&[u8]> = vec![b"a\n"];
        chunks.extend(std::iter::repeat_n(long.as_slice(), 40));
        chunks.push(b"\nb\n");
        let mut lines = lines(&chunks);
        assert_eq!(lines.group(9).unwrap(), Some(vec![line_of(b"a")]));
        assert_eq!(
            lines.group(9).unwrap(),
            Some(vec![Piece::TooLong, line_of(b"b")])
        );
        assert!(lines.buffer.capacity() < 4 << 20);
        assert_eq!(lines.group(9).unwrap(), None);
    }

    #[test]
    fn the_limit_is_one_mebibyte() {
        let mut exact = vec![b'x'; LINE_LIMIT];
        exact.push(b'\n');
        let mut over = vec![b'x'; LINE_LIMIT + 1];
        over.push(b'\n');
        for (text, fits) in [(exact, true), (over, false)] {
            let mut lines = Lines::new(text.as_slice());
            let group = lines.group(9).unwrap().unwrap();
            assert_eq!(group != [Piece::TooLong], fits);
        }
    }

    #[test]
    fn what_is_no_request_is_told_apart() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"Operation":7}"#,
            r#"{"Operation":"CreateKey","Input":{},"More":1}"#,
            r#"{"Operation":"CreateKey","Operation":"GetKey"}"#,
            r#"{"Rehearsal":{"Advance":"8w"}}"#,
            r#"{"Rehearsal":{"Advance":"1d","Back":"1d"}}"#,
        ] {
            assert!(
                matches!(request_line(text.as_bytes()), Line::Nothing(_)),
                "{text}"
            );
        }
        assert_eq!(
            request_line(br#"{"Rehearsal":{"Advance":"8d"}}"#),
            Line::Advance(691_200_000)
        );
        assert!(matches!(
            request_line(br#"{"Operation":"list-keys"}"#),
            Line::Request(_)
        ));
        assert!(matches!(
            request_line(br#"{"Operation":"Bogus"}"#),
            Line::Refused { error, .. } if error.kind == ErrorKind::UnknownOperation
        ));
        assert!(matches!(
            request_line(br#"{"Operation":"GetKey","Input":[]}"#),
            Line::Refused { error, .. } if error.kind == ErrorKind::Serialization
        ));
    }

    #[test]
    fn answers_name_the_operation_first() {
        let error = wire::not_a_request("x");
        assert_eq!(
            error_line(None, &error),
            r#"{"Operation":null,"Error":{"__type":"SerializationException","Message":"x"}}"#
        );
    }
}
