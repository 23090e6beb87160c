//! The page of the admin endpoint for browsers.
//!
//! Each section calls the handlers of the API and shows their answers as HTML, so that no rule, no access to the state and no
//! audit event exists only here. Forms work without script.

mod account;
mod address;
mod answer;
mod api;
mod approvals;
mod assets;
mod audit;
mod bars;
mod company_sign_in;
mod configuration;
mod conversations;
mod device;
mod difference;
mod form;
mod frame;
mod guard;
mod overview;
mod qr;
mod queue;
mod reviews;
mod sign_in;
mod sql_tokens;
mod targets;
mod templates;
mod users;
mod verification;
mod verified;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use pstral_core::text::text;

use super::Admin;
use super::detached::run_detached;
use super::problem::Problem;
use frame::Frame;
use visitor::Visitor;

pub(super) use company_sign_in::with_page;

/// The routes of the page, and what is said of an address that nothing is at.
pub(super) fn router(admin: &Arc<Admin>) -> Router<Arc<Admin>> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/theme", post(frame::choose_theme))
        .route("/overview", get(overview::show))
        .route("/users", get(users::list).post(users::add))
        .route("/users/{username}", get(users::one).post(users::change))
        .route("/users/{username}/link-code", post(users::issue_code))
        .route("/users/{username}/links", post(users::confirm))
        .route("/users/{username}/links/{platform}/{id}/remove", post(users::unlink))
        .route("/users/{username}/password", post(users::set_password))
        .route("/queue", get(queue::list))
        .route("/queue/{number}/stop", post(queue::stop))
        .route("/approvals", get(approvals::list))
        .route("/approvals/{id}/approve", post(approvals::approve))
        .route("/targets", get(targets::list))
        .route("/targets/{target}", get(targets::one))
        .route("/targets/{target}/refresh", post(targets::refresh))
        .route("/policy", get(targets::policy))
        .route("/configuration", get(configuration::show))
        .route("/conversations", get(conversations::list))
        .route("/conversations/{number}", get(conversations::one))
        .route("/conversations/{number}/pdf", get(conversations::pdf))
        .route("/conversations/{number}/delete", post(conversations::remove))
        .route("/audit", get(audit::list))
        .route("/audit/export", get(audit::exported))
        .route("/audit/verification", get(verification::show).post(verification::start))
        .route("/audit/{instance}/{seq}", get(audit::entry))
        .route("/verified", get(verified::list))
        .route("/verified/{target}/{id}", get(verified::one))
        .route("/verified/{target}/{id}/{decision}", post(verified::decide))
        .route("/reviews", get(reviews::list))
        .route("/reviews/{number}/close", post(reviews::close))
        .route("/reviews/{number}/keep", post(reviews::keep))
        .route("/reviews/terms", post(reviews::propose_term))
        .route("/api/", get(api::show))
        .route("/account", get(account::show))
        .route("/account/tokens", post(account::add_token))
        .route("/account/password", post(account::change_password))
        .route("/account/sign-ins/{id}/end", post(account::end_sign_in))
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED, text("page-not-opened")))
        // Inside the guard, so that what is wrong with a body is shown as a page.
        .layer(from_fn_with_state(Arc::clone(admin), run_detached))
        .layer(from_fn_with_state(Arc::clone(admin), guard::guard))
        .route("/static/{version}/{name}", get(assets::show))
        .fallback(nothing_here)
}

/// Leads to the first section that somebody may open.
async fn home(visitor: Visitor) -> Redirect {
    Redirect::to(visitor.first_section())
}

/// Answers for an address that nothing is at: with a page for a browser, with a problem document for a program.
async fn nothing_here(
    State(admin): State<Arc<Admin>>,
    address: Uri,
    headers: HeaderMap,
    visitor: Result<Visitor, Problem>,
) -> Response {
    let wants_page =
        headers.get(ACCEPT).and_then(|kinds| kinds.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"));
    if wants_page && !address.path().starts_with("/api/") {
        let problem = Problem::new(StatusCode::NOT_FOUND, text("page-not-found"));
        let frame = visitor.map_or_else(|_| Frame::of_nobody(&admin, &headers, &address), |visitor| visitor.frame);
        return guard::shown(&frame, &problem);
    }
    Problem::new(StatusCode::NOT_FOUND, text("api-no-route")).into_response()
}
