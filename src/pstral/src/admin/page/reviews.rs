//! Questions without a good answer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Redirect, Response};

use super::answer::answer;
use super::visitor::Visitor;
use crate::admin::problem::{Problem, Segments};
use crate::admin::{Admin, verified};

/// Shows the open questions.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let open = answer(verified::reviews(State(admin), visitor.caller.clone()).await?).await?;
    visitor.page("reviews.html", &open)
}

/// Takes a question off the list.
pub(super) async fn close(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Redirect, Problem> {
    verified::close_review(State(admin), visitor.caller, number).await?;
    Ok(Redirect::to("/reviews?done=closed"))
}
