//! Conversations in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryState, Tables, count, next_number};
use crate::domain::{
    Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, Speaker, Turn, TurnEnd, TurnId, TurnState, UserId,
};
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
        let held = tables.conversations.iter().filter(|one| one.user == user && one.place == *place);
        let held = held.max_by_key(|one| tables.opened(one.id)).cloned();
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
        let theirs = tables.conversations.iter().filter(|one| one.user == user && !one.title.is_empty());
        let mut theirs: Vec<Conversation> = theirs.cloned().collect();
        theirs.sort_by_key(|one| std::cmp::Reverse(tables.opened(one.id)));
        theirs.truncate(count(limit));
        Ok(theirs)
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

    async fn rename(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError> {
        title.clone_into(&mut self.tables().conversation(conversation)?.title);
        Ok(())
    }

    async fn open(&self, conversation: ConversationId, place: &Place) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.conversation(conversation)?.place = place.clone();
        tables.openings.push(conversation);
        Ok(())
    }

    async fn delete(&self, conversation: ConversationId) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        tables.conversation(conversation)?;
        let its = |turn: &Turn| turn.conversation == conversation;
        if tables.turns.iter().any(|turn| its(turn) && turn.state == TurnState::Streaming) {
            return Ok(false);
        }
        // Numbers are never given twice: what is removed leaves nothing but its place.
        for turn in tables.turns.iter_mut().filter(|turn| its(turn)) {
            (turn.id, turn.conversation) = (TurnId(0), ConversationId(0));
        }
        let gone = tables.proposals.extract_if(.., |one| one.conversation == conversation).map(|one| one.id);
        let gone: Vec<_> = gone.collect();
        tables.cards.retain(|(id, _)| !gone.contains(id));
        let removed = tables.conversation(conversation)?;
        (removed.id, removed.user) = (ConversationId(0), UserId(0));
        Ok(true)
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
            proposal: new.proposal.clone(),
            table: None,
            message: None,
            at: new.at,
            aside: new.aside,
            cut: false,
            target: new.target.clone(),
        });
        Ok(id)
    }

    async fn set_message(&self, turn: TurnId, message: &MessageRef) -> Result<(), StoreError> {
        self.tables().turn(turn)?.message = Some(message.clone());
        Ok(())
    }

    async fn finish_turn(&self, turn: TurnId, end: &TurnEnd) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let turn = tables.turn(turn)?;
        turn.text.clone_from(&end.text);
        turn.state = end.state;
        turn.cut = end.cut;
        turn.proposal = end.proposal.clone().or(turn.proposal.take());
        turn.table.clone_from(&end.table);
        Ok(())
    }

    async fn turn(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        Ok(self.tables().turns.iter().find(|one| one.id == turn).cloned())
    }

    async fn question_before(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        let tables = self.tables();
        let Some(turn) = tables.turns.iter().find(|one| one.id == turn) else { return Ok(None) };
        let mut before = tables
            .turns
            .iter()
            .filter(|one| one.conversation == turn.conversation && one.speaker == Speaker::Person && one.id < turn.id);
        Ok(before.next_back().cloned())
    }

    async fn take_retry(&self, turn: TurnId) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let can = |one: &Turn| {
            one.cut || matches!(one.state, TurnState::Interrupted | TurnState::Failed | TurnState::Stopped)
        };
        let there = tables.turns.iter().any(|one| one.id == turn && can(one));
        Ok(there && tables.retried.insert(turn))
    }

    async fn give_back_retry(&self, turn: TurnId) -> Result<(), StoreError> {
        self.tables().retried.remove(&turn);
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

    async fn take_over(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        let is_there = |one: &&Turn| one.id == turn && one.state == TurnState::Streaming;
        Ok(self.tables().turns.iter().find(is_there).cloned())
    }
}

impl Tables {
    fn begin(&mut self, user: UserId, place: &Place, mode: Mode, at: Timestamp) -> Result<Conversation, StoreError> {
        self.user(user)?;
        let id = ConversationId(next_number(&self.conversations));
        let begun = Conversation { id, user, place: place.clone(), title: String::new(), mode, started_at: at };
        self.conversations.push(begun.clone());
        self.openings.push(id);
        Ok(begun)
    }

    /// Returns the position of a conversation's last beginning or opening among all of these events.
    fn opened(&self, id: ConversationId) -> Option<usize> {
        self.openings.iter().rposition(|opened| *opened == id)
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
