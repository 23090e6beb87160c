//! The state of Pstral in a database of its own.
