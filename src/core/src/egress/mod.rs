//! From the model's stream to edits of one message: the latest text wins, and a slow platform never slows the model.

mod deliver;
mod fitting;
mod live;
mod pacing;
mod thinking;

pub use deliver::{PATIENT, deliver};
pub use fitting::{around, disarmed, echo, fit, whole};
pub use live::{AnswerLimits, LiveMessage, OnSent, Streamed};
pub use pacing::Pacing;
pub use thinking::ThinkingFilter;
