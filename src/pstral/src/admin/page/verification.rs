//! Verifying the whole audit, and how far that is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde_json::{Value, json};

use super::answer::answer;
use super::visitor::Visitor;
use crate::admin::problem::Problem;
use crate::admin::{Admin, audit_verification};

/// Shows the last verification. While it runs, the browser asks again by itself.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let last = match audit_verification::show(State(admin), visitor.caller.clone()).await {
        Ok(last) => answer(last).await?,
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Value::Null,
        Err(problem) => return Err(problem),
    };
    visitor.page("verification.html", &json!({ "last": last }))
}

/// Starts to verify.
pub(super) async fn start(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Redirect, Problem> {
    let _ = audit_verification::start(State(admin), visitor.caller).await?;
    Ok(Redirect::to("/audit/verification"))
}
