//! A client that says whatever a test wants, to see what the double makes of it.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::double::Discord;

/// The intents of a bot that reads messages: guilds, their messages, private ones, and what they say.
pub(crate) const INTENTS: u64 = 1 | 1 << 9 | 1 << 12 | 1 << 15;

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Got {
    /// Status and code, such as `400 50035`; the status alone where it went well.
    pub(crate) fn outcome(&self) -> String {
        self.body["code"].as_u64().map_or_else(|| self.status.to_string(), |code| format!("{} {code}", self.status))
    }

    /// The id of what came back, as a number.
    pub(crate) fn id(&self) -> u64 {
        self.body["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Asks for a path with a body; null for none.
pub(crate) async fn ask(discord: &Discord, method: &str, path: &str, body: Value) -> Got {
    let request = request(discord, method, path);
    sent(if body.is_null() { request } else { request.json(&body) }).await
}

/// Asks with files: their names, and what they hold.
pub(crate) async fn upload(
    discord: &Discord,
    method: &str,
    path: &str,
    body: &Value,
    files: &[(&'static str, &'static str)],
) -> Got {
    let mut form = Form::new().text("payload_json", body.to_string());
    for (number, (name, held)) in files.iter().enumerate() {
        let part = Part::text(*held).file_name(*name).mime_str("text/csv").unwrap();
        form = form.part(format!("files[{number}]"), part);
    }
    sent(request(discord, method, path).multipart(form)).await
}

/// A request with everything that Discord wants of every request.
pub(crate) fn request(discord: &Discord, method: &str, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(Method::from_bytes(method.as_bytes()).unwrap(), at(discord, path));
    let token = format!("Bot {}", discord.token());
    request.header("authorization", token).header("user-agent", "DiscordBot (https://example.org, 1.0)")
}

/// Returns the URL of a path.
pub(crate) fn at(discord: &Discord, path: &str) -> String {
    format!("{}/api/v10{path}", discord.url())
}

pub(crate) async fn sent(request: RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    Got { status, headers, body }
}

/// A connection to the gateway.
pub(crate) struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    /// One on which Hello was said.
    pub(crate) async fn open(discord: &Discord) -> Self {
        let gateway = ask(discord, "GET", "/gateway", Value::Null).await;
        let (socket, _) = connect_async(format!("{}/?v=10", gateway.body["url"].as_str().unwrap())).await.unwrap();
        let mut line = Self(socket);
        assert_eq!(line.hears().await["op"], 10);
        line
    }

    /// One with a session for these intents, and what was said first: `READY`, then the guilds.
    pub(crate) async fn identified(discord: &Discord, intents: u64) -> (Self, Value) {
        let mut line = Self::open(discord).await;
        line.says(&identify(discord, intents)).await;
        let ready = line.hears().await;
        assert_eq!(ready["t"], "READY", "{ready}");
        (line, ready)
    }

    pub(crate) async fn says(&mut self, payload: &Value) {
        self.0.send(Message::Text(payload.to_string())).await.unwrap();
    }

    /// The next payload; the code of the close where the connection is closed, and null where it ends without.
    pub(crate) async fn hears(&mut self) -> Value {
        let next = tokio::time::timeout(Duration::from_secs(30), self.0.next()).await.expect("something comes");
        match next {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            Some(Ok(Message::Binary(bytes))) => {
                serde_json::from_reader(flate2::read::ZlibDecoder::new(&bytes[..])).unwrap()
            }
            Some(Ok(Message::Close(Some(frame)))) => json!(u16::from(frame.code)),
            _ => Value::Null,
        }
    }

    /// The next event of that name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.hears().await;
            assert!(payload.is_object(), "the connection ended before {name}: {payload}");
            if payload["t"] == name {
                return payload["d"].clone();
            }
        }
    }
}

/// Builds the payload with which a bot identifies itself.
pub(crate) fn identify(discord: &Discord, intents: u64) -> Value {
    let properties = json!({ "os": "linux", "browser": "test", "device": "test" });
    json!({
        "op": 2, "d": { "token": discord.token(), "intents": intents, "properties": properties, "compress": true },
    })
}
