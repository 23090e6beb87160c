//! Verified queries and business terms, and the decisions on them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Redirect, Response};
use pstral_core::domain::QueryState;
use pstral_core::text::text;
use serde::Deserialize;
use serde_json::{Value, json};

use super::address;
use super::answer::answer;
use super::difference::difference;
use super::form::Form;
use super::sql_tokens::tokens;
use super::visitor::Visitor;
use crate::admin::problem::{Problem, QueryString, Segments};
use crate::admin::{Admin, verified};

/// What narrows the list.
#[derive(Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    target: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    text: String,
}

impl Narrow {
    fn lets_through(&self, one: &Value) -> bool {
        let holds = |given: &str, of: &Value| given.is_empty() || of.as_str() == Some(given);
        let words = self.text.trim().to_lowercase();
        let searched =
            ["id", "fr", "en", "statement"].map(|name| one[name].as_str().unwrap_or_default().to_lowercase());
        holds(&self.target, &one["target"])
            && holds(&self.state, &one["state"])
            && searched.iter().any(|text| text.contains(&words))
    }
}

/// Shows the queries and terms, those that wait for a decision first.
pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    QueryString(narrow): QueryString<Narrow>,
) -> Result<Response, Problem> {
    let all = all(admin, &visitor).await?;
    let targets: BTreeSet<&str> = all.iter().filter_map(|one| one["target"].as_str()).collect();
    let mut shown: Vec<&Value> = all.iter().filter(|one| narrow.lets_through(one)).collect();
    // What somebody must decide on, then what no longer works, then the rest.
    shown.sort_by_key(|one| (one["state"] != "proposed", one["fault"].is_null()));
    let waiting = all.iter().filter(|one| one["state"] == "proposed").count();
    visitor.page(
        "verified.html",
        &json!({
            "shown": shown, "total": all.len(), "waiting": waiting, "targets": targets,
            "states": QueryState::ALL.iter().map(|state| state.word()).collect::<Vec<_>>(),
            "given": { "target": narrow.target, "state": narrow.state, "text": narrow.text },
        }),
    )
}

async fn all(admin: Arc<Admin>, visitor: &Visitor) -> Result<Vec<Value>, Problem> {
    let mut all = answer(verified::list(State(admin), visitor.caller.clone()).await?).await?;
    match all["verified"].take() {
        Value::Array(all) => Ok(all),
        _ => Ok(Vec::new()),
    }
}

/// Shows one in full, with the decisions that are possible.
pub(super) async fn one(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    Segments((target, id)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let all = all(admin, &visitor).await?;
    let mut of_name: Vec<&Value> = all.iter().filter(|one| one["target"] == *target && one["id"] == *id).collect();
    // Of two of a name, the one written in a chat is decided on.
    of_name.sort_by_key(|one| one["source"] != "chat");
    let Some(one) = of_name.first() else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            text("api-query-unknown").with("target", target).with("id", id),
        ));
    };
    let statement = tokens(one["statement"].as_str().unwrap_or_default());
    // The one of the file is what is used until it is replaced.
    let difference = of_name.get(1).map(|in_force| difference(&told(in_force), &told(one)));
    visitor.page("verified_one.html", &json!({ "one": one, "difference": difference, "tokens": statement }))
}

/// All that is decided on, a line for each fact and then the statement.
fn told(one: &Value) -> String {
    let words =
        |name: &str| one[name].as_str().filter(|words| !words.is_empty()).map(|words| format!("{name}: {words}"));
    let of = |name: &'static str| {
        one[name].as_array().into_iter().flatten().map(move |one| match one.as_str() {
            Some(words) => format!("{name}: {words}"),
            None => format!("{name}: {one}"),
        })
    };
    let facts = ["fr", "en", "note"].into_iter().filter_map(words).chain(of("also")).chain(of("parameters"));
    let statement = one["statement"].as_str().unwrap_or_default();
    facts.chain([statement.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// Carries out a decision on the version that was shown.
pub(super) async fn decide(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    path: Segments<(String, String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let seen = HeaderValue::from_str(&format!("\"{}\"", form.value("version"))).ok();
    let headers = seen.into_iter().map(|seen| (IF_MATCH, seen)).collect();
    let (target, id, decision) = &path.0;
    let shown = format!("{}?done={decision}", address::path(["verified", target, id]));
    verified::decide(State(admin), visitor.caller, path, headers).await?;
    Ok(Redirect::to(&shown))
}
