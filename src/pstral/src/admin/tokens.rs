//! Tokens of scripts: a part of what their user may do, for a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pstral_core::domain::{AuditAction, AuditEvent, Capability, sha256};
use pstral_core::people::shown_name;
use pstral_core::text::text;
use pstral_store::SignIn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Body, Problem};

/// Days for which a token is valid at most.
const MOST_DAYS: u64 = 366;
/// Characters of its name.
const LONGEST_NAME: usize = 80;
/// So that a token that was published by mistake is recognised as one.
const PREFIX: &str = "pstral_";

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    name: String,
    /// In the words of the configuration, such as `audit.read`.
    capabilities: BTreeSet<String>,
    /// Days for which it is valid.
    #[schema(minimum = 1, maximum = 366)]
    days: u64,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedToken {
    id: String,
    /// The secret, told this once.
    token: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Makes a token for a script. Its secret is told once. A token makes no tokens: it would outlive itself.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "session", request_body = NewToken,
    responses((status = 201, body = AddedToken))
)]
pub(super) async fn add(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(new): Body<NewToken>,
) -> Result<Response, Problem> {
    if caller.sign_in.is_token {
        return Err(Problem::new(StatusCode::FORBIDDEN, text("api-only-session")));
    }
    let name = shown_name(&new.name, LONGEST_NAME).filter(|name| !name.is_empty());
    let name =
        name.ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text("api-token-name")).of_field("name"))?;
    if !(1..=MOST_DAYS).contains(&new.days) {
        return Err(Problem::invalid("days", &format!("1–{MOST_DAYS}")));
    }
    let mine = Capability::ALL.iter().copied().filter(|one| caller.may(&admin, *one));
    let known: Vec<Capability> = mine.filter(|one| new.capabilities.contains(one.word())).collect();
    if known.is_empty() || known.len() != new.capabilities.len() {
        let mine = Capability::ALL.iter().filter(|one| caller.may(&admin, **one)).map(|one| one.word());
        return Err(Problem::invalid("capabilities", &mine.collect::<Vec<_>>().join(", ")));
    }
    let now = admin.now();
    // So that a request that is sent again makes no second one that nobody knows of.
    let held = admin.store.sign_ins(caller.user.id, now).await?;
    if held.iter().any(|held| held.is_token && held.name == name) {
        return Err(Problem::new(StatusCode::CONFLICT, text("api-token-exists").with("name", name)));
    }
    let token = SignIn {
        id: admin.entropy().hex(8),
        is_token: true,
        name: name.clone(),
        capabilities: Some(known),
        created_at: now,
        used_at: now,
        expires_at: now + Duration::from_hours(24 * new.days),
    };
    let words = new.capabilities.iter().cloned().collect::<Vec<_>>().join(" ");
    let detail = Some(format!("token {} {name}: {words}, until {}", token.id, token.expires_at));
    admin.record(AuditEvent { detail, ..admin.event_of(&caller, AuditAction::TokenAdded) }).await?;
    let secret = format!("{PREFIX}{}", admin.entropy().hex(32));
    admin.store.add_sign_in(caller.user.id, &token, &sha256(&secret)).await?;
    let body = AddedToken { id: token.id, token: secret, expires_at: token.expires_at.to_string() };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
