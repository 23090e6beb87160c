//! Verified queries and business terms as their stewards read them and decide on them, and the questions without a good answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use pstral_core::domain::{AuditAction, AuditEvent, Capability, KeptQuery, ReviewItem};
use pstral_core::ports::Knowledge as _;
use pstral_core::stewardship::{Decision, DecisionError, Steward};
use pstral_core::text::text;
use serde_json::{Value, json};

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;
use crate::verified::to_json;

/// Lists the verified queries and terms of every target that read nothing closed to the caller.
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "verified").await?;
    let all = all(&admin).await?;
    let open = admin.pipeline.verified_queries().readable(&caller.user, &all).await;
    let open: Vec<Value> = open.into_iter().map(|kept| to_json(kept, caller.user.locale)).collect();
    Ok(Json(json!({ "verified": open })))
}

/// Carries out a decision on the version that `If-Match` names: what nobody has read is not decided on.
pub(super) async fn decide(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Path((target, id, decision)): Path<(String, String, String)>,
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
    match admin.pipeline.verified_queries().decide(&steward, kept, &decision).await {
        Ok(after) => {
            let tag = format!("\"{}\"", after.version);
            Ok(([(ETAG, tag)], Json(to_json(&after, caller.user.locale))).into_response())
        }
        Err(DecisionError::Told(sentence)) => Err(Problem::new(StatusCode::CONFLICT, sentence)),
        Err(DecisionError::Unavailable(sentence)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, sentence)),
        Err(DecisionError::Broken(cause)) => Err(anyhow::anyhow!(cause).into()),
    }
}

async fn all(admin: &Admin) -> Result<Vec<KeptQuery>, Problem> {
    let mut all = Vec::new();
    for target in admin.pipeline.parts().targets.keys() {
        all.extend(admin.store.kept_verified(target).await?);
    }
    Ok(all)
}

/// Lists the questions without a good answer, the most frequent of each target first.
pub(super) async fn reviews(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    // They are other people's words.
    admin.record(admin.event_of(&caller, AuditAction::ReviewRead)).await?;
    let open: Vec<Value> = open_reviews(&admin).await?.iter().map(review).collect();
    Ok(Json(json!({ "reviews": open })))
}

fn review(item: &ReviewItem) -> Value {
    json!({
        "number": item.number, "target": item.target, "question": item.question, "reason": item.reason.word(),
        "times": item.times, "at": item.at.to_string(),
    })
}

/// Takes a question off the list.
pub(super) async fn close_review(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Path(number): Path<String>,
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
