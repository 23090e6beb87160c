//! The health of each part.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pstral_core::domain::Capability;
use serde_json::{Value, json};

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;
use crate::health::can_answer;

/// Tells the state of each part with its remedy, as `/status` in a chat does.
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "status").await?;
    let parts = admin.pipeline.parts().checkup.checks(caller.user.locale).await;
    Ok(Json(json!({ "ready": can_answer(&parts), "parts": parts })))
}
