//! PostgreSQL.

pub(crate) mod full_text;
pub(crate) mod set_calls;
pub(crate) mod syntax;
