//! Who one is, what one may do, and what one is signed in with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pstral_core::text::text;
use serde_json::{Value, json};

use super::answer::{answer, argument};
use super::form::Form;
use super::sign_in::forget_pages;
use super::visitor::Visitor;
use crate::admin::problem::{Body, Problem, Segments};
use crate::admin::{Admin, session, tokens};

/// Shows one's account, sessions and tokens.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let content = content(admin, &visitor, &Refused::default()).await?;
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
            let refused = Refused { given, token: Some(&problem), ..Refused::default() };
            let content = content(admin, &visitor, &refused).await?;
            Ok((problem.status, visitor.page("account.html", &content)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Changes one's own password and leads to the sign-in: every session ends. Where it cannot be changed, the form is shown
/// again with the reason, and without what was typed.
pub(super) async fn change_password(
    State(admin): State<Arc<Admin>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let change = Body(argument(json!({ "current": form.value("current"), "new": form.value("new") }))?);
    let changed = if form.value("new") == form.value("again") {
        session::change_password(State(Arc::clone(&admin)), visitor.caller.clone(), change).await.map(drop)
    } else {
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text("page-password-differs")).of_field("again"))
    };
    match changed {
        Ok(()) => Ok((forget_pages(), Redirect::to("/sign-in?done=own-password")).into_response()),
        Err(problem) if matches!(problem.status.as_u16(), 403 | 422 | 429) => {
            let refused = Refused { password: Some(&problem), ..Refused::default() };
            let content = content(admin, &visitor, &refused).await?;
            Ok((problem.status, visitor.page("account.html", &content)?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// What was given and refused, with the reason beside its form.
#[derive(Default)]
struct Refused<'p> {
    given: Value,
    token: Option<&'p Problem>,
    password: Option<&'p Problem>,
}

async fn content(admin: Arc<Admin>, visitor: &Visitor, refused: &Refused<'_>) -> Result<Value, Problem> {
    let me = answer(session::show(State(Arc::clone(&admin)), visitor.caller.clone()).await).await?;
    let all = answer(session::list(State(admin), visitor.caller.clone()).await?).await?;
    let told = |problem: Option<&Problem>| problem.map(|problem| problem.detail.render(visitor.frame.locale));
    Ok(json!({
        "me": me, "sign_ins": all["sign_ins"], "given": refused.given, "error": told(refused.token),
        "password_error": told(refused.password), "password_field": refused.password.and_then(|problem| problem.field),
    }))
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
