//! The health of each part.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pstral_core::domain::Capability;
use pstral_core::ports::{Check, PartState};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;
use crate::health::can_answer;

/// The state of the program and its parts.
#[derive(Serialize, ToSchema)]
pub(super) struct Status {
    /// True if some question can be answered.
    ready: bool,
    parts: Vec<Health>,
}

/// The health of one part.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Such as `state`, `model`, `target crm`, `platform discord`.
    part: String,
    /// `ok`, `degraded` or `failed`.
    #[schema(value_type = String)]
    state: PartState,
    /// What was found, in the caller's language.
    fact: String,
    /// What to do; empty if nothing need be done.
    remedy: String,
}

/// Tells the state of each part with its remedy, as `/status` in a chat does.
#[utoipa::path(get, path = "/api/v1/status", tag = "status", responses((status = 200, body = Status)))]
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Status>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "status").await?;
    let parts = admin.pipeline.parts().checkup.checks(caller.user.locale).await;
    let ready = can_answer(&parts);
    let part = |Check { part, state, fact, remedy }| Health { part, state, fact, remedy };
    Ok(Json(Status { ready, parts: parts.into_iter().map(part).collect() }))
}
