//! The fields of a form, as a browser sends them.

use axum::extract::{FromRequest, Request};

use crate::admin::member_error::unreadable;
use crate::admin::problem::Problem;

/// The fields of a form in their order; of a name there may be several.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field; empty if it is missing.
    pub(super) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The values of a field that may be there several times.
    pub(super) fn values<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Form::from_request(request, state).await {
            Ok(axum::Form(fields)) => Ok(Self(fields)),
            Err(error) => Err(unreadable(error.status(), "")),
        }
    }
}
