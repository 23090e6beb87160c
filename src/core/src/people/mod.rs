//! Looking after users and their accounts: the same rules, in the same order, from the command line and from a chat.
//!
//! [`Desk`] records what it does before it does it; [`Refusal`] is what it does not do, and why.

mod code;
mod desk;
mod form;
mod linking;
mod refusal;

pub use code::{CODE_LIFETIME, code_hash, codes_in, is_code, new_code};
pub use desk::{By, Desk, DeskError, account_in};
pub use form::{Password, checked_change, checked_user};
pub(crate) use refusal::locked;
pub use refusal::{Refusal, Way};
