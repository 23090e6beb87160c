//! Questions without a good answer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use pstral_core::domain::Capability;
use serde_json::{Value, json};

use super::answer::{answer, argument};
use super::form::Form;
use super::sql_tokens::tokens;
use super::visitor::Visitor;
use crate::admin::problem::{Body, Problem, Segments};
use crate::admin::{Admin, reviews, terms};

/// Shows the open questions.
pub(super) async fn list(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let content = listed(admin, &visitor, &json!({}), None).await?;
    visitor.page("reviews.html", &content)
}

async fn listed(
    admin: Arc<Admin>,
    visitor: &Visitor,
    given: &Value,
    problem: Option<&Problem>,
) -> Result<Value, Problem> {
    let targets: Vec<String> = admin.pipeline.parts().targets.keys().cloned().collect();
    let open = answer(reviews::list(State(admin), visitor.caller.clone()).await?).await?;
    let error = problem.map(|problem| problem.detail.render(visitor.frame.locale));
    let all = open["reviews"].as_array().into_iter().flatten();
    let all = all.map(|one| json!({ "of": one, "tokens": one["statement"].as_str().map(tokens) }));
    Ok(json!({ "reviews": all.collect::<Vec<_>>(), "targets": targets, "given": given, "error": error }))
}

/// Proposes a business term, where a word of a question was misunderstood. Where that cannot be, the form is shown again with
/// the reason.
pub(super) async fn propose_term(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let [target, name, definition] = ["target", "name", "definition"].map(|field| form.value(field));
    let given = json!({ "target": target, "name": name, "definition": definition });
    let term = Body(argument(given.clone())?);
    // Whoever may only ask is shown none of the stewards' lists.
    let is_steward = visitor.caller.may(&admin, Capability::ManageVerified);
    match terms::propose(State(Arc::clone(&admin)), visitor.caller.clone(), term).await {
        Ok(_) if is_steward => Ok(Redirect::to("/verified?done=proposed").into_response()),
        Ok(_) => Ok(Redirect::to(&format!("{}?done=proposed-term", visitor.first_section())).into_response()),
        Err(problem) if is_steward && matches!(problem.status.as_u16(), 404 | 409 | 422) => {
            let content = listed(admin, &visitor, &given, Some(&problem)).await?;
            Ok((problem.status, visitor.page("reviews.html", &content)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Takes a question off the list.
pub(super) async fn close(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Redirect, Problem> {
    reviews::close(State(admin), visitor.caller, number).await?;
    Ok(Redirect::to("/reviews?done=closed"))
}

/// Proposes the statement of a question as a verified query.
pub(super) async fn keep(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    number: Segments<String>,
) -> Result<Redirect, Problem> {
    reviews::keep(State(admin), visitor.caller, number).await?;
    Ok(Redirect::to("/verified?state=proposed&done=proposed"))
}
