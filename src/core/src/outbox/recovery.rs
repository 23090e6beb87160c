//! Recovery after a restart, a panic or a platform outage: messages that nobody writes any more are closed, at the start
//! and then every minute.

use std::sync::Arc;

use futures::future::join_all;
use futures::join;
use jiff::SignedDuration;

use crate::asker::Asker;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Turn, TurnEnd, TurnState, User, UserId};
use crate::outbox::Platforms;
use crate::outbox::finalize::Finalizer;
use crate::outbox::orphaned_turns::{OrphanedTurn, OrphanedTurns};
use crate::outbox::pending_finals::{ClosingTurn, PendingFinals};
use crate::outbox::running::Running;
use crate::ports::{Clock, Conversations, People, PlatformError, StoreError};
use crate::recorder::Recorder;
use crate::settings::Settings;

/// Age below which a turn is left to whoever began it.
const JUST_BEGUN: SignedDuration = SignedDuration::from_mins(1);

/// The reason why turns are being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// The program starts and takes over every turn on its platforms.
    Start,
    /// The program runs; turns on platforms that it does not have belong to another program.
    Minute,
    /// Answering a person panicked; the person is told elsewhere of what was not shown.
    Bug,
}

/// Closes messages that nobody writes any more.
pub(crate) struct Recovery {
    pub(crate) settings: Arc<Settings>,
    pub(crate) platforms: Platforms,
    pub(crate) running: Running,
    pub(crate) pending: PendingFinals,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) orphans: Arc<OrphanedTurns>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) people: Arc<dyn People>,
}

impl Recovery {
    /// Closes the messages an earlier run left behind, and says how many. Called once, before the
    /// platforms run. A message whose platform is away is left to [`close_orphaned_turns`](Self::close_orphaned_turns).
    pub(crate) async fn recover(&self) -> Result<usize, StoreError> {
        self.close(self.conversations.streaming().await?, Trigger::Start).await
    }

    /// Closes what nobody writes any more, and says how many: an answer whose platform was away when it was
    /// whole is shown, and anything else is said to be interrupted. To be called each minute; where it takes long, because
    /// a place does, the next call need not wait for it.
    pub(crate) async fn close_orphaned_turns(&self) -> Result<usize, StoreError> {
        let due = self.clock.now() - JUST_BEGUN;
        let left = self.conversations.streaming().await?.into_iter();
        let left = left.filter(|(user, turn)| turn.at <= due && self.is_orphaned(*user, turn)).collect();
        self.close(left, Trigger::Minute).await
    }

    /// Closes what answering one person left behind when it broke.
    pub(crate) async fn recover_after_panic(&self, asker: &Asker) -> Result<usize, StoreError> {
        let left = self.conversations.streaming().await?.into_iter();
        // What waits for its platform waits on: nobody else is to wait for that.
        let waits = |turn: &Turn| self.pending.holds(turn.id);
        let left = left.filter(|(user, turn)| *user == asker.user.id && !waits(turn) && self.is_orphaned(*user, turn));
        let left = left.collect();
        self.close(left, Trigger::Bug).await
    }

    /// True if nothing in this process writes the turn any more: each person has one answer at a time in each place.
    fn is_orphaned(&self, user: UserId, turn: &Turn) -> bool {
        let place = turn.message.as_ref().map(|message| &message.place);
        self.pending.holds(turn.id) || !self.running.is_going(user, place)
    }

    /// Closes turns that nobody writes any more: those with a pending final text by it, the others as interrupted.
    async fn close(&self, left: Vec<(UserId, Turn)>, when: Trigger) -> Result<usize, StoreError> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (user, turn) in left {
            let Some(mut closing) = self.pending.begin(turn.id) else { continue };
            // What has ended since it was listed is closed, or another instance closes it.
            match self.conversations.take_over(turn.id).await? {
                None => drop(closing.take()),
                Some(_) if closing.is_known() => known.push(closing),
                Some(turn) => unknown.push((closing, OrphanedTurn::of(user, turn))),
            }
        }
        let settled = known.into_iter().map(|mut closing| async move {
            self.finalizer.retry_if_wanted(&mut closing).await.unwrap_or_else(|trouble| {
                tracing::error!(?trouble, "end of an answer not recorded; retrying every minute");
                false
            })
        });
        let (settled, closed) = join!(join_all(settled), self.close_unknown(unknown, when));
        Ok(count(settled) + closed?)
    }

    /// Closes turns of whose last state nothing is known.
    async fn close_unknown(&self, left: Vec<(ClosingTurn, OrphanedTurn)>, when: Trigger) -> Result<usize, StoreError> {
        if left.is_empty() {
            return Ok(0);
        }
        let users = self.people.users().await?;
        let (_closing, mut left): (Vec<ClosingTurn>, Vec<OrphanedTurn>) = left.into_iter().unzip();
        self.orphans.attach_live_messages(&mut left, &users).await?;
        let closed = left.into_iter().map(|left| self.close_one(left, when, &users));
        join_all(closed).await.into_iter().collect::<Result<Vec<bool>, StoreError>>().map(count)
    }

    /// Closes one turn; false if it is left to the next minute.
    async fn close_one(&self, mut left: OrphanedTurn, when: Trigger, users: &[User]) -> Result<bool, StoreError> {
        let reader = users.iter().find(|known| known.id == left.user);
        if left.place.is_none() && when != Trigger::Bug {
            left.place = self.orphans.place_of(&left).await?;
        }
        let is_told = when != Trigger::Bug || left.may_look_live();
        if let Some(place) = left.place.clone().filter(|_| is_told) {
            if when == Trigger::Minute && !self.platforms.contains_key(&place.platform) {
                return Ok(false);
            }
            let locale = self.settings.language_of(&place).or(reader.map(|reader| reader.locale));
            let shown =
                self.orphans.close_messages(&left, &place, reader, locale.unwrap_or(self.settings.locale)).await?;
            let status = match &shown {
                Err(error @ (PlatformError::Unavailable(_) | PlatformError::RateLimited { .. })) => {
                    tracing::warn!(%error, place = place.path(), "messages of an interrupted answer not closed; retrying in a minute");
                    return Ok(false);
                }
                Err(PlatformError::Gone | PlatformError::Rejected(_)) => AuditStatus::Failed,
                Ok(()) => AuditStatus::Ok,
            };
            let event = AuditEvent {
                platform: Some(place.platform.to_string()),
                place: Some(place.path()),
                conversation: Some(left.turn.conversation.0),
                proposal: left.turn.proposal.as_ref().map(|proposal| proposal.0.clone()),
                error: shown.err().map(|error| error.to_string()),
                ..AuditEvent::new(self.clock.now(), AuditAction::Recovered, status)
            };
            self.recorder.append(event).await?;
        }
        let end = TurnEnd::words(&left.turn.text, TurnState::Interrupted);
        self.conversations.finish_turn(left.turn.id, &end).await?;
        Ok(true)
    }
}

fn count(closed: Vec<bool>) -> usize {
    closed.into_iter().filter(|is_closed| *is_closed).count()
}
