//! The connections of the scripted server: one request each, answered while watching for the client to close.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::answer::{Answer, Ending, Framing};
use super::request::Request;
use super::{Shared, State};

/// Accepts connections for ever. Dropping the future drops them all.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let (mut from, mut to) = stream.into_split();
    let Some(request) = Request::read(&mut from).await else { return };
    let model = request.body["model"].as_str().unwrap_or_default().to_owned();
    let is_post = request.method == "POST";
    let (index, answer) = shared.change(|state| {
        let answer = choose(state, &request, &model);
        if is_post {
            state.requests.push(request);
        }
        (state.requests.len(), answer)
    });
    let mut byte = [0_u8; 1];
    let gone = tokio::select! {
        // An answer that was sent whole counts as such even when the client closed in the same moment.
        biased;
        sent = send(&mut to, &answer, &model) => sent.is_err(),
        _ = from.read(&mut byte) => true,
    };
    if is_post {
        shared.change(|state| {
            let request = &mut state.requests[index - 1];
            request.closed_early = gone;
            request.answered = !gone;
        });
    }
}

/// What Ollama would do before any answer, then the script.
fn choose(state: &mut State, request: &Request, model: &str) -> Answer {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/tags") => state.tags.pop_front().unwrap_or_else(|| tags(&state.models)),
        ("POST", "/api/chat" | "/api/embed") => {
            let tagged = format!("{model}:latest");
            if !state.models.iter().any(|(name, _)| name == model || *name == tagged) {
                return Answer::failure(404, &format!("model '{model}' not found"));
            }
            state.answers.pop_front().unwrap_or_else(|| {
                state.unscripted += 1;
                let number = state.requests.len() + 1;
                let complaint = format!("the test scripted no answer to request {number}: {:?}", request.question());
                Answer::failure(500, &complaint)
            })
        }
        _ => Answer::status(404, "404 page not found"),
    }
}

fn tags(models: &[(String, u64)]) -> Answer {
    let models: Vec<_> =
        models.iter().map(|(name, bytes)| json!({ "name": name, "model": name, "size": bytes })).collect();
    Answer::status(200, &json!({ "models": models }).to_string())
}

async fn send(to: &mut OwnedWriteHalf, answer: &Answer, model: &str) -> io::Result<()> {
    sleep(answer.first_after).await;
    to.write_all(answer.head.as_bytes()).await?;
    for (pause, bytes) in writes(answer, model) {
        if !pause.is_zero() {
            sleep(pause).await;
        }
        to.write_all(&bytes).await?;
    }
    if answer.ending == Ending::Hang {
        std::future::pending::<()>().await;
    }
    // A client that has read the last byte may have closed already.
    let _ = to.shutdown().await;
    Ok(())
}

/// What is written at once, each after its pause. The end of the body goes with the last line: a client that has read
/// `done` may close, and must not seem to have closed early.
fn writes(answer: &Answer, model: &str) -> Vec<(Duration, Vec<u8>)> {
    let pieces = answer.pieces.iter().map(|(pause, piece)| (*pause, frame(piece.encode(model), answer.framing)));
    let mut writes: Vec<_> = pieces.collect();
    if let Some(last) = answer.ending.encode(model) {
        writes.push((Duration::ZERO, frame(last, answer.framing)));
    }
    let ends_well = !matches!(answer.ending, Ending::Hang | Ending::CutConnection);
    if ends_well && answer.framing == Framing::Chunked {
        match writes.last_mut() {
            Some((_, last)) => last.extend_from_slice(b"0\r\n\r\n"),
            None => writes.push((Duration::ZERO, b"0\r\n\r\n".to_vec())),
        }
    }
    writes
}

fn frame(bytes: Vec<u8>, framing: Framing) -> Vec<u8> {
    // A chunk of no bytes would end the body.
    if framing == Framing::Plain || bytes.is_empty() {
        return bytes;
    }
    [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat()
}
