//! A cache of the channels of servers: their parents, whether they are threads, and who created those.

use std::collections::HashMap;

use parking_lot::Mutex;
use pstral_core::domain::Place;
use serenity::model::channel::{ChannelType, GuildChannel, PartialChannel};

use crate::place::{channel, thread};

/// A channel of a server, as far as it is cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CachedChannel {
    /// The id of the server.
    pub(crate) guild: u64,
    /// The parent channel of a thread; `None` for a channel that is not a thread.
    pub(crate) within: Option<u64>,
    /// The user who created the thread, if known.
    owner: Option<u64>,
    /// True if a thread can be created from a message there.
    pub(crate) threads: bool,
}

impl CachedChannel {
    /// Reads the channel of an interaction, which does not say who created a thread.
    pub(crate) fn of_interaction(guild: u64, channel: &PartialChannel) -> Self {
        let within = channel.parent_id.map(u64::from).filter(|_| is_thread(channel.kind));
        Self { guild, within, owner: None, threads: matches!(channel.kind, ChannelType::Text | ChannelType::News) }
    }

    /// Returns the [`Place`] of the channel or thread `id`.
    pub(crate) fn place(&self, id: u64) -> Place {
        self.within.map_or_else(|| channel(id), |within| thread(within, id))
    }

    /// Returns the channel whose rules apply: the parent of a thread, otherwise `id` itself.
    pub(crate) fn channel(&self, id: u64) -> u64 {
        self.within.unwrap_or(id)
    }

    /// Describes a thread that `owner` creates in the channel of id `channel`.
    pub(crate) fn with_thread_of(&self, channel: u64, owner: u64) -> Self {
        Self { within: Some(channel), owner: Some(owner), threads: false, ..*self }
    }

    /// Checks whether it is a thread that this user created.
    pub(crate) fn was_begun_by(&self, user: u64) -> bool {
        self.within.is_some() && self.owner == Some(user)
    }
}

impl From<&GuildChannel> for CachedChannel {
    fn from(channel: &GuildChannel) -> Self {
        let of = |id: Option<u64>| id.filter(|_| is_thread(channel.kind));
        Self {
            guild: channel.guild_id.get(),
            within: of(channel.parent_id.map(u64::from)),
            owner: of(channel.owner_id.map(u64::from)),
            threads: matches!(channel.kind, ChannelType::Text | ChannelType::News),
        }
    }
}

fn is_thread(kind: ChannelType) -> bool {
    matches!(kind, ChannelType::NewsThread | ChannelType::PublicThread | ChannelType::PrivateThread)
}

/// The channels that Discord reported, by id, without any of their messages.
#[derive(Default)]
pub(crate) struct Channels(Mutex<HashMap<u64, CachedChannel>>);

impl Channels {
    /// Returns the cached channel of that id.
    pub(crate) fn get(&self, id: u64) -> Option<CachedChannel> {
        self.0.lock().get(&id).copied()
    }

    /// Adds or replaces a channel.
    pub(crate) fn learn(&self, id: u64, known: CachedChannel) {
        self.0.lock().insert(id, known);
    }

    /// Adds or replaces all channels that an event lists.
    pub(crate) fn learn_all<'a>(&self, channels: impl IntoIterator<Item = &'a GuildChannel>) {
        self.0.lock().extend(channels.into_iter().map(|channel| (channel.id.get(), CachedChannel::from(channel))));
    }

    /// Removes a channel that was deleted.
    pub(crate) fn forget(&self, id: u64) {
        self.0.lock().remove(&id);
    }

    /// Removes every channel of a server.
    pub(crate) fn forget_guild(&self, guild: u64) {
        self.0.lock().retain(|_, known| known.guild != guild);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_told_from_a_channel_of_a_category() {
        let known = |json: &str| CachedChannel::from(&serde_json::from_str::<GuildChannel>(json).unwrap());
        let text = known(r#"{ "id": "7", "type": 0, "guild_id": "1", "parent_id": "2", "name": "sales" }"#);
        assert_eq!((text.place(7), text.channel(7), text.threads), (channel(7), 7, true));
        let began = r#"{ "id": "8", "type": 11, "guild_id": "1", "parent_id": "7", "owner_id": "9", "name": "May" }"#;
        let began = known(began);
        assert_eq!((began.place(8), began.channel(8), began.threads), (thread(7, 8), 7, false));
        assert!(began.was_begun_by(9) && !began.was_begun_by(1) && !text.was_begun_by(9));
    }
}
