//! Calls to the handlers of the API: what they take as they take it from a program, and what they answer.

use axum::body::to_bytes;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::admin::problem::Problem;

/// Reads the body of an API handler's answer.
pub(super) async fn answer(of: impl IntoResponse) -> Result<Value, Problem> {
    let body = to_bytes(of.into_response().into_body(), usize::MAX).await.map_err(anyhow::Error::from)?;
    Ok(serde_json::from_slice(&body).map_err(anyhow::Error::from)?)
}

/// Makes what an API handler takes of the values of a form.
pub(super) fn argument<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    Ok(serde_json::from_value(value).map_err(anyhow::Error::from)?)
}
