//! The names of places: channels, threads, private conversations, and ephemeral answers to an interaction.

use pstral_core::domain::{Place, PlatformName};
use pstral_core::ports::PlatformError;
use serenity::model::id::ChannelId;

/// The prefix of a place that is the ephemeral answer to an interaction, before its id.
const ASIDE: &str = "aside:";

/// Returns the name of the platform.
pub(crate) fn platform() -> PlatformName {
    PlatformName("discord".to_owned())
}

/// The target of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// A channel, a thread or a private conversation: in the API, all of them are channels.
    Channel(ChannelId),
    /// An ephemeral answer to the interaction of this id.
    Aside(u64),
}

/// Returns the place of a channel that several people read.
pub(crate) fn channel(id: u64) -> Place {
    Place { platform: platform(), id: id.to_string(), thread: None, private: false }
}

/// Returns the place of a thread: the rules of its channel apply to it.
pub(crate) fn thread(channel: u64, id: u64) -> Place {
    Place { thread: Some(id.to_string()), ..self::channel(channel) }
}

/// Returns the place of a private conversation.
pub(crate) fn private(id: u64) -> Place {
    Place { platform: platform(), id: id.to_string(), thread: None, private: true }
}

/// Returns the place of ephemeral answers to an interaction, which only its person sees.
pub(crate) fn aside(interaction: u64) -> Place {
    Place { platform: platform(), id: format!("{ASIDE}{interaction}"), thread: None, private: true }
}

/// Parses a place. Fails with [`PlatformError::Gone`] for places of other platforms and for invalid ids.
pub(crate) fn spot(place: &Place) -> Result<Spot, PlatformError> {
    if place.platform != platform() {
        return Err(PlatformError::Gone);
    }
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number > 0);
    let found = match place.id.strip_prefix(ASIDE) {
        Some(interaction) => number(interaction).map(Spot::Aside),
        None => number(place.thread.as_ref().unwrap_or(&place.id)).map(|id| Spot::Channel(ChannelId::new(id))),
    };
    found.ok_or(PlatformError::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        let at = |id| Ok(Spot::Channel(ChannelId::new(id)));
        assert_eq!(spot(&channel(7)), at(7));
        assert_eq!(spot(&thread(7, 8)), at(8));
        assert_eq!(spot(&private(9)), at(9));
        assert_eq!(spot(&aside(10)), Ok(Spot::Aside(10)));
        for strange in ["", "0", "x", "7/", "aside:", "aside:x"] {
            let place = Place { id: strange.to_owned(), ..channel(1) };
            assert_eq!(spot(&place), Err(PlatformError::Gone), "{strange}");
        }
        let elsewhere = Place { platform: PlatformName("elsewhere".to_owned()), ..channel(7) };
        assert_eq!(spot(&elsewhere), Err(PlatformError::Gone));
    }
}
