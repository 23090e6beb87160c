//! The audit as a file, page by page: a reader who is slow holds one page, and nothing grows.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream;
use pstral_core::ports::{AuditFilter, AuditLog as _, AuditMark, Towards};
use pstral_store::Store;

use super::Admin;
use crate::audit_file::Format;

/// Entries that are read at a time.
const PAGE: u32 = 250;

/// All entries of a filter as a file, the oldest first.
pub(super) fn file(admin: &Admin, filter: AuditFilter, format: Format) -> Response {
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Format::Jsonl => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    let pages = Pages { store: Arc::clone(&admin.store), filter, format, next: Next::Head };
    let mut response = Body::from_stream(stream::try_unfold(pages, Pages::page)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

/// What is still to be written.
struct Pages {
    store: Arc<Store>,
    filter: AuditFilter,
    format: Format,
    next: Next,
}

enum Next {
    Head,
    From(Option<AuditMark>),
    Nothing,
}

impl Pages {
    async fn page(mut self) -> anyhow::Result<Option<(Vec<u8>, Self)>> {
        let from = match self.next {
            Next::Nothing => return Ok(None),
            Next::Head => {
                let head = self.format.head()?;
                self.next = Next::From(None);
                return Ok(Some((head, self)));
            }
            Next::From(from) => from,
        };
        let found = self.store.page(&self.filter, from, Towards::Newer, PAGE).await?;
        self.next = found.further.map_or(Next::Nothing, |mark| Next::From(Some(mark)));
        Ok(Some((self.format.lines(&found.entries)?, self)))
    }
}
