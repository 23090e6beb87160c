//! How things are: the health of each part with what to do, who waits, and how much was asked and run lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use pstral_core::domain::Capability;
use serde_json::json;

use super::answer::answer;
use super::bars::{Bars, bars};
use super::visitor::Visitor;
use crate::admin::problem::Problem;
use crate::admin::{Admin, activity, status};

/// What is drawn, in the words of the API.
const CHARTS: [&str; 7] =
    ["questions", "executions", "refusals", "first_text_ms", "answer_ms", "tokens_per_second", "execution_ms"];

/// Shows the health of each part, who waits, and the last 24 hours.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let status = answer(status::show(State(Arc::clone(&admin)), visitor.caller.clone()).await?).await?;
    // How many wait, not who: that is no reading of anybody's data.
    let waiting = admin.pipeline.parts().model.waiting();
    let activity = answer(activity::show(State(Arc::clone(&admin)), visitor.caller.clone()).await?).await?;
    // Whoever may read the audit is told the slowest statements, once that is recorded.
    let is_unrecorded = activity["slowest"].is_null() && visitor.caller.may(&admin, Capability::ReadAudit);
    let over_time = |what: &str| -> Bars {
        let hours = activity["hours"].as_array().into_iter().flatten();
        bars(&hours.map(|hour| hour[what].as_f64().unwrap_or_default()).collect::<Vec<_>>())
    };
    let charts: BTreeMap<&str, Bars> = CHARTS.iter().map(|what| (*what, over_time(what))).collect();
    let troubled = status["parts"].as_array().into_iter().flatten().filter(|part| part["state"] != "ok").count();
    visitor.page(
        "overview.html",
        &json!({
            "status": status, "troubled": troubled, "waiting": waiting, "is_unrecorded": is_unrecorded, "activity": activity, "charts": charts,
        }),
    )
}
