//! A request, read whole.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::request::Parts;
use serde_json::Value;

use super::refusal::Refusal;
use crate::double::world::Id;

/// A request of a route.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// The route, as Discord's description has it.
    pub(super) path: &'static str,
    /// The values of the route's parameters.
    pub(super) params: BTreeMap<&'static str, String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
    /// True if the body was multipart.
    pub(super) multipart: bool,
    pub(super) files: Vec<Upload>,
    pub(super) authorization: String,
    pub(super) agent: String,
}

/// A file of a request.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// `n` of `files[n]`.
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

impl Call {
    /// A request without its body.
    pub(super) fn new(path: &'static str, parts: &Parts) -> Self {
        let header = |name: &str| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let given = parts.uri.path();
        let given = given.strip_prefix(super::routes::BASE).unwrap_or(given);
        let steps = path.split('/').zip(given.split('/'));
        let params =
            steps.filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value.to_owned())));
        let query = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        Self {
            method: parts.method.to_string(),
            path,
            params: params.collect(),
            query: query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            body: None,
            multipart: false,
            files: Vec::new(),
            authorization: header("authorization"),
            agent: header("user-agent"),
        }
    }

    /// The id that stood for a name of the route; 0, which is nobody's, for what is no id.
    pub(super) fn id(&self, name: &str) -> Id {
        self.params.get(name).and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    /// The text that stood for a name of the route.
    pub(super) fn word(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// Returns the resource that the rate limit is of: the channel, the guild, or the webhook with its token.
    pub(super) fn major(&self) -> String {
        let names = ["channel_id", "guild_id", "webhook_id", "webhook_token"];
        names.iter().filter_map(|name| self.params.get(name)).cloned().collect::<Vec<_>>().join("/")
    }

    /// The body; null where there is none.
    pub(super) fn whole(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }

    /// A part of the body; null where there is none.
    pub(super) fn part(&self, key: &str) -> &Value {
        &self.whole()[key]
    }

    /// Describes the request for complaints.
    pub(super) fn about(&self) -> String {
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let body: String = body.chars().take(300).collect();
        format!("{} {} {body}", self.method, self.path)
    }

    /// A number of the query, no more than `most`.
    pub(super) fn number(&self, key: &str, otherwise: u64, most: u64) -> Result<u64, Refusal> {
        let Some(given) = self.query.get(key) else { return Ok(otherwise) };
        let number = given.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| Refusal::invalid(key, "it has to be a number in its limits"))
    }
}
