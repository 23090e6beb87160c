//! The audit, page by page, and the heads of its chains.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, Capability, UserId, moment};
use pstral_core::egress::fit;
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, People as _, Towards};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, QueryString};

/// Entries of a page, where no number is given, and at most.
const PAGE: u32 = 50;
const MOST: u32 = 500;

/// What narrows the entries, and where the page begins.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventQuery {
    user: Option<String>,
    platform: Option<String>,
    action: Option<String>,
    status: Option<String>,
    target: Option<String>,
    relation: Option<String>,
    text: Option<String>,
    since: Option<String>,
    until: Option<String>,
    /// `older` (default) or `newer`.
    towards: Option<String>,
    /// `next` of the page before; in the other direction its `previous`.
    from: Option<String>,
    limit: Option<u32>,
}

impl EventQuery {
    /// What was looked for, for the audit: each value as it was understood and cut by itself, so that none hides another.
    fn told(&self) -> String {
        let fields = serde_json::to_value(self).unwrap_or_default();
        let given = fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| fit(text, 60));
        given.map(|(name, value)| format!("{name}={}", shown(value))).collect::<Vec<_>>().join(" ")
    }
}

/// Lists entries, the newest first unless `towards` is `newer`. Looking at the audit is itself recorded.
pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    QueryString(wanted): QueryString<EventQuery>,
) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/events").await?;
    let filter = filter(&admin, &wanted).await?;
    let towards = match wanted.towards.as_deref() {
        None | Some("older") => Towards::Older,
        Some("newer") => Towards::Newer,
        Some(_) => return Err(Problem::invalid("towards", "older, newer")),
    };
    let from =
        wanted.from.as_deref().map(|mark| parse(mark).ok_or_else(|| Problem::invalid("from", "next"))).transpose()?;
    let limit = wanted.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::invalid("limit", &format!("1–{MOST}")));
    }
    let read = admin.event_of(&caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some(wanted.told()), ..read }).await?;
    let found = admin.store.page(&filter, from, towards, limit).await?;
    let next = found.further.map(written);
    let previous = found.entries.first().map(|entry| written(AuditMark::of(entry)));
    let names = names(&admin, &found.entries).await?;
    let entries: Vec<Value> = found.entries.iter().map(AuditEntry::json).collect();
    Ok(Json(json!({ "entries": entries, "names": names, "next": next, "previous": previous })))
}

/// Lists the newest entry of each chain, to be written down elsewhere. Looking at them is itself recorded.
pub(super) async fn heads(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/heads").await?;
    let read = admin.event_of(&caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some("heads".to_owned()), ..read }).await?;
    let heads = admin.store.heads().await?;
    Ok(Json(json!({ "heads": heads.iter().map(ToString::to_string).collect::<Vec<_>>() })))
}

async fn filter(admin: &Admin, wanted: &EventQuery) -> Result<AuditFilter, Problem> {
    let user = match &wanted.user {
        None => None,
        Some(name) => Some(admin.user_id_of(name).await?.ok_or_else(|| Problem::invalid("user", "username"))?),
    };
    let word = |given: &Option<String>, field: &'static str, known: &str, is_known: bool| match given {
        Some(_) if !is_known => Err(Problem::invalid(field, known)),
        _ => Ok(()),
    };
    let action = wanted.action.as_deref().and_then(AuditAction::from_word);
    let actions = AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
    word(&wanted.action, "action", &actions, action.is_some())?;
    let status = wanted.status.as_deref().and_then(AuditStatus::from_word);
    word(&wanted.status, "status", "ok, refused, failed, stopped", status.is_some())?;
    let when = |given: &Option<String>| given.as_deref().and_then(|word| moment(word, Timestamp::now()));
    let (since, until) = (when(&wanted.since), when(&wanted.until));
    word(&wanted.since, "since", "2026-11-21, 7d, 2h", since.is_some())?;
    word(&wanted.until, "until", "2026-11-21, 7d, 2h", until.is_some())?;
    let EventQuery { platform, target, relation, text, .. } = wanted;
    let (platform, target, relation, text) = (platform.clone(), target.clone(), relation.clone(), text.clone());
    Ok(AuditFilter { user, platform, action, target, relation, status, text, since, until })
}

/// The user names of those whom entries are of, by their numbers: whoever reads the audit may know them, as in a chat.
pub(super) async fn names(admin: &Admin, entries: &[AuditEntry]) -> Result<BTreeMap<String, String>, Problem> {
    let users: BTreeSet<UserId> = entries.iter().filter_map(|entry| entry.event.user).collect();
    if users.is_empty() {
        return Ok(BTreeMap::new());
    }
    let all = admin.store.users().await?.into_iter().filter(|user| users.contains(&user.id));
    Ok(all.map(|user| (user.id.0.to_string(), user.username)).collect())
}

/// The mark of a page: milliseconds and position.
fn written(mark: AuditMark) -> String {
    format!("{}.{}", mark.at.as_millisecond(), mark.position)
}

fn parse(mark: &str) -> Option<AuditMark> {
    let (at, position) = mark.split_once('.')?;
    Some(AuditMark { at: Timestamp::from_millisecond(at.parse().ok()?).ok()?, position: position.parse().ok()? })
}
