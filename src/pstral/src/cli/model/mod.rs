//! `pstral model`: which models the servers have, and having one fetched.

mod progress;
mod pull;

use clap::Subcommand;
use pstral_core::domain::Locale;
use pstral_core::models::Endpoint;
use pstral_core::ports::{ModelError, ModelInfo};
use pstral_core::text::text;
use pstral_modelhttp::size;
use serde_json::json;

use super::out::{say, say_error, say_json};
use super::{Ending, Installed};
use crate::health::{Found as _, PATIENCE};
use crate::models::{refuse_outside, remedy};
use crate::registry::{ModelServers, model_servers};

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// List the models of the servers
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Have the servers fetch a model; run again, it resumes
    Pull {
        /// Name of the model (default: the one of the configuration)
        name: Option<String>,
    },
}

pub(super) async fn run(Installed { config, locale }: Installed, command: ModelCommand) -> anyhow::Result<Ending> {
    refuse_outside(&config.model).await?;
    let servers = model_servers(&config)?;
    match command {
        ModelCommand::List { json } => list(&servers, &config.model.name, json, locale).await,
        ModelCommand::Pull { name } => {
            let name = name.unwrap_or_else(|| config.model.name.clone());
            Ok(pull::run(&servers, &name, locale).await)
        }
    }
}

async fn list(servers: &ModelServers, configured: &str, as_json: bool, locale: Locale) -> anyhow::Result<Ending> {
    let mut ending = Ending::Fine;
    let mut all = Vec::new();
    for endpoint in &servers.endpoints {
        match models(endpoint).await {
            Ok(models) if as_json => all.push(in_json(endpoint, configured, &models)),
            Ok(models) => show(endpoint, configured, &models, locale),
            Err(error) => {
                print_model_error(&error, servers, endpoint, locale).await;
                ending = Ending::Failed;
            }
        }
    }
    if as_json {
        say_json(&serde_json::to_string_pretty(&json!({ "endpoints": all }))?);
    }
    Ok(ending)
}

async fn models(endpoint: &Endpoint) -> Result<Vec<ModelInfo>, ModelError> {
    let said = tokio::time::timeout(PATIENCE, endpoint.model.models()).await;
    said.unwrap_or(Err(ModelError::Timeout { seconds: PATIENCE.as_secs() }))
}

fn in_json(endpoint: &Endpoint, configured: &str, models: &[ModelInfo]) -> serde_json::Value {
    let model =
        |one: &ModelInfo| json!({ "name": one.name, "bytes": one.bytes, "configured": is_same(&one.name, configured) });
    json!({ "endpoint": endpoint.name, "models": models.iter().map(model).collect::<Vec<_>>() })
}

fn show(endpoint: &Endpoint, configured: &str, models: &[ModelInfo], locale: Locale) {
    say(&text("model-list").with("endpoint", &endpoint.name).count("models", models.len() as u64).render(locale));
    for one in models {
        let mark = if is_same(&one.name, configured) { '*' } else { ' ' };
        let size = one.bytes.map(|bytes| format!("  {}", size(bytes).render(locale))).unwrap_or_default();
        say(&format!("{mark} {}{size}", one.name));
    }
}

/// Checks whether two names mean one model: a name without a tag means the latest.
fn is_same(installed: &str, configured: &str) -> bool {
    installed == configured || installed.strip_suffix(":latest") == Some(configured)
}

/// Prints a server's error and its remedy.
async fn print_model_error(error: &ModelError, servers: &ModelServers, endpoint: &Endpoint, locale: Locale) {
    say_error(&format!("{} · {}", endpoint.name, error.found().render(locale)));
    say_error(&format!("    → {}", remedy(error, servers, endpoint).await.render(locale)));
}
