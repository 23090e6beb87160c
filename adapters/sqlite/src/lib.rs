//! SQLite databases as query targets.
