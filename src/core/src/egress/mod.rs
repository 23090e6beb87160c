//! From the model's stream to edits of messages: the latest text wins, a slow platform never slows the model, and
//! everything that is written counts against the budget it takes from.

mod budget;
mod deliver;
pub(crate) mod fence;
mod fitting;
mod layout;
mod live;
mod neutralize;
mod pacing;
mod scheduler;
mod split;
mod tables;
mod think_tags;
mod thinking;
mod write_queue;
mod write_timeout;

pub use deliver::{Destination, RetryPolicy};
pub(crate) use fitting::fitting;
pub use fitting::{echo, fit, quoted, whole};
pub use layout::{AnswerLayout, lay_out, splitting};
pub(crate) use live::THOUGHTS;
pub use live::{AnswerLimits, LiveMessage, OnSent, StreamEnd, Unfinished};
pub(crate) use neutralize::{JOINER, is_ours};
pub use neutralize::{Neutralizer, neutralized};
pub use pacing::Pacing;
pub use scheduler::Scheduler;
pub use split::{Split, Splitter, Splitting, split};
pub use tables::align_tables;
pub use thinking::ThinkingFilter;
pub(crate) use write_timeout::WriteTimeout;
