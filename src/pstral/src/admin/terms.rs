//! Business terms that are proposed elsewhere than in a chat.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::Capability;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Body, Problem};
use super::sql::on_behalf;

/// A term to be proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposedTerm {
    target: String,
    /// As people say it, in the caller's language.
    name: String,
    /// A SELECT, or words: then a steward writes the statement before it is used.
    definition: String,
}

/// Proposes a business term to the stewards, as `/term` does.
#[utoipa::path(
    post, path = "/api/v1/terms", tag = "verified", request_body = ProposedTerm,
    responses((status = 201, description = "Proposed"))
)]
pub(super) async fn propose(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(term): Body<ProposedTerm>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::Ask, "terms").await?;
    admin.target(&term.target)?;
    let ProposedTerm { target, name, definition } = term;
    let programs = admin.pipeline.programs();
    programs.propose_term(&on_behalf(&admin, &caller), &target, &name, &definition).await?;
    Ok(StatusCode::CREATED)
}
