//! Verified queries from proposal to retirement, ratings, and the agreement of a second person.
//!
//! Never answers a question: `pipeline` offers what is verified.

mod agreements;
mod approving;
mod duplicates;
mod edit_syntax;
mod ground;
mod propose;
mod query_card;
mod rating;
pub(crate) mod review;

pub(crate) use agreements::Agreements;
pub use approving::{Decision, NotDecided, Steward, VerifiedQueries};
pub use query_card::query_card;
pub(crate) use rating::Feedback;
pub(crate) use review::Review;
