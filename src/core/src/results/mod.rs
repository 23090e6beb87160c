//! Results as people read them in a chat.

mod number;
mod preview;

pub use number::readable;
pub use preview::{Preview, TableFormat};
