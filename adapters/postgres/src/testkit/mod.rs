//! A PostgreSQL server of a test's own.

mod processes;
mod server;

pub use processes::Frozen;
pub use server::Server;
