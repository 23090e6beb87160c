//! One entry of the audit with its links to the entries before and after it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditHash, Capability};
use pstral_core::egress::fit;
use pstral_core::ports::AuditLog as _;
use pstral_core::text::text;
use serde_json::{Value, json};

use super::Admin;
use super::audit_events::names;
use super::caller::Caller;
use super::problem::Problem;

/// Shows an entry by its instance and number, and whether its hash and those of its neighbours fit. Looking at it is itself
/// recorded.
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Path((instance, seq)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
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
    let link = |other: &AuditEntry, holds: bool| json!({ "seq": other.seq, "hash": other.hash.0, "holds": holds });
    Ok(Json(json!({
        "entry": entry.json(),
        "names": names(&admin, std::slice::from_ref(entry)).await?,
        "holds": entry.is_itself(),
        // The first entry of a chain follows none; another one may follow one that was pruned.
        "is_first": seq == 1 && entry.previous == AuditHash::origin(),
        "before": before.map(|before| link(before, before.is_itself() && before.hash == entry.previous)),
        "after": after.map(|after| link(after, after.is_itself() && after.previous == entry.hash)),
    })))
}
