//! Tests of core through its public face.

mod state;
