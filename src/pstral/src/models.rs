//! The health of each model server, and the administrator's remedies.

use std::collections::HashMap;

use futures::future::join_all;
use pstral_core::domain::Locale;
use pstral_core::models::{Endpoint, ModelPool};
use pstral_core::ports::ModelError;
use pstral_core::text::{Text, text};
use tokio::time::{Instant, timeout_at};

use crate::compose::StartError;
use crate::config::{Model, ModelKind};
use crate::health::{Check, Found as _, PATIENCE, State};
use crate::registry::{self, ModelServers};

/// Refuses servers outside the company's network, with the reason: a question would leave the house with the names of
/// its tables.
pub(crate) async fn refuse_outside(model: &Model) -> Result<(), StartError> {
    let outside: Vec<String> = registry::outside(model).await.iter().map(ToString::to_string).collect();
    if outside.is_empty() {
        return Ok(());
    }
    Err(StartError::new("model", outside.join("; "), text("remedy-model-outside")))
}

/// The server's own word on its health, or that it said nothing.
pub(crate) async fn health(endpoint: &Endpoint) -> Result<Text, ModelError> {
    let said = tokio::time::timeout(PATIENCE, endpoint.model.health()).await;
    said.unwrap_or(Err(ModelError::Timeout { seconds: PATIENCE.as_secs() }))
}

/// Checks all servers concurrently. Without any of them, verified queries still answer.
pub(crate) async fn checks(servers: &ModelServers, locale: Locale) -> Vec<Check> {
    join_all(servers.endpoints.iter().map(async |endpoint| check(servers, endpoint, locale).await)).await
}

async fn check(servers: &ModelServers, endpoint: &Endpoint, locale: Locale) -> Check {
    let until = Instant::now() + PATIENCE;
    let part = if servers.endpoints.len() > 1 { format!("model {}", endpoint.name) } else { "model".to_owned() };
    match health(endpoint).await {
        Ok(fact) => Check { part, state: State::Ok, fact: fact.render(locale), remedy: String::new() },
        Err(error) => {
            // To say what to do it may be asked what it has: all of that within the patience of one look.
            let remedy = timeout_at(until, remedy(&error, servers, endpoint)).await;
            let remedy = remedy.unwrap_or_else(|_| text("remedy-no-answer")).render(locale);
            Check { part, state: State::Degraded, fact: error.found().render(locale), remedy }
        }
    }
}

/// Returns the administrator's remedy for an error: the errors' own sentences are for people who asked something.
pub(crate) async fn remedy(error: &ModelError, servers: &ModelServers, endpoint: &Endpoint) -> Text {
    let is_ollama = servers.kind == ModelKind::Ollama;
    match error {
        ModelError::Timeout { .. } => text("remedy-no-answer"),
        ModelError::ModelMissing { .. } if is_ollama => {
            text("remedy-model-missing").with("command", servers.pull.as_str())
        }
        ModelError::ModelMissing { .. } => match served(endpoint).await {
            Some(served) => text("remedy-model-other").with("served", served),
            None => text("remedy-model-none"),
        },
        ModelError::Forbidden if is_ollama => text("remedy-model-forbidden"),
        ModelError::Forbidden => text("remedy-model-key"),
        ModelError::Outside(_) => text("remedy-model-outside"),
        ModelError::Unsupported(_) => text("remedy-model-unsupported"),
        ModelError::Busy => text("remedy-model-busy"),
        ModelError::Unavailable(_) if is_ollama => text("remedy-model-away"),
        ModelError::Unavailable(_) => text("remedy-model-server-away"),
        _ if is_ollama => text("remedy-model"),
        _ => text("remedy-model-server"),
    }
}

/// The models that a server has instead, if it has any.
async fn served(endpoint: &Endpoint) -> Option<String> {
    let models = tokio::time::timeout(PATIENCE, endpoint.model.models()).await.ok()?.ok()?;
    let names: Vec<String> = models.into_iter().map(|model| model.name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Tells the log how the servers are, whenever that is another than before.
pub(crate) struct ServerLog {
    servers: ModelServers,
    locale: Locale,
    /// The problem last logged of each server; `None` if it was well.
    told: HashMap<String, Option<String>>,
}

impl ServerLog {
    pub(crate) fn new(servers: ModelServers, locale: Locale) -> Self {
        Self { servers, locale, told: HashMap::new() }
    }

    /// Has the pool look after its servers, and tells what they say.
    pub(crate) async fn look_at(&mut self, model: &ModelPool) {
        let said = model.check().await;
        // One that was not asked and answers again was brought back by a question: what was wrong with it is over.
        let asked = |name: &str| said.iter().any(|(endpoint, _)| endpoint.name == name);
        for load in model.loads().into_iter().filter(|load| load.well && !asked(&load.endpoint)) {
            self.told.remove(&load.endpoint);
        }
        for (endpoint, health) in said {
            self.tell(endpoint, health).await;
        }
    }

    /// Logs the health of a server if it has changed.
    async fn tell(&mut self, endpoint: &Endpoint, health: Result<Text, ModelError>) {
        let found = health.as_ref().err().map(|error| error.found().render(self.locale));
        if self.told.insert(endpoint.name.clone(), found.clone()) == Some(found) {
            return;
        }
        match health {
            Ok(fact) => tracing::info!(endpoint = endpoint.name, "{}", fact.render(self.locale)),
            Err(error) => {
                let remedy = remedy(&error, &self.servers, endpoint).await.render(self.locale);
                tracing::warn!(endpoint = endpoint.name, remedy, "{}", error.found().render(self.locale));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use futures::StreamExt as _;
    use pstral_core::domain::UserId;
    use pstral_core::models::Stage;
    use pstral_core::ports::ChatRequest;
    use pstral_core::testkit::clock::FakeClock;
    use pstral_core::testkit::language_model::{Script, ScriptedModel, pool_of};

    use super::*;

    /// Asks, and reads the answer to its end.
    async fn ask(pool: &ModelPool) {
        let mut asking = pool.ask(UserId(1), ChatRequest::default()).unwrap();
        while let Some(stage) = asking.next().await {
            if let Stage::Begun(mut answer) = stage {
                while answer.next().await.is_some() {}
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_outage_is_told_though_a_question_ended_the_first() {
        let model = Arc::new(ScriptedModel::new("scripted"));
        let pool = pool_of(Arc::clone(&model) as _, 1, Arc::new(FakeClock::at("2026-11-22T10:00:00Z")));
        let servers = ModelServers { endpoints: Vec::new(), kind: ModelKind::Ollama, pull: String::new() };
        let mut log = ServerLog::new(servers, Locale::En);
        log.look_at(&pool).await;
        assert_eq!(log.told["scripted"], None, "it is well");
        for _ in 0..2 {
            model.fails(Some(ModelError::Unavailable("connection refused".to_owned())));
            for _ in 0..3 {
                ask(&pool).await;
            }
            assert!(!log.told.contains_key("scripted") || log.told["scripted"].is_none(), "the next fault is another");
            log.look_at(&pool).await;
            assert!(log.told["scripted"].is_some());
            tokio::time::sleep(Duration::from_secs(10)).await;
            model.fails(None);
            model.script(Script::says("Paris"));
            ask(&pool).await;
            log.look_at(&pool).await;
        }
    }
}
