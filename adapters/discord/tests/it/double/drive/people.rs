//! The people, guilds and channels that there are.

use std::collections::BTreeMap;

use crate::double::Discord;
use crate::double::rights::EVERYDAY;
use crate::double::world::{Account, Channel, Guild, Id, Kind, Overwrite, Role, World, flag};

impl Discord {
    /// A person.
    pub(crate) fn person(&self, name: &str) -> Id {
        self.account(name, false)
    }

    /// A person of that id.
    pub(crate) fn person_known_as(&self, id: Id, name: &str) {
        let account = Account { id, name: name.to_owned(), bot: false, takes_dms: true, locale: "fr" };
        self.shared.world().accounts.insert(id, account);
    }

    /// Another bot.
    pub(crate) fn other_bot(&self, name: &str) -> Id {
        self.account(name, true)
    }

    fn account(&self, name: &str, bot: bool) -> Id {
        let mut world = self.shared.world();
        let id = world.id();
        world.accounts.insert(id, Account { id, name: name.to_owned(), bot, takes_dms: true, locale: "fr" });
        id
    }

    /// The language of a person's client, such as `en-US`.
    pub(crate) fn reads_in(&self, person: Id, locale: &'static str) {
        if let Some(account) = self.shared.world().accounts.get_mut(&person) {
            account.locale = locale;
        }
    }

    /// A person who takes no messages from bots.
    pub(crate) fn closes_dms(&self, person: Id) {
        if let Some(account) = self.shared.world().accounts.get_mut(&person) {
            account.takes_dms = false;
        }
    }

    /// A guild of these people and the bot, which is told of it when it is connected. The first of them owns it.
    pub(crate) fn guild(&self, name: &str, people: &[Id]) -> Id {
        let id = self.guild_without_bot(name, people);
        self.lets_in(id);
        id
    }

    /// The bot comes into a guild.
    pub(crate) fn lets_in(&self, guild: Id) {
        self.shared.world().let_in(guild);
        self.shared.changed();
    }

    /// A guild that the bot is not in.
    pub(crate) fn guild_without_bot(&self, name: &str, people: &[Id]) -> Id {
        let mut world = self.shared.world();
        let id = world.id();
        let everyone = Role { id, name: "@everyone".to_owned(), permissions: EVERYDAY };
        let members: BTreeMap<Id, Vec<Id>> = people.iter().map(|person| (*person, Vec::new())).collect();
        let owner = people.first().copied().unwrap_or_default();
        let guild = Guild { id, name: name.to_owned(), owner, roles: vec![everyone], members, crowd: 0, joined: 0 };
        world.guilds.insert(id, guild);
        id
    }

    /// Members that do nothing but being counted.
    pub(crate) fn crowd(&self, guild: Id, members: u64) {
        if let Some(guild) = self.shared.world().guilds.get_mut(&guild) {
            guild.crowd = members;
        }
    }

    /// Somebody joins a guild.
    pub(crate) fn joins(&self, person: Id, guild: Id) {
        if let Some(guild) = self.shared.world().guilds.get_mut(&guild) {
            guild.members.insert(person, Vec::new());
        }
    }

    /// The bot is put out of a guild.
    pub(crate) fn puts_out(&self, guild: Id) {
        self.shared.world().put_out(guild);
        self.shared.changed();
    }

    /// Checks whether the bot is in a guild.
    pub(crate) fn has_bot(&self, guild: Id) -> bool {
        let world = self.shared.world();
        world.guilds.get(&guild).is_some_and(|guild| world.is_in(guild))
    }

    /// Returns the guild of a channel.
    ///
    /// # Panics
    /// Panics if it belongs to none.
    pub(crate) fn guild_of(&self, channel: Id) -> Id {
        self.shared.world().guild_of(channel).expect("it is a channel of a guild")
    }

    /// A channel of a guild.
    pub(crate) fn channel(&self, guild: Id, name: &str) -> Id {
        self.room(guild, name, Kind::Text)
    }

    /// A channel in which no threads can be made.
    pub(crate) fn channel_without_threads(&self, guild: Id, name: &str) -> Id {
        self.room(guild, name, Kind::Voice)
    }

    fn room(&self, guild: Id, name: &str, kind: Kind) -> Id {
        let mut world = self.shared.world();
        let id = world.id();
        let room = Channel { guild: Some(guild), ..Channel::new(id, kind, name) };
        world.channels.insert(id, room);
        world.tell_channel("CREATE", id);
        id
    }

    /// Gives somebody a role of these permissions in a guild.
    pub(crate) fn role(&self, guild: Id, name: &str, permissions: u64, people: &[Id]) -> Id {
        let mut world = self.shared.world();
        let id = world.id();
        let guild = world.guilds.get_mut(&guild).expect("there is such a guild");
        guild.roles.push(Role { id, name: name.to_owned(), permissions });
        for person in people {
            guild.members.entry(*person).or_default().push(id);
        }
        id
    }

    /// Takes rights in a channel from the bot.
    pub(crate) fn forbids(&self, channel: Id, deny: u64) {
        let mut world = self.shared.world();
        let bot = world.app.bot;
        let channel = world.channels.get_mut(&channel).expect("there is such a channel");
        channel.overwrites.push(Overwrite { id: bot, of_role: false, allow: 0, deny });
    }

    /// A person begins a thread on a message.
    pub(crate) fn begins_thread(&self, person: Id, message: Id, name: &str) -> Id {
        let mut world = self.shared.world();
        let on = world.messages.get_mut(&message).expect("there is such a message");
        on.flags |= flag::HAS_THREAD;
        let parent = on.channel;
        let guild = world.guild_of(parent);
        let thread =
            Channel { guild, parent: Some(parent), owner: Some(person), ..Channel::new(message, Kind::Thread, name) };
        world.channels.insert(message, thread);
        world.tell_channel("CREATE", message);
        drop(world);
        self.shared.changed();
        message
    }

    /// Archives a thread, so that nothing in it can be changed; `locked` so that nothing can be said either.
    pub(crate) fn archives(&self, thread: Id, locked: bool) {
        let mut world = self.shared.world();
        if let Some(thread) = world.channels.get_mut(&thread) {
            (thread.archived, thread.locked) = (true, locked);
        }
        world.tell_channel("UPDATE", thread);
    }

    /// Removes a channel with everything said in it.
    pub(crate) fn removes_channel(&self, channel: Id) {
        let mut world = self.shared.world();
        world.tell_channel("DELETE", channel);
        world.channels.remove(&channel);
        world.messages.retain(|_, message| message.channel != channel);
    }

    /// The private channel of a person with the bot.
    pub(crate) fn dm(&self, person: Id) -> Id {
        self.shared.world().dm_with(person)
    }
}

impl Channel {
    fn new(id: Id, kind: Kind, name: &str) -> Self {
        Self {
            id,
            kind,
            name: name.to_owned(),
            guild: None,
            parent: None,
            owner: None,
            with: None,
            overwrites: Vec::new(),
            archived: false,
            locked: false,
            archives_after: 1_440,
        }
    }
}

impl World {
    /// The private channel with somebody.
    pub(in crate::double) fn dm_with(&mut self, person: Id) -> Id {
        let known = self.channels.values().find(|channel| channel.with == Some(person));
        if let Some(known) = known {
            return known.id;
        }
        let id = self.id();
        self.channels.insert(id, Channel { with: Some(person), ..Channel::new(id, Kind::Direct, "") });
        id
    }
}
