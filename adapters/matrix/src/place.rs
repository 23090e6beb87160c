//! The names of places: rooms, threads and private conversations.

use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId};
use pstral_core::domain::{Place, PlatformName};
use pstral_core::ports::PlatformError;

/// Returns the name of the platform.
pub(crate) fn platform() -> PlatformName {
    PlatformName("matrix".to_owned())
}

/// The target of a write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    pub(crate) room: OwnedRoomId,
    /// The root message of a thread.
    pub(crate) thread: Option<OwnedEventId>,
}

impl Spot {
    pub(crate) fn new(room: OwnedRoomId, thread: Option<OwnedEventId>) -> Self {
        Self { room, thread }
    }

    /// Converts it to a [`Place`].
    pub(crate) fn place(&self, private: bool) -> Place {
        let thread = self.thread.as_ref().map(ToString::to_string);
        Place { platform: platform(), id: self.room.to_string(), thread, private }
    }
}

/// The prefix of a place that stands for somebody's private conversation, before their user id.
const ASIDE: &str = "aside:";

/// Returns the place of notices that only this user needs to read: their private conversation, created when something
/// is said there.
pub(crate) fn aside(user: &str) -> Place {
    Place { platform: platform(), id: format!("{ASIDE}{user}"), thread: None, private: true }
}

/// Returns the user of such a private place; `None` for other places.
pub(crate) fn whose_aside(place: &Place) -> Option<&str> {
    place.id.strip_prefix(ASIDE).filter(|_| place.platform == platform())
}

/// Parses a place. Fails with [`PlatformError::Gone`] for places of other platforms and for invalid ids.
pub(crate) fn spot(place: &Place) -> Result<Spot, PlatformError> {
    if place.platform != platform() {
        return Err(PlatformError::Gone);
    }
    let room = place.id.as_str().try_into().map_err(|_| PlatformError::Gone)?;
    let thread = place.thread.as_deref().map(OwnedEventId::try_from).transpose().map_err(|_| PlatformError::Gone)?;
    Ok(Spot { room, thread })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        for thread in [None, Some("$abc"), Some("$a/b+c:example.org")] {
            let room: OwnedRoomId = "!ro/om:example.org".try_into().unwrap();
            let there = Spot::new(room.clone(), thread.map(|id| id.try_into().unwrap()));
            for private in [true, false] {
                let place = there.place(private);
                assert_eq!(spot(&place), Ok(there.clone()));
                if !private {
                    assert_eq!(place.channel(), Spot::new(room.clone(), None).place(false));
                }
            }
        }
        let strange = |platform: &str, path: &str| Place::at_path(PlatformName(platform.to_owned()), path, false);
        for (platform, id) in [("elsewhere", "!room:x"), ("matrix", ""), ("matrix", "room"), ("matrix", "!room:x/abc")]
        {
            assert_eq!(spot(&strange(platform, id)), Err(PlatformError::Gone), "{platform} {id}");
        }
    }
}
