//! The stylesheet, the script and the icon, at addresses that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use pstral_core::domain::sha256;

use crate::admin::caller::Address;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");
const ICON: &str = include_str!("icon.svg");

/// Changes with any of the files.
pub(super) static VERSION: LazyLock<String> =
    LazyLock::new(|| sha256(&[STYLE, SCRIPT, ICON].concat())[..12].to_owned());

/// Serves a file. It takes the address of whoever asks as a proof that the endpoint may answer there.
pub(super) async fn show(_: Address, Path((version, name)): Path<(String, String)>) -> Response {
    let (kind, content) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "page.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // A page of another release may ask for its own version: it gets this one, and nobody keeps it under that address.
    let kept = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-store" };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], content).into_response()
}
