//! Results as people read them in a chat.

mod cell;
mod chart;
mod lines;
mod number;
mod preview;
mod table;
#[cfg(test)]
mod tests;

pub use chart::{Chart, Series, Shape};
pub use number::readable;
pub use preview::{Preview, TableFormat};
