//! Statements that a program checks and runs, by the same rules, approvals, limits and records as a click in a chat.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use pstral_core::domain::{Agreement, Capability, LimitReached, Locale, ProposalId, Row};
use pstral_core::pipeline::{CheckedStatement, OnBehalf, Rows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::detached::CallerGone;
use super::problem::{Body, Problem};
use crate::files::to_json;

/// A statement to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementToCheck {
    target: String,
    statement: String,
}

/// What came of the check.
#[derive(Serialize, ToSchema)]
pub(super) struct CheckView {
    /// The name under which it is run, and under which the audit knows it.
    proposal: String,
    /// True if it may run.
    allowed: bool,
    /// Why it may not, in the caller's language; empty if it may.
    reason: String,
    /// Exactly as it will run, which may differ from what was given.
    statement: String,
    /// The columns that it reads, as `table.column`.
    columns: Vec<String>,
    /// True if a second person must approve it first.
    needs_approval: bool,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// A proposal to be run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalToRun {
    proposal: String,
}

/// The rows of a statement.
#[derive(Serialize, ToSchema)]
pub(super) struct RowsView {
    columns: Vec<String>,
    /// A list for each row. Numbers of more than 15 digits are texts, as are days and times.
    #[schema(value_type = Vec<Vec<Object>>)]
    rows: Vec<Vec<Value>>,
    /// `rows`, `bytes` or `time`: the limit that cut the result off; `null` if none did.
    truncated: Option<&'static str>,
    /// True if the statement itself asks for no more rows than these.
    may_be_more: bool,
}

/// Checks a statement and keeps it, as one that is typed in a chat. A refusal is an answer, not a problem.
#[utoipa::path(
    post, path = "/api/v1/sql/check", tag = "sql", request_body = StatementToCheck,
    responses((status = 200, body = CheckView))
)]
pub(super) async fn check(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(given): Body<StatementToCheck>,
) -> Result<Json<CheckView>, Problem> {
    caller.require(&admin, Capability::Ask, "sql/check").await?;
    admin.target(&given.target)?;
    let longest = admin.pipeline.parts().settings.max_question_chars;
    if given.statement.trim().is_empty() || given.statement.chars().count() > longest {
        return Err(Problem::invalid("statement", &format!("1–{longest}")));
    }
    let programs = admin.pipeline.programs();
    let checked = programs.check_statement(&on_behalf(&admin, &caller), &given.target, &given.statement).await?;
    let CheckedStatement { proposal, refused, columns } = checked;
    Ok(Json(CheckView {
        allowed: refused.is_none(),
        reason: refused.unwrap_or_default(),
        statement: proposal.statement,
        columns,
        needs_approval: proposal.agreement == Agreement::Needed,
        expires_at: proposal.expires_at.to_string(),
        proposal: proposal.id.0,
    }))
}

/// Runs a proposal of the caller, once, and answers with its rows. If the caller disconnects, the statement is cancelled.
#[utoipa::path(
    post, path = "/api/v1/sql/execute", tag = "sql", request_body = ProposalToRun,
    responses((status = 200, body = RowsView))
)]
pub(super) async fn execute(
    State(admin): State<Arc<Admin>>,
    Extension(CallerGone(gone)): Extension<CallerGone>,
    caller: Caller,
    Body(given): Body<ProposalToRun>,
) -> Result<Json<RowsView>, Problem> {
    caller.require(&admin, Capability::Execute, "sql/execute").await?;
    let (programs, proposal) = (admin.pipeline.programs(), ProposalId(given.proposal));
    let rows = programs.execute_proposal(&on_behalf(&admin, &caller), &proposal, &gone).await?;
    Ok(Json(view(rows, caller.user.locale)))
}

/// The caller as the pipeline knows them.
pub(super) fn on_behalf(admin: &Admin, caller: &Caller) -> OnBehalf {
    let may = Capability::ALL.iter().copied().filter(|one| caller.may(admin, *one));
    let through = if caller.sign_in.is_token { format!("token {}", caller.sign_in.name) } else { "session".to_owned() };
    OnBehalf { user: caller.user.clone(), capabilities: may.collect(), through, ip: caller.address.0.to_string() }
}

fn view(rows: Rows, locale: Locale) -> RowsView {
    let row = |row: Row| row.iter().map(|value| to_json(value, locale)).collect();
    RowsView {
        columns: rows.columns.into_iter().map(|column| column.name).collect(),
        rows: rows.rows.into_iter().map(row).collect(),
        truncated: rows.truncated.map(|limit| match limit {
            LimitReached::Rows => "rows",
            LimitReached::Bytes => "bytes",
            LimitReached::Time => "time",
        }),
        may_be_more: rows.may_be_more,
    }
}
