//! Results as people read them in a chat.

mod below;
mod cell;
mod chart;
mod file_name;
mod format;
mod heading;
mod instant;
mod lines;
mod number;
mod preview;
mod table;
#[cfg(test)]
mod tests;
mod zone;

pub(crate) use below::{Below, hidden_columns};
pub use chart::{Chart, Series, Shape};
pub(crate) use file_name::slug;
pub use format::{Preview, TableFormat};
pub(crate) use heading::heading;
pub(crate) use instant::in_zone;
pub use number::readable;
pub(crate) use zone::zone_name;
