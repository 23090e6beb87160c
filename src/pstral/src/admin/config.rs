//! The configuration that is in force, without its secrets. It is shown here, and changed in its file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pstral_core::domain::Capability;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;

/// The configuration that is in force.
#[derive(Serialize, ToSchema)]
pub(super) struct EffectiveConfig {
    /// Every key with its value, defaults too, as in `config/default.toml`; secrets are `***`.
    #[schema(value_type = Object)]
    config: Value,
}

/// Shows the configuration that is in force.
#[utoipa::path(get, path = "/api/v1/config", tag = "status", responses((status = 200, body = EffectiveConfig)))]
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<EffectiveConfig>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "config").await?;
    Ok(Json(EffectiveConfig { config: admin.settings.config.clone() }))
}
