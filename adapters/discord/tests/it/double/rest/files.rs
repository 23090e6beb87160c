//! The files of messages, as Discord's network of copies serves them.

use super::answer::Reply;
use super::call::Call;
use super::refusal::Refusal;
use crate::double::world::World;

pub(super) fn file(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (channel, id) = (call.id("channel_id"), call.id("attachment_id"));
    let of_channel = world.messages.values().filter(|message| message.channel == channel);
    let all = of_channel.flat_map(|message| &message.attachments).chain(&world.loose);
    let file = all.into_iter().find(|file| file.id == id);
    let file = file.ok_or(Refusal::NO_ROUTE)?;
    Ok(Reply::File(file.media_type.clone(), file.bytes.clone()))
}
