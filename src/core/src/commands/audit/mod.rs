//! `/audit`: what administrators ask of the audit, page by page and as a file.

pub(crate) mod query;
mod table;
pub(crate) mod view;
