//! A running statement as a stream of rows: in batches, within limits, with a deadline and a stop. For every target,
//! whether its driver blocks a thread or is awaited by a task.

mod brake;
mod outlet;
mod running;
mod threads;
mod turns;

pub use brake::Brake;
pub use outlet::{Inlet, Outlet};
pub use running::{Ended, follow};
pub use threads::Threads;
pub use turns::{Turn, Turns};
