//! The adapter over sessions that follow a script.
