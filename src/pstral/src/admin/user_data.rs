//! What is held on a person: handed over, or erased, as `pstral user export` and `pstral user erase` do.

use std::collections::BTreeMap;
use std::io::{BufWriter, Seek as _};
use std::sync::Arc;

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures::stream;
use pstral_core::domain::{AuditAction, AuditEvent, Capability, User};
use pstral_core::people::Refusal;
use pstral_core::pipeline::API;
use pstral_core::ports::StoreError;
use pstral_store::Erasure;
use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};
use super::users::{Desk, refuse_unseen, refused};

/// Bytes that are sent at a time.
const PIECE: usize = 64 * 1024;

/// What an erasure deletes or has deleted.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasureView {
    /// Rows by table.
    rows: BTreeMap<&'static str, u64>,
    /// Audit entries that are sealed: they stay, without what they say.
    entries: u64,
    /// Audit entries whose hash covers their texts, so that these stay until they are pruned.
    unredactable: u64,
    /// Audit entries that were written meanwhile: erase once more.
    written_meanwhile: u64,
}

/// Hands over all that is held on a person, as one JSON document.
#[utoipa::path(
    get, path = "/api/v1/users/{username}/data", tag = "users", params(("username" = String, Path)),
    responses((status = 200, body = Object))
)]
pub(super) async fn export(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
) -> Result<Response, Problem> {
    let user = named(&admin, &caller, &username).await?;
    record(&admin, &caller, AuditAction::Export, &user).await?;
    let mut file = tempfile::tempfile().map_err(anyhow::Error::from)?;
    let mut out = BufWriter::new(&mut file);
    let audit = &*admin.pipeline.parts().audit;
    admin.store.export_user(audit, user.id, admin.now(), Some(API), &mut out).await.map_err(anyhow::Error::from)?;
    drop(out);
    file.rewind().map_err(anyhow::Error::from)?;
    let mut response = HttpBody::from_stream(stream::try_unfold(File::from_std(file), piece)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = HeaderValue::from_static("attachment; filename=\"user.json\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Counts what an erasure of a person's data would delete.
#[utoipa::path(
    get, path = "/api/v1/users/{username}/erasure", tag = "users", params(("username" = String, Path)),
    responses((status = 200, body = ErasureView))
)]
pub(super) async fn planned(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
) -> Result<Json<ErasureView>, Problem> {
    let user = named(&admin, &caller, &username).await?;
    admin.record_user_read(&caller, format!("user={} erasure", user.id.0)).await?;
    Ok(Json(view(admin.store.erasure(&user).await?)))
}

/// Erases the data of the person that `If-Match` names. The user stays, disabled and under a neutral name.
#[utoipa::path(
    delete, path = "/api/v1/users/{username}/data", tag = "users",
    params(("username" = String, Path), ("If-Match" = String, Header, description = "The `ETag` of the user")),
    responses((status = 200, body = ErasureView))
)]
pub(super) async fn erase(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(username): Segments<String>,
    headers: HeaderMap,
) -> Result<Json<ErasureView>, Problem> {
    let user = named(&admin, &caller, &username).await?;
    refuse_unseen(&headers, &user)?;
    record(&admin, &caller, AuditAction::UserEdited, &user).await?;
    let keep = admin.pipeline.parts().settings.roles.that_may(Capability::ManageUsers);
    let audit = &*admin.pipeline.parts().audit;
    let erased = match admin.store.erase(audit, &user, &keep, admin.now(), Some(API)).await {
        Err(StoreError::Stale(_)) => return Err(refused(&Refusal::Stale(user.username))),
        erased => erased?,
    };
    if erased.is_some() {
        admin.store.truncate_wal().await?;
    }
    erased.map(|erased| Json(view(erased))).ok_or_else(|| refused(&Refusal::LastOne(user.username)))
}

async fn named(admin: &Admin, caller: &Caller, username: &str) -> Result<User, Problem> {
    Desk::open(admin, caller, "users data").await?.user_named(username).await
}

/// Says who did it; the state itself records what was done.
async fn record(admin: &Admin, caller: &Caller, action: AuditAction, about: &User) -> Result<(), Problem> {
    let what = if action == AuditAction::Export { "data" } else { "erase" };
    let event = admin.event_of(caller, action);
    admin.record(AuditEvent { detail: Some(format!("user={} {what}", about.id.0)), ..event }).await
}

async fn piece(mut file: File) -> std::io::Result<Option<(Vec<u8>, File)>> {
    let mut read = Vec::with_capacity(PIECE);
    (&mut file).take(PIECE as u64).read_to_end(&mut read).await?;
    Ok(if read.is_empty() { None } else { Some((read, file)) })
}

fn view(erasure: Erasure) -> ErasureView {
    let Erasure { rows, entries, unredactable, written_meanwhile } = erasure;
    ErasureView { rows: rows.into_iter().collect(), entries, unredactable, written_meanwhile }
}
