//! Follow-up messages of an interaction, for as long as its token is valid.

use super::answer::Reply;
use super::body::Draft;
use super::call::Call;
use super::interactions::{blank, told};
use super::messages::change;
use super::refusal::Refusal;
use crate::double::interaction::{Interaction, Response};
use crate::double::world::{Id, Message, World, flag};

/// One more message. While the first answer still says that the bot is thinking, it takes the place of that.
pub(super) fn send(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let known = known(world, call)?;
    let draft = Draft::read(world, call.whole(), &call.files, flag::EPHEMERAL)?;
    let first = known.original.and_then(|id| world.messages.get(&id)).filter(|first| first.flags & flag::LOADING != 0);
    if let Some(first) = first.cloned() {
        return fill(world, first, draft, call);
    }
    let mut message = blank(world, &known, draft.flags.unwrap_or_default());
    draft.apply(world, &mut message, &call.about())?;
    let id = told(world, message);
    if let Some(known) = world.interactions.get_mut(&known.id) {
        known.followups.push(id);
    }
    Ok(Reply::Json(world.message(&world.messages[&id])))
}

pub(super) fn edit(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let message = meant(world, call)?.clone();
    let settable = message.flags & flag::EPHEMERAL;
    let draft = Draft::read(world, call.whole(), &call.files, settable)?;
    fill(world, message, draft, call)
}

/// Puts a draft into a message, which does not say any more that the bot is thinking.
fn fill(world: &mut World, mut message: Message, draft: Draft, call: &Call) -> Result<Reply, Refusal> {
    message.flags &= !flag::LOADING;
    change(world, message, draft, &call.about())
}

pub(super) fn message(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let message = meant(world, call)?;
    Ok(Reply::Json(world.message(message)))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let id = meant(world, call)?.id;
    world.remove(id);
    Ok(Reply::Nothing)
}

/// The message that is meant: the first answer, or one that came after it.
fn meant<'a>(world: &'a World, call: &Call) -> Result<&'a Message, Refusal> {
    let known = known(world, call)?;
    let id: Option<Id> = match call.params.get("message_id") {
        None => known.original,
        Some(id) => id.parse().ok().filter(|id| known.followups.contains(id) || known.original == Some(*id)),
    };
    id.and_then(|id| world.messages.get(&id)).ok_or(Refusal::UNKNOWN_MESSAGE)
}

/// The interaction of a token that is good.
fn known(world: &World, call: &Call) -> Result<Interaction, Refusal> {
    let token = call.word("webhook_token");
    let known = world.interactions.values().find(|known| known.token == token);
    let known = known.filter(|_| call.id("webhook_id") == world.app.id).ok_or(Refusal::UNKNOWN_WEBHOOK)?;
    if known.has_expired(world.clock.now()) {
        return Err(Refusal::INVALID_TOKEN);
    }
    match known.answer {
        Response::Message | Response::Update => Ok(known.clone()),
        Response::None | Response::Choices(_) | Response::Modal(_) => Err(Refusal::UNKNOWN_WEBHOOK),
    }
}
