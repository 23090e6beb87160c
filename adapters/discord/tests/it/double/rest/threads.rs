//! Threads: <https://discord.com/developers/docs/topics/threads>.

use super::answer::Reply;
use super::call::Call;
use super::channels::{may, room};
use super::refusal::Refusal;
use crate::double::rights::CREATE_PUBLIC_THREADS;
use crate::double::world::{Channel, Kind, World, flag};

/// A thread on a message, whose id it shares.
pub(super) fn from_message(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (parent, id) = (call.id("channel_id"), call.id("message_id"));
    let (kind, guild) = {
        let room = room(world, parent)?;
        (room.kind, room.guild)
    };
    if !matches!(kind, Kind::Text | Kind::Announcement) {
        return Err(Refusal::WRONG_CHANNEL);
    }
    may(world, parent, CREATE_PUBLIC_THREADS)?;
    let message = world.messages.get_mut(&id).filter(|message| message.channel == parent && message.only.is_none());
    let message = message.ok_or(Refusal::UNKNOWN_MESSAGE)?;
    if message.flags & flag::HAS_THREAD != 0 {
        return Err(Refusal::HAS_THREAD);
    }
    let name = call.part("name").as_str().unwrap_or_default().to_owned();
    if !(1..=100).contains(&name.chars().count()) || name.trim().is_empty() {
        return Err(Refusal::invalid("name", "Must be between 1 and 100 in length."));
    }
    message.flags |= flag::HAS_THREAD;
    let thread = Channel {
        id,
        kind: Kind::Thread,
        name,
        guild,
        parent: Some(parent),
        owner: Some(world.app.bot),
        with: None,
        overwrites: Vec::new(),
        archived: false,
        locked: false,
        archives_after: call.part("auto_archive_duration").as_u64().unwrap_or(1_440),
    };
    world.channels.insert(id, thread);
    world.tell_channel("CREATE", id);
    world.tell_message("MESSAGE_UPDATE", id);
    Ok(Reply::Created(world.channel(&world.channels[&id])))
}

/// Somebody is added to a thread, who may see it.
pub(super) fn add_member(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (thread, person) = (call.id("channel_id"), call.id("user_id"));
    if room(world, thread)?.kind != Kind::Thread {
        return Err(Refusal::WRONG_CHANNEL);
    }
    if !world.can_be_in(person, thread) {
        return Err(Refusal::MISSING_ACCESS);
    }
    world.joined.insert((thread, person));
    Ok(Reply::Nothing)
}
