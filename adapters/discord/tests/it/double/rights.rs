//! Permissions of an account in a channel, as bits:
//! <https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags>.

use super::world::{Id, Kind, World};

pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
pub(crate) const ADD_REACTIONS: u64 = 1 << 6;
pub(crate) const VIEW_CHANNEL: u64 = 1 << 10;
pub(crate) const SEND_MESSAGES: u64 = 1 << 11;
pub(crate) const MANAGE_MESSAGES: u64 = 1 << 13;
pub(crate) const EMBED_LINKS: u64 = 1 << 14;
pub(crate) const ATTACH_FILES: u64 = 1 << 15;
pub(crate) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub(crate) const MENTION_EVERYONE: u64 = 1 << 17;
pub(crate) const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
pub(crate) const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
pub(crate) const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;

/// Everything there is.
pub(crate) const ALL: u64 = (1 << 52) - 1;

/// The permissions of everybody in a new guild.
pub(crate) const EVERYDAY: u64 = ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS;

impl World {
    /// Computes the permissions of `who` in a channel: roles first, then the channel's overwrites of everyone, of
    /// roles, and of the member.
    pub(super) fn rights(&self, who: Id, channel: Id) -> u64 {
        let Some(room) = self.channels.get(&channel) else { return 0 };
        let Some(guild) = room.guild.and_then(|guild| self.guilds.get(&guild)) else {
            return if room.with == Some(who) || who == self.app.bot { ALL } else { 0 };
        };
        let Some(roles) = guild.members.get(&who) else { return 0 };
        let granted = guild.roles.iter().filter(|role| role.id == guild.id || roles.contains(&role.id));
        let base = granted.fold(0, |all, role| all | role.permissions);
        if guild.owner == who || base & ADMINISTRATOR != 0 {
            return ALL;
        }
        // A thread has what its channel has.
        let ruling = if room.kind == Kind::Thread { room.parent.unwrap_or(channel) } else { channel };
        let Some(ruling) = self.channels.get(&ruling) else { return 0 };
        let every = |of: &dyn Fn(Id) -> bool| {
            let of = ruling.overwrites.iter().filter(|overwrite| of(overwrite.id));
            of.fold((0, 0), |(allow, deny), overwrite| (allow | overwrite.allow, deny | overwrite.deny))
        };
        let steps = [every(&|id| id == guild.id), every(&|id| roles.contains(&id)), every(&|id| id == who)];
        steps.into_iter().fold(base, |rights, (allow, deny)| (rights & !deny) | allow)
    }

    /// Computes the permissions of `who` in a guild, by roles alone.
    pub(super) fn rights_in_guild(&self, who: Id, guild: Id) -> u64 {
        let Some(guild) = self.guilds.get(&guild) else { return 0 };
        let Some(roles) = guild.members.get(&who) else { return 0 };
        let granted = guild.roles.iter().filter(|role| role.id == guild.id || roles.contains(&role.id));
        let base = granted.fold(0, |all, role| all | role.permissions);
        if guild.owner == who || base & ADMINISTRATOR != 0 { ALL } else { base }
    }
}
