//! Conversations in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryState, Tables, count, next_number};
use crate::domain::{Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, Turn, TurnId, TurnState, UserId};
use crate::ports::{Conversations, StoreError};

#[async_trait]
impl Conversations for MemoryState {
    async fn current(
        &self,
        user: UserId,
        place: &Place,
        mode: Mode,
        at: Timestamp,
    ) -> Result<Conversation, StoreError> {
        let mut tables = self.tables();
        let held = tables.conversations.iter().rev().find(|one| one.user == user && one.place == *place).cloned();
        held.map_or_else(|| tables.begin(user, place, mode, at), Ok)
    }

    async fn begin(&self, user: UserId, place: &Place, mode: Mode, at: Timestamp) -> Result<Conversation, StoreError> {
        self.tables().begin(user, place, mode, at)
    }

    async fn conversation(&self, conversation: ConversationId) -> Result<Option<Conversation>, StoreError> {
        Ok(self.tables().conversations.iter().find(|one| one.id == conversation).cloned())
    }

    async fn of_user(&self, user: UserId, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        let tables = self.tables();
        let theirs = tables.conversations.iter().rev().filter(|one| one.user == user && !one.title.is_empty());
        Ok(theirs.take(count(limit)).cloned().collect())
    }

    async fn set_mode(&self, conversation: ConversationId, mode: Mode) -> Result<(), StoreError> {
        self.tables().conversation(conversation)?.mode = mode;
        Ok(())
    }

    async fn set_title(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let conversation = tables.conversation(conversation)?;
        if conversation.title.is_empty() {
            title.clone_into(&mut conversation.title);
        }
        Ok(())
    }

    async fn add_turn(&self, new: &NewTurn) -> Result<TurnId, StoreError> {
        let mut tables = self.tables();
        tables.conversation(new.conversation)?;
        let id = TurnId(next_number(&tables.turns));
        tables.turns.push(Turn {
            id,
            conversation: new.conversation,
            speaker: new.speaker,
            text: new.text.clone(),
            state: new.state,
            message: None,
            at: new.at,
            aside: new.aside,
        });
        Ok(id)
    }

    async fn set_message(&self, turn: TurnId, message: &MessageRef) -> Result<(), StoreError> {
        self.tables().turn(turn)?.message = Some(message.clone());
        Ok(())
    }

    async fn finish_turn(&self, turn: TurnId, text: &str, state: TurnState) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let turn = tables.turn(turn)?;
        text.clone_into(&mut turn.text);
        turn.state = state;
        Ok(())
    }

    async fn turns(&self, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>, StoreError> {
        let tables = self.tables();
        let newest = tables.turns.iter().rev().filter(|turn| turn.conversation == conversation);
        let mut turns: Vec<Turn> = newest.take(count(limit)).cloned().collect();
        turns.reverse();
        Ok(turns)
    }

    async fn streaming(&self) -> Result<Vec<(UserId, Turn)>, StoreError> {
        let tables = self.tables();
        let streaming = tables.turns.iter().filter(|turn| turn.state == TurnState::Streaming);
        let whose = |turn: &Turn| tables.conversations.iter().find(|held| held.id == turn.conversation);
        Ok(streaming.filter_map(|turn| Some((whose(turn)?.user, turn.clone()))).collect())
    }
}

impl Tables {
    fn begin(&mut self, user: UserId, place: &Place, mode: Mode, at: Timestamp) -> Result<Conversation, StoreError> {
        self.user(user)?;
        let id = ConversationId(next_number(&self.conversations));
        let begun = Conversation { id, user, place: place.clone(), title: String::new(), mode, started_at: at };
        self.conversations.push(begun.clone());
        Ok(begun)
    }

    pub(super) fn conversation(&mut self, id: ConversationId) -> Result<&mut Conversation, StoreError> {
        let found = self.conversations.iter_mut().find(|one| one.id == id);
        found.ok_or_else(|| StoreError::Missing(format!("conversation {}", id.0)))
    }

    fn turn(&mut self, id: TurnId) -> Result<&mut Turn, StoreError> {
        let found = self.turns.iter_mut().find(|turn| turn.id == id);
        found.ok_or_else(|| StoreError::Missing(format!("turn {}", id.0)))
    }
}
