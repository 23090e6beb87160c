//! The connections of the gateway.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures::stream::SplitSink;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::Order;
use super::protocol::Caller;
use crate::double::Shared;

type Sink = SplitSink<WebSocketStream<TcpStream>, Message>;

/// Payloads from this size on are compressed for a client that takes them so, in bytes.
const COMPRESSED: usize = 1_024;

/// Takes connections for ever. Dropping the future drops them all.
pub(in crate::double) async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        if shared.world().gateway.open {
            connections.spawn(serve(stream, shared.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut query = String::new();
    #[allow(clippy::result_large_err, reason = "the library wants it so")]
    let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        request.uri().query().unwrap_or_default().clone_into(&mut query);
        Ok(response)
    };
    let Ok(socket) = accept_hdr_async(stream, look).await else { return };
    let (mut sink, mut source) = socket.split();
    if !query.split('&').any(|pair| pair == "v=10") {
        shared.world().counts.protocol.push(format!("a gateway of another version was asked for: {query}"));
        let _ = close(&mut sink, 4012, "Invalid API version.").await;
        return;
    }
    let hello = json!({ "op": 10, "d": { "heartbeat_interval": shared.world().gateway.beat, "_trace": [] } });
    if sink.send(Message::Text(hello.to_string())).await.is_err() {
        return;
    }
    let (line, mut orders) = unbounded_channel();
    let mut caller = Caller { line, compresses: false, session: None };
    let mut closed = false;
    let over = loop {
        tokio::select! {
            // The order of events is that of the world.
            biased;
            Some(order) = orders.recv() => match follow(&mut sink, order, caller.compresses).await {
                Step::On => {}
                Step::End { over } => break over,
                Step::Closed { over } => {
                    closed = true;
                    break over;
                }
            },
            heard = source.next() => match heard {
                Some(Ok(Message::Text(text))) => {
                    caller.hears(&mut shared.world(), &text);
                    shared.changed();
                }
                // Who says goodbye with 1000 or 1001 is not coming back for the session.
                Some(Ok(Message::Close(frame))) => {
                    break frame.is_none_or(|frame| matches!(u16::from(frame.code), 1000 | 1001));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break false,
            },
        }
    };
    caller.leaves(&mut shared.world(), over);
    shared.changed();
    if closed {
        // Who hangs up with something unread takes back what was said last.
        let goodbye = async { while let Some(Ok(_)) = source.next().await {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), goodbye).await;
    }
}

/// The outcome of an order. `over` says whether the session ends with the connection.
enum Step {
    On,
    End {
        over: bool,
    },
    /// The close frame was sent.
    Closed {
        over: bool,
    },
}

async fn follow(sink: &mut Sink, order: Order, compresses: bool) -> Step {
    let sent = match order {
        Order::Send(value) => sink.send(packed(&value, compresses)).await,
        Order::SendText(text) => sink.send(Message::Text(text)).await,
        Order::Close(code, reason) => {
            let _ = close(sink, code, reason).await;
            // Those after which Discord says that a session can be taken up again.
            return Step::Closed { over: !matches!(code, 4000 | 4002 | 4008) };
        }
        Order::Cut => return Step::End { over: false },
    };
    if sent.is_ok() { Step::On } else { Step::End { over: false } }
}

async fn close(sink: &mut Sink, code: u16, reason: &'static str) -> Result<(), Error> {
    sink.send(Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))).await
}

/// A payload, as large ones are sent to a client that takes them compressed.
fn packed(value: &Value, compresses: bool) -> Message {
    let text = value.to_string();
    if !compresses || text.len() < COMPRESSED {
        return Message::Text(text);
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_or(Message::Text(text), Message::Binary)
}
