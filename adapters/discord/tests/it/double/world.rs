//! Everything that there is on the double.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::clock::{Clock, Millis};
use super::counts::Counts;
use super::faults::Faults;
use super::gateway::Session;
use super::interaction::Interaction;
use super::limits::Buckets;

/// A snowflake: the moment it was made at, and a number.
pub(crate) type Id = u64;

/// The epoch of snowflakes: <https://discord.com/developers/docs/reference#snowflakes>.
const EPOCH: Millis = 1_420_070_400_000;

/// The whole of it.
#[derive(Debug)]
pub(crate) struct World {
    pub(super) clock: Clock,
    pub(super) last_id: Id,
    pub(super) app: App,
    pub(super) accounts: BTreeMap<Id, Account>,
    pub(super) guilds: BTreeMap<Id, Guild>,
    pub(super) channels: BTreeMap<Id, Channel>,
    /// In the order they were sent in.
    pub(super) messages: BTreeMap<Id, Message>,
    pub(super) interactions: BTreeMap<Id, Interaction>,
    /// The commands of each guild, and under `None` those of everywhere.
    pub(super) commands: BTreeMap<Option<Id>, Vec<Value>>,
    pub(super) gateway: Gateway,
    pub(super) buckets: Buckets,
    pub(super) faults: Faults,
    pub(super) counts: Counts,
    /// Those who were seen typing, a row a request.
    pub(super) typed: Vec<Id>,
    /// Threads and those who were added to them.
    pub(super) joined: BTreeSet<(Id, Id)>,
    /// The files that came with commands.
    pub(super) loose: Vec<Attachment>,
    /// The base address of files.
    pub(super) files_at: String,
}

/// The application under test.
#[derive(Debug)]
pub(super) struct App {
    pub(super) id: Id,
    /// Its account.
    pub(super) bot: Id,
    pub(super) token: String,
    /// The privileged intents that are switched on for it, as bits.
    pub(super) privileged: u64,
}

/// The state of the gateway.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) url: String,
    pub(super) sessions: Vec<Session>,
    /// Between two heartbeats, as Hello says.
    pub(super) beat: Millis,
    /// True if heartbeats are acknowledged.
    pub(super) acknowledges: bool,
    /// True if it accepts connections.
    pub(super) open: bool,
    /// The shards it asks for.
    pub(super) shards: u64,
}

/// Somebody.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) bot: bool,
    /// True if it accepts messages from bots.
    pub(super) takes_dms: bool,
    /// The language of its client.
    pub(super) locale: &'static str,
}

/// A role; the one with the guild's own id is everybody's.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) permissions: u64,
}

/// A server.
#[derive(Debug)]
pub(super) struct Guild {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) owner: Id,
    pub(super) roles: Vec<Role>,
    /// Members and their roles.
    pub(super) members: BTreeMap<Id, Vec<Id>>,
    /// Members that are only counted.
    pub(super) crowd: u64,
    /// The time at which the bot joined.
    pub(super) joined: Millis,
}

/// The type of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Direct,
    Voice,
    Announcement,
    Thread,
}

impl Kind {
    /// Its number in the API.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Text => 0,
            Self::Direct => 1,
            Self::Voice => 2,
            Self::Announcement => 5,
            Self::Thread => 11,
        }
    }
}

/// An exception to what roles allow in a channel.
#[derive(Debug)]
pub(super) struct Overwrite {
    /// Of the role or the member.
    pub(super) id: Id,
    pub(super) of_role: bool,
    pub(super) allow: u64,
    pub(super) deny: u64,
}

/// Somewhere to write.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) guild: Option<Id>,
    /// Of a thread.
    pub(super) parent: Option<Id>,
    /// The creator of a thread.
    pub(super) owner: Option<Id>,
    /// The other member of a private channel.
    pub(super) with: Option<Id>,
    pub(super) overwrites: Vec<Overwrite>,
    pub(super) archived: bool,
    pub(super) locked: bool,
    /// Minutes.
    pub(super) archives_after: u64,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
}

/// Something written.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    pub(super) id: Id,
    pub(super) channel: Id,
    pub(super) author: Id,
    /// 0 for what is said, 19 for a reply, 20 and 23 for what answers a command.
    pub(super) kind: u64,
    pub(super) content: String,
    pub(super) at: Millis,
    pub(super) edited: Option<Millis>,
    /// The texts before each edit.
    pub(super) before: Vec<String>,
    pub(super) embeds: Vec<Value>,
    pub(super) components: Vec<Value>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) flags: u64,
    pub(super) nonce: Option<Value>,
    pub(super) reply_to: Option<Id>,
    pub(super) mentions: Vec<Id>,
    pub(super) everyone: bool,
    pub(super) webhook: Option<Id>,
    /// The only person who sees it, if it is ephemeral.
    pub(super) only: Option<Id>,
    /// The edits of the last hour since it was an hour old.
    pub(super) late_edits: VecDeque<Millis>,
}

/// Flags of messages.
pub(super) mod flag {
    pub(in crate::double) const SUPPRESS_EMBEDS: u64 = 1 << 2;
    pub(in crate::double) const HAS_THREAD: u64 = 1 << 5;
    pub(in crate::double) const EPHEMERAL: u64 = 1 << 6;
    pub(in crate::double) const LOADING: u64 = 1 << 7;
}

impl World {
    /// A new snowflake.
    pub(super) fn id(&mut self) -> Id {
        let made = (self.clock.now() - EPOCH) << 22;
        self.last_id = made.max(self.last_id + 1);
        self.last_id
    }

    /// The name people know an account by.
    pub(super) fn name_of(&self, account: Id) -> String {
        self.accounts.get(&account).map_or_else(|| format!("nobody {account}"), |account| account.name.clone())
    }

    /// The account of that name, whatever the case.
    pub(super) fn named(&self, name: &str) -> Option<Id> {
        let mut all = self.accounts.values();
        all.find(|account| account.name.eq_ignore_ascii_case(name)).map(|account| account.id)
    }

    /// The guild of a channel.
    pub(super) fn guild_of(&self, channel: Id) -> Option<Id> {
        self.channels.get(&channel).and_then(|channel| channel.guild)
    }

    /// Checks whether the bot may see the text of a message even without the message content intent:
    /// <https://discord.com/developers/docs/events/gateway#message-content-intent>.
    pub(super) fn is_told(&self, message: &Message) -> bool {
        message.author == self.app.bot
            || message.mentions.contains(&self.app.bot)
            || self.guild_of(message.channel).is_none()
    }
}
