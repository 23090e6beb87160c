//! The words of Pstral as types; every other module is written in them.

mod answer_measures;
mod audit;
mod audit_words;
mod canonical;
mod capability;
mod chain;
mod chain_fault;
mod chain_verifier;
mod chart;
mod chat;
mod checkpoint;
mod command;
mod command_table;
mod command_verbs;
mod command_words;
mod conversation;
mod covers;
mod hex;
mod kept_catalog;
mod length;
mod limits;
mod link;
mod moment;
mod policy_version;
mod prompt_manifest;
mod proposal;
mod rating;
mod review;
mod role;
mod roles;
mod transcript;
mod user;
mod verified;
mod words;

pub use crate::locale::Locale;
pub use answer_measures::AnswerMeasures;
pub use audit::AuditEvent;
pub use audit_words::{AuditAction, AuditDelivery, AuditStatus, AuditVerdict};
pub use capability::Capability;
pub use chain::{AuditEntry, AuditHash, AuditSeal, ChainHead, ChainLink, NoHead};
pub use chain_fault::ChainFault;
pub use chain_verifier::ChainVerifier;
pub use chart::{Chart, Series, Shape};
pub use chat::{
    Actor, AuditPage, Button, ButtonAction, Event, EventBody, FileRef, Form, MessageRef, Outgoing, OutgoingState,
    Place, PlatformName, ResultPage,
};
pub use checkpoint::{AuditCheckpoint, NoKey, Signatures};
pub use command::{
    About, Command, CommandName, CommandOption, CommandSpec, Follows, OptionKind, Suggested, Verb, VerbSpec,
};
pub use command_table::COMMANDS;
pub use conversation::{
    Conversation, ConversationId, Mode, NewTurn, ShownColumn, ShownTable, Speaker, Turn, TurnEnd, TurnId, TurnState,
};
pub use covers::Covers;
pub use hex::{hex, sha256};
pub use kept_catalog::KeptCatalog;
pub use length::{Length, LengthUnit};
pub use limits::{Ending, LimitReached, Meter};
pub use link::{Link, LinkedHow};
pub use moment::moment;
pub use policy_version::PolicyVersion;
pub use prompt_manifest::{Names, PromptManifest};
pub use proposal::{Agreement, Card, Origin, Proposal, ProposalId, ProposalState};
pub use rating::{AnswerId, Rated, Rating, Tally};
pub use review::{ReviewItem, ReviewReason};
pub use role::Role;
pub use roles::Roles;
pub use transcript::{Transcript, TranscriptStatement, TranscriptTurn};
pub use user::{NewUser, User, UserChange, UserId, username_key};
pub use verified::{
    KeptQuery, Parameter, ParameterKind, QueryFault, QuerySource, QueryState, Step, VerifiedKind, VerifiedQuery,
};
pub(crate) use words::words;

pub use pstral_guard::{
    Catalog, CatalogColumn, Column, ColumnKind, ColumnPath, ColumnRef, Dialect, ForeignKey, Limits, PUBLIC, Relation,
    RelationKind, Row, Synonym, Value, real_text, tidied,
};
