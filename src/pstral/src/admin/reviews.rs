//! The questions without a good answer, for stewards.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEvent, Capability, ReviewItem};
use pstral_core::pipeline::ReviewedStatement;
use pstral_core::ports::Knowledge as _;
use pstral_core::text::text;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};
use super::sql::on_behalf;

/// A question without a good answer.
#[derive(Serialize, ToSchema)]
pub(super) struct ReviewView {
    number: i64,
    target: String,
    question: String,
    /// `unanswered`, `edited` or `bad`.
    reason: &'static str,
    /// The statement that was offered for it, if there is one that the caller may read.
    statement: Option<String>,
    /// True if the statement ran, so that it can be proposed as a verified query.
    can_be_kept: bool,
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

/// Lists the questions without a good answer, the most frequent of each target first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "verified", responses((status = 200, body = Reviews)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Reviews>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    // They are other people's words.
    admin.record(admin.event_of(&caller, AuditAction::ReviewRead)).await?;
    let (open, on_behalf) = (open_reviews(&admin).await?, on_behalf(&admin, &caller));
    let mut reviews = Vec::new();
    for item in open {
        let statement = admin.pipeline.programs().reviewed_statement(&on_behalf, &item).await?;
        reviews.push(review(item, statement));
    }
    Ok(Json(Reviews { reviews }))
}

fn review(item: ReviewItem, statement: Option<ReviewedStatement>) -> ReviewView {
    let (reason, at) = (item.reason.word(), item.at.to_string());
    let ReviewItem { number, target, question, times, .. } = item;
    let can_be_kept = statement.as_ref().is_some_and(|statement| statement.can_be_kept);
    let statement = statement.map(|statement| statement.statement);
    ReviewView { number, target, question, reason, statement, can_be_kept, times, at }
}

/// Proposes the statement of a question as a verified query, as the button of `/review` does. The question stays on the list.
#[utoipa::path(
    post, path = "/api/v1/reviews/{number}/keep", tag = "verified", params(("number" = i64, Path)),
    responses((status = 201, description = "Proposed"))
)]
pub(super) async fn keep(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    let (item, on_behalf) = (open_review(&admin, &number).await?, on_behalf(&admin, &caller));
    let programs = admin.pipeline.programs();
    let Some(statement) = programs.reviewed_statement(&on_behalf, &item).await? else {
        return Err(Problem::new(StatusCode::CONFLICT, text("api-no-review-statement")));
    };
    programs.propose_verified(&on_behalf, &statement.id).await?;
    Ok(StatusCode::CREATED)
}

/// Takes a question off the list.
#[utoipa::path(
    delete, path = "/api/v1/reviews/{number}", tag = "verified", params(("number" = i64, Path)),
    responses((status = 204, description = "Off the list"))
)]
pub(super) async fn close(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::ManageVerified, "reviews").await?;
    let item = open_review(&admin, &number).await?;
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

async fn open_review(admin: &Admin, number: &str) -> Result<ReviewItem, Problem> {
    open_reviews(admin).await?.into_iter().find(|item| item.number.to_string() == number).ok_or_else(gone)
}

async fn open_reviews(admin: &Admin) -> Result<Vec<ReviewItem>, Problem> {
    let mut open = Vec::new();
    for target in admin.pipeline.parts().targets.keys() {
        open.extend(admin.store.open_reviews(target).await?);
    }
    Ok(open)
}
