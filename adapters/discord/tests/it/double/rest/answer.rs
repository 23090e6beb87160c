//! The way of every request: read, held against its limits and the description, done, answered.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::HeaderName;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::call::Call;
use super::multipart;
use super::refusal::Refusal;
use crate::double::Shared;
use crate::double::clock::Millis;
use crate::double::faults::Fault;
use crate::double::limits::{Scope, Standing};
use crate::double::schema::schema;
use crate::double::world::World;

/// The largest body there is, in bytes: that of every file together.
const LARGEST: usize = 25 << 20;

/// The handler of a route.
pub(super) type Act = fn(&mut World, &Call) -> Result<Reply, Refusal>;

/// The successful answer of a handler.
#[derive(Debug)]
pub(super) enum Reply {
    Json(Value),
    /// 201.
    Created(Value),
    /// 204.
    Nothing,
    /// A file with its media type.
    File(String, Vec<u8>),
}

/// Answers one request of a route.
pub(super) async fn answer(shared: Arc<Shared>, path: &'static str, act: Act, request: Request) -> Response<Body> {
    let call = read(path, request).await;
    let (fault, mut response) = judge(&mut shared.world(), call, act);
    match fault {
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Slow(span)) => tokio::time::sleep(span).await,
        Some(Fault::DoneButBroken(status)) => response = broken(status),
        _ => {}
    }
    shared.changed();
    response
}

/// The request with its body, or why it cannot be read.
async fn read(path: &'static str, request: Request) -> (Call, Option<Refusal>) {
    let (parts, body) = request.into_parts();
    let mut call = Call::new(path, &parts);
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST).await else { return (call, Some(Refusal::TOO_LARGE)) };
    if bytes.is_empty() {
        return (call, None);
    }
    let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    call.multipart = kind.starts_with("multipart/form-data");
    let read = match kind.split(';').next().unwrap_or_default() {
        "application/json" => {
            serde_json::from_slice(&bytes).map(|body| (Some(body), Vec::new())).map_err(|_| Refusal::NO_JSON)
        }
        _ if call.multipart => multipart::read(kind, bytes).await,
        _ => Err(Refusal::invalid("content-type", "it has to be JSON or in parts")),
    };
    match read {
        Ok((body, files)) => {
            (call.body, call.files) = (body, files);
            (call, None)
        }
        Err(refusal) => (call, Some(refusal)),
    }
}

/// Does what is asked, with what a test wants to go wrong.
fn judge(world: &mut World, (call, unread): (Call, Option<Refusal>), act: Act) -> (Option<Fault>, Response<Body>) {
    let now = world.clock.now();
    world.counts.requests += 1;
    let fault = world.faults.take(&call.method, call.path);
    let wanted = match &fault {
        Some(Fault::TooFast { retry_after, scope }) => Some(too_fast(now, *retry_after, *scope, None)),
        Some(Fault::TooFastUnsaid) => Some(unsaid()),
        Some(Fault::Broken(status)) => Some(broken(*status)),
        Some(Fault::Refused(refusal)) => Some(json_response(refusal.status, &refusal.body())),
        Some(Fault::Silent) => Some(broken(500)),
        Some(Fault::DoneButBroken(_) | Fault::Slow(_)) | None => None,
    };
    if let Some(response) = wanted {
        return (fault, response);
    }
    let standing = world.buckets.take(now, &call.method, call.path, &call.major());
    if let Some((standing, scope)) = standing.as_ref().and_then(|standing| Some((standing, standing.exceeded?))) {
        world.counts.limited += 1;
        world.counts.invalid.push(format!("429 {}", call.about()));
        let own = (scope == Scope::User).then_some(standing);
        return (fault, too_fast(now, standing.reset_after, scope, own));
    }
    let done = check(world, &call, unread).and_then(|()| act(world, &call));
    match &done {
        Ok(Reply::Json(answer)) => check_own(world, &call, 200, answer),
        Ok(Reply::Created(answer)) => check_own(world, &call, 201, answer),
        Ok(Reply::Nothing | Reply::File(..)) => {}
        Err(refusal) => note(world, &call, refusal),
    }
    let mut response = written(done);
    if let Some(standing) = &standing {
        add_headers(&mut response, standing);
    }
    (fault, response)
}

/// Holds a request against what holds for all of them.
fn check(world: &mut World, call: &Call, unread: Option<Refusal>) -> Result<(), Refusal> {
    if !call.agent.starts_with("DiscordBot (") && !call.path.starts_with("/attachments") {
        world.counts.protocol.push(format!("{}: the User-Agent is `{}`", call.about(), call.agent));
    }
    // The token of an interaction is in its path.
    let by_path = ["/interactions", "/webhooks", "/attachments", "/gateway"];
    let authorized = call.authorization == format!("Bot {}", world.app.token);
    let open = by_path.iter().any(|prefix| call.path.starts_with(prefix)) && call.path != "/gateway/bot";
    if !authorized && !open {
        return Err(Refusal::UNAUTHORIZED);
    }
    if let Some(unread) = unread {
        return Err(unread);
    }
    let Some(schema) = schema() else { return Ok(()) };
    let faults = schema.faults(&call.method, call.path, call.body.as_ref(), call.multipart);
    if faults.is_empty() {
        return Ok(());
    }
    let because = faults.join("; ");
    world.counts.schema.push(format!("{} {because}", call.about()));
    Err(Refusal::invalid("body", &because))
}

/// Holds an answer against the description too: what Discord would not say shows nothing.
fn check_own(world: &mut World, call: &Call, status: u16, answer: &Value) {
    let Some(schema) = schema() else { return };
    let faults = schema.faults_of_answer(&call.method, call.path, status, answer);
    world.counts.own.extend(faults.into_iter().map(|fault| format!("{} {} {fault}", call.method, call.path)));
}

fn note(world: &mut World, call: &Call, refusal: &Refusal) {
    let complaint = format!("{} {} {} {}", refusal.status, refusal.code, refusal.message, call.about());
    let complaint = match &refusal.because {
        Some(because) => format!("{complaint} ({because})"),
        None => complaint,
    };
    let counts = &mut world.counts;
    let list = if matches!(refusal.status, 401 | 403 | 429) { &mut counts.invalid } else { &mut counts.refused };
    list.push(complaint);
}

fn written(done: Result<Reply, Refusal>) -> Response<Body> {
    match done {
        Ok(Reply::Json(value)) => json_response(200, &value),
        Ok(Reply::Created(value)) => json_response(201, &value),
        Ok(Reply::Nothing) => response(204, None, Body::empty()),
        Ok(Reply::File(media_type, bytes)) => response(200, Some(&media_type), Body::from(bytes)),
        Err(refusal) => json_response(refusal.status, &refusal.body()),
    }
}

/// 429 as Discord documents it. Its `Retry-After` is in whole seconds, its body more precise.
fn too_fast(now: Millis, retry_after: Duration, scope: Scope, standing: Option<&Standing>) -> Response<Body> {
    let (seconds, global) = (retry_after.as_secs_f64(), scope == Scope::Global);
    let body = json!({ "message": "You are being rate limited.", "retry_after": seconds, "global": global });
    let mut response = json_response(429, &body);
    match standing {
        Some(standing) => add_headers(&mut response, standing),
        None if !global => {
            let reset = now + crate::double::clock::millis(retry_after);
            let bucket = "0123456789abcdef".to_owned();
            let standing =
                Standing { limit: 5, remaining: 0, reset, reset_after: retry_after, bucket, exceeded: Some(scope) };
            add_headers(&mut response, &standing);
        }
        None => header(&mut response, "x-ratelimit-global", "true"),
    }
    header(&mut response, "x-ratelimit-scope", scope.word());
    header(&mut response, "retry-after", &format!("{}", seconds.ceil()));
    response
}

/// 429 from what stands before Discord, as an address gets it that is banned.
fn unsaid() -> Response<Body> {
    response(429, Some("text/html"), Body::from("<html><title>Access denied</title>error code: 1015</html>"))
}

fn broken(status: u16) -> Response<Body> {
    response(status, Some("text/plain"), Body::from("upstream connect error or disconnect/reset before headers"))
}

fn add_headers(response: &mut Response<Body>, standing: &Standing) {
    header(response, "x-ratelimit-limit", &standing.limit.to_string());
    header(response, "x-ratelimit-remaining", &standing.remaining.to_string());
    header(response, "x-ratelimit-reset", &format!("{}.{:03}", standing.reset / 1_000, standing.reset % 1_000));
    header(response, "x-ratelimit-reset-after", &format!("{:.3}", standing.reset_after.as_secs_f64()));
    header(response, "x-ratelimit-bucket", &standing.bucket);
}

fn json_response(status: u16, value: &Value) -> Response<Body> {
    response(status, Some("application/json"), Body::from(value.to_string()))
}

fn response(status: u16, kind: Option<&str>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = kind {
        header(&mut response, "content-type", kind);
    }
    response
}

fn header(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
