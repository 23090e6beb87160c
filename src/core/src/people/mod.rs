//! Looking after users and their accounts: the same rules, in the same order, from the command line and from a chat.
//!
//! [`UserAdmin`] records what it does before it does it; [`Refusal`] is what it does not do, and why.

mod code;
mod form;
mod linking;
mod names;
mod refusal;
mod user_admin;

pub use code::{CODE_LIFETIME, code_hash, codes_in, is_code, new_code};
pub use form::{Password, checked_change, checked_user, shown_name};
pub use names::name_of;
pub(crate) use refusal::locked;
pub use refusal::{Refusal, Way};
pub use user_admin::{By, UserAdmin, UserAdminError, account_in};
