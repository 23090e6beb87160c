//! Somebody who is signed in and opens a page.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

use super::frame::Frame;
use super::templates::render;
use crate::admin::Admin;
use crate::admin::caller::Caller;
use crate::admin::problem::Problem;

/// The frame of a visitor, once it is known, for problems that are found later.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownFrame(pub(super) Arc<OnceLock<Frame>>);

/// Somebody who is signed in, with what is around their pages.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    pub(super) frame: Frame,
}

impl Visitor {
    /// The first section that they may open.
    pub(super) fn first_section(&self) -> &'static str {
        self.frame.first_section()
    }

    /// A section for them.
    pub(super) fn page(&self, template: &str, content: &impl Serialize) -> Result<Response, Problem> {
        let page = render(&self.frame, template, content).map_err(|error| anyhow::anyhow!("{error:#}"))?;
        Ok(Html(page).into_response())
    }
}

impl FromRequestParts<Arc<Admin>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, admin).await?;
        let frame = Frame::of_caller(admin, &caller, &parts.headers, &parts.uri);
        let frame = if parts.method == Method::GET { frame } else { frame.back_to("/") };
        if let Some(KnownFrame(known)) = parts.extensions.get() {
            known.get_or_init(|| frame.clone());
        }
        Ok(Self { caller, frame })
    }
}
