//! From the model's stream to edits of one message: the latest text wins, and a slow platform never slows the model.

mod live;
mod pacing;
mod thinking;

pub use live::{LiveMessage, OnSent, Streamed, fit};
pub use pacing::Pacing;
pub use thinking::ThinkingFilter;
