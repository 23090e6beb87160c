//! Catching up after a disconnection: the last minutes of the places where people talk to Pstral are read again.
//!
//! Discord itself replays what a short interruption hid, when a connection is resumed. When it is begun anew it does not.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::ports::Inbox;
use serenity::http::{LightMethod, Route};
use serenity::model::channel::Message;
use serenity::model::id::{ChannelId, GuildId};
use tokio::time::Instant;

use crate::Discord;
use crate::error::DiscordError;
use crate::rest::plain;
use crate::snowflake::id_of;

/// The oldest message that is still answered: who asked before that has gone elsewhere.
const MISSED: Duration = Duration::from_mins(5);
/// Places in which somebody talked to Pstral within this time are read.
const TALKED: Duration = Duration::from_hours(24);
/// The maximum number of places read.
const PLACES: usize = 50;
/// Messages read per request and the number of requests per place: whoever wrote more is talking to others.
const MESSAGES: usize = 50;
const PAGES: usize = 5;
/// Pauses before reading is retried, since Discord may fail again right after an outage.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// The channels where somebody talked to Pstral recently, with their servers and the times.
#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<u64, (Option<u64>, Instant)>>);

impl Recent {
    /// Notes that somebody talked to Pstral in a channel of this server, or in private (`None`).
    pub(crate) fn spoke_in(&self, channel: u64, guild: Option<u64>) {
        let mut all = self.0.lock();
        all.retain(|_, (_, at)| at.elapsed() < TALKED);
        all.insert(channel, (guild, Instant::now()));
    }

    /// Returns the channels and their servers, the most recent first.
    fn places(&self) -> Vec<(u64, Option<u64>)> {
        let all = self.0.lock();
        let mut places: Vec<_> = all.iter().map(|(channel, (guild, at))| (*at, *channel, *guild)).collect();
        places.sort_unstable_by(|one, other| other.cmp(one));
        places.into_iter().map(|(_, channel, guild)| (channel, guild)).collect()
    }
}

impl Discord {
    /// Answers questions that were asked while a shard was disconnected. Messages already received are recognized by
    /// id.
    pub(crate) async fn catch_up(&self, shard: u32, inbox: &Inbox) {
        tracing::info!(shard, "a new gateway session began; fetching messages missed since the last one");
        let mut places = self.recent.places();
        for channel in self.config.channels.union(&self.config.without_mention) {
            let guild = self.channels.get(*channel).map(|known| known.guild);
            if guild.is_some() && places.iter().all(|(known, _)| known != channel) {
                places.push((*channel, guild));
            }
        }
        let after = id_of(MISSED);
        let looked = places.into_iter().take(PLACES).map(|(channel, guild)| self.look_at(channel, guild, after));
        let mut missed: Vec<Message> = Vec::new();
        for found in futures::future::join_all(looked).await {
            missed.extend(found);
        }
        missed.sort_unstable_by_key(|message| message.id);
        let heard = missed.into_iter().map(|message| self.hear(message, inbox));
        futures::future::join_all(heard).await;
    }

    async fn look_at(&self, channel: u64, guild: Option<u64>, mut after: u64) -> Vec<Message> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let found = match self.page(channel, after).await {
                Ok(found) => found,
                Err(fault) => {
                    tracing::warn!(?fault, channel, "missed messages could not be fetched; they are not answered");
                    break;
                }
            };
            let (is_last, newest) = (found.len() < MESSAGES, found.iter().map(|message| message.id.get()).max());
            // Discord says where only when it tells of a message by itself.
            all.extend(found.into_iter().map(|message| in_guild(message, guild)));
            match newest.filter(|_| !is_last) {
                Some(newest) => after = newest,
                None => break,
            }
        }
        all
    }

    /// Fetches one page of a channel's messages that follow `after`.
    async fn page(&self, channel: u64, after: u64) -> Result<Vec<Message>, DiscordError> {
        let read = async || {
            let params = vec![("after", after.to_string()), ("limit", MESSAGES.to_string())];
            let route = Route::ChannelMessages { channel_id: ChannelId::new(channel) };
            self.rest.request_json(plain(LightMethod::Get, route).params(Some(params))).await
        };
        for pause in PAUSES {
            match read().await {
                Err(DiscordError::NotSent(_) | DiscordError::Unavailable(_) | DiscordError::RateLimited(_)) => {
                    tokio::time::sleep(pause).await;
                }
                read => return read,
            }
        }
        read().await
    }
}

fn in_guild(mut message: Message, guild: Option<u64>) -> Message {
    message.guild_id = guild.map(GuildId::new);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn places_are_looked_at_in_the_order_of_their_last_words() {
        let recent = Recent::default();
        for (channel, guild) in [(1, None), (2, Some(9)), (3, None), (1, None)] {
            recent.spoke_in(channel, guild);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(recent.places(), [(1, None), (3, None), (2, Some(9))]);
        tokio::time::advance(TALKED).await;
        recent.spoke_in(4, None);
        assert_eq!(recent.places(), [(4, None)]);
    }
}
