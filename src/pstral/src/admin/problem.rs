//! What went wrong with a request, as a problem document (RFC 9457, <https://www.rfc-editor.org/rfc/rfc9457>) in the language
//! of whoever asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pstral_core::domain::Locale;
use pstral_core::egress::echo;
use pstral_core::ports::StoreError;
use pstral_core::stewardship::DecisionError;
use pstral_core::text::{Text, text};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::Admin;
use super::caller::CallerLocale;
use super::member_error::{member_error, unreadable};
use super::object::Object;

/// What is sent of a problem.
#[derive(Serialize, ToSchema)]
pub(super) struct ProblemDocument {
    /// Always `about:blank`: the status says which kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status, as in the head of the answer.
    status: u16,
    /// What is wrong and what to do next, in the caller's language.
    detail: String,
}

/// What went wrong, with what to do next.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: Text,
    pub(super) retry_after: Option<u64>,
    /// The member of the request that is at fault, where it is one.
    pub(super) field: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: Text) -> Self {
        Self { status, detail, retry_after: None, field: None }
    }

    /// A value that is not one of those that are allowed.
    pub(super) fn invalid(field: &'static str, allowed: &str) -> Self {
        let detail = text("api-invalid").with("field", field).with("allowed", allowed);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).of_field(field)
    }

    /// A value that names nobody.
    pub(super) fn no_user(field: &'static str, name: &str) -> Self {
        let detail = text("api-user-unknown").with("name", echo(name));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).of_field(field)
    }

    /// Nothing was done because it cannot be recorded.
    pub(super) fn unrecorded(error: &StoreError) -> Self {
        tracing::error!(%error, "what the admin endpoint did or was asked could not be recorded");
        let detail = match error {
            StoreError::AuditChanged(_) => text("api-audit-changed"),
            _ => text("audit-unavailable"),
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The member that is at fault.
    pub(super) fn of_field(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The part of the request that it is about, where there are several of the kind.
    pub(super) fn within(self, part: &str) -> Self {
        Self { detail: text("api-within").with("part", part).said("problem", self.detail.clone()), ..self }
    }

    /// The request counts again after so many seconds.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    fn render(&self, locale: Locale) -> Response {
        let document = ProblemDocument {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: self.detail.render(locale),
        };
        let mut response = (self.status, Json(document)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What is not the caller's fault is logged, and said without its cause.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::AuditChanged(_)) {
            return Self::unrecorded(&error);
        }
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

impl From<DecisionError> for Problem {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Refused(sentence) => Self::new(StatusCode::CONFLICT, sentence),
            DecisionError::Invalid(sentence) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence),
            DecisionError::NotFound(sentence) => Self::new(StatusCode::NOT_FOUND, sentence),
            DecisionError::Unavailable(sentence) => Self::new(StatusCode::SERVICE_UNAVAILABLE, sentence),
            DecisionError::NoAudit(error) => Self::unrecorded(&error),
            DecisionError::Broken(cause) => anyhow::anyhow!(cause).into(),
        }
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
    let caller = CallerLocale::of(request.headers());
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            // Also where nobody had to be signed in, as for a method that is not supported.
            let mut rendered = problem.render(caller.get(&admin).await.unwrap_or(preferred));
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
        match Json::<Object<T>>::from_request(request, state).await {
            Ok(Json(Object(body))) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => Err(member_error(error.status(), &error.body_text())),
            Err(error) => Err(unreadable(error.status(), &error.body_text())),
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
            Err(error) => Err(member_error(error.status(), &error.body_text())),
        }
    }
}

/// The variable parts of an address.
pub(super) struct Segments<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(given)) => Ok(Self(given)),
            Err(error) => Err(unreadable(error.status(), &error.body_text())),
        }
    }
}
