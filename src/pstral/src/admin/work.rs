//! What the program is busy with, and who waits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEvent, Capability, UserId};
use pstral_core::ports::People as _;
use pstral_core::text::text;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};

/// What is under way, and the queue before the model.
#[derive(Serialize, ToSchema)]
pub(super) struct Queue {
    /// Questions being answered and statements that run, the oldest first.
    work: Vec<WorkView>,
    /// Those of them whose question waits for the model, the next first: usernames.
    waiting: Vec<String>,
    /// The servers of the model.
    endpoints: Vec<EndpointLoad>,
}

/// Work for one person in one place.
#[derive(Serialize, ToSchema)]
pub(super) struct WorkView {
    number: u64,
    username: String,
    /// Such as `discord`.
    platform: String,
    /// True if it is between that person and Pstral.
    private: bool,
}

/// The load of a server of the model.
#[derive(Serialize, ToSchema)]
pub(super) struct EndpointLoad {
    endpoint: String,
    /// Answers that it is writing.
    running: u32,
    /// True if it is not asked for a while, after failures.
    rests: bool,
}

/// Tells what is under way and who waits, once that is recorded. Neither questions nor places are told: they are in the
/// audit, for those who may read it.
#[utoipa::path(get, path = "/api/v1/queue", tag = "queue", responses((status = 200, body = Queue)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Queue>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "queue").await?;
    admin.record_user_read(&caller, "queue".to_owned()).await?;
    let users = admin.store.users().await?;
    let name =
        |id: UserId| users.iter().find(|user| user.id == id).map_or_else(String::new, |one| one.username.clone());
    let work = admin.pipeline.work().into_iter().map(|work| WorkView {
        number: work.number,
        username: name(work.user),
        platform: work.place.platform.0,
        private: work.place.private,
    });
    let model = &admin.pipeline.parts().model;
    let endpoints = model.loads().into_iter().map(|load| {
        let pstral_core::models::Load { endpoint, running, rests, .. } = load;
        EndpointLoad { endpoint, running, rests }
    });
    let waiting = model.waiting_people().into_iter().map(name).collect();
    Ok(Json(Queue { work: work.collect(), waiting, endpoints: endpoints.collect() }))
}

/// Stops what is under way; the person is told that an administrator did.
#[utoipa::path(
    delete, path = "/api/v1/queue/{number}", tag = "queue", params(("number" = u64, Path)),
    responses((status = 204, description = "Stopped"))
)]
pub(super) async fn stop(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(number): Segments<String>,
) -> Result<StatusCode, Problem> {
    caller.require(&admin, Capability::ManageUsers, "queue").await?;
    let gone = || Problem::new(StatusCode::NOT_FOUND, text("api-no-work"));
    let work = admin.pipeline.work().into_iter().find(|work| work.number.to_string() == number).ok_or_else(gone)?;
    let stopped = admin.event_of(&caller, AuditAction::WorkStopped);
    admin.record(AuditEvent { detail: Some(format!("user={}", work.user.0)), ..stopped }).await?;
    if admin.pipeline.stop_work(work.number) { Ok(StatusCode::NO_CONTENT) } else { Err(gone()) }
}
