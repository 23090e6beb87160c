//! The ports: what Pstral needs from the outside, each as an object-safe trait with errors that are decisions.

mod audit_change;
mod audit_log;
mod catalogs;
mod chat_platform;
mod checkup;
mod clock;
mod conversations;
mod knowledge;
mod language_model;
mod people;
mod platform_section;
mod proposals;
mod query_target;
mod result_files;
mod section;
mod target_section;

pub use audit_change::AuditChange;
pub use audit_log::{AuditFilter, AuditFound, AuditLog, AuditMark, Towards};
pub use catalogs::Catalogs;
pub use chat_platform::{
    Advice, BudgetSignal, BudgetSignals, Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, Rate,
    SendKey, Suggestion, WriteBudget,
};
pub use checkup::{Check, Checkup, Finding, PartState};
pub use clock::{Clock, Entropy};
pub use conversations::Conversations;
pub use knowledge::Knowledge;
pub use language_model::{
    ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelInfo, ModelMessage, ModelStats, ModelStream,
    PullProgress, PullStream,
};
pub use people::{
    Changed, CodeOutcome, Confirmed, LinkCode, LinkRequest, LiveCode, People, Redeemed, WRONG_CODE_MEMORY, WRONG_CODES,
};
pub use platform_section::{LeftOut, PlatformSection, Surroundings, UnusableFile};
pub use proposals::{Claim, Proposals};
pub use query_target::{Batch, Estimate, Excess, ExcessKind, Privileges, QueryTarget, ResultStream, TargetError};
pub use result_files::{Colophon, FileError, Finished, ResultFiles, ResultSheet, TranscriptFormat};
pub use section::{SectionError, SectionFault, is_server_url, secret};
pub use target_section::{NeededPath, TargetSection, TargetSurroundings};

use crate::text::{Text, text};

/// The reason why the state database did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached: nothing was written.
    #[error("the state database is not available: {0}")]
    Unavailable(String),
    /// Its disk is full: nothing was written.
    #[error("the state database is not available: {0}")]
    Full(String),
    /// Another program has locked it for too long: nothing was written.
    #[error("the state database is not available: {0}")]
    Busy(String),
    /// A name that must be unique is taken.
    #[error("{0} already exists")]
    Duplicate(String),
    /// The named row does not exist.
    #[error("{0} does not exist")]
    Missing(String),
    /// It holds something this version does not understand.
    #[error("the state database holds something unexpected: {0}")]
    Corrupt(String),
    /// The heads that are kept outside it cannot be read: nothing was written.
    #[error("the heads of the audit cannot be read: {0}")]
    HeadsUnreadable(String),
    /// The audit is not what was signed last: nothing is written on top of it.
    #[error("the audit is not what was signed last: {0}")]
    AuditChanged(AuditChange),
    /// Its file, of this path, was moved, deleted or replaced while the program had it open: what is written would be lost.
    #[error("the state database is lost: its file {0} was moved, deleted or replaced")]
    Moved(String),
    /// Another program answers under the name of this instance: this one may not write any more.
    #[error("the state database is lost: another program answers under the name {0}")]
    Superseded(String),
    /// A newer version has changed its form.
    #[error("the state database is of a newer version: {0}")]
    Newer(String),
}

impl StoreError {
    /// The sentence for the person, where it passes by itself or an administrator can make it; else it is a fault.
    pub fn text(&self) -> Option<Text> {
        match self {
            Self::Unavailable(_) | Self::HeadsUnreadable(_) | Self::Moved(_) | Self::Superseded(_) => {
                Some(text("state-away"))
            }
            Self::Full(_) => Some(text("state-full")),
            Self::Busy(_) => Some(text("state-busy")),
            Self::AuditChanged(_) => Some(text("state-audit-changed")),
            Self::Duplicate(_) | Self::Missing(_) | Self::Corrupt(_) | Self::Newer(_) => None,
        }
    }

    /// The sentence for the person whose request was not carried out because it could not be recorded.
    pub fn unrecorded_text(&self) -> Text {
        match self {
            Self::AuditChanged(_) => text("state-audit-changed"),
            _ => text("audit-unavailable"),
        }
    }
}
