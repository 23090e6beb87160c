//! How things are: the health of each part with what to do, who waits, and how much was asked and run lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::answer::answer;
use super::bars::{Bars, bars};
use super::visitor::Visitor;
use crate::admin::problem::Problem;
use crate::admin::{Admin, activity, status, work};

/// What is drawn, in the words of the API.
const CHARTS: [&str; 7] =
    ["questions", "executions", "refusals", "first_text_ms", "answer_ms", "tokens_per_second", "execution_ms"];

/// Shows the health of each part, who waits, and the last 24 hours.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let status = answer(status::show(State(Arc::clone(&admin)), visitor.caller.clone()).await?).await?;
    let queue = answer(work::list(State(Arc::clone(&admin)), visitor.caller.clone()).await?).await?;
    let activity = answer(activity::show(State(admin), visitor.caller.clone()).await?).await?;
    let over_time = |what: &str| -> Bars {
        let hours = activity["hours"].as_array().into_iter().flatten();
        bars(&hours.map(|hour| hour[what].as_f64().unwrap_or_default()).collect::<Vec<_>>())
    };
    let charts: BTreeMap<&str, Bars> = CHARTS.iter().map(|what| (*what, over_time(what))).collect();
    let troubled = status["parts"].as_array().into_iter().flatten().filter(|part| part["state"] != "ok").count();
    visitor.page(
        "overview.html",
        &json!({
            "status": status, "troubled": troubled, "queue": queue, "activity": activity, "charts": charts,
        }),
    )
}
