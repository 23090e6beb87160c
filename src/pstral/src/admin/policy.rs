//! Who may read what and where, and by which rule, as `pstral policy explain` tells it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::access::Case;
use pstral_core::domain::{Capability, Catalog, Role};
use pstral_core::ports::{Catalogs as _, People as _};
use pstral_core::text::text;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, QueryString};
use crate::policy::{Explanation, place};

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
    let settings = &admin.pipeline.parts().settings;
    let (role, disabled) = who(&admin, &wanted).await?;
    let place = place(wanted.place.as_deref().unwrap_or_default());
    let place = place.ok_or_else(|| Problem::invalid("place", "private, discord:123 …"))?;
    let Some(target) = admin.pipeline.parts().targets.get(&wanted.target) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, text("api-no-target").with("name", wanted.target)));
    };
    let catalog = if wanted.table.is_some() {
        let kept = admin.store.kept_catalog(&wanted.target).await?;
        let none = || Problem::new(StatusCode::NOT_FOUND, text("catalog-none").with("target", &wanted.target));
        kept.ok_or_else(none)?.catalog
    } else {
        Catalog::new(target.port.dialect(), "", Vec::new())
    };
    let case = Case { role: role.clone(), disabled, place, target: wanted.target, table: wanted.table };
    let decisions = settings.decide(&case, Some(&target.terms), &catalog);
    let lines = decisions.lines(caller.user.locale);
    Ok(Json(PolicyAnswer { role: role.to_string(), decisions: decisions.into(), lines }))
}

/// The role that is asked about, and whether the user is disabled.
async fn who(admin: &Admin, wanted: &PolicyQuery) -> Result<(Role, bool), Problem> {
    match (&wanted.user, &wanted.role) {
        (Some(name), None) => match admin.store.user_named(name).await? {
            Some(user) => Ok((user.role, user.disabled)),
            None => Err(Problem::invalid("user", "username")),
        },
        (None, Some(word)) => {
            let roles = &admin.pipeline.parts().settings.roles;
            let role: Option<Role> = word.parse().ok().filter(|role| roles.knows(role));
            Ok((role.ok_or_else(|| Problem::invalid("role", &roles.named()))?, false))
        }
        _ => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text("api-user-or-role"))),
    }
}
