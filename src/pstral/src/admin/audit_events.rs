//! The audit, page by page, and the heads of its chains.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, Capability, UserId, moment};
use pstral_core::egress::fit;
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, People as _, Towards};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::problem::{Problem, QueryString};
use super::{Admin, audit_export};
use crate::audit_file::Format;

/// Entries of a page, where no number is given, and at most.
const PAGE: u32 = 50;
const MOST: u32 = 500;

/// What narrows the entries, and where the page begins.
#[derive(Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// A username.
    user: Option<String>,
    /// The chat, such as `discord`; `cli` or `admin` for what was done there.
    platform: Option<String>,
    /// Such as `execution` or `refusal`.
    action: Option<String>,
    /// `ok`, `refused`, `failed` or `stopped`.
    status: Option<String>,
    /// A database.
    target: Option<String>,
    /// A table or view that was read, named as in the entries.
    relation: Option<String>,
    /// Part of the statement, the parameters, the detail or the error.
    text: Option<String>,
    /// A day, a time or a length, such as `2026-11-21` or `7d`.
    since: Option<String>,
    /// Written like `since`.
    until: Option<String>,
    /// `older` (default) or `newer`.
    towards: Option<String>,
    /// `next` of the page before; in the other direction its `previous`.
    from: Option<String>,
    /// Entries of the page; 50 if it is not given.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `csv` or `jsonl`: all entries as a file, the oldest first, in place of a page. `jsonl` holds them exactly.
    #[param(value_type = Option<String>)]
    pub(super) format: Option<Format>,
}

/// A page of the audit.
#[derive(Serialize, ToSchema)]
pub(super) struct Events {
    /// As `pstral audit export` writes them.
    #[schema(value_type = Vec<Object>)]
    entries: Vec<Value>,
    /// The usernames of those whom the entries name, by their number.
    users: BTreeMap<String, String>,
    /// What `from` is for the page after; `null` on the last one.
    next: Option<String>,
    /// What `from` is for the page before, in the other direction; `null` where there are no entries.
    previous: Option<String>,
}

/// The newest entry of each chain.
#[derive(Serialize, ToSchema)]
pub(super) struct Heads {
    /// As `INSTANCE:SEQ:HASH`.
    heads: Vec<String>,
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

/// Lists entries, the newest first unless `towards` is `newer`, or writes them as a file. Looking at the audit is itself
/// recorded.
#[utoipa::path(
    get, path = "/api/v1/audit/events", tag = "audit", params(EventQuery),
    responses((status = 200, content(
        (Events = "application/json"), (String = "application/x-ndjson"), (String = "text/csv; charset=utf-8")
    )))
)]
pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    QueryString(wanted): QueryString<EventQuery>,
) -> Result<Response, Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/events").await?;
    let filter = filter(&admin, &wanted).await?;
    if let Some(format) = wanted.format {
        let export = admin.event_of(&caller, AuditAction::Export);
        admin.record(AuditEvent { detail: Some(format!("audit {}", wanted.told())), ..export }).await?;
        return Ok(audit_export::file(&admin, filter, format));
    }
    Ok(Json(page(&admin, &caller, &wanted, &filter).await?).into_response())
}

/// A page of the audit as data. Looking at it is itself recorded.
pub(super) async fn page_of(admin: &Admin, caller: &Caller, wanted: &EventQuery) -> Result<Events, Problem> {
    caller.require(admin, Capability::ReadAudit, "audit/events").await?;
    let filter = filter(admin, wanted).await?;
    page(admin, caller, wanted, &filter).await
}

async fn page(admin: &Admin, caller: &Caller, wanted: &EventQuery, filter: &AuditFilter) -> Result<Events, Problem> {
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
    let read = admin.event_of(caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some(wanted.told()), ..read }).await?;
    let found = admin.store.page(filter, from, towards, limit).await?;
    let next = found.further.map(written);
    let previous = found.entries.first().map(|entry| written(AuditMark::of(entry)));
    let users = names(admin, &found.entries).await?;
    let entries = found.entries.iter().map(AuditEntry::json).collect();
    Ok(Events { entries, users, next, previous })
}

/// Lists the newest entry of each chain, to be written down elsewhere. Looking at them is itself recorded.
#[utoipa::path(get, path = "/api/v1/audit/heads", tag = "audit", responses((status = 200, body = Heads)))]
pub(super) async fn heads(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Heads>, Problem> {
    caller.require(&admin, Capability::ReadAudit, "audit/heads").await?;
    let read = admin.event_of(&caller, AuditAction::AuditRead);
    admin.record(AuditEvent { detail: Some("heads".to_owned()), ..read }).await?;
    let heads = admin.store.heads().await?;
    Ok(Json(Heads { heads: heads.iter().map(ToString::to_string).collect() }))
}

async fn filter(admin: &Admin, wanted: &EventQuery) -> Result<AuditFilter, Problem> {
    let user = match &wanted.user {
        None => None,
        Some(name) => Some(admin.user_id_of(name).await?.ok_or_else(|| Problem::no_user("user", name))?),
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
