//! Conversations and turns.

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::{
    Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, ProposalId, Speaker, Turn, TurnEnd, TurnId,
    TurnState, UserId,
};
use pstral_core::ports::{Conversations, StoreError};
use serde_json::from_str;

use crate::Store;
use crate::engine::StateTransaction;
use crate::fault::{conflict, fault, require_changed};
use crate::presence::presence_of;
use crate::rows::{corrupt_json, get, place, time, word};
use crate::sql::{Executor, Row, sql};

// A place that has become public, or private, is another place: what was said stays where it was said.
const CURRENT: &str = "SELECT * FROM conversations
    WHERE user_id = $1 AND platform = $2 AND place = $3 AND private = $4
    ORDER BY opened DESC, id DESC LIMIT 1";
const BEGIN: &str = "INSERT INTO conversations (user_id, platform, place, private, title, mode, started_at, opened)
    VALUES ($1, $2, $3, $4, '', $5, $6, (SELECT COALESCE(MAX(opened), 0) + 1 FROM conversations WHERE user_id = $1))
    RETURNING *";
const GET: &str = "SELECT * FROM conversations WHERE id = $1";
const OF_USER: &str = "SELECT * FROM conversations WHERE user_id = $1 AND title <> ''
    ORDER BY opened DESC, id DESC LIMIT $2";
const SET_MODE: &str = "UPDATE conversations SET mode = $2 WHERE id = $1";
const SET_TITLE: &str = "UPDATE conversations SET title = CASE WHEN title = '' THEN $2 ELSE title END WHERE id = $1";
const RENAME: &str = "UPDATE conversations SET title = $2 WHERE id = $1";
const OPEN: &str = "UPDATE conversations SET platform = $2, place = $3, private = $4, opened =
    (SELECT MAX(other.opened) + 1 FROM conversations AS other WHERE other.user_id = conversations.user_id) WHERE id = $1";
const IS_WRITTEN: &str = "SELECT id FROM turns WHERE conversation_id = $1 AND state = 'streaming' LIMIT 1";
/// The statements that delete a conversation, each table before those it refers to.
const DELETE: [&str; 4] = [
    "DELETE FROM proposal_messages WHERE proposal IN (SELECT id FROM proposals WHERE conversation_id = $1)",
    "DELETE FROM proposals WHERE conversation_id = $1",
    "DELETE FROM turns WHERE conversation_id = $1",
    "DELETE FROM conversations WHERE id = $1",
];
const ADD_TURN: &str =
    "INSERT INTO turns (conversation_id, speaker, content, state, proposal, started_at, instance, aside,
    target) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
const SET_MESSAGE: &str = "UPDATE turns
    SET message_platform = $2, message_place = $3, message_private = $4, message_id = $5 WHERE id = $1";
const FINISH_TURN: &str = "UPDATE turns SET content = $2, state = $3, proposal = COALESCE($4, proposal), shown = $5,
    cut = $6 WHERE id = $1";
const TURN: &str = "SELECT * FROM turns WHERE id = $1";
const QUESTION_BEFORE: &str = "SELECT * FROM turns WHERE id < $1 AND speaker = 'user'
    AND conversation_id = (SELECT answer.conversation_id FROM turns AS answer WHERE answer.id = $1)
    ORDER BY id DESC LIMIT 1";
const TAKE_RETRY: &str = "UPDATE turns SET retried = 1
    WHERE id = $1 AND retried = 0 AND (state IN ('interrupted', 'failed', 'stopped') OR cut = 1)";
const GIVE_BACK_RETRY: &str = "UPDATE turns SET retried = 0 WHERE id = $1";
const TURNS: &str = "SELECT * FROM turns WHERE conversation_id = $1 ORDER BY id DESC LIMIT $2";
const STREAMING: &str = "SELECT turns.*, conversations.user_id FROM turns
    JOIN conversations ON conversations.id = turns.conversation_id WHERE turns.state = 'streaming' ORDER BY turns.id";
const TAKE_OVER: &str = "UPDATE turns SET instance = $3 WHERE id = $1 AND instance = $2 AND state = 'streaming'";

#[async_trait]
impl Conversations for Store {
    async fn current(
        &self,
        user: UserId,
        place: &Place,
        mode: Mode,
        at: Timestamp,
    ) -> Result<Conversation, StoreError> {
        if let Some(held) = held(self, user, place).await? {
            return Ok(held);
        }
        let mut writing = self.begin().await?;
        // Another question may have begun it since.
        let held = held(&mut writing, user, place).await?;
        let current = match held {
            Some(held) => held,
            None => begin(&mut writing, user, place, mode, at).await?,
        };
        writing.commit().await.map_err(fault)?;
        Ok(current)
    }

    async fn begin(&self, user: UserId, place: &Place, mode: Mode, at: Timestamp) -> Result<Conversation, StoreError> {
        let mut writing = self.begin().await?;
        let begun = begin(&mut writing, user, place, mode, at).await?;
        writing.commit().await.map_err(fault)?;
        Ok(begun)
    }

    async fn conversation(&self, conversation: ConversationId) -> Result<Option<Conversation>, StoreError> {
        let row = sql(GET).bind(conversation.0).fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(read).transpose()
    }

    async fn of_user(&self, user: UserId, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        let rows = sql(OF_USER).bind(user.0).bind(i64::from(limit)).fetch_all(self).await;
        rows.map_err(fault)?.iter().map(read).collect()
    }

    async fn set_mode(&self, conversation: ConversationId, mode: Mode) -> Result<(), StoreError> {
        let change = sql(SET_MODE).bind(conversation.0).bind(mode.word());
        require_changed(change.execute(self).await.map_err(fault)?, || name(conversation))
    }

    async fn set_title(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError> {
        let change = sql(SET_TITLE).bind(conversation.0).bind(title);
        require_changed(change.execute(self).await.map_err(fault)?, || name(conversation))
    }

    async fn rename(&self, conversation: ConversationId, title: &str) -> Result<(), StoreError> {
        let change = sql(RENAME).bind(conversation.0).bind(title);
        require_changed(change.execute(self).await.map_err(fault)?, || name(conversation))
    }

    async fn open(&self, conversation: ConversationId, place: &Place) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        let change = sql(OPEN).bind(conversation.0).bind(&place.platform.0).bind(place.path()).bind(place.private);
        require_changed(change.execute(&mut writing).await.map_err(fault)?, || name(conversation))?;
        writing.commit().await.map_err(fault)
    }

    async fn delete(&self, conversation: ConversationId) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        let written = sql(IS_WRITTEN).bind(conversation.0).fetch_optional(&mut writing).await.map_err(fault)?;
        if written.is_some() {
            return Ok(false);
        }
        let mut removed = 0;
        for removal in DELETE {
            removed = sql(removal).bind(conversation.0).execute(&mut writing).await.map_err(fault)?;
        }
        require_changed(removed, || name(conversation))?;
        writing.commit().await.map_err(fault)?;
        Ok(true)
    }

    async fn add_turn(&self, turn: &NewTurn) -> Result<TurnId, StoreError> {
        let mut writing = self.begin().await?;
        let row = sql(ADD_TURN)
            .bind(turn.conversation.0)
            .bind(turn.speaker.word())
            .bind(&turn.text)
            .bind(turn.state.word())
            .bind(turn.proposal.as_ref().map(|proposal| proposal.0.clone()))
            .bind(turn.at.as_millisecond())
            .bind(&self.instance)
            .bind(turn.aside)
            .bind(turn.target.clone())
            .fetch_one(&mut writing)
            .await
            .map_err(|error| conflict(error, "this turn", &name(turn.conversation)))?;
        let id = TurnId(get(&row, "id")?);
        writing.commit().await.map_err(fault)?;
        Ok(id)
    }

    async fn set_message(&self, turn: TurnId, message: &MessageRef) -> Result<(), StoreError> {
        let change = sql(SET_MESSAGE)
            .bind(turn.0)
            .bind(&message.place.platform.0)
            .bind(message.place.path())
            .bind(message.place.private)
            .bind(&message.id);
        require_changed(change.execute(self).await.map_err(fault)?, || format!("turn {}", turn.0))
    }

    async fn finish_turn(&self, turn: TurnId, end: &TurnEnd) -> Result<(), StoreError> {
        let shown =
            end.table.as_ref().map(serde_json::to_string).transpose().map_err(corrupt_json("the table of a turn"))?;
        // Where thousands end at once, only the one whose turn it is holds its text a second time.
        let mut writing = self.begin().await?;
        let change = sql(FINISH_TURN)
            .bind(turn.0)
            .bind(end.text.as_str())
            .bind(end.state.word())
            .bind(end.proposal.as_ref().map(|proposal| proposal.0.clone()))
            .bind(shown)
            .bind(end.cut);
        require_changed(change.execute(&mut writing).await.map_err(fault)?, || format!("turn {}", turn.0))?;
        writing.commit().await.map_err(fault)
    }

    async fn turn(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        let row = sql(TURN).bind(turn.0).fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(read_turn).transpose()
    }

    async fn question_before(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        let row = sql(QUESTION_BEFORE).bind(turn.0).fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(read_turn).transpose()
    }

    async fn take_retry(&self, turn: TurnId) -> Result<bool, StoreError> {
        Ok(sql(TAKE_RETRY).bind(turn.0).execute(self).await.map_err(fault)? == 1)
    }

    async fn give_back_retry(&self, turn: TurnId) -> Result<(), StoreError> {
        sql(GIVE_BACK_RETRY).bind(turn.0).execute(self).await.map(drop).map_err(fault)
    }

    async fn turns(&self, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>, StoreError> {
        let rows = sql(TURNS).bind(conversation.0).bind(i64::from(limit)).fetch_all(self).await;
        rows.map_err(fault)?.iter().rev().map(read_turn).collect()
    }

    async fn streaming(&self) -> Result<Vec<(UserId, Turn)>, StoreError> {
        let rows = sql(STREAMING).fetch_all(self).await.map_err(fault)?;
        let present = if rows.is_empty() { Vec::new() } else { self.live_instances().await? };
        let mut left = Vec::new();
        for row in &rows {
            let instance: String = get(row, "instance")?;
            if instance == self.instance || !present.contains(&presence_of(&instance)) {
                left.push((UserId(get(row, "user_id")?), read_turn(row)?));
            }
        }
        Ok(left)
    }

    async fn take_over(&self, turn: TurnId) -> Result<Option<Turn>, StoreError> {
        let Some(row) = sql(TURN).bind(turn.0).fetch_optional(self).await.map_err(fault)? else { return Ok(None) };
        let (instance, left): (String, Turn) = (get(&row, "instance")?, read_turn(&row)?);
        if instance != self.instance && !self.fence_off(&instance).await? {
            return Ok(None);
        }
        // Whoever takes it first changes whose it is.
        let mut writing = self.begin().await?;
        let taking = sql(TAKE_OVER).bind(turn.0).bind(&instance).bind(&self.instance);
        let taken = taking.execute(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)?;
        Ok((taken == 1).then_some(left))
    }
}

async fn held(on: impl Into<Executor<'_>>, user: UserId, place: &Place) -> Result<Option<Conversation>, StoreError> {
    let found = sql(CURRENT).bind(user.0).bind(&place.platform.0).bind(place.path()).bind(place.private);
    found.fetch_optional(on).await.map_err(fault)?.as_ref().map(read).transpose()
}

async fn begin(
    writing: &mut StateTransaction,
    user: UserId,
    place: &Place,
    mode: Mode,
    at: Timestamp,
) -> Result<Conversation, StoreError> {
    let begin = sql(BEGIN)
        .bind(user.0)
        .bind(&place.platform.0)
        .bind(place.path())
        .bind(place.private)
        .bind(mode.word())
        .bind(at.as_millisecond());
    let row = begin.fetch_one(writing).await;
    read(&row.map_err(|error| conflict(error, "this conversation", &format!("user {}", user.0)))?)
}

fn name(conversation: ConversationId) -> String {
    format!("conversation {}", conversation.0)
}

fn read(row: &Row) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id: ConversationId(get(row, "id")?),
        user: UserId(get(row, "user_id")?),
        place: place(row, ["platform", "place", "private"])?,
        title: get(row, "title")?,
        mode: word(row, "mode", Mode::from_word)?,
        started_at: time(row, "started_at")?,
    })
}

fn read_turn(row: &Row) -> Result<Turn, StoreError> {
    let message = match get::<Option<String>>(row, "message_id")? {
        Some(id) => {
            Some(MessageRef { place: place(row, ["message_platform", "message_place", "message_private"])?, id })
        }
        None => None,
    };
    Ok(Turn {
        id: TurnId(get(row, "id")?),
        conversation: ConversationId(get(row, "conversation_id")?),
        speaker: word(row, "speaker", Speaker::from_word)?,
        text: get(row, "content")?,
        state: word(row, "state", TurnState::from_word)?,
        proposal: get::<Option<String>>(row, "proposal")?.map(ProposalId),
        table: get::<Option<String>>(row, "shown")?
            .map(|shown| from_str(&shown))
            .transpose()
            .map_err(corrupt_json("the table of a turn"))?,
        message,
        at: time(row, "started_at")?,
        aside: get(row, "aside")?,
        cut: get(row, "cut")?,
        target: get(row, "target")?,
    })
}
