//! What the adapter is told: as whom it connects, where it answers, and what it asks Discord for.

use std::collections::BTreeSet;
use std::fmt;

use pstral_core::domain::Locale;
use secrecy::SecretString;

/// How to reach Discord, and where to answer.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct DiscordConfig {
    /// The token of the bot, without `Bot `.
    pub token: SecretString,
    /// The id of the application that the bot belongs to.
    pub application: u64,
    /// The servers it answers in; none for every server it is in.
    pub guilds: BTreeSet<u64>,
    /// The channels it answers in, with their threads; none for every channel of those servers.
    pub channels: BTreeSet<u64>,
    /// The channels where every message is a question, without a mention.
    pub without_mention: BTreeSet<u64>,
    /// Whether it leaves other servers, having said so.
    pub leave_others: bool,
    /// Whether webhooks are answered like people.
    pub webhooks: bool,
    /// Whether to ask for the content of messages that do not mention it: a privileged intent. Without it, what is said in
    /// a thread needs a mention too.
    pub message_content: bool,
    /// Whether questions in channels are answered in threads of their own.
    pub threads: bool,
    /// The shards of this instance; `None` for as many as Discord recommends.
    pub shards: Option<Shards>,
    /// The language of what belongs to nobody, such as what is said on leaving a server.
    pub locale: Locale,
    /// Where the REST API is reached in place of discord.com, such as `http://127.0.0.1:4000`: its limits are then looked
    /// after there, and not here.
    pub base_url: Option<String>,
    /// What makes the connections of the REST API, in place of a client of the adapter's own.
    pub client: Option<reqwest::Client>,
}

impl DiscordConfig {
    /// A bot that answers everywhere, in threads, and asks for the content of messages.
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

    /// Whether it answers in a server.
    pub(crate) fn allows_guild(&self, guild: u64) -> bool {
        self.guilds.is_empty() || self.guilds.contains(&guild)
    }

    /// Whether it answers in a channel of a server.
    pub(crate) fn allows(&self, guild: u64, channel: u64) -> bool {
        self.allows_guild(guild) && (self.channels.is_empty() || self.channels.contains(&channel))
    }
}

/// Without its secret.
impl fmt::Debug for DiscordConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscordConfig").field("application", &self.application).finish_non_exhaustive()
    }
}

/// The shards that one instance looks after, of all that the bot has: a server belongs to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shards {
    /// The number of the first, from 0.
    pub first: u32,
    /// The number of the last.
    pub last: u32,
    /// How many there are in all, at other instances too.
    pub total: u32,
}
