//! Connections: HTTP/1.1 with limits on everything a client could make large or slow.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::api::{ApiError, Clock as _, ErrorKind};
use crate::os::WallClock;
use crate::session::wire;

use super::answer::{Answer, JSON_1_0};
use super::desk::Job;
use super::places::{Place, Places, Use};
use super::sigv4::{Arrived, Unsigned, verify};
use super::{Credentials, target};

/// Largest body: 1 MiB.
const BODY_LIMIT: usize = 1 << 20;
/// How much of a larger body is read and thrown away, so that the client reads its refusal and not a reset.
const DRAIN_LIMIT: usize = 64 << 20;
/// Largest head of a request, and how many headers it may have.
const HEAD_LIMIT: usize = 64 << 10;
const HEADERS: usize = 64;
/// Connections at a time; whoever comes later takes the place of one that is idle, or waits in the system's queue.
const CONNECTIONS: u32 = 256;
/// How long a head may take, and an idle connection may stay.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long a connection lives: nobody who does not read can hold one for ever.
const LIFE: Duration = Duration::from_mins(15);
/// The name in the credential scope.
const SCOPE: &str = "payment-cryptography";
/// A pause where the system has no connection to give.
const BREATH: Duration = Duration::from_millis(50);

/// What every connection needs.
pub(super) struct Endpoint {
    pub(super) credentials: Credentials,
    /// The vault's region: a credential that is scoped to another one is refused, as the service refuses it.
    pub(super) region: String,
    pub(super) jobs: mpsc::Sender<Job>,
}

/// Takes connections until `closing` changes; then those that are answering finish.
pub(super) async fn accept(
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
    mut closing: watch::Receiver<bool>,
) {
    let places = Places::new(CONNECTIONS);
    loop {
        let taken = tokio::select! {
            _ = closing.changed() => break,
            taken = next(&listener, &places) => taken,
        };
        let Some((stream, place)) = taken else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let endpoint = Arc::clone(&endpoint);
        let closing = closing.clone();
        tokio::spawn(async move {
            // A connection that failed has nobody to tell.
            let used = Arc::clone(&place.used);
            let _ = timeout(LIFE, connection(stream, endpoint, used, closing)).await;
            drop(place);
        });
    }
    // Everybody's place comes back when the last connection has ended.
    places.all_free().await;
}

async fn next(listener: &TcpListener, places: &Places) -> Option<(TcpStream, Place)> {
    let (stream, _) = listener.accept().await.ok()?;
    Some((stream, places.take().await?))
}

async fn connection(
    stream: TcpStream,
    endpoint: Arc<Endpoint>,
    used: Arc<Use>,
    mut closing: watch::Receiver<bool>,
) -> hyper::Result<()> {
    // Answers are small and somebody waits for them.
    let _ = stream.set_nodelay(true);
    let mine = Arc::clone(&used);
    let service = service_fn(move |request| {
        let endpoint = Arc::clone(&endpoint);
        let answering = mine.answering();
        async move {
            let _answering = answering;
            Ok::<Response<Full<Bytes>>, Infallible>(answer(request, &endpoint).await.into_http())
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_LIMIT)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        ended = serving.as_mut() => return ended,
        () = used.wanted() => return Ok(()),
        _ = closing.changed() => serving.as_mut().graceful_shutdown(),
    }
    serving.await
}

async fn answer(request: Request<Incoming>, endpoint: &Endpoint) -> Answer {
    let (head, body) = request.into_parts();
    // What came in one piece is parsed before the connection's own limit is asked.
    if size_of(&head.headers) > HEAD_LIMIT {
        return Answer::refused(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "RequestHeaderFieldsTooLargeException",
            "The headers are longer than 64 KiB. Nothing was changed.",
        )
        .and_close();
    }
    let body = match whole(body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    if head.uri.path() != "/" || head.method != Method::POST {
        return Answer::refused(
            StatusCode::NOT_FOUND,
            ErrorKind::UnknownOperation.name(),
            "This endpoint is the control plane alone, and every operation of it is a POST to /. Calls of the data plane \
             (payment-cryptography-data) go elsewhere.",
        );
    }
    let Some(headers) = texts(&head.headers) else {
        return Answer::from(Unsigned::Incomplete("A header is not text.".into()));
    };
    let arrived = Arrived {
        method: head.method.as_str(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    match asked(&arrived, endpoint) {
        Ok(request) => hand_over(request, endpoint).await,
        Err(refused) => refused,
    }
}

/// The request that was signed, or why there is none.
fn asked(arrived: &Arrived<'_>, endpoint: &Endpoint) -> Result<crate::api::Request, Answer> {
    if arrived.header("x-amz-security-token").is_some() {
        // These credentials have no session: a token belongs to somebody's real account.
        return Err(Unsigned::UnknownKey.into());
    }
    let scope = (endpoint.region.as_str(), SCOPE);
    verify(arrived, &endpoint.credentials, scope, WallClock.now())?;
    let kind = arrived.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(JSON_1_0) {
        return Err(Answer::refused(
            StatusCode::NOT_FOUND,
            ErrorKind::UnknownOperation.name(),
            "Content-Type must be application/x-amz-json-1.0.",
        ));
    }
    let operation = target::operation(arrived.header("x-amz-target"))?;
    Ok(wire::request(operation, arrived.body)?)
}

async fn hand_over(request: crate::api::Request, endpoint: &Endpoint) -> Answer {
    let (answer, back) = oneshot::channel();
    let sent = endpoint.jobs.send(Job { request, answer }).await;
    let answered = match sent {
        Ok(()) => back.await.ok(),
        Err(_) => None,
    };
    match answered {
        Some(Ok(response)) => Answer::done(response.to_json()),
        Some(Err(error)) => error.into(),
        None => Answer::from(ApiError::new(
            ErrorKind::InternalServer,
            "The endpoint is closing and gave no answer. What was answered before is done.",
        ))
        .and_close(),
    }
}

/// The body, within its limits of size and time.
async fn whole(mut body: Incoming) -> Result<Bytes, Answer> {
    let told = body.size_hint().lower();
    let read = async {
        if told > BODY_LIMIT as u64 {
            return None;
        }
        match Limited::new(&mut body, BODY_LIMIT).collect().await {
            Ok(read) => Some(Ok(read.to_bytes())),
            Err(e) if e.is::<LengthLimitError>() => None,
            Err(_) => Some(Err(broken())),
        }
    };
    match timeout(BODY_TIME, read).await {
        Ok(Some(read)) => read,
        Ok(None) => {
            let _ = timeout(BODY_TIME, drain(body)).await;
            Err(Answer::refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                "The request is longer than 1 MiB. It was not read; nothing was changed.",
            )
            .and_close())
        }
        Err(_) => Err(Answer::refused(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeoutException",
            "The request took longer than 30 seconds to arrive. Nothing was changed.",
        )
        .and_close()),
    }
}

fn broken() -> Answer {
    Answer::from(wire::not_a_request(
        "The request broke off. Nothing was changed.",
    ))
    .and_close()
}

async fn drain(mut body: Incoming) {
    let mut left = DRAIN_LIMIT;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else {
            return;
        };
        left = rest;
    }
}

fn size_of(headers: &HeaderMap) -> usize {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

/// Header names (hyper has them in lower case) and values as text.
fn texts(headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = std::str::from_utf8(value.as_bytes()).ok()?;
            Some((name.as_str().to_owned(), text.to_owned()))
        })
        .collect()
}
