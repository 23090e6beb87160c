//! How channels, threads, private conversations and answers beside an interaction are called.

use pstral_core::domain::{Place, PlatformName};
use pstral_core::ports::PlatformError;
use serenity::model::id::ChannelId;

/// What stands before the interaction that a place is beside.
const ASIDE: &str = "aside:";

/// The name of the platform.
pub(crate) fn platform() -> PlatformName {
    PlatformName("discord".to_owned())
}

/// Where something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// In a channel, a thread or a private conversation: threads are channels too.
    Channel(ChannelId),
    /// For one person alone, in answer to this interaction.
    Aside(u64),
}

/// A channel that several people read.
pub(crate) fn channel(id: u64) -> Place {
    Place { platform: platform(), id: id.to_string(), private: false }
}

/// A thread of a channel: what holds for the channel holds for it.
pub(crate) fn thread(channel: u64, id: u64) -> Place {
    Place { platform: platform(), id: format!("{channel}/{id}"), private: false }
}

/// A private conversation.
pub(crate) fn private(id: u64) -> Place {
    Place { platform: platform(), id: id.to_string(), private: true }
}

/// What only the person of an interaction sees, where they acted.
pub(crate) fn aside(interaction: u64) -> Place {
    Place { platform: platform(), id: format!("{ASIDE}{interaction}"), private: true }
}

/// Where a place is; [`PlatformError::Gone`] for those of others.
pub(crate) fn spot(place: &Place) -> Result<Spot, PlatformError> {
    if place.platform != platform() {
        return Err(PlatformError::Gone);
    }
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number > 0);
    let found = match place.id.strip_prefix(ASIDE) {
        Some(interaction) => number(interaction).map(Spot::Aside),
        None => place.id.rsplit('/').next().and_then(number).map(|id| Spot::Channel(ChannelId::new(id))),
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
