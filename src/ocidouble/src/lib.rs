//! A double of Oracle's client library, so that everything above it runs for real: the adapter, the binding and ODPI-C.
//!
//! The library is C (`c/`), built by this crate and loaded by ODPI-C as it loads Oracle's own. Behind it is a file of
//! SQLite with the tables of a test, whose declared types are Oracle's. What goes wrong, and when, stands in the table
//! `double_faults`; what reached the server is in the file beside it.

mod company;
mod oracle;

use std::path::Path;

pub use company::{Table, company};
pub use oracle::{At, Fault, Oracle};

/// The folder in which ODPI-C finds the double.
pub fn client() -> &'static Path {
    Path::new(env!("OCI_DOUBLE"))
}
