//! Messages of channels: <https://discord.com/developers/docs/resources/message>.

use serde_json::{Value, json};

use super::answer::Reply;
use super::body::Draft;
use super::call::Call;
use super::channels::{may, room};
use super::refusal::Refusal;
use crate::double::clock::Millis;
use crate::double::gateway::{bared, intent};
use crate::double::rights::{
    ATTACH_FILES, EMBED_LINKS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS,
};
use crate::double::world::{Id, Kind, Message, World};

const HOUR: Millis = 60 * 60 * 1_000;

/// Edits of a message that is over an hour old, in an hour. Discord does not say how many.
const LATE_EDITS: usize = 10;

pub(super) fn send(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let channel = call.id("channel_id");
    check_room(world, channel)?;
    let draft = Draft::read(world, call.whole(), &call.files, 0)?;
    let (files, embeds) = draft.brings();
    for right in [files.then_some(ATTACH_FILES), embeds.then_some(EMBED_LINKS)].into_iter().flatten() {
        may(world, channel, right)?;
    }
    let reply_to = replied(world, channel, call.part("message_reference"))?;
    let nonce = Some(call.part("nonce")).filter(|nonce| !nonce.is_null()).cloned();
    if let Some(same) = same_nonce(world, channel, call, nonce.as_ref()) {
        return Ok(Reply::Json(world.message(&world.messages[&same])));
    }
    let (id, at, author) = (world.id(), world.clock.now(), world.app.bot);
    let kind = if reply_to.is_some() { 19 } else { 0 };
    let mut message = Message { id, channel, author, kind, at, nonce, reply_to, ..Message::default() };
    draft.apply(world, &mut message, &call.about())?;
    world.counts.sent += 1;
    let body = world.message(&message);
    world.messages.insert(id, message);
    world.tell_message("MESSAGE_CREATE", id);
    Ok(Reply::Json(body))
}

pub(super) fn edit(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (channel, id) = (call.id("channel_id"), call.id("message_id"));
    room(world, channel)?;
    let mut message = own(world, channel, id)?.clone();
    if world.channels[&channel].archived {
        return Err(Refusal::ARCHIVED);
    }
    let now = world.clock.now();
    if now.saturating_sub(message.at) > HOUR {
        message.late_edits.retain(|edit| now.saturating_sub(*edit) < HOUR);
        if message.late_edits.len() >= LATE_EDITS {
            return Err(Refusal::OLD_EDITS);
        }
        message.late_edits.push_back(now);
    }
    let draft = Draft::read(world, call.whole(), &call.files, 0)?;
    change(world, message, draft, &call.about())
}

/// Puts a draft into a message that is there.
pub(super) fn change(world: &mut World, mut message: Message, draft: Draft, about: &str) -> Result<Reply, Refusal> {
    let (id, before) = (message.id, message.content.clone());
    draft.apply(world, &mut message, about)?;
    message.before.push(before);
    message.edited = Some(world.clock.now());
    world.counts.edits += 1;
    let body = world.message(&message);
    world.messages.insert(id, message);
    world.tell_message("MESSAGE_UPDATE", id);
    Ok(Reply::Json(body))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (channel, id) = (call.id("channel_id"), call.id("message_id"));
    room(world, channel)?;
    let message = visible(world, channel, id)?;
    if message.author != world.app.bot {
        may(world, channel, MANAGE_MESSAGES)?;
    }
    world.remove(id);
    Ok(Reply::Nothing)
}

pub(super) fn message(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let channel = call.id("channel_id");
    room(world, channel)?;
    may(world, channel, READ_MESSAGE_HISTORY)?;
    let message = visible(world, channel, call.id("message_id"))?;
    Ok(Reply::Json(read(world, message)))
}

/// The newest first.
pub(super) fn list(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let channel = call.id("channel_id");
    room(world, channel)?;
    let limit = usize::try_from(call.number("limit", 50, 100)?).unwrap_or_default();
    let before = call.number("before", u64::MAX, u64::MAX)?;
    let after = call.number("after", 0, u64::MAX)?;
    if world.rights(world.app.bot, channel) & READ_MESSAGE_HISTORY == 0 {
        return Ok(Reply::Json(json!([])));
    }
    let all = world.messages.values().filter(|message| message.channel == channel && message.only.is_none());
    let mut all: Vec<&Message> = all.filter(|message| message.id < before && message.id > after).collect();
    if call.query.contains_key("after") {
        // The oldest of those after it, told newest first all the same.
        all.truncate(limit);
        all.reverse();
    } else {
        all.reverse();
        all.truncate(limit);
    }
    Ok(Reply::Json(all.into_iter().map(|message| read(world, message)).collect()))
}

/// A message as the bot may read it: without the intent, not what others wrote.
fn read(world: &World, message: &Message) -> Value {
    let body = world.message(message);
    let reads = world.app.privileged & intent::MESSAGE_CONTENT != 0 || world.is_told(message);
    if reads { body } else { bared(body) }
}

/// A message of that channel that not only one person sees.
fn visible(world: &World, channel: Id, id: Id) -> Result<&Message, Refusal> {
    let message = world.messages.get(&id).filter(|message| message.channel == channel && message.only.is_none());
    message.ok_or(Refusal::UNKNOWN_MESSAGE)
}

fn own(world: &World, channel: Id, id: Id) -> Result<&Message, Refusal> {
    let message = visible(world, channel, id)?;
    if message.author == world.app.bot { Ok(message) } else { Err(Refusal::NOT_THE_AUTHOR) }
}

/// Checks that the bot may write there.
fn check_room(world: &mut World, channel: Id) -> Result<(), Refusal> {
    let (kind, with, locked) = {
        let room = room(world, channel)?;
        (room.kind, room.with, room.locked)
    };
    if with.and_then(|with| world.accounts.get(&with)).is_some_and(|with| !with.takes_dms) {
        return Err(Refusal::NO_DMS);
    }
    may(world, channel, if kind == Kind::Thread { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES })?;
    if locked {
        return Err(Refusal::ARCHIVED);
    }
    // What is said in an archived thread opens it again.
    if let Some(room) = world.channels.get_mut(&channel) {
        room.archived = false;
    }
    Ok(())
}

/// The message that is replied to.
fn replied(world: &World, channel: Id, reference: &Value) -> Result<Option<Id>, Refusal> {
    if reference.is_null() {
        return Ok(None);
    }
    let id = reference["message_id"].as_u64().or_else(|| reference["message_id"].as_str()?.parse().ok());
    may(world, channel, READ_MESSAGE_HISTORY)?;
    match visible(world, channel, id.unwrap_or_default()) {
        Ok(message) => Ok(Some(message.id)),
        Err(_) if reference["fail_if_not_exists"] == false => Ok(None),
        Err(_) => Err(Refusal::invalid("message_reference", "Unknown message")),
    }
}

/// The message that was sent with the same nonce within a few minutes, where that is to be looked after.
fn same_nonce(world: &World, channel: Id, call: &Call, nonce: Option<&Value>) -> Option<Id> {
    if call.part("enforce_nonce") != true {
        return None;
    }
    let (nonce, now) = (nonce?, world.clock.now());
    let mut recent =
        world.messages.values().rev().take_while(|message| now.saturating_sub(message.at) < 5 * 60 * 1_000);
    let same = recent.find(|message| message.channel == channel && message.nonce.as_ref() == Some(nonce));
    same.map(|message| message.id)
}

impl World {
    /// Takes a message away, and tells so.
    pub(in crate::double) fn remove(&mut self, id: Id) {
        if let Some(message) = self.messages.remove(&id)
            && message.only.is_none()
        {
            self.tell_deletion(&message);
        }
    }
}
