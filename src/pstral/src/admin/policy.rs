//! Who may read what and where, and by which rule, as `pstral policy explain` tells it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::access::{Case, CaseDecisions};
use pstral_core::domain::{Capability, Catalog, Place, Role};
use pstral_core::ports::{Catalogs as _, People as _};
use pstral_core::text::text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::caller::Caller;
use super::object::Object;
use super::problem::{Body, Problem, QueryString};
use crate::policy::{Explanation, Row, place};

/// Who is asked about, and what they would read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PolicyQuery {
    /// A username; or else `role`.
    user: Option<String>,
    /// A role, in place of a user.
    role: Option<String>,
    /// A database.
    target: String,
    /// A table or view, or a column: `table`, `schema.table`, `table.column` or `schema.table.column`.
    table: Option<String>,
    /// `platform:id`, the place of the question; `private` if it is left out.
    place: Option<String>,
}

/// The decisions, with the same in words.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyAnswer {
    role: String,
    decisions: Explanation,
    /// A line for each decision, in the caller's language.
    lines: Vec<String>,
}

/// Explains what a user or a role may do in a place, and by which rule.
#[utoipa::path(
    get, path = "/api/v1/policy/explain", tag = "policy", params(PolicyQuery),
    responses((status = 200, body = PolicyAnswer))
)]
pub(super) async fn explain(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    QueryString(wanted): QueryString<PolicyQuery>,
) -> Result<Json<PolicyAnswer>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "policy/explain").await?;
    let (role, disabled) = who(&admin, wanted.user.as_deref(), wanted.role.as_deref()).await?;
    let case = Case {
        role: role.clone(),
        disabled,
        place: place_of(wanted.place.as_deref())?,
        target: wanted.target,
        table: wanted.table,
    };
    let decisions = decide(&admin, &case).await?;
    let lines = decisions.lines(caller.user.locale);
    Ok(Json(PolicyAnswer { role: role.to_string(), decisions: decisions.into(), lines }))
}

/// A table of expected decisions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    /// As the rows of a file for `pstral policy test`: `role` or `user`, `place`, `target`, `table`, `do` (`ask`, `execute` or
    /// `read`), `expect` (`no`, `yes`, `here` or `private`), `because`, `note`.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Object<Row>>,
}

/// What came of a table of expected decisions.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyResults {
    /// True if every decision is as expected.
    met: bool,
    /// In the order of the table.
    rows: Vec<PolicyResult>,
}

/// What came of a row.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyResult {
    /// True if the decision is as expected.
    met: bool,
    /// What was expected, with its reason if one was given.
    expected: String,
    /// The decision, with the rule that makes it.
    found: String,
}

/// Compares a table of expected decisions with those that the rules make.
#[utoipa::path(
    post, path = "/api/v1/policy/test", tag = "policy", request_body = PolicyTable,
    responses((status = 200, body = PolicyResults))
)]
pub(super) async fn test(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(table): Body<PolicyTable>,
) -> Result<Json<PolicyResults>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "policy/test").await?;
    let mut rows = Vec::new();
    for (number, Object(row)) in table.rows.iter().enumerate() {
        let compared = compared(&admin, row).await;
        rows.push(compared.map_err(|problem| problem.within(&format!("rows[{number}]")))?);
    }
    Ok(Json(PolicyResults { met: rows.iter().all(|row| row.met), rows }))
}

/// Compares one expected decision with the one that the rules make.
async fn compared(admin: &Admin, row: &Row) -> Result<PolicyResult, Problem> {
    if !row.is_expectation() {
        return Err(Problem::invalid("expect", "no, yes, here, private"));
    }
    let role = row.role.as_ref().map(ToString::to_string);
    let (role, disabled) = who(admin, row.user.as_deref(), role.as_deref()).await?;
    let (target, table) = (row.target.clone(), row.table.clone());
    let case = Case { role, disabled, place: place_of(row.place.as_deref())?, target, table };
    let decisions = decide(admin, &case).await?;
    let (outcome, decision) = row.deed.unwrap_or_default().outcome(&decisions);
    let met = row.is_met((outcome, decision));
    Ok(PolicyResult { met, expected: row.expected(), found: format!("{outcome} · {decision}") })
}

/// Decides a case by the rules in force and the schema as it was last read.
async fn decide(admin: &Admin, case: &Case) -> Result<CaseDecisions, Problem> {
    let target = admin.target(&case.target)?;
    let catalog = if case.table.is_some() {
        let kept = admin.store.kept_catalog(&case.target).await?;
        let none = || Problem::new(StatusCode::NOT_FOUND, text("catalog-none").with("target", &case.target));
        kept.ok_or_else(none)?.catalog
    } else {
        Catalog::new(target.port.dialect(), "", Vec::new())
    };
    Ok(admin.pipeline.parts().settings.decide(case, Some(&target.terms), &catalog))
}

fn place_of(written: Option<&str>) -> Result<Place, Problem> {
    place(written.unwrap_or_default()).ok_or_else(|| Problem::invalid("place", "private, discord:123 …"))
}

/// The role that is asked about, and whether the user is disabled.
async fn who(admin: &Admin, user: Option<&str>, role: Option<&str>) -> Result<(Role, bool), Problem> {
    match (user, role) {
        (Some(name), None) => match admin.store.user_named(name).await? {
            Some(user) => Ok((user.role, user.disabled)),
            None => Err(Problem::no_user("user", name)),
        },
        (None, Some(word)) => {
            let roles = &admin.pipeline.parts().settings.roles;
            let role: Option<Role> = word.parse().ok().filter(|role| roles.knows(role));
            Ok((role.ok_or_else(|| Problem::invalid("role", &roles.named()))?, false))
        }
        _ => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text("api-user-or-role"))),
    }
}
