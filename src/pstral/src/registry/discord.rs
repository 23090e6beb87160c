//! Discord, from its section of the configuration.

use std::sync::Arc;

use pstral_core::domain::Locale;
use pstral_core::ports::ChatPlatform;

use crate::config::Config;
use crate::health::Check;

#[cfg(feature = "discord")]
pub(super) fn platform(config: &Config) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    Ok(Arc::new(discord(config)?))
}

/// Runs the checks of `pstral doctor` on Discord's side.
#[cfg(feature = "discord")]
pub(crate) async fn discord_checks(config: &Config, locale: Locale) -> anyhow::Result<Vec<Check>> {
    use pstral_discord::{Finding, Mark};

    use crate::health::State;

    if !config.platforms.discord.enabled {
        return Ok(Vec::new());
    }
    let check = |Finding { part, mark, fact, remedy }| Check {
        part: format!("discord {part}"),
        state: match mark {
            Mark::Good => State::Ok,
            Mark::Poor => State::Degraded,
            Mark::Bad => State::Failed,
        },
        fact: fact.render(locale),
        remedy: remedy.map(|remedy| remedy.render(locale)).unwrap_or_default(),
    };
    Ok(discord(config)?.examine().await.into_iter().map(check).collect())
}

#[cfg(feature = "discord")]
fn discord(config: &Config) -> anyhow::Result<pstral_discord::Discord> {
    use anyhow::Context as _;
    use pstral_discord::{Discord, DiscordConfig, Shards};

    use crate::config::id_of;

    let section = &config.platforms.discord;
    // Both are checked when the configuration is loaded.
    let token = section.token.clone().context("platforms.discord.token")?;
    let application = section.application.as_deref().and_then(id_of).context("platforms.discord.application")?;
    let ids = |ids: &[String]| ids.iter().filter_map(|id| id_of(id)).collect();
    let shards = match (section.first_shard, section.last_shard, section.shards) {
        (Some(first), Some(last), Some(total)) => Some(Shards { first, last, total }),
        _ => None,
    };
    Ok(Discord::new(DiscordConfig {
        guilds: ids(&section.guilds),
        channels: ids(&section.channels),
        without_mention: ids(&section.without_mention),
        leave_others: section.leave_others,
        webhooks: section.webhooks,
        message_content: section.message_content,
        threads: section.threads,
        shards,
        locale: config.locale,
        base_url: section.rest_url.clone(),
        ..DiscordConfig::new(token, application)
    })?)
}

#[cfg(not(feature = "discord"))]
pub(super) fn platform(_: &Config) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    Err(super::left_out("discord"))
}

/// Nothing: without the adapter there is nothing to look at.
#[cfg(not(feature = "discord"))]
pub(crate) async fn discord_checks(_: &Config, _: Locale) -> anyhow::Result<Vec<Check>> {
    Ok(Vec::new())
}
