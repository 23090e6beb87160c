//! Verified queries and business terms as their stewards read them and decide on them, and the questions without a good answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use pstral_core::domain::{AuditAction, AuditEvent, Capability, KeptQuery, ReviewItem};
use pstral_core::ports::Knowledge as _;
use pstral_core::stewardship::{Decision, Steward};
use pstral_core::text::text;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};
use crate::verified::to_json;

/// The verified queries and business terms that the caller may read.
#[derive(Serialize, ToSchema)]
pub(super) struct VerifiedQueries {
    /// As `pstral verified list --json` prints them.
    #[schema(value_type = Vec<Object>)]
    verified: Vec<Value>,
}

/// A question without a good answer.
#[derive(Serialize, ToSchema)]
pub(super) struct ReviewView {
    number: i64,
    target: String,
    question: String,
    /// `unanswered`, `edited` or `bad`.
    reason: &'static str,
    /// How often it was asked.
    times: i64,
    #[schema(format = DateTime)]
    at: String,
}

/// The questions without a good answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Reviews {
    reviews: Vec<ReviewView>,
}

/// Lists the verified queries and terms of every target that read nothing closed to the caller.
#[utoipa::path(get, path = "/api/v1/verified", tag = "verified", responses((status = 200, body = VerifiedQueries)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<VerifiedQueries>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "verified").await?;
    let all = all(&admin).await?;
    let open = admin.pipeline.verified_queries().readable(&caller.user, &all).await;
    let verified = open.into_iter().map(|kept| to_json(kept, caller.user.locale)).collect();
    Ok(Json(VerifiedQueries { verified }))
}

/// Carries out a decision on the version that `If-Match` names: what nobody has read is not decided on.
#[utoipa::path(
    post, path = "/api/v1/verified/{target}/{id}/{decision}", tag = "verified",
    params(
        ("target" = String, Path), ("id" = String, Path),
        ("decision" = String, Path, description = "`approve`, `retire` or `restore`"),
        ("If-Match" = String, Header, description = "The version that was read"),
    ),
    responses((status = 200, body = Object, description = "As it is now, its version in `ETag`"))
)]
pub(super) async fn decide(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments((target, id, decision)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&admin, Capability::ManageVerified, &format!("verified/{target}/{id}/{decision}")).await?;
    let decision = match decision.as_str() {
        "approve" => Decision::Approve,
        "retire" => Decision::Retire,
        "restore" => Decision::Restore,
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, text("api-no-route"))),
    };
    let seen = headers.get(IF_MATCH).and_then(|tag| tag.to_str().ok()?.trim_matches('"').parse::<i64>().ok());
    let Some(seen) = seen else {
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, text("api-if-match")));
    };
    let all = all(&admin).await?;
    let open = admin.pipeline.verified_queries().readable(&caller.user, &all).await;
    let mut of_name: Vec<&KeptQuery> =
        open.into_iter().filter(|kept| kept.target == target && kept.query.id == id).collect();
    // Of two of a name, the one written in a chat is decided on.
    of_name.sort_by_key(|kept| std::cmp::Reverse(kept.source));
    let Some(kept) = of_name.first() else {
        return Err(Problem::new(StatusCode::NOT_FOUND, text("query-unknown").with("target", target).with("id", id)));
    };
    if kept.version != seen {
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, text("steward-changed").with("id", id)));
    }
    let steward = Steward { user: &caller.user, event: admin.event_of(&caller, AuditAction::VerifiedEdited) };
    let after = admin.pipeline.verified_queries().decide(&steward, kept, &decision).await?;
    let tag = format!("\"{}\"", after.version);
    Ok(([(ETAG, tag)], Json(to_json(&after, caller.user.locale))).into_response())
}

async fn all(admin: &Admin) -> Result<Vec<KeptQuery>, Problem> {
    let mut all = Vec::new();
    for target in admin.pipeline.parts().targets.keys() {
        all.extend(admin.store.kept_verified(target).await?);
    }
    Ok(all)
}

/// Lists the questions without a good answer, the most frequent of each target first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "verified", responses((status = 200, body = Reviews)))]
pub(super) async fn reviews(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Reviews>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    // They are other people's words.
    admin.record(admin.event_of(&caller, AuditAction::ReviewRead)).await?;
    Ok(Json(Reviews { reviews: open_reviews(&admin).await?.into_iter().map(review).collect() }))
}

fn review(item: ReviewItem) -> ReviewView {
    let (reason, at) = (item.reason.word(), item.at.to_string());
    let ReviewItem { number, target, question, times, .. } = item;
    ReviewView { number, target, question, reason, times, at }
}

/// Takes a question off the list.
#[utoipa::path(
    delete, path = "/api/v1/reviews/{number}", tag = "verified", params(("number" = i64, Path)),
    responses((status = 204, description = "Off the list"))
)]
pub(super) async fn close_review(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    let open = open_reviews(&admin).await?;
    let Some(item) = open.iter().find(|item| item.number.to_string() == number) else {
        return Err(gone());
    };
    let closed = admin.event_of(&caller, AuditAction::ReviewClosed);
    // Not the question: it goes with its conversation.
    let (target, conversation) = (Some(item.target.clone()), Some(item.conversation.0));
    admin.record(AuditEvent { target, conversation, detail: Some(number.clone()), ..closed }).await?;
    if admin.store.close_review(item.number, caller.user.id, admin.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}

fn gone() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, text("api-no-review"))
}

async fn open_reviews(admin: &Admin) -> Result<Vec<ReviewItem>, Problem> {
    let mut open = Vec::new();
    for target in admin.pipeline.parts().targets.keys() {
        open.extend(admin.store.open_reviews(target).await?);
    }
    Ok(open)
}
