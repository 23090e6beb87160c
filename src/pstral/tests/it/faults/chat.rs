//! A chat that takes its time for each write and refuses the one a row names.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::{Actor, MessageRef, Outgoing, OutgoingState, Place, PlatformName};
use pstral_core::ports::{Capabilities, ChatPlatform, Inbox, PlatformError, SendKey};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::text::Text;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::case::{Refusal, Write};
use super::model::FAILS_AT;

/// Half of what a write takes: the platform has it, and the program does not know yet.
pub(super) const HALFWAY: Duration = Duration::from_millis(15);
/// The wait that a rate-limiting platform asks for.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// From when a platform that goes away is not there.
const LEAVES: Duration = Duration::from_millis(100);
/// The length of an outage.
pub(super) const AWAY: Duration = Duration::from_mins(5);
/// Longer than an answer is tried for.
pub(super) const LONG_AWAY: Duration = Duration::from_mins(11);

/// Refuses what its row says.
pub(super) struct RefusingChat {
    pub(super) seen: FakeChat,
    began: Instant,
    refusal: Mutex<Refusal>,
    /// Refusals still to come.
    left: Mutex<u32>,
}

impl RefusingChat {
    pub(super) fn new(refusal: Refusal) -> Self {
        let left = if matches!(refusal, Refusal::Unavailable(_)) { 3 } else { 1 };
        let seen = FakeChat::with(crate::world::capabilities());
        Self { seen, began: Instant::now(), refusal: Mutex::new(refusal), left: Mutex::new(left) }
    }

    /// From now on it takes everything.
    pub(super) fn is_well(&self) {
        *self.refusal.lock().unwrap() = Refusal::Nothing;
    }

    /// Checks whether the platform is available, or available again after its outage.
    fn is_there(&self) -> Result<(), PlatformError> {
        let lasts = match *self.refusal.lock().unwrap() {
            Refusal::Away => AWAY,
            Refusal::LongAway => LONG_AWAY,
            _ => return Ok(()),
        };
        let left = self.began + FAILS_AT - LEAVES;
        let is_away = (left..left + lasts).contains(&Instant::now());
        if is_away { Err(PlatformError::Unavailable("no route".to_owned())) } else { Ok(()) }
    }

    /// Refuses, where it is this write that is to be refused.
    async fn refuse(&self, write: Write, at: Option<&MessageRef>) -> Result<(), PlatformError> {
        sleep(HALFWAY).await;
        self.is_there()?;
        let refusal = *self.refusal.lock().unwrap();
        let error = match refusal {
            Refusal::Never(named) if named == write => {
                return Err(PlatformError::Unavailable("no route".to_owned()));
            }
            Refusal::Limited(named) if named == write => PlatformError::RateLimited { retry_after: RETRY_AFTER },
            Refusal::Unavailable(named) if named == write => PlatformError::Unavailable("no route".to_owned()),
            Refusal::Rejected(named) if named == write => PlatformError::Rejected("not that".to_owned()),
            Refusal::Gone(named) if named == write => PlatformError::Gone,
            _ => return Ok(()),
        };
        let again = {
            let mut left = self.left.lock().unwrap();
            let again = *left > 0;
            *left = left.saturating_sub(1);
            again
        };
        if !again {
            return Ok(());
        }
        if let (PlatformError::Gone, Some(at)) = (&error, at) {
            self.seen.delete(at).await?;
        }
        Err(error)
    }
}

fn is_last(message: &Outgoing) -> bool {
    message.state == OutgoingState::Final
}

#[async_trait]
impl ChatPlatform for RefusingChat {
    fn name(&self) -> PlatformName {
        self.seen.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.seen.capabilities()
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        self.seen.run(inbox, shutdown).await
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.refuse(if is_last(message) { Write::Last } else { Write::Send }, None).await?;
        let sent = self.seen.send(key, place, message).await;
        sleep(HALFWAY).await;
        sent
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.refuse(if is_last(message) { Write::Last } else { Write::Interim }, Some(at)).await?;
        let edited = self.seen.edit(at, message).await;
        sleep(HALFWAY).await;
        edited
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.seen.delete(at).await
    }

    async fn live(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        self.is_there()?;
        self.seen.live(place, known).await
    }

    async fn typing(&self, place: &Place) {
        self.seen.typing(place).await;
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        self.seen.open_dm(actor).await
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        self.seen.health().await
    }
}
