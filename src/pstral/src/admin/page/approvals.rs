//! Costly statements that wait for a second person.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Redirect, Response};
use serde_json::json;

use super::answer::answer;
use super::sql_tokens::tokens;
use super::visitor::Visitor;
use crate::admin::problem::{Problem, Segments};
use crate::admin::{Admin, approvals};

/// Shows each statement whole, with who wants to run it.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let found = answer(approvals::list(State(admin), visitor.caller.clone()).await?).await?;
    let waiting = found["approvals"].as_array().into_iter().flatten();
    let waiting =
        waiting.map(|one| json!({ "of": one, "tokens": tokens(one["statement"].as_str().unwrap_or_default()) }));
    visitor.page("approvals.html", &json!({ "waiting": waiting.collect::<Vec<_>>() }))
}

/// Approves a statement.
pub(super) async fn approve(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    id: Segments<String>,
) -> Result<Redirect, Problem> {
    approvals::approve(State(admin), visitor.caller, id).await?;
    Ok(Redirect::to("/approvals?done=approved"))
}
