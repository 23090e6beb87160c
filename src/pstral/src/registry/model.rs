//! The servers of the configuration's model, whatever they speak.

use std::time::Duration;

use futures::future::join_all;
use pstral_core::models::Endpoint;
use pstral_core::text::{Text, text};
use pstral_modelhttp::{InvalidUrl, Outside, Server};

use crate::config::{Config, Model, ModelKind, ModelServer};

/// The time-out for resolving the name of a server.
const LOOKUP: Duration = Duration::from_secs(5);

/// The servers of the model, with the information that administrators need.
#[derive(Debug, Clone)]
pub struct ModelServers {
    /// The servers, in the order of the configuration; there is at least one.
    pub endpoints: Vec<Endpoint>,
    /// The protocol that they speak.
    pub kind: ModelKind,
    /// The command that has the model installed.
    pub pull: String,
}

/// Every server of the model. None is reached for yet.
pub fn model_servers(config: &Config) -> anyhow::Result<ModelServers> {
    let model = &config.model;
    let endpoints = model.servers().into_iter().map(|server| {
        let name = address(model, &server).place()?;
        Ok(Endpoint { name, model: super::model(model, &server)?, slots: server.slots })
    });
    let file = config.file.as_ref().map(|file| format!(" --config {}", file.display())).unwrap_or_default();
    Ok(ModelServers {
        endpoints: endpoints.collect::<anyhow::Result<_>>()?,
        kind: model.kind,
        pull: format!("pstral model pull {}{file}", model.name),
    })
}

/// Returns the name that distinguishes a server from the others, if its address is valid.
pub(crate) fn model_place(model: &Model, server: &ModelServer<'_>) -> Option<String> {
    address(model, server).place().ok()
}

/// Returns the error in the address of a server, if there is one.
pub(crate) fn model_url_fault(model: &Model, server: &ModelServer<'_>) -> Option<Text> {
    Some(match address(model, server).place().err()? {
        InvalidUrl::Malformed { fault, .. } => text("config-model-url-malformed").with("error", fault),
        InvalidUrl::NotHttp { .. } => text("config-model-url"),
        InvalidUrl::Credentials => text("config-model-url-credentials"),
        InvalidUrl::Public { address } => text("config-model-url-public").with("address", address.to_string()),
    })
}

/// The servers whose names lead outside the company's network, where that is not allowed. A name that cannot be looked up
/// now leads nowhere; it is looked up again for each connection.
pub(crate) async fn outside(model: &Model) -> Vec<Outside> {
    if model.allow_public_endpoints {
        return Vec::new();
    }
    let servers = model.servers();
    let looked_up = servers.iter().map(async |server| {
        let host = address(model, server).host()?;
        tokio::time::timeout(LOOKUP, pstral_modelhttp::outside_of(&host)).await.ok()?.ok()?
    });
    join_all(looked_up).await.into_iter().flatten().collect()
}

fn address(model: &Model, server: &ModelServer<'_>) -> Server {
    Server { allow_public: model.allow_public_endpoints, ..Server::new(server.url) }
}
