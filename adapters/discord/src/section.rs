//! The section `[platforms.discord]` of the configuration.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use pstral_core::ports::{
    ChatPlatform, Finding, PlatformSection, SectionError, SectionFault, Surroundings, is_server_url, secret,
};
use pstral_core::text::{Text, text};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{Discord, DiscordConfig, Shards};

/// The maximum number of shards: more than Discord has ever recommended.
const MAX_SHARDS: u32 = 16_384;

/// The keys of Discord.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct DiscordSection {
    pub enabled: bool,
    #[serde(default, deserialize_with = "secret")]
    pub token: Option<SecretString>,
    pub application: Option<String>,
    pub guilds: Vec<String>,
    pub channels: Vec<String>,
    pub without_mention: Vec<String>,
    pub leave_others: bool,
    pub webhooks: bool,
    pub message_content: bool,
    pub threads: bool,
    pub rest_url: Option<String>,
    pub shards: Option<u32>,
    pub first_shard: Option<u32>,
    pub last_shard: Option<u32>,
}

#[async_trait]
impl PlatformSection for DiscordSection {
    fn secrets() -> &'static [&'static str] {
        &["token"]
    }

    fn enabled(&self) -> bool {
        self.enabled
    }

    fn faults(&self) -> Vec<SectionFault> {
        let mut faults = Vec::new();
        let mut fault = |key, sentence: Text| faults.push(SectionFault::new(key, sentence));
        if self.token.is_none() {
            fault("token", text("config-discord-token"));
        }
        match &self.application {
            None => fault("application", text("config-discord-application")),
            Some(id) => drop(id_fault(id).map(|sentence| fault("application", sentence))),
        }
        let lists =
            [("guilds", &self.guilds), ("channels", &self.channels), ("without_mention", &self.without_mention)];
        for (key, ids) in lists {
            ids.iter().filter_map(|id| id_fault(id)).for_each(|sentence| fault(key, sentence));
        }
        if let Some(url) = self.rest_url.as_deref().filter(|url| !is_server_url(url)) {
            fault("rest_url", text("config-discord-rest-url").with("given", url));
        }
        let hold_together = match (self.first_shard, self.last_shard, self.shards) {
            (None, None, None) => true,
            (Some(first), Some(last), Some(all)) => first <= last && last < all && all <= MAX_SHARDS,
            _ => false,
        };
        if !hold_together {
            fault("shards", text("config-discord-shards"));
        }
        faults
    }

    fn place_fault(&self, id: &str) -> Option<Text> {
        id_fault(id)
    }

    fn platform(&self, around: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError> {
        Ok(Arc::new(self.discord(around)?))
    }

    async fn examine(&self, around: &Surroundings) -> Result<Vec<Finding>, SectionError> {
        Ok(self.discord(around)?.examine().await)
    }
}

impl DiscordSection {
    fn discord(&self, around: &Surroundings) -> Result<Discord, SectionError> {
        let token = self.token.clone().ok_or(SectionError::Key("token"))?;
        let application = self.application.as_deref().and_then(id_of).ok_or(SectionError::Key("application"))?;
        let shards = match (self.first_shard, self.last_shard, self.shards) {
            (Some(first), Some(last), Some(total)) => Some(Shards { first, last, total }),
            _ => None,
        };
        Discord::new(DiscordConfig {
            guilds: ids(&self.guilds),
            channels: ids(&self.channels),
            without_mention: ids(&self.without_mention),
            leave_others: self.leave_others,
            webhooks: self.webhooks,
            message_content: self.message_content,
            threads: self.threads,
            shards,
            locale: around.locale,
            base_url: self.rest_url.clone(),
            ..DiscordConfig::new(token, application)
        })
        .map_err(|error| SectionError::Unusable(error.to_string()))
    }
}

fn ids(ids: &[String]) -> BTreeSet<u64> {
    ids.iter().filter_map(|id| id_of(id)).collect()
}

/// Parses an id, which Discord writes as a string because some languages cannot represent it as a number.
fn id_of(id: &str) -> Option<u64> {
    id.parse().ok().filter(|number| *number > 0)
}

fn id_fault(id: &str) -> Option<Text> {
    id_of(id).is_none().then(|| text("config-discord-id").with("given", id))
}
