//! One's own conversations.

use std::sync::Arc;

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use pstral_core::domain::{Capability, Conversation};
use pstral_core::ports::TranscriptFormat;
use pstral_core::stewardship::DecisionError;
use pstral_core::text::text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, QueryString, Segments};
use super::sql::on_behalf;

/// One's own conversations.
#[derive(Serialize, ToSchema)]
pub(super) struct Conversations {
    conversations: Vec<ConversationView>,
}

/// A conversation.
#[derive(Serialize, ToSchema)]
pub(super) struct ConversationView {
    number: i64,
    title: String,
    /// Such as `discord`.
    platform: String,
    /// True if nobody else reads it.
    private: bool,
    #[schema(format = DateTime)]
    started_at: String,
}

/// The form of a file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TranscriptQuery {
    /// `pdf`: a file in place of JSON.
    format: Option<String>,
}

/// Lists one's own conversations, the one held last first; at most 1,000.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "conversations", responses((status = 200, body = Conversations))
)]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Conversations>, Problem> {
    caller.require(&admin, Capability::Ask, "conversations").await?;
    let held = admin.pipeline.programs().conversations_of(&on_behalf(&admin, &caller)).await?;
    let view = |one: Conversation| ConversationView {
        number: one.id.0,
        title: one.title,
        platform: one.place.platform.0,
        private: one.place.private,
        started_at: one.started_at.to_string(),
    };
    Ok(Json(Conversations { conversations: held.into_iter().map(view).collect() }))
}

/// Shows a conversation of one's own, without rows that one may no longer read. That it left is recorded.
#[utoipa::path(
    get, path = "/api/v1/conversations/{number}", tag = "conversations",
    params(("number" = i64, Path), TranscriptQuery),
    responses((status = 200, content((Object = "application/json"), (Vec<u8> = "application/pdf"))))
)]
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
    QueryString(wanted): QueryString<TranscriptQuery>,
) -> Result<Response, Problem> {
    caller.require(&admin, Capability::Ask, "conversations").await?;
    let (format, kind) = match wanted.format.as_deref() {
        None | Some("json") => (TranscriptFormat::Json, "application/json"),
        Some("pdf") => (TranscriptFormat::Pdf, "application/pdf"),
        Some(_) => return Err(Problem::invalid("format", "json, pdf")),
    };
    let exported = admin.pipeline.programs().export_conversation(&on_behalf(&admin, &caller), &number, format).await;
    let file = exported.map_err(not_found)?;
    let read = tokio::fs::read(&file.path).await;
    admin.pipeline.parts().files.discard(std::slice::from_ref(&file)).await;
    let mut response = HttpBody::from(read.map_err(anyhow::Error::from)?).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if format == TranscriptFormat::Pdf {
        let name = HeaderValue::from_static("attachment; filename=\"conversation.pdf\"");
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Deletes a conversation of one's own; what the audit says of it stays.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{number}", tag = "conversations", params(("number" = i64, Path)),
    responses((status = 204, description = "Deleted"))
)]
pub(super) async fn remove(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::Ask, "conversations").await?;
    let removed = admin.pipeline.programs().delete_conversation(&on_behalf(&admin, &caller), &number).await;
    removed.map_err(not_found)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The problem of a conversation, which in a chat would be told with a command.
fn not_found(error: DecisionError) -> Problem {
    match error {
        DecisionError::NotFound(_) => Problem::new(StatusCode::NOT_FOUND, text("api-no-conversation")),
        error => error.into(),
    }
}
