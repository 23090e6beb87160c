//! The API as a page to read, for everybody: it describes the program and nothing of the company.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::json;

use super::frame::Frame;
use super::templates::render;
use super::visitor::Visitor;
use crate::admin::Admin;
use crate::admin::problem::Problem;
use crate::admin::reference::chapters;

/// Shows every operation with what it takes and answers.
pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    address: Uri,
    headers: HeaderMap,
    visitor: Result<Visitor, Problem>,
) -> Result<Response, Problem> {
    let frame = visitor.map_or_else(|_| Frame::of_nobody(&admin, &headers, &address), |visitor| visitor.frame);
    let described = serde_json::to_value(crate::admin::openapi()).map_err(anyhow::Error::from)?;
    let page = render(&frame, "api.html", &json!({ "chapters": chapters(&described) }));
    Ok(Html(page.map_err(|error| anyhow::anyhow!("{error:#}"))?).into_response())
}
