//! One entry of the audit with its links to the entries before and after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditHash, Capability};
use pstral_core::egress::fit;
use pstral_core::ports::AuditLog as _;
use pstral_core::text::text;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::audit_events::names;
use super::caller::Caller;
use super::problem::{Problem, Segments};

/// An entry with its links to those beside it.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryView {
    /// As `pstral audit export` writes it.
    #[schema(value_type = Object)]
    entry: Value,
    /// The username of whom the entry names, by their number.
    users: BTreeMap<String, String>,
    /// True if the entry has the hash that it should have.
    holds: bool,
    /// True if it is the first of its chain; another one may follow one that was pruned.
    is_first: bool,
    before: Option<ChainLink>,
    after: Option<ChainLink>,
}

/// An entry beside another one in a chain.
#[derive(Serialize, ToSchema)]
pub(super) struct ChainLink {
    seq: i64,
    hash: String,
    /// True if it has the hash that it should have, and the two fit.
    holds: bool,
}

/// Shows an entry by its instance and number, and whether its hash and those of its neighbours fit. Looking at it is itself
/// recorded.
#[utoipa::path(
    get, path = "/api/v1/audit/events/{instance}/{seq}", tag = "audit",
    params(("instance" = String, Path), ("seq" = i64, Path)), responses((status = 200, body = EntryView))
)]
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments((instance, seq)): Segments<(String, String)>,
) -> Result<Json<EntryView>, Problem> {
    let wanted = format!("audit/events/{instance}/{seq}");
    caller.require(&admin, Capability::ReadAudit, &wanted).await?;
    let gone = || Problem::new(StatusCode::NOT_FOUND, text("api-no-event"));
    let seq: i64 = seq.parse().ok().filter(|seq| *seq > 0).ok_or_else(gone)?;
    let around = admin.store.chain(&instance, seq.saturating_sub(2), 3).await?;
    let of = |seq: i64| around.iter().find(|entry| entry.seq == seq);
    let entry = of(seq).ok_or_else(gone)?;
    let read = admin.event_of(&caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some(fit(&format!("entry {instance} {seq}"), 200)), ..read }).await?;
    let (before, after) = (of(seq - 1), seq.checked_add(1).and_then(of));
    let link = |other: &AuditEntry, holds: bool| ChainLink { seq: other.seq, hash: other.hash.0.clone(), holds };
    Ok(Json(EntryView {
        entry: entry.json(),
        users: names(&admin, std::slice::from_ref(entry)).await?,
        holds: entry.is_itself(),
        is_first: seq == 1 && entry.previous == AuditHash::origin(),
        before: before.map(|before| link(before, before.is_itself() && before.hash == entry.previous)),
        after: after.map(|after| link(after, after.is_itself() && after.previous == entry.hash)),
    }))
}
