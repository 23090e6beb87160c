//! A Synapse of a test's own: the real homeserver, from PyPI, on a port of this machine.

mod access;
mod detour;
mod http;
mod install;
mod server;
mod settings;

pub use access::Request;
pub use detour::Detour;
pub use server::{Account, Server, computed};
pub use settings::Limits;
