//! The databases, their tables, and who may read them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::address::path;
use super::answer::{answer, argument};
use super::visitor::Visitor;
use crate::admin::problem::{Problem, QueryString, Segments};
use crate::admin::{Admin, policy, targets};

/// What narrows the tables.
#[derive(Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    text: String,
}

/// The fields of an address in their order.
type Fields = Vec<(String, String)>;

/// Shows the databases.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let all = answer(targets::list(State(admin), visitor.caller.clone()).await?).await?;
    visitor.page("targets.html", &all)
}

/// Shows the tables of a database whose names or comments hold the words, with what each role may read.
pub(super) async fn one(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    name: Segments<String>,
    QueryString(Narrow { text }): QueryString<Narrow>,
) -> Result<Response, Problem> {
    let catalog = answer(targets::catalog(State(admin), visitor.caller.clone(), name).await?).await?;
    let wanted = text.trim().to_lowercase();
    let holds = |of: &Value| {
        ["name", "comment"].iter().any(|name| of[*name].as_str().unwrap_or_default().to_lowercase().contains(&wanted))
    };
    let all = catalog["tables"].as_array();
    let shown = all
        .into_iter()
        .flatten()
        .filter(|table| holds(table) || table["columns"].as_array().into_iter().flatten().any(holds));
    let shown: Vec<&Value> = shown.collect();
    let content = json!({
        "target": catalog["target"], "read_at": catalog["read_at"], "shown": shown,
        "total": all.map_or(0, Vec::len), "words": text,
    });
    visitor.page("target.html", &content)
}

/// Reads the schema of a database again, and says how many verified queries no longer run.
pub(super) async fn refresh(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments(name): Segments<String>,
) -> Result<Redirect, Problem> {
    let read = targets::refresh(State(admin), visitor.caller, Segments(name.clone())).await?;
    let done =
        if answer(read).await?["faulty"].as_array().is_some_and(Vec::is_empty) { "reread" } else { "reread-faulty" };
    Ok(Redirect::to(&format!("{}?done={done}", path(["targets", name.as_str()]))))
}

/// Explains what a user or a role may do in a place, and by which rule.
pub(super) async fn policy(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    QueryString(given): QueryString<Fields>,
) -> Result<Response, Problem> {
    let given: Map<String, Value> = given
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| (name, json!(value.trim())))
        .collect();
    let all = answer(targets::list(State(Arc::clone(&admin)), visitor.caller.clone()).await?).await?;
    let roles = admin.pipeline.parts().settings.roles.all();
    let mut content = json!({
        "given": given, "targets": all["targets"], "roles": roles.into_iter().map(|role| role.to_string()).collect::<Vec<_>>(),
    });
    let mut status = StatusCode::OK;
    if given.contains_key("target") {
        let fields = ["user", "role", "target", "table", "place"];
        let wanted = given.iter().filter(|(name, _)| fields.contains(&name.as_str()));
        let wanted: Map<String, Value> = wanted.map(|(name, value)| (name.clone(), value.clone())).collect();
        let wanted = QueryString(argument(Value::Object(wanted))?);
        match policy::explain(State(admin), visitor.caller.clone(), wanted).await {
            Ok(found) => content["found"] = answer(found).await?,
            Err(problem) if matches!(problem.status.as_u16(), 404 | 422) => {
                status = problem.status;
                content["error"] = json!(problem.detail.render(visitor.frame.locale));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok((status, visitor.page("policy.html", &content)?).into_response())
}
