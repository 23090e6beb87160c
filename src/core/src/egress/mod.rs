//! From the model's stream to edits of one message: the latest text wins, and a slow platform never slows the model.

mod deliver;
mod disarm;
pub(crate) mod fence;
mod fitting;
mod live;
mod pacing;
mod split;
mod tag;
mod thinking;

pub use deliver::{PATIENT, deliver};
pub use disarm::{Disarmer, disarmed};
pub use fitting::{around, echo, fit, whole};
pub use live::{AnswerLimits, LiveMessage, OnSent, Streamed};
pub use pacing::Pacing;
pub use split::{Split, Splitter, Splitting, split};
pub use thinking::ThinkingFilter;
