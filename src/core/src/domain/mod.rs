//! The words of Pstral as types; every other module is written in them.

mod audit;
mod capability;
mod catalog;
mod chain;
mod chat;
mod conversation;
mod hex;
mod limits;
mod proposal;
mod role;
mod user;
mod value;
mod verified;

pub use audit::{AuditAction, AuditEvent, AuditStatus};
pub use capability::Capability;
pub use catalog::{
    Catalog, CatalogColumn, ColumnPath, ColumnRef, Dialect, ForeignKey, KeptCatalog, PUBLIC, Relation, RelationKind,
    Synonym,
};
pub use chain::{AuditEntry, AuditHash, ChainFault, ChainVerifier};
pub use chat::{
    Actor, Button, ButtonAction, Event, EventBody, FileRef, MessageRef, Outgoing, OutgoingState, Place, PlatformName,
};
pub use conversation::{Conversation, ConversationId, Mode, NewTurn, Speaker, Turn, TurnId, TurnState};
pub use hex::{hex, sha256};
pub use limits::{Ending, LimitReached, Limits, Meter};
pub use proposal::{Agreement, Origin, Proposal, ProposalId, ProposalState};
pub use role::Role;
pub use user::{Locale, NewUser, User, UserId};
pub use value::{Column, ColumnKind, Row, Value, real_text, tidied};
pub use verified::{Parameter, ParameterKind, VerifiedQuery};
