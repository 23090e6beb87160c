//! PostgreSQL databases as query targets.
