//! Results as people read them in a chat.

mod cell;
mod chart;
mod heading;
mod lines;
mod number;
mod preview;
mod table;
#[cfg(test)]
mod tests;

pub use chart::{Chart, Series, Shape};
pub(crate) use heading::heading;
pub use number::readable;
pub use preview::{Preview, TableFormat};
