//! The audit, page by page, and one entry with its links.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pstral_core::domain::{AuditAction, AuditStatus};
use pstral_core::text::{Text, text};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer::answer;
use super::sql_tokens::tokens;
use super::visitor::Visitor;
use crate::admin::audit_events::EventQuery;
use crate::admin::problem::{Problem, QueryString, Segments};
use crate::admin::{Admin, audit_entry, audit_events};
use crate::audit_file::Format;

/// The fields of the address that turn pages; the others narrow.
const OF_PAGES: [&str; 2] = ["from", "towards"];

/// What is looked for most, each with its sentence.
const QUICK: [(&str, &str, &str); 5] = [
    ("action", "question", "page-quick-questions"),
    ("action", "execution", "page-quick-executions"),
    ("action", "refusal", "page-quick-refusals"),
    ("status", "failed", "page-quick-failures"),
    ("action", "login", "page-quick-logins"),
];

/// The filters that may not be valid, each with its label.
const LABELS: [(&str, &str); 6] = [
    ("user", "page-filter-user"),
    ("action", "page-filter-action"),
    ("status", "page-filter-status"),
    ("since", "page-filter-since"),
    ("until", "page-filter-until"),
    ("limit", "page-filter-limit"),
];

/// The fields of an address in their order.
type Fields = Vec<(String, String)>;

/// Shows a page of the audit. Fields that a form sends empty are taken out of the address first; where one is not valid, the
/// form is shown again with the reason.
pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    QueryString(given): QueryString<Fields>,
    wanted: Result<QueryString<EventQuery>, Problem>,
) -> Result<Response, Problem> {
    if given.iter().any(|(_, value)| value.trim().is_empty()) {
        let kept =
            given.iter().map(|(name, value)| (name.as_str(), value.trim())).filter(|(_, value)| !value.is_empty());
        return Ok(Redirect::to(&address(kept)).into_response());
    }
    let found = match wanted {
        Ok(QueryString(wanted)) => audit_events::page_of(&admin, &visitor.caller, &wanted).await,
        Err(problem) => Err(problem),
    };
    let (status, found) = match found {
        Ok(found) => (StatusCode::OK, turnable(&given, answer(Json(found)).await?)),
        Err(problem) if matches!(problem.status.as_u16(), 400 | 422) => {
            (problem.status, json!({ "error": in_labels(problem).render(visitor.frame.locale) }))
        }
        Err(problem) => return Err(problem),
    };
    let quick = QUICK.iter().map(|(field, value, label)| {
        let is_current = narrowing(&given).eq([(*field, *value)]);
        json!({ "query": format!("{field}={value}"), "label": text(label).render(visitor.frame.locale), "is_current": is_current })
    });
    let content = json!({
        "found": found,
        "quick": quick.collect::<Vec<_>>(),
        "given": narrowing(&given).map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>(),
        "actions": AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>(),
        "statuses": AuditStatus::ALL.iter().map(|status| status.word()).collect::<Vec<_>>(),
        "exports": { "csv": export(&given, "csv"), "jsonl": export(&given, "jsonl") },
        "targets": admin.pipeline.parts().targets.keys().collect::<Vec<_>>(),
    });
    Ok((status, visitor.page("audit.html", &content)?).into_response())
}

/// Says what is not valid by the label of its filter: people know no other fields of an address.
fn in_labels(problem: Problem) -> Text {
    match LABELS.iter().find(|(name, _)| problem.field == Some(name)) {
        Some((_, label)) => problem.detail.said("field", text(label)),
        None => text("page-audit-address"),
    }
}

/// A page of the API with its newest entry first, and the addresses of the pages beside it.
fn turnable(given: &Fields, mut page: Value) -> Value {
    let has = |field: &str, wanted: Option<&str>| {
        given.iter().any(|(name, value)| name == field && wanted.is_none_or(|wanted| value == wanted))
    };
    let (is_turned, is_towards_newer) = (has("from", None), has("towards", Some("newer")));
    let mut entries = page["entries"].take();
    if let Value::Array(entries) = &mut entries
        && is_towards_newer
    {
        entries.reverse();
    }
    let beside = |mark: &Value, towards: &'static str| {
        let further = mark.as_str().map(|mark| [("from", mark), ("towards", towards)]);
        further.map(|further| address(narrowing(given).chain(further)))
    };
    let (older, newer) = if is_towards_newer { ("previous", "next") } else { ("next", "previous") };
    json!({
        "entries": entries, "users": page["users"].take(),
        "older": beside(&page[older], "older"),
        // The first page begins with the newest entry: nothing is before it.
        "newer": if is_turned { beside(&page[newer], "newer") } else { None },
        "newest": is_turned.then(|| address(narrowing(given))),
    })
}

/// The address of the same entries as a file, all of them.
fn export(given: &Fields, format: &str) -> String {
    let fields = narrowing(given).filter(|(name, _)| *name != "limit").chain([("format", format)]);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("/audit/export?{query}")
}

/// Writes entries as a file. It is a page of its own so that what goes wrong is told as one.
pub(super) async fn exported(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    QueryString(mut wanted): QueryString<EventQuery>,
) -> Result<Response, Problem> {
    wanted.format.get_or_insert(Format::Csv);
    audit_events::list(State(admin), visitor.caller, QueryString(wanted)).await
}

fn narrowing(given: &Fields) -> impl Iterator<Item = (&str, &str)> {
    given.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| !OF_PAGES.contains(name))
}

fn address<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{query}") }
}

/// Shows one entry in full, with its links to the entries before and after it.
pub(super) async fn entry(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    path: Segments<(String, String)>,
) -> Result<Response, Problem> {
    let found = answer(audit_entry::show(State(admin), visitor.caller.clone(), path).await?).await?;
    let statement = found["entry"]["statement"].as_str().map(tokens);
    visitor.page("entry.html", &json!({ "found": found, "tokens": statement }))
}
