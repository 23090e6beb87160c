//! Who one is, what one may do, and what one is signed in with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::{Value, json};

use super::answer::{answer, argument};
use super::form::Form;
use super::visitor::Visitor;
use crate::admin::problem::{Body, Problem, Segments};
use crate::admin::{Admin, session, tokens};

/// Shows one's account, sessions and tokens.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let content = content(admin, &visitor, &json!({}), None).await?;
    visitor.page("account.html", &content)
}

/// Makes a token and shows it, once. Where it cannot be made, the form is shown again with the reason.
pub(super) async fn add_token(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let capabilities: Vec<&str> = form.values("capabilities").collect();
    // What is no number of days is told by the API, as any other number that is not valid.
    let days: u64 = form.value("days").trim().parse().unwrap_or_default();
    let given = json!({ "name": form.value("name"), "capabilities": capabilities, "days": days });
    let new = Body(argument(given.clone())?);
    match tokens::add(State(Arc::clone(&admin)), visitor.caller.clone(), new).await {
        Ok(made) => {
            let made = answer(made).await?;
            let page = visitor.page("token.html", &json!({ "made": made, "name": form.value("name").trim() }))?;
            Ok((StatusCode::CREATED, page).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let content = content(admin, &visitor, &given, Some(&problem)).await?;
            Ok((problem.status, visitor.page("account.html", &content)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn content(
    admin: Arc<Admin>,
    visitor: &Visitor,
    given: &Value,
    problem: Option<&Problem>,
) -> Result<Value, Problem> {
    let me = answer(session::show(State(Arc::clone(&admin)), visitor.caller.clone()).await).await?;
    let all = answer(session::list(State(admin), visitor.caller.clone()).await?).await?;
    let error = problem.map(|problem| problem.detail.render(visitor.frame.locale));
    Ok(json!({ "me": me, "sign_ins": all["sign_ins"], "given": given, "error": error }))
}

/// Ends one of one's own sessions or tokens.
pub(super) async fn end_sign_in(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    id: Segments<String>,
) -> Result<Redirect, Problem> {
    session::end(State(admin), visitor.caller, id).await?;
    Ok(Redirect::to("/account?done=ended"))
}
