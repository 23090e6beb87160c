//! Places that Pstral was removed from: nothing is sent there any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Event, Form, MessageRef, Outgoing, Place, PlatformName};
use crate::ports::{Capabilities, ChatPlatform, Inbox, PlatformError};
use crate::text::Text;

/// Places that Pstral was removed from, since it runs, and when: what it is told in one of them after that shows that it
/// is back.
#[derive(Debug, Default, Clone)]
pub(super) struct Left(Arc<Mutex<HashMap<Place, Timestamp>>>);

impl Left {
    /// The same chat, to which those places are gone.
    pub(super) fn mind(&self, platform: &Arc<dyn ChatPlatform>) -> Arc<dyn ChatPlatform> {
        Arc::new(Minding { platform: Arc::clone(platform), left: self.clone() })
    }

    pub(super) fn leave(&self, place: &Place, at: Timestamp) {
        let mut places = self.places();
        let left = places.entry(place.clone()).or_insert(at);
        *left = at.max(*left);
    }

    /// It was told something there at that time. Events may come late: what is older than its leaving shows nothing.
    pub(super) fn is_told(&self, place: &Place, at: Timestamp) {
        let mut places = self.places();
        if places.get(place).is_some_and(|left| at >= *left) {
            places.remove(place);
        }
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Place, Timestamp>> {
        self.0.lock().expect("invariant: nothing panics while the lock is held")
    }
}

/// A chat some places of which are gone.
struct Minding {
    platform: Arc<dyn ChatPlatform>,
    left: Left,
}

impl Minding {
    fn open(&self, place: &Place) -> Result<(), PlatformError> {
        if self.left.places().contains_key(place) { Err(PlatformError::Gone) } else { Ok(()) }
    }
}

#[async_trait]
impl ChatPlatform for Minding {
    fn name(&self) -> PlatformName {
        self.platform.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.platform.capabilities()
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        self.platform.run(inbox, shutdown).await
    }

    async fn send(&self, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.open(place)?;
        self.platform.send(place, message).await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.open(&at.place)?;
        self.platform.edit(at, message).await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.open(&at.place)?;
        self.platform.delete(at).await
    }

    async fn live(&self, place: &Place) -> Result<Vec<MessageRef>, PlatformError> {
        self.open(place)?;
        self.platform.live(place).await
    }

    async fn typing(&self, place: &Place) {
        if self.open(place).is_ok() {
            self.platform.typing(place).await;
        }
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        self.platform.open_dm(actor).await
    }

    fn aside(&self, event: &Event) -> Option<Place> {
        self.platform.aside(event)
    }

    async fn open_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        self.platform.open_form(event, form).await
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        self.platform.health().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::chat_platform::FakeChat;

    #[test]
    fn only_what_comes_after_its_leaving_shows_that_it_is_back() {
        let (left, place) = (Left::default(), FakeChat::place());
        let at = |second| Timestamp::constant(second, 0);
        left.is_told(&place, at(1));
        left.leave(&place, at(10));
        left.leave(&place, at(5));
        for (told, gone) in [(9, true), (10, false)] {
            left.is_told(&place, at(told));
            assert_eq!(left.places().contains_key(&place), gone, "{told}");
        }
    }
}
