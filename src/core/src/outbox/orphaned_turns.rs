//! A turn that nobody writes any more: which messages of it look live, and how they end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Locale, MessageRef, Outgoing, Place, Turn, TurnState, User, UserId};
use crate::egress::fence::closed;
use crate::egress::{Destination, RetryPolicy, Scheduler, is_ours, whole};
use crate::outbox::Platforms;
use crate::outbox::buttons::retry_button;
use crate::outbox::finalize::Finalizer;
use crate::outbox::running::Running;
use crate::outbox::signature::asked_by;
use crate::ports::{ChatPlatform, Conversations, People, PlatformError, StoreError};
use crate::text::text;

/// For each message: nobody waits for a platform that is away, since a minute later it is tried again.
const PATIENCE: RetryPolicy = RetryPolicy { tries: 3, time: Duration::from_mins(1) };

/// Conversations of each person, and turns of each of them, looked at for what another instance is writing.
const RECENT: u32 = 20;

/// A message that looks live, with what it shows.
type Live = (MessageRef, String);

/// A turn that nobody writes any more.
pub(crate) struct OrphanedTurn {
    pub(crate) user: UserId,
    pub(crate) turn: Turn,
    /// The place in which it is shown, if known.
    pub(crate) place: Option<Place>,
    /// Its last message, where that looks live.
    last: Option<Live>,
    /// Others that look live in that place and belong to nobody else.
    others: Vec<Live>,
    /// The error that keeps its place from being read for now.
    away: Option<PlatformError>,
}

impl OrphanedTurn {
    pub(crate) fn of(user: UserId, turn: Turn) -> Self {
        let place = turn.message.as_ref().map(|message| message.place.clone());
        Self { user, turn, place, last: None, others: Vec::new(), away: None }
    }

    /// True if one of its messages looks live, or its place cannot be read to tell.
    pub(crate) fn may_look_live(&self) -> bool {
        self.last.is_some() || self.away.is_some()
    }

    /// Takes what nobody has taken: its own message before any other.
    fn take(&mut self, live: Vec<Live>, taken: &mut HashSet<MessageRef>) {
        let mut free: Vec<Live> = live.into_iter().filter(|(at, _)| !taken.contains(at)).collect();
        let own = free.iter().position(|(at, _)| self.turn.message.as_ref() == Some(at));
        if own.is_some() || !free.is_empty() {
            let (at, shown) = free.remove(own.unwrap_or(0));
            taken.insert(at.clone());
            self.place = Some(at.place.clone());
            self.last = Some((at, shown));
        }
        self.others = free;
    }
}

/// Finds and ends the messages of turns that nobody writes any more.
pub(crate) struct OrphanedTurns {
    pub(crate) scheduler: Scheduler,
    pub(crate) platforms: Platforms,
    pub(crate) running: Running,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) people: Arc<dyn People>,
}

impl OrphanedTurns {
    /// A program may end after a message was sent and before that was noted down: what still looks live where a turn
    /// can have been shown is taken for its message. Not what another turn is known to write, nor anything where somebody is
    /// being answered: theirs may be noted down in a moment.
    pub(crate) async fn attach_live_messages(
        &self,
        left: &mut [OrphanedTurn],
        users: &[User],
    ) -> Result<(), StoreError> {
        let mut taken: HashSet<MessageRef> = left.iter().filter_map(|left| left.turn.message.clone()).collect();
        for one in &mut *left {
            if let Some(own) = &one.turn.message {
                taken.remove(own);
            }
            let places = match &one.place {
                Some(place) => vec![place.clone()],
                None => self.places_of(one.user, &one.turn).await?,
            };
            for place in places {
                match self.live_in(&place, one, users).await? {
                    Ok(live) => one.take(live, &mut taken),
                    Err(PlatformError::Gone | PlatformError::Rejected(_)) => {}
                    Err(error) => one.away = Some(error),
                }
                if one.last.is_some() {
                    one.away = None;
                    break;
                }
            }
            if let Some((at, _)) = one.last.as_ref().filter(|(at, _)| one.turn.message.as_ref() != Some(at)) {
                self.conversations.set_message(one.turn.id, at).await?;
            }
        }
        for one in left {
            one.others.retain(|(at, _)| taken.insert(at.clone()));
        }
        Ok(())
    }

    /// Finds the messages in a place that look live and may belong to a turn.
    async fn live_in(
        &self,
        place: &Place,
        of: &OrphanedTurn,
        users: &[User],
    ) -> Result<Result<Vec<Live>, PlatformError>, StoreError> {
        let Some(platform) = self.platforms.get(&place.platform) else { return Ok(Err(PlatformError::Gone)) };
        let own = of.turn.message.as_ref();
        let mut is_busy = self.running.is_busy(place);
        let mut live = match platform.live(place, own).await {
            Ok(live) => live,
            Err(error) => return Ok(Err(error)),
        };
        let is_own = |(at, _): &Live| own == Some(at);
        // Read afterwards: what was noted down meanwhile is known.
        let known = if live.is_empty() { Vec::new() } else { self.written_in(place, of.user, users).await? };
        is_busy |= self.running.is_busy(place);
        live.retain(|live| is_own(live) || !known.contains(&live.0));
        if is_busy && !live.is_empty() && !live.iter().any(is_own) {
            return Ok(Err(PlatformError::Unavailable("somebody is being answered there, perhaps in this".to_owned())));
        }
        live.retain(|live| is_own(live) || !is_busy);
        Ok(Ok(live))
    }

    /// The messages in a place that turns are known to write: those of this program and of runs that ended, and those of
    /// the conversations held there, which another instance may be writing.
    async fn written_in(&self, place: &Place, of: UserId, users: &[User]) -> Result<Vec<MessageRef>, StoreError> {
        let conversations = &self.conversations;
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

    /// Returns the places in which a turn may have been shown: its conversation's place, or its person's private one.
    async fn places_of(&self, user: UserId, turn: &Turn) -> Result<Vec<Place>, StoreError> {
        let Some(held) = self.conversations.conversation(turn.conversation).await? else { return Ok(Vec::new()) };
        let mut places = vec![held.place];
        let Some(platform) = self.platforms.get(&places[0].platform).filter(|_| !places[0].private) else {
            return Ok(places);
        };
        for link in self.people.links(user).await? {
            if link.actor.platform == places[0].platform
                && let Ok(place) = platform.open_dm(&link.actor).await
            {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// Returns the place in which a turn would have been shown, for one that never was.
    pub(crate) async fn place_of(&self, left: &OrphanedTurn) -> Result<Option<Place>, StoreError> {
        let places = self.places_of(left.user, &left.turn).await?;
        Ok(places.into_iter().find(|place| place.private || !left.turn.aside))
    }

    /// Brings a turn to its end: what people have read of it stays, and below it stands that it was interrupted. Where none
    /// of its messages looks live, what they say is left as it is and a new one tells its person, who waits for it.
    pub(crate) async fn close_messages(
        &self,
        left: &OrphanedTurn,
        place: &Place,
        reader: Option<&User>,
        locale: Locale,
    ) -> Result<Result<(), PlatformError>, StoreError> {
        if let Some(away) = &left.away {
            return Ok(Err(away.clone()));
        }
        let Some(platform) = self.platforms.get(&place.platform) else { return Ok(Err(PlatformError::Gone)) };
        let last = self.interrupted(&left.turn, place, reader, locale).await?;
        let shown = self.show_all(left, &**platform, place, last).await;
        if let Ok(at) = &shown
            && left.turn.message.as_ref() != Some(at)
        {
            self.conversations.set_message(left.turn.id, at).await?;
        }
        Ok(shown.map(drop))
    }

    /// Says where the last message stands.
    async fn show_all(
        &self,
        left: &OrphanedTurn,
        platform: &dyn ChatPlatform,
        place: &Place,
        mut last: Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let length = platform.capabilities().length;
        for (at, shown) in &left.others {
            let stays = Outgoing::text(whole(&closed(shown), length));
            let ended = self.scheduler.deliver(platform, place, Destination::Only(at.clone()), &stays, PATIENCE).await;
            // Nobody sees it any more, or nobody can change it.
            if let Err(error @ (PlatformError::Unavailable(_) | PlatformError::RateLimited { .. })) = ended {
                return Err(error);
            }
        }
        let Some((at, shown)) = &left.last else {
            return self.show_last(platform, place, Destination::New, last).await;
        };
        let Some(said) = said(shown) else {
            return self.show_last(platform, place, Destination::OrNew(at.clone()), last).await;
        };
        let (said, sentence) = (closed(said), words(&last.text).to_owned());
        let together = format!("{said}\n\n{sentence}");
        if length.holds(&together) {
            last.text = together;
            return self.show_last(platform, place, Destination::OrNew(at.clone()), last).await;
        }
        let stays = Outgoing::text(whole(&said, length));
        match self.scheduler.deliver(platform, place, Destination::Only(at.clone()), &stays, PATIENCE).await {
            Ok(_) | Err(PlatformError::Gone) => self.show_last(platform, place, Destination::New, last).await,
            Err(error) => Err(error),
        }
    }

    /// Shows a last message, without its buttons if the place rejects them.
    async fn show_last(
        &self,
        platform: &dyn ChatPlatform,
        place: &Place,
        destination: Destination,
        message: Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        match self.scheduler.deliver(platform, place, destination.clone(), &message, PATIENCE).await {
            Err(PlatformError::Rejected(_)) => {
                let plain = Outgoing::text(message.text);
                self.scheduler.deliver(platform, place, destination, &plain, PATIENCE).await
            }
            shown => shown,
        }
    }

    /// Builds the last state of an interrupted message. A statement that ran, or may have, is not run again: asking the
    /// question again makes a new one.
    async fn interrupted(
        &self,
        turn: &Turn,
        place: &Place,
        reader: Option<&User>,
        locale: Locale,
    ) -> Result<Outgoing, StoreError> {
        let sentence = match &turn.proposal {
            Some(_) => text("execution-interrupted"),
            None => text("answer-interrupted"),
        };
        let question = self.finalizer.question_of(turn).await?;
        let buttons = question.map(|_| retry_button(turn.id, locale)).into_iter().collect();
        let heading = reader.filter(|_| !place.private).map(|reader| asked_by(reader, locale));
        let lines: Vec<String> = heading.into_iter().chain([sentence.render(locale)]).collect();
        Ok(Outgoing { buttons, ..Outgoing::text(lines.join("\n")) })
    }
}

/// Returns the shown text if it holds words of the model; `None` if it is only Pstral's own note.
fn said(shown: &str) -> Option<&str> {
    let words = words(shown);
    (!words.is_empty() && !is_ours(words)).then_some(shown)
}

/// A message without the line that says who asked.
fn words(shown: &str) -> &str {
    match shown.split_once('\n') {
        Some((heading, words)) if is_heading(heading) => words,
        None if is_heading(shown) => "",
        _ => shown,
    }
}

/// Checks whether a line says who asked. The sign is ours alone: it is taken out of what a model writes. The line is not
/// compared with the asker's name, which may have changed since the crash.
fn is_heading(line: &str) -> bool {
    line.starts_with('↳')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_said_is_told_from_what_we_say() {
        for (shown, expected) in [
            ("", None),
            ("⏳ Running…", None),
            ("↳ Zoé", None),
            ("↳ Zoé\n⏳ You are next.", None),
            ("They are many.", Some("They are many.")),
            ("↳ Zoé\nThey are\nmany.", Some("↳ Zoé\nThey are\nmany.")),
        ] {
            assert_eq!(said(shown), expected, "{shown}");
        }
    }
}
