//! Costly statements that wait for a second person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEvent, Capability, PlatformName, Proposal};
use pstral_core::people::name_of;
use pstral_core::pipeline::API;
use pstral_core::ports::People as _;
use pstral_core::text::text;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};

/// Statements that wait for a second person.
#[derive(Serialize, ToSchema)]
pub(super) struct Approvals {
    approvals: Vec<ApprovalView>,
}

/// A statement that waits for a second person.
#[derive(Serialize, ToSchema)]
pub(super) struct ApprovalView {
    id: String,
    target: String,
    /// The full name of whoever wants to run it.
    asked_by: String,
    /// True for a statement of the caller's own, which somebody else must approve.
    own: bool,
    question: String,
    statement: String,
    /// The values of its parameters by name.
    #[schema(value_type = Object)]
    parameters: serde_json::Value,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Lists the statements that wait and that the caller may read whole. That they were looked at is recorded: they are other
/// people's words.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", responses((status = 200, body = Approvals)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Approvals>, Problem> {
    caller.require(&admin, Capability::ApproveCostly, "approvals").await?;
    let read = admin.event_of(&caller, AuditAction::ReviewRead);
    admin.record(AuditEvent { detail: Some("approvals".to_owned()), ..read }).await?;
    let users = admin.store.users().await?;
    let waiting = admin.pipeline.cost_approvals().waiting_for(&caller.user, &here()).await?;
    let view = |proposal: Proposal| ApprovalView {
        asked_by: name_of(&users, proposal.author),
        own: proposal.author == caller.user.id,
        parameters: serde_json::to_value(&proposal.parameters).unwrap_or_default(),
        created_at: proposal.created_at.to_string(),
        expires_at: proposal.expires_at.to_string(),
        id: proposal.id.0,
        target: proposal.target,
        question: proposal.question,
        statement: proposal.statement,
    };
    Ok(Json(Approvals { approvals: waiting.into_iter().map(view).collect() }))
}

/// Approves a statement, which its author can then run; they are told in the chat. Nobody approves their own.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}", tag = "approvals", params(("id" = String, Path)),
    responses((status = 204, description = "Approved"))
)]
pub(super) async fn approve(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(id): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::ApproveCostly, "approvals").await?;
    let approvals = admin.pipeline.cost_approvals();
    let waiting = approvals.waiting_for(&caller.user, &here()).await?;
    let Some(proposal) = waiting.iter().find(|proposal| proposal.id.0 == id) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, text("api-no-approval")));
    };
    let event = |action, status| AuditEvent { status, ..admin.event_of(&caller, action) };
    approvals.approve(&caller.user, event, proposal).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn here() -> PlatformName {
    PlatformName(API.to_owned())
}
