//! The configuration of the adapter: its account, where it answers, and what it requests from Discord.

use std::collections::BTreeSet;
use std::fmt;

use pstral_core::domain::Locale;
use secrecy::SecretString;

/// The account of the bot, and where it answers.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct DiscordConfig {
    /// The token of the bot, without the prefix `Bot `.
    pub token: SecretString,
    /// The id of the bot's application.
    pub application: u64,
    /// The ids of the servers it answers in; empty for every server it is in.
    pub guilds: BTreeSet<u64>,
    /// The ids of the channels it answers in, including their threads; empty for every channel of those servers.
    pub channels: BTreeSet<u64>,
    /// The ids of the channels where every message is a question, without a mention.
    pub without_mention: BTreeSet<u64>,
    /// If true, it leaves servers that are not in `guilds`, after saying so.
    pub leave_others: bool,
    /// If true, messages of webhooks are answered like those of people.
    pub webhooks: bool,
    /// If true, it requests the content of messages that do not mention it, a privileged intent. Otherwise messages in
    /// a thread need a mention too.
    pub message_content: bool,
    /// If true, questions in channels are answered in threads of their own.
    pub threads: bool,
    /// The shards of this instance; `None` for as many as Discord recommends.
    pub shards: Option<Shards>,
    /// The language of messages that are for nobody in particular, such as the one on leaving a server.
    pub locale: Locale,
    /// The base URL of the REST API instead of discord.com, such as `http://127.0.0.1:4000`. Rate limits are then
    /// enforced there and not here.
    pub base_url: Option<String>,
    /// The client for the REST API, instead of one that the adapter creates.
    pub client: Option<reqwest::Client>,
}

impl DiscordConfig {
    /// Creates the configuration of a bot that answers everywhere, in threads, and requests the content of messages.
    pub fn new(token: SecretString, application: u64) -> Self {
        Self {
            token,
            application,
            guilds: BTreeSet::new(),
            channels: BTreeSet::new(),
            without_mention: BTreeSet::new(),
            leave_others: false,
            webhooks: false,
            message_content: true,
            threads: true,
            shards: None,
            locale: Locale::default(),
            base_url: None,
            client: None,
        }
    }

    /// Checks whether it answers in a server.
    pub(crate) fn allows_guild(&self, guild: u64) -> bool {
        self.guilds.is_empty() || self.guilds.contains(&guild)
    }

    /// Checks whether it answers in a channel of a server.
    pub(crate) fn allows(&self, guild: u64, channel: u64) -> bool {
        self.allows_guild(guild) && (self.channels.is_empty() || self.channels.contains(&channel))
    }
}

/// Omits the token.
impl fmt::Debug for DiscordConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscordConfig").field("application", &self.application).finish_non_exhaustive()
    }
}

/// The range of shards that one instance serves. Each server belongs to exactly one shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    /// The first shard, counted from 0.
    pub first: u32,
    /// The last shard, included.
    pub last: u32,
    /// The total number of shards, including those of other instances.
    pub total: u32,
}
