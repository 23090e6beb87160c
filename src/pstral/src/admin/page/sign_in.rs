//! The form to sign in, and the way out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::address::local;
use super::answer::argument;
use super::form::Form;
use super::frame::Frame;
use super::templates::render;
use super::visitor::Visitor;
use crate::admin::Admin;
use crate::admin::caller::Address;
use crate::admin::problem::{Body, Problem, QueryString};
use crate::admin::session;

/// The page to show after the sign-in.
#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// Shows the form; somebody who is signed in already is led on.
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    _: Address,
    visitor: Result<Visitor, Problem>,
    QueryString(Next { next }): QueryString<Next>,
    here: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if visitor.is_ok() {
        return Ok(Redirect::to(&local(&next)).into_response());
    }
    shown(&admin, &Frame::of_nobody(&admin, &headers, &here), &next, "", None)
}

/// Signs in and leads to the page that was wanted.
pub(super) async fn submit(
    State(admin): State<Arc<Admin>>,
    address: Address,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let (username, next) = (form.value("username"), form.value("next"));
    let credentials = Body(argument(json!({ "username": username, "password": form.value("password") }))?);
    match session::sign_in(State(Arc::clone(&admin)), address, headers.clone(), credentials).await {
        Ok(signed_in) => Ok((cookies(&signed_in), Redirect::to(&local(next))).into_response()),
        Err(problem) => {
            let frame = Frame::of_nobody(&admin, &headers, &"/sign-in".parse().map_err(anyhow::Error::from)?);
            shown(&admin, &frame, next, username, Some(&problem))
        }
    }
}

/// The form with the reason why the company's account could not be used.
pub(super) fn refused(admin: &Admin, frame: &Frame, problem: &Problem) -> Response {
    shown(admin, frame, "", "", Some(problem)).into_response()
}

fn shown(
    admin: &Admin,
    frame: &Frame,
    next: &str,
    username: &str,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let error = problem.map(|problem| problem.detail.render(frame.locale));
    let content =
        json!({ "next": local(next), "given": username, "error": error, "has_company": admin.oidc.is_some() });
    let page = render(frame, "sign_in.html", &content).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let mut response = Html(page).into_response();
    if let Some(problem) = problem {
        *response.status_mut() = problem.status;
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
    }
    Ok(response)
}

/// Tells the browser to forget the pages it has shown: going back must not show them.
pub(super) fn forget_pages() -> [(HeaderName, &'static str); 1] {
    [(HeaderName::from_static("clear-site-data"), "\"cache\"")]
}

/// Signs out.
pub(super) async fn sign_out(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let signed_out = session::sign_out(State(admin), visitor.caller).await?;
    Ok((cookies(&signed_out), forget_pages(), Redirect::to("/sign-in")).into_response())
}

/// The cookies that an answer of the API sets.
fn cookies(of: &Response) -> HeaderMap {
    of.headers().get_all(SET_COOKIE).iter().map(|value| (SET_COOKIE, value.clone())).collect()
}
