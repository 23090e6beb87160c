//! Oracle databases as query targets.
