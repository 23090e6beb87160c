//! The prompt: instructions, relations, examples and the conversation, as much as the context window takes.
//!
//! [`Brief::told`] makes the request and says what was left out. Room is counted in tokens: estimated by `tokens`, and
//! corrected by what servers count ([`Gauge`]).

mod brief;
mod correction;
mod describe;
mod fence;
mod gauge;
mod history;
mod nearness;
mod prompts;
mod rest;
mod shares;
mod template;
mod term;
#[cfg(test)]
mod tests;
mod tokens;

pub use brief::{Brief, Briefing, DataBrief, Example, Unfit};
pub use correction::{Check, CheckedFault};
pub use gauge::{Gauge, Gauges};
pub use history::{asked_back, asks, asks_anew};
pub use nearness::CatalogWords;
pub use prompts::Prompts;
pub use template::check_template;
pub use term::Term;
pub(crate) use term::texts;
#[cfg(test)]
use tokens::{Kind, tokens};
