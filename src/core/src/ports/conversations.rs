//! The conversations: messages, their authors and their states.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, Turn, TurnEnd, TurnId, UserId};

/// A store of conversations: messages, their authors and their states.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The conversation the user is holding in the place: the one begun or opened last, or a new one in this mode.
    async fn current(&self, user: UserId, place: &Place, mode: Mode, at: Timestamp)
    -> Result<Conversation, StoreError>;

    /// Begins a new conversation, which is then the current one.
    async fn begin(&self, user: UserId, place: &Place, mode: Mode, at: Timestamp) -> Result<Conversation, StoreError>;

    /// The conversation of that number.
    async fn conversation(&self, conversation: ConversationId) -> Result<Option<Conversation>, StoreError>;

    /// The user's conversations that have a title, the one begun or opened last first.
    async fn of_user(&self, user: UserId, limit: u32) -> Result<Vec<Conversation>, StoreError>;

    /// Changes what its questions are taken to be about.
    async fn set_mode(&self, conversation: ConversationId, mode: Mode) -> Result<(), StoreError>;

    /// Names a conversation that has no title yet.
    async fn set_title(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError>;

    /// Gives a conversation another title.
    async fn rename(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError>;

    /// Makes a conversation the current one of a place: from now on it is held there.
    async fn open(&self, conversation: ConversationId, place: &Place) -> Result<(), StoreError>;

    /// Removes a conversation with its turns and proposals, and says so; one in which a turn is still being written
    /// stays as it is. One that is not there is [`StoreError::Missing`].
    async fn delete(&self, conversation: ConversationId) -> Result<bool, StoreError>;

    /// Records a turn.
    async fn add_turn(&self, turn: &NewTurn) -> Result<TurnId, StoreError>;

    /// Remembers the message that shows a turn, so that a restart can close it.
    async fn set_message(&self, turn: TurnId, message: &MessageRef) -> Result<(), StoreError>;

    /// Ends a turn.
    async fn finish_turn(&self, turn: TurnId, end: &TurnEnd) -> Result<(), StoreError>;

    /// The turn of that number.
    async fn turn(&self, turn: TurnId) -> Result<Option<Turn>, StoreError>;

    /// The last thing the person said before a turn in its conversation.
    async fn question_before(&self, turn: TurnId) -> Result<Option<Turn>, StoreError>;

    /// Takes the one retry of a turn that was interrupted or stopped, failed or was cut; whether there was one to take.
    /// Of any number of takers at once, one gets it.
    async fn take_retry(&self, turn: TurnId) -> Result<bool, StoreError>;

    /// Gives back a retry that came to nothing.
    async fn give_back_retry(&self, turn: TurnId) -> Result<(), StoreError>;

    /// The last `limit` turns, the oldest first.
    async fn turns(&self, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>, StoreError>;

    /// Every streaming turn with the user it was written for, the oldest first: those that this program is writing, and what
    /// was left behind by an earlier run. Not those of another instance that is there and goes on writing.
    async fn streaming(&self) -> Result<Vec<(UserId, Turn)>, StoreError>;

    /// Takes over a turn of [`streaming`](Self::streaming) to end it: nothing where it has ended, or another instance that
    /// is there writes it or has taken it over. Of any number of instances at once, one gets it.
    async fn take_over(&self, turn: TurnId) -> Result<Option<Turn>, StoreError>;
}
