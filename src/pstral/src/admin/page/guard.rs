//! What holds for every page: forms of other sites are refused, nobody's browser keeps it, and problems are pages too.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use pstral_core::text::text;
use serde_json::json;
use url::form_urlencoded;

use super::frame::Frame;
use super::templates::render;
use super::visitor::KnownFrame;
use crate::admin::Admin;
use crate::admin::caller::CallerLocale;
use crate::admin::problem::Problem;

/// Nothing but what the page itself serves, and no script or style inside it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Refuses forms of other sites, leads to the sign-in where it is missing, and shows problems as pages.
pub(super) async fn guard(State(admin): State<Arc<Admin>>, mut request: Request, next: Next) -> Response {
    let (is_read, address) = (request.method().is_safe(), request.uri().clone());
    let nobody = Frame::of_nobody(&admin, request.headers(), &address);
    let nobody = if is_read { nobody } else { nobody.back_to("/") };
    let is_from_elsewhere = site(request.headers()).is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let caller = request.extensions().get::<CallerLocale>().cloned().unwrap_or_default();
    let known = KnownFrame::default();
    request.extensions_mut().insert(known.clone());
    let response = if is_read || is_own_form(request.headers()) {
        next.run(request).await
    } else {
        Problem::new(StatusCode::FORBIDDEN, text("api-other-site")).into_response()
    };
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return with_headers(response);
    }
    let frame = match known.0.get() {
        Some(frame) => frame.clone(),
        None => nobody.in_language(caller.get(&admin).await),
    };
    let frame = &frame;
    with_headers(match response.extensions().get::<Problem>() {
        // What the framework itself could not read, such as a path that is no UTF-8.
        None if response.status().is_client_error() && !is_page(&response) => {
            shown(frame, &Problem::new(response.status(), text("page-not-found")))
        }
        None => response,
        Some(problem) if problem.status == StatusCode::UNAUTHORIZED && is_read && is_from_elsewhere => {
            again(frame, problem)
        }
        Some(problem) if problem.status == StatusCode::UNAUTHORIZED => to_sign_in(&address, is_read),
        Some(problem) => shown(frame, problem),
    })
}

/// A problem as a page.
pub(super) fn shown(frame: &Frame, problem: &Problem) -> Response {
    let content = json!({ "status": problem.status.as_u16(), "detail": problem.detail.render(frame.locale) });
    let mut response = page(frame, problem, "problem.html", &content);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    with_headers(response)
}

/// A browser keeps the cookie back where a link of another site, such as a chat, leads here: the page asks again by itself.
fn again(frame: &Frame, problem: &Problem) -> Response {
    page(frame, problem, "continue.html", &json!({}))
}

fn page(frame: &Frame, problem: &Problem, template: &str, content: &serde_json::Value) -> Response {
    match render(frame, template, content) {
        Ok(page) => (problem.status, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the page of a problem could not be rendered");
            (problem.status, problem.detail.render(frame.locale)).into_response()
        }
    }
}

fn to_sign_in(address: &Uri, is_read: bool) -> Response {
    let here = address.path_and_query().map(PathAndQuery::as_str).filter(|here| is_read && *here != "/");
    let next = here.map(|here| form_urlencoded::byte_serialize(here.as_bytes()).collect::<String>());
    let next = next.map(|next| format!("?next={next}")).unwrap_or_default();
    Redirect::to(&format!("/sign-in{next}")).into_response()
}

/// Adds what browsers are told with every page.
pub(super) fn with_headers(mut response: Response) -> Response {
    for (name, value) in
        [(CONTENT_SECURITY_POLICY, POLICY), (HeaderName::from_static("permissions-policy"), PERMISSIONS)]
    {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// True for a form of this page: the browser says so, or names the host that it was sent to as its origin. What says neither is
/// refused; every browser of today says one of them.
fn is_own_form(headers: &HeaderMap) -> bool {
    if let Some(site) = site(headers) {
        return site == "same-origin";
    }
    let value = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = value(ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, host)| Some(host) == value(HOST))
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site")?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_from_the_page_itself_or_is_refused() {
        for (site, origin, expected) in [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("null"), true),
            (Some("same-site"), Some("http://pstral.test"), false),
            (Some("cross-site"), Some("http://pstral.test"), false),
            (Some("none"), None, false),
            (None, Some("http://pstral.test"), true),
            (None, Some("https://pstral.test"), true),
            (None, Some("https://pstral.test.evil.test"), false),
            (None, Some("null"), false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("pstral.test"))]);
            let given = [(HeaderName::from_static("sec-fetch-site"), site), (ORIGIN, origin)];
            headers
                .extend(given.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_static(value?)))));
            assert_eq!(is_own_form(&headers), expected, "{site:?} {origin:?}");
        }
    }
}
