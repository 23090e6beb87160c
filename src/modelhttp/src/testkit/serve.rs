//! The connections of the scripted server: one request each, answered while watching for the client to close.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::answer::{Answer, Ending, Framing, Piece};
use super::request::Request;
use super::{Dialect, Shared, State};

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
    let (index, answer) = shared.change(|state| choose(state, &*shared.dialect, request, &model));
    let mut byte = [0_u8; 1];
    let gone = tokio::select! {
        // An answer that was sent whole counts as such even when the client closed in the same moment.
        biased;
        sent = send(&mut to, &*shared.dialect, answer, &model) => sent.is_err(),
        _ = from.read(&mut byte) => true,
    };
    if let Some(index) = index {
        shared.change(|state| {
            let request = &mut state.requests[index];
            request.closed_early = gone;
            request.answered = !gone;
        });
    }
}

/// Chooses the answer: the server's own, or else the scripted one. Returns the number of the question too, if the
/// request is one.
fn choose(state: &mut State, dialect: &dyn Dialect, request: Request, model: &str) -> (Option<usize>, Answer) {
    let by_itself = match request.method.as_str() {
        "GET" => state.tags.pop_front().or_else(|| dialect.tells(&request, &state.installed)),
        _ => dialect.tells(&request, &state.installed),
    };
    let is_question = dialect.asks(&request);
    let is_missing = dialect.needs_model(&request) && !state.installed.has(model);
    let answer = match by_itself {
        Some(answer) => answer,
        None if !is_question => Answer::status(404, "404 page not found"),
        None if is_missing => Answer::status(404, &dialect.missing(model).to_string()),
        None => state.answers.pop_front().unwrap_or_else(|| {
            state.unscripted += 1;
            let number = state.requests.len() + 1;
            let complaint = format!("the test scripted no answer to request {number}: {:?}", request.question());
            Answer::failure(500, &complaint)
        }),
    };
    if !is_question {
        return (None, answer);
    }
    state.requests.push(request);
    (Some(state.requests.len() - 1), answer)
}

async fn send(to: &mut OwnedWriteHalf, dialect: &dyn Dialect, answer: Answer, model: &str) -> io::Result<()> {
    let answer = answer.spoken(dialect, model);
    sleep(answer.first_after).await;
    to.write_all(answer.head(dialect).as_bytes()).await?;
    for (pause, bytes) in writes(&answer, dialect.ending(&answer.ending, model)) {
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

/// Groups an answer into writes, each with the pause before it. The end of the body goes with the last line: a client
/// that has read `done` may close, and must not seem to have closed early.
fn writes(answer: &Answer, last: Option<Vec<u8>>) -> Vec<(Duration, Vec<u8>)> {
    let pieces = answer.pieces.iter().filter_map(|(pause, piece)| match piece {
        Piece::Bytes(bytes) => Some((*pause, frame(bytes.clone(), answer.framing))),
        Piece::Text(_) | Piece::Thinking(_) => None,
    });
    let mut writes: Vec<_> = pieces.collect();
    if let Some(last) = last {
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
