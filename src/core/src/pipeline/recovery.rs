//! After a restart, or a bug, no message may look live: what was being written is closed.

use std::time::Duration;

use super::Pipeline;
use super::asker::Asker;
use super::retrying::retry_button;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Locale, MessageRef, Outgoing, Place, Turn, TurnEnd, TurnState, User, UserId,
};
use crate::egress::{Aim, Patience};
use crate::ports::{PlatformError, StoreError};
use crate::text::text;

/// For each message: the start of the program does not wait for a platform that is away.
const PATIENCE: Patience = Patience { tries: 3, time: Duration::from_mins(1) };
/// Conversations of each person, and turns of each of them, looked at for what another instance is writing.
const RECENT: u32 = 20;

impl Pipeline {
    /// Closes the messages an earlier run left behind, and says how many there were. Called once, before the
    /// platforms run. A message whose platform is away is left to the next start.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        self.close(self.parts.conversations.streaming().await?).await
    }

    /// Closes what answering one person left behind when it broke: nobody else writes for them in that place, or in private
    /// unless they asked there too.
    pub(super) async fn recover_from(&self, asker: &Asker) -> Result<usize, StoreError> {
        let left = self.parts.conversations.streaming().await?.into_iter();
        let idle = |place: &Place| *place == asker.place || !self.running.is_going(asker.user.id, place);
        let is_left = |turn: &Turn| turn.message.as_ref().is_none_or(|message| idle(&message.place));
        self.close(left.filter(|(user, turn)| *user == asker.user.id && is_left(turn)).collect()).await
    }

    async fn close(&self, mut left: Vec<(UserId, Turn)>) -> Result<usize, StoreError> {
        let users = self.parts.people.users().await?;
        self.find_messages(&mut left, &users).await?;
        for (user, turn) in &left {
            let reader = users.iter().find(|known| known.id == *user);
            let of_place = turn.message.as_ref().and_then(|message| self.language_of(&message.place));
            let locale = of_place.or(reader.map(|reader| reader.locale)).unwrap_or(self.parts.settings.locale);
            let closed = match &turn.message {
                Some(message) => self.close_left_over(turn, message, locale).await?,
                None => true,
            };
            if closed {
                let end = TurnEnd::words(&turn.text, TurnState::Interrupted);
                self.parts.conversations.finish_turn(turn.id, &end).await?;
            }
        }
        Ok(left.len())
    }

    /// A program may end after a message was sent and before that was noted down: what still looks live where a turn
    /// without a message can have been shown is taken for its message, and so it is where the message of a turn does not
    /// look live any more, because its answer went on in another. Not what another turn is known to write, nor anything
    /// where somebody is being answered: theirs may be noted down in a moment.
    async fn find_messages(&self, left: &mut [(UserId, Turn)], users: &[User]) -> Result<(), StoreError> {
        for (user, turn) in left {
            let places = match &turn.message {
                Some(message) => vec![message.place.clone()],
                None => self.places_of(*user, turn).await?,
            };
            for place in places {
                let Some(platform) = self.platforms.get(&place.platform).filter(|_| !self.running.is_busy(&place))
                else {
                    continue;
                };
                let live = match platform.live(&place).await {
                    Ok(live) => live,
                    Err(error) => {
                        tracing::warn!(%error, place = place.id, "what still looks live there is not known");
                        continue;
                    }
                };
                // Read afterwards: what was noted down meanwhile is known.
                let known = if live.is_empty() { Vec::new() } else { self.written_in(&place, *user, users).await? };
                if turn.message.as_ref().is_some_and(|message| live.contains(message)) {
                    break;
                }
                if let Some(message) = live.into_iter().find(|message| !known.contains(message)) {
                    self.parts.conversations.set_message(turn.id, &message).await?;
                    turn.message = Some(message);
                    break;
                }
            }
        }
        Ok(())
    }

    /// The messages in a place that turns are known to write: those of this program and of runs that ended, and those of
    /// the conversations held there, which another instance may be writing.
    async fn written_in(&self, place: &Place, of: UserId, users: &[User]) -> Result<Vec<MessageRef>, StoreError> {
        let conversations = &self.parts.conversations;
        let mut turns: Vec<Turn> = conversations.streaming().await?.into_iter().map(|(_, turn)| turn).collect();
        // In private there is only the one person.
        for user in users.iter().filter(|user| !place.private || user.id == of) {
            let held = conversations.of_user(user.id, RECENT).await?.into_iter();
            for conversation in held.filter(|conversation| conversation.place == *place || place.private) {
                turns.extend(conversations.turns(conversation.id, RECENT).await?);
            }
        }
        let live = turns.into_iter().filter(|turn| turn.state == TurnState::Streaming);
        Ok(live.filter_map(|turn| turn.message).filter(|message| message.place == *place).collect())
    }

    /// Where a turn can have been shown: where its conversation is held, or to its person alone.
    async fn places_of(&self, user: UserId, turn: &Turn) -> Result<Vec<Place>, StoreError> {
        let Some(held) = self.parts.conversations.conversation(turn.conversation).await? else { return Ok(Vec::new()) };
        let mut places = vec![held.place];
        let Some(platform) = self.platforms.get(&places[0].platform).filter(|_| !places[0].private) else {
            return Ok(places);
        };
        for link in self.parts.people.links(user).await? {
            if link.actor.platform == places[0].platform
                && let Ok(place) = platform.open_dm(&link.actor).await
            {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// Whether nothing of the message looks live any more.
    async fn close_left_over(&self, turn: &Turn, message: &MessageRef, locale: Locale) -> Result<bool, StoreError> {
        let place = &message.place;
        let closed = match self.platforms.get(&place.platform) {
            None => Err(PlatformError::Gone),
            Some(platform) => {
                let last = self.interrupted(turn, locale).await?;
                let aim = Aim::OrNew(message.clone());
                self.scheduler.deliver(&**platform, place, aim, &last, PATIENCE).await
            }
        };
        let later = matches!(closed, Err(PlatformError::Unavailable(_) | PlatformError::RateLimited { .. }));
        let status = if closed.is_ok() { AuditStatus::Ok } else { AuditStatus::Failed };
        self.parts
            .audit
            .append(AuditEvent {
                platform: Some(place.platform.to_string()),
                place: Some(place.id.clone()),
                conversation: Some(turn.conversation.0),
                error: closed.err().map(|error| error.to_string()),
                ..AuditEvent::new(self.parts.clock.now(), AuditAction::Recovered, status)
            })
            .await?;
        Ok(!later)
    }

    /// What a message left over says at last. A statement that ran, or may have, is not run again: asking its question
    /// again makes a new one.
    async fn interrupted(&self, turn: &Turn, locale: Locale) -> Result<Outgoing, StoreError> {
        let sentence = match &turn.proposal {
            Some(_) => text("execution-interrupted"),
            None => text("answer-interrupted"),
        };
        let question = self.question_of(turn).await?;
        let buttons = question.map(|_| retry_button(turn.id, locale)).into_iter().collect();
        Ok(Outgoing { buttons, ..Outgoing::text(sentence.render(locale)) })
    }
}
