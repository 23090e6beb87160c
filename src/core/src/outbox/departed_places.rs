//! Places that Pstral was removed from: nothing is sent there any more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Event, Form, Locale, MessageRef, Outgoing, Place, PlatformName};
use crate::egress::WriteTimeout;
use crate::lock::lock;
use crate::ports::{Capabilities, ChatPlatform, Clock, Inbox, LONGEST_WRITE, PlatformError, SendKey};
use crate::text::Text;

/// Places remembered: of those it left before them, the platform itself says that they are gone.
const REMEMBERED: usize = 256;

/// Places that Pstral was removed from of late, and when: what it is told in one of them after that shows that it is back.
#[derive(Debug, Default, Clone)]
pub(crate) struct DepartedPlaces(Arc<Mutex<VecDeque<(Place, Timestamp)>>>);

impl DepartedPlaces {
    /// Wraps a platform so that departed places count as gone and no write waits for ever.
    pub(crate) fn mind(&self, platform: &Arc<dyn ChatPlatform>, clock: &Arc<dyn Clock>) -> Arc<dyn ChatPlatform> {
        let bound = WriteTimeout { clock: Arc::clone(clock), longest: LONGEST_WRITE };
        Arc::new(GatedPlatform { platform: Arc::clone(platform), left: self.clone(), bound })
    }

    pub(crate) fn leave(&self, place: &Place, at: Timestamp) {
        let mut places = lock(&self.0);
        match places.iter_mut().find(|(left, _)| left == place) {
            Some((_, last)) => *last = at.max(*last),
            None => places.push_back((place.clone(), at)),
        }
        if places.len() > REMEMBERED {
            places.pop_front();
        }
    }

    /// It was told something there at that time. Events may come late: what is older than its leaving shows nothing.
    pub(crate) fn is_told(&self, place: &Place, at: Timestamp) {
        lock(&self.0).retain(|(left, since)| !place.is_within(left) || at < *since);
    }

    fn is_gone(&self, place: &Place) -> bool {
        lock(&self.0).iter().any(|(left, _)| place.is_within(left))
    }
}

/// A chat some places of which are gone.
struct GatedPlatform {
    platform: Arc<dyn ChatPlatform>,
    left: DepartedPlaces,
    /// Of what is asked of it; what is written to it has a bound of its own.
    bound: WriteTimeout,
}

impl GatedPlatform {
    fn open(&self, place: &Place) -> Result<(), PlatformError> {
        if self.left.is_gone(place) { Err(PlatformError::Gone) } else { Ok(()) }
    }
}

#[async_trait]
impl ChatPlatform for GatedPlatform {
    fn name(&self) -> PlatformName {
        self.platform.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.platform.capabilities()
    }

    fn columns(&self) -> Option<usize> {
        self.platform.columns()
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        self.platform.run(inbox, shutdown).await
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.open(place)?;
        self.platform.send(key, place, message).await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.open(&at.place)?;
        self.platform.edit(at, message).await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.open(&at.place)?;
        self.platform.delete(at).await
    }

    async fn live(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        self.open(place)?;
        self.bound.wait(self.platform.live(place, known)).await
    }

    async fn typing(&self, place: &Place) {
        if self.open(place).is_ok() {
            self.platform.typing(place).await;
        }
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        self.bound.wait(self.platform.open_dm(actor)).await
    }

    fn is_of_two(&self, place: &Place) -> bool {
        self.platform.is_of_two(place)
    }

    fn lacks_permission(&self, place: &Place) -> bool {
        self.platform.lacks_permission(place)
    }

    fn aside(&self, event: &Event) -> Option<Place> {
        self.platform.aside(event)
    }

    fn awaits(&self, event: &Event) -> Option<Locale> {
        self.platform.awaits(event)
    }

    async fn open_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        self.bound.wait(self.platform.open_form(event, form)).await
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        self.bound.wait(self.platform.health()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::chat_platform::FakeChat;

    #[test]
    fn only_what_comes_after_its_leaving_shows_that_it_is_back() {
        let (left, place) = (DepartedPlaces::default(), FakeChat::place());
        let at = |second| Timestamp::constant(second, 0);
        left.is_told(&place, at(1));
        left.leave(&place, at(10));
        left.leave(&place, at(5));
        for (told, gone) in [(9, true), (10, false)] {
            left.is_told(&place, at(told));
            assert_eq!(left.is_gone(&place), gone, "{told}");
        }
    }

    #[test]
    fn with_a_place_its_threads_are_gone() {
        let (left, place) = (DepartedPlaces::default(), FakeChat::channel("room"));
        let thread = FakeChat::channel("room/question");
        let at = |second| Timestamp::constant(second, 0);
        left.leave(&place, at(10));
        assert!(left.is_gone(&thread) && !left.is_gone(&FakeChat::channel("roommate/question")));
        left.is_told(&thread, at(11));
        assert!(!left.is_gone(&place), "it was told something in one of them");
        left.leave(&thread, at(12));
        assert!(left.is_gone(&thread) && !left.is_gone(&place));
    }

    #[test]
    fn the_places_left_last_are_remembered() {
        let left = DepartedPlaces::default();
        for number in 0..=REMEMBERED {
            left.leave(&FakeChat::channel(&number.to_string()), Timestamp::UNIX_EPOCH);
        }
        let gone = |number: usize| left.is_gone(&FakeChat::channel(&number.to_string()));
        assert_eq!([gone(0), gone(1), gone(REMEMBERED)], [false, true, true]);
    }
}
