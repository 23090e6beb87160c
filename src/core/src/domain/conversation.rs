//! Exchanges of one user in one place, and the turns they are made of.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{Chart, MessageRef, Place, ProposalId, UserId};

/// A conversation's number in the state database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub i64);

/// A turn's number in the state database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TurnId(pub i64);

words! {
    /// The assumed subject of questions, in the word people type.
    #[derive(Default)]
    Mode {
        /// Data: the answer should hold a SELECT.
        #[default]
        Sql = "sql",
        /// Anything else: no catalog in the prompt, no statement offered.
        Chat = "chat",
    }
}

/// An exchange of one user in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Number in the state database.
    pub id: ConversationId,
    /// The user it belongs to.
    pub user: UserId,
    /// The place where it is held. A conversation begun in a channel and reopened in private continues in private.
    pub place: Place,
    /// Its first question, shortened, or what its user calls it; empty before there is one.
    pub title: String,
    /// The assumed subject of its questions.
    pub mode: Mode,
    /// The time of its beginning.
    pub started_at: Timestamp,
}

words! {
    /// The author of a turn.
    Speaker {
        /// The user.
        Person = "user",
        /// Pstral.
        Pstral = "assistant",
    }
}

words! {
    /// The state of a turn.
    TurnState {
        /// Being written; found so after a restart, it becomes [`TurnState::Interrupted`].
        Streaming = "streaming",
        /// Whole.
        Complete = "complete",
        /// The person stopped it.
        Stopped = "stopped",
        /// The program ended while it was being written.
        Interrupted = "interrupted",
        /// The model or the platform failed.
        Failed = "failed",
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Number in the state database; grows with time.
    pub id: TurnId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The author.
    pub speaker: Speaker,
    /// The text.
    pub text: String,
    /// The state.
    pub state: TurnState,
    /// The statement it offers, or the one it runs.
    pub proposal: Option<ProposalId>,
    /// The rows the chat showed. They are the user's to read again; no model is told of them.
    pub table: Option<ShownTable>,
    /// The message people see, for turns of Pstral that were sent.
    pub message: Option<MessageRef>,
    /// The time of its beginning.
    pub at: Timestamp,
    /// True if it was shown to the person alone although others read where they asked.
    pub aside: bool,
    /// True if it was cut by its length, so that the rest can be requested.
    pub cut: bool,
    /// The name of the target that was chosen for a question, where its words need not name one.
    pub target: Option<String>,
}

/// A turn to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTurn {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The author.
    pub speaker: Speaker,
    /// The text.
    pub text: String,
    /// The state.
    pub state: TurnState,
    /// The statement it offers, or the one it runs.
    pub proposal: Option<ProposalId>,
    /// The time of its beginning.
    pub at: Timestamp,
    /// True if it is shown to the person alone although others read where they asked.
    pub aside: bool,
    /// The name of the target that was chosen for a question.
    pub target: Option<String>,
}

/// The end of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnEnd {
    /// The text, for people and, later in the conversation, for the model. It shares the received text of an answer
    /// instead of copying it: when many answers end at once, copies would take the most memory.
    pub text: Arc<String>,
    /// The final state.
    pub state: TurnState,
    /// The statement it offers; `None` leaves the one it was begun with.
    pub proposal: Option<ProposalId>,
    /// The rows the chat showed.
    pub table: Option<ShownTable>,
    /// True if it was cut by its length.
    pub cut: bool,
}

impl TurnEnd {
    /// The end of a turn that is words alone.
    pub fn words(text: impl Into<String>, state: TurnState) -> Self {
        Self { text: Arc::new(text.into()), state, proposal: None, table: None, cut: false }
    }
}

/// Rows as a chat showed them: few, and with cells cut to what a message holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ShownTable {
    /// In order of appearance.
    pub columns: Vec<ShownColumn>,
    /// Each with as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The chart of the result, once somebody asked for it. It may have more rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
}

/// A column of a [`ShownTable`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownColumn {
    /// As it was shown.
    pub name: String,
    /// True if its cells are right-aligned.
    pub number: bool,
}
