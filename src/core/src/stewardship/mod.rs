//! Verified queries from proposal to retirement, ratings, and the agreement of a second person.
//!
//! Never answers a question: `pipeline` offers what is verified.

mod approving;
mod cost_approvals;
mod duplicates;
mod edit_syntax;
mod ground;
mod notices;
mod propose;
mod query_card;
mod rating;
pub(crate) mod review;
mod review_command;
mod review_list;
mod terms;

pub use approving::{Decision, DecisionError, Steward, VerifiedQueries};
pub use cost_approvals::CostApprovals;
pub(crate) use notices::StewardNotices;
pub use query_card::query_card;
pub(crate) use rating::Ratings;
pub(crate) use review::Review;
pub(crate) use review_command::{ReviewCommand, can_be_kept};
pub(crate) use review_list::ReviewList;
pub(crate) use terms::BusinessTerms;
