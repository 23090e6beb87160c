//! Core through its public face.

mod query_target;
