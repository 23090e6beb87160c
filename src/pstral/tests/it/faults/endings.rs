//! What people read at the end, as prose.
