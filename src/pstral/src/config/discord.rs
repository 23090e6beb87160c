//! The checks of `[platforms.discord]`.

use pstral_core::text::{Text, text};

use super::Fault;
use super::plausible::is_address;
use super::schema::DiscordConfig;

/// Shards of a bot at most: more than Discord has ever asked of one.
const MOST_SHARDS: u32 = 16_384;

/// Everything wrong with how Discord is reached; nothing where it is not turned on.
pub(super) fn discord_faults(discord: &DiscordConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !discord.enabled {
        return faults;
    }
    let mut fault = |key: &str, sentence: Text| faults.push(Fault::new(format!("platforms.discord.{key}"), sentence));
    if discord.token.is_none() {
        fault("token", text("config-discord-token"));
    }
    match &discord.application {
        None => fault("application", text("config-discord-application")),
        Some(id) if id_of(id).is_none() => fault("application", text("config-discord-id").with("given", id)),
        Some(_) => {}
    }
    let lists =
        [("guilds", &discord.guilds), ("channels", &discord.channels), ("without_mention", &discord.without_mention)];
    for (key, ids) in lists {
        for id in ids.iter().filter(|id| id_of(id).is_none()) {
            fault(key, text("config-discord-id").with("given", id));
        }
    }
    if let Some(url) = discord.rest_url.as_deref().filter(|url| !is_address(url)) {
        fault("rest_url", text("config-discord-rest-url").with("given", url));
    }
    let shards = (discord.first_shard, discord.last_shard, discord.shards);
    let hold_together = match shards {
        (None, None, None) => true,
        (Some(first), Some(last), Some(all)) => first <= last && last < all && all <= MOST_SHARDS,
        _ => false,
    };
    if !hold_together {
        fault("shards", text("config-discord-shards"));
    }
    faults
}

/// The number that an id is: Discord writes it as a text, for it is too long for some languages.
pub(crate) fn id_of(id: &str) -> Option<u64> {
    id.parse().ok().filter(|number| *number > 0)
}
