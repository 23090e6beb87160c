//! What is under way, and who waits.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Redirect, Response};

use super::answer::answer;
use super::visitor::Visitor;
use crate::admin::problem::{Problem, Segments};
use crate::admin::{Admin, work};

/// Shows what is under way, who waits for the model, and the servers of the model.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let queue = answer(work::list(State(admin), visitor.caller.clone()).await?).await?;
    visitor.page("queue.html", &queue)
}

/// Stops what is under way.
pub(super) async fn stop(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Redirect, Problem> {
    work::stop(State(admin), visitor.caller, number).await?;
    Ok(Redirect::to("/queue?done=stopped"))
}
