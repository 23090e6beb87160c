//! What went wrong with a request, as a problem document (RFC 9457, <https://www.rfc-editor.org/rfc/rfc9457>) in the language
//! of whoever asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pstral_core::domain::Locale;
use pstral_core::ports::StoreError;
use pstral_core::text::{Text, text};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Admin;
use super::caller::CallerLocale;

/// What went wrong, with what to do next.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: Text,
    pub(super) retry_after: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: Text) -> Self {
        Self { status, detail, retry_after: None }
    }

    /// A value that is not one of those that are allowed.
    pub(super) fn invalid(field: &str, allowed: &str) -> Self {
        let detail = text("api-invalid").with("field", field).with("allowed", allowed);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// The request counts again after so many seconds.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    fn render(&self, locale: Locale) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({
            "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail.render(locale),
        });
        let mut response =
            (self.status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What is not the caller's fault is logged, and said without its cause.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "admin request failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, text("state-away"))
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "admin request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, text("api-broken"))
    }
}

/// Rendered by [`in_language`], which knows the caller.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Renders problems in the language of the caller's account; for somebody unknown, in the one their program prefers.
pub(super) async fn in_language(State(admin): State<Arc<Admin>>, mut request: Request, next: Next) -> Response {
    let preferred = preferred(request.headers()).unwrap_or(admin.pipeline.parts().settings.locale);
    let known = CallerLocale::default();
    request.extensions_mut().insert(known.clone());
    let mut response = next.run(request).await;
    let locale = known.0.get().copied().unwrap_or(preferred);
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            let mut rendered = problem.render(locale);
            for (name, value) in response.headers() {
                rendered.headers_mut().entry(name).or_insert(value.clone());
            }
            rendered
        }
        None => response,
    }
}

/// The first language of a request that we speak.
pub(super) fn preferred(headers: &HeaderMap) -> Option<Locale> {
    let wanted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let words = wanted.split(',').filter_map(|one| one.split([';', '-']).next());
    words.map(str::trim).find_map(|word| word.parse().ok())
}

/// The body of a request as JSON, or what is wrong with it.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(Problem::new(error.status(), text("api-body").with("what", error.body_text()))),
        }
    }
}

/// What stands after `?` of an address.
pub(super) struct QueryString<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryString<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(given)) => Ok(Self(given)),
            Err(error) => Err(Problem::new(error.status(), text("api-body").with("what", error.body_text()))),
        }
    }
}
