//! The keys of Discord.

use secrecy::SecretString;
use serde::Deserialize;

use super::reading::secret;

/// `[platforms.discord]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct DiscordConfig {
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
