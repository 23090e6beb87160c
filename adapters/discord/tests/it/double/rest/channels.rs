//! Channels: <https://discord.com/developers/docs/resources/channel>.

use super::answer::Reply;
use super::call::Call;
use super::refusal::Refusal;
use crate::double::rights::{SEND_MESSAGES, VIEW_CHANNEL};
use crate::double::world::{Channel, Id, Kind, World};

pub(super) fn channel(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Json(world.channel(room(world, call.id("channel_id"))?)))
}

/// Archives a thread, or opens it again. Other changes are not the bot's to make.
pub(super) fn change(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id("channel_id");
    let own = room(world, id)?.owner == Some(world.app.bot);
    if !own || world.channels[&id].kind != Kind::Thread {
        return Err(Refusal::MISSING_PERMISSIONS);
    }
    if let (Some(thread), Some(archived)) = (world.channels.get_mut(&id), call.part("archived").as_bool()) {
        thread.archived = archived;
    }
    world.tell_channel("UPDATE", id);
    Ok(Reply::Json(world.channel(&world.channels[&id])))
}

pub(super) fn typing(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let channel = call.id("channel_id");
    room(world, channel)?;
    may(world, channel, SEND_MESSAGES)?;
    world.typed.push(channel);
    Ok(Reply::Nothing)
}

/// A channel that the bot sees.
pub(super) fn room(world: &World, id: Id) -> Result<&Channel, Refusal> {
    let room = world.channels.get(&id).ok_or(Refusal::UNKNOWN_CHANNEL)?;
    may_see(world, id)?;
    Ok(room)
}

fn may_see(world: &World, channel: Id) -> Result<(), Refusal> {
    if world.rights(world.app.bot, channel) & VIEW_CHANNEL == 0 { Err(Refusal::MISSING_ACCESS) } else { Ok(()) }
}

/// Checks that the bot has a permission there.
pub(super) fn may(world: &World, channel: Id, right: u64) -> Result<(), Refusal> {
    if world.rights(world.app.bot, channel) & right == 0 { Err(Refusal::MISSING_PERMISSIONS) } else { Ok(()) }
}
