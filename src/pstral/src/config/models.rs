//! The servers that have the model, and what cannot be meant in `[model]`.

use std::iter;

use pstral_core::text::text;
use secrecy::SecretString;

use super::Fault;
use super::layers::{defaults, get};
use super::schema::{Model, ModelKind};
use super::validate::between;
use crate::registry;

/// Answers at the same time at most: more than any server writes well.
const MOST_SLOTS: u32 = 1024;

/// A server of the configuration.
#[derive(Debug, Clone)]
pub struct ModelServer<'a> {
    /// Its key in the configuration: `model`, or `model.endpoints[0]`.
    pub key: String,
    /// Its address.
    pub url: &'a str,
    /// The API key that it requires, if any.
    pub api_key: Option<&'a SecretString>,
    /// Answers that it writes at the same time.
    pub slots: u32,
}

impl Model {
    /// The servers: those described one by one, or else the one of `url`. The key and the slots of all are for those that
    /// have none of their own.
    pub fn servers(&self) -> Vec<ModelServer<'_>> {
        let all = || self.api_key.as_ref();
        if self.endpoints.is_empty() {
            return vec![ModelServer { key: "model".to_owned(), url: &self.url, api_key: all(), slots: self.slots }];
        }
        let numbered = self.endpoints.iter().enumerate();
        let servers = numbered.map(|(at, one)| ModelServer {
            key: format!("model.endpoints[{at}]"),
            url: &one.url,
            api_key: one.api_key.as_ref().or_else(all),
            slots: one.slots.unwrap_or(self.slots),
        });
        servers.collect()
    }
}

/// Validates the servers of the model; returns all errors.
pub(super) fn model_faults(model: &Model) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: String, sentence: pstral_core::text::Text| {
        if !holds {
            faults.push(Fault::new(key, sentence));
        }
    };
    let servers = model.servers();
    for (at, server) in servers.iter().enumerate() {
        let url = || format!("{}.url", server.key);
        let place = registry::model_place(model, server);
        let is_twice = servers[..at].iter().any(|before| registry::model_place(model, before) == place);
        match registry::model_url_fault(model, server) {
            _ if server.url.trim().is_empty() => check(false, url(), text("config-missing")),
            Some(fault) => check(false, url(), fault),
            None => check(!is_twice, url(), text("config-model-endpoint-twice")),
        }
    }
    // Told where it was written: those of all are of each that has none.
    let own = model.endpoints.iter().enumerate().map(|(at, one)| (format!("model.endpoints[{at}].slots"), one.slots));
    for (key, slots) in iter::once(("model.slots".to_owned(), Some(model.slots))).chain(own) {
        let is_sound = slots.is_none_or(|slots| (1..=MOST_SLOTS).contains(&slots));
        check(is_sound, key, between("1", &MOST_SLOTS.to_string()));
    }
    // The address of the defaults was written by nobody, and gives way.
    let default = get(&mut defaults(), "model.url").and_then(|url| url.into_string().ok());
    let is_default = default.as_deref() == Some(model.url.as_str());
    check(model.endpoints.is_empty() || is_default, "model.url".to_owned(), text("config-model-url-beside"));
    let is_ollama = model.kind == ModelKind::Ollama;
    let not_taken = || text("config-model-not-of-kind").with("kind", model.kind.word());
    check(model.threads.is_none() || is_ollama, "model.threads".to_owned(), not_taken());
    faults
}
