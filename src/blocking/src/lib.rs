//! Blocking database work as a stream: on a bounded number of threads, within limits, with a deadline and a stop. For
//! adapters whose driver blocks.

mod brake;
mod outlet;
mod running;
mod threads;

pub use brake::Brake;
pub use outlet::Outlet;
pub use threads::Threads;
