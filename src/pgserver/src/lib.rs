//! A PostgreSQL server of a test's own: for the state that is kept on one, and for one that is asked.

mod processes;
mod server;

pub use processes::Frozen;
pub use server::Server;
