//! The way to the company's accounts and back, as a browser sees it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::middleware::Next;
use axum::response::Response;

use super::frame::Frame;
use super::{guard, sign_in};
use crate::admin::Admin;
use crate::admin::caller::CallerLocale;
use crate::admin::problem::Problem;

/// Shows a problem on the way as the sign-in page, with the other way to sign in; a program gets the problem document. Status and
/// cookies stay as they are.
pub(in crate::admin) async fn with_page(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let is_on_the_way = request.uri().path().starts_with("/api/v1/oidc/");
    let wants_page = request
        .headers()
        .get(ACCEPT)
        .and_then(|kinds| kinds.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    if !is_on_the_way || !wants_page {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<CallerLocale>().cloned().unwrap_or_default();
    let frame = Frame::of_nobody(&admin, request.headers(), request.uri()).back_to("/sign-in");
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let frame = frame.in_language(caller.get(&admin).await);
    let mut page = guard::with_headers(sign_in::refused(&admin, &frame, &problem));
    for (name, value) in response.headers() {
        if name == SET_COOKIE {
            page.headers_mut().append(name, value.clone());
        } else {
            page.headers_mut().entry(name).or_insert(value.clone());
        }
    }
    page
}
