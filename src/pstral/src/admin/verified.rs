//! Verified queries and business terms as their stewards read them and decide on them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use pstral_core::domain::{AuditAction, Capability, KeptQuery, Parameter};
use pstral_core::ports::Knowledge as _;
use pstral_core::stewardship::{Decision, Steward};
use pstral_core::text::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Body, Problem, Segments};
use crate::verified::to_json;

/// The verified queries and business terms that the caller may read.
#[derive(Serialize, ToSchema)]
pub(super) struct VerifiedQueries {
    /// As `pstral verified list --json` prints them.
    #[schema(value_type = Vec<Object>)]
    verified: Vec<Value>,
}

/// Lists the verified queries and terms of every target that read nothing closed to the caller.
#[utoipa::path(get, path = "/api/v1/verified", tag = "verified", responses((status = 200, body = VerifiedQueries)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<VerifiedQueries>, Problem> {
    caller.require(&admin, Capability::ManageVerified, "verified").await?;
    let all = all(&admin).await?;
    let open = admin.pipeline.verified_queries().readable(&caller.user, &all).await;
    let verified = open.into_iter().map(|kept| to_json(kept, caller.user.locale)).collect();
    Ok(Json(VerifiedQueries { verified }))
}

/// Carries out a decision on the version that `If-Match` names: what nobody has read is not decided on.
#[utoipa::path(
    post, path = "/api/v1/verified/{target}/{id}/{decision}", tag = "verified",
    params(
        ("target" = String, Path), ("id" = String, Path),
        ("decision" = String, Path, description = "`approve`, `retire` or `restore`"),
        ("If-Match" = String, Header, description = "The version that was read"),
    ),
    responses((status = 200, body = Object, description = "As it is now, its version in `ETag`"))
)]
pub(super) async fn decide(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments((target, id, decision)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&admin, Capability::ManageVerified, &format!("verified/{target}/{id}/{decision}")).await?;
    let decision = match decision.as_str() {
        "approve" => Decision::Approve,
        "retire" => Decision::Retire,
        "restore" => Decision::Restore,
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, text("api-no-route"))),
    };
    let kept = seen(&admin, &caller, &headers, &target, &id).await?;
    decided(&admin, &caller, &kept, &decision).await
}

/// What is changed of a verified query or a term; the rest stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifiedEdit {
    /// The question in French.
    fr: Option<String>,
    /// The question in English.
    en: Option<String>,
    /// Other wordings.
    also: Option<Vec<String>>,
    /// What people should know of a term.
    note: Option<String>,
    statement: Option<String>,
    /// Every `:name` of the statement, with `name`, `kind`, `column` and `default` as in the file of verified queries.
    #[schema(value_type = Option<Vec<Object>>)]
    parameters: Option<Vec<Parameter>>,
}

/// Changes the version that `If-Match` names. Whoever changes one that is approved approves it in their own name.
#[utoipa::path(
    patch, path = "/api/v1/verified/{target}/{id}", tag = "verified",
    params(
        ("target" = String, Path), ("id" = String, Path),
        ("If-Match" = String, Header, description = "The version that was read"),
    ),
    request_body = VerifiedEdit,
    responses((status = 200, body = Object, description = "As it is now, its version in `ETag`"))
)]
pub(super) async fn edit(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments((target, id)): Segments<(String, String)>,
    headers: HeaderMap,
    Body(edit): Body<VerifiedEdit>,
) -> Result<Response, Problem> {
    caller.require(&admin, Capability::ManageVerified, &format!("verified/{target}/{id}")).await?;
    let kept = seen(&admin, &caller, &headers, &target, &id).await?;
    let mut query = kept.query.clone();
    let VerifiedEdit { fr, en, also, note, statement, parameters } = edit;
    for (member, given) in
        [(&mut query.fr, fr), (&mut query.en, en), (&mut query.note, note), (&mut query.statement, statement)]
    {
        *member = given.unwrap_or_else(|| std::mem::take(member));
    }
    query.also = also.unwrap_or(query.also);
    query.parameters = parameters.unwrap_or(query.parameters);
    decided(&admin, &caller, &kept, &Decision::Edit(Box::new(query))).await
}

/// The entry as the caller has seen it, by its version in `If-Match`.
async fn seen(
    admin: &Admin,
    caller: &Caller,
    headers: &HeaderMap,
    target: &str,
    id: &str,
) -> Result<KeptQuery, Problem> {
    let seen = headers.get(IF_MATCH).and_then(|tag| tag.to_str().ok()?.trim_matches('"').parse::<i64>().ok());
    let Some(seen) = seen else {
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, text("api-if-match")));
    };
    let all = all(admin).await?;
    let open = admin.pipeline.verified_queries().readable(&caller.user, &all).await;
    let of_name = open.into_iter().filter(|kept| kept.target == target && kept.query.id == id);
    // Of two of a name, the one written in a chat is decided on.
    let Some(kept) = of_name.max_by_key(|kept| kept.source) else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            text("api-query-unknown").with("target", target).with("id", id),
        ));
    };
    if kept.version != seen {
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, text("steward-changed").with("id", id)));
    }
    Ok(kept.clone())
}

/// Carries out a decision, and answers with what it is now.
async fn decided(admin: &Admin, caller: &Caller, kept: &KeptQuery, decision: &Decision) -> Result<Response, Problem> {
    let steward = Steward { user: &caller.user, event: admin.event_of(caller, AuditAction::VerifiedEdited) };
    let after = admin.pipeline.verified_queries().decide(&steward, kept, decision).await?;
    let tag = format!("\"{}\"", after.version);
    Ok(([(ETAG, tag)], Json(to_json(&after, caller.user.locale))).into_response())
}

async fn all(admin: &Admin) -> Result<Vec<KeptQuery>, Problem> {
    let mut all = Vec::new();
    for target in admin.pipeline.parts().targets.keys() {
        all.extend(admin.store.kept_verified(target).await?);
    }
    Ok(all)
}
