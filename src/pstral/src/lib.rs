//! Pstral.
