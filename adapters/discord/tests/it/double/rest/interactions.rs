//! The first answers to interactions.

use serde_json::{Value, json};

use super::answer::Reply;
use super::body::Draft;
use super::call::Call;
use super::messages::change;
use super::refusal::Refusal;
use crate::double::interaction::{Interaction, InteractionKind, Response};
use crate::double::world::{Id, Message, World, flag};

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let (id, now) = (call.id("interaction_id"), world.clock.now());
    let known = world.interactions.get(&id).filter(|known| known.token == call.word("interaction_token"));
    let known = known.cloned().ok_or(Refusal::UNKNOWN_INTERACTION)?;
    if known.answer != Response::None {
        return Err(Refusal::ACKNOWLEDGED);
    }
    if known.is_late(now) {
        world.counts.late.push(known.about.clone());
        return Err(Refusal::UNKNOWN_INTERACTION);
    }
    let kind = known.kind;
    let spoken = matches!(kind, InteractionKind::Command | InteractionKind::Component | InteractionKind::Modal);
    let (response, original) = match call.part("type").as_u64() {
        Some(4) if spoken => (Response::Message, Some(say(world, &known, call)?)),
        Some(5) if spoken => (Response::Message, Some(think(world, &known, call)?)),
        Some(6) if known.source.is_some() => (Response::Update, known.source),
        Some(7) if known.source.is_some() => (Response::Update, Some(update(world, &known, call)?)),
        Some(8) if kind == InteractionKind::Autocomplete => (Response::Choices(choices(call)?), None),
        Some(9) if matches!(kind, InteractionKind::Command | InteractionKind::Component) => {
            (Response::Modal(modal(call)?), None)
        }
        _ => return Err(Refusal::invalid("type", "no such answer to such an interaction")),
    };
    if let Some(known) = world.interactions.get_mut(&id) {
        (known.answer, known.original) = (response, original);
    }
    if call.query.get("with_response").is_none_or(|with| with != "true") {
        return Ok(Reply::Nothing);
    }
    let message = original.and_then(|id| world.messages.get(&id)).map(|message| world.message(message));
    let told =
        json!({ "id": id.to_string(), "type": kind as u8, "response_message_id": original.map(|id| id.to_string()) });
    Ok(Reply::Json(json!({
        "interaction": told, "resource": { "type": call.part("type"), "message": message },
    })))
}

/// With a message.
fn say(world: &mut World, known: &Interaction, call: &Call) -> Result<Id, Refusal> {
    let draft = Draft::read(world, call.part("data"), &call.files, flag::EPHEMERAL)?;
    let mut message = blank(world, known, draft.flags.unwrap_or_default());
    draft.apply(world, &mut message, &call.about())?;
    Ok(told(world, message))
}

/// With one that says that the bot is thinking.
fn think(world: &mut World, known: &Interaction, call: &Call) -> Result<Id, Refusal> {
    let draft = Draft::read(world, call.part("data"), &call.files, flag::EPHEMERAL)?;
    let flags = (draft.flags.unwrap_or_default() & flag::EPHEMERAL) | flag::LOADING;
    let mut message = blank(world, known, flags);
    message.flags = flags;
    Ok(told(world, message))
}

/// A new message that answers an interaction, with nothing in it.
pub(super) fn blank(world: &mut World, known: &Interaction, flags: u64) -> Message {
    let (id, at, author) = (world.id(), world.clock.now(), world.app.bot);
    let kind = if known.kind == InteractionKind::Command { 20 } else { 0 };
    let only = (flags & flag::EPHEMERAL != 0).then_some(known.by);
    Message { id, channel: known.channel, author, kind, at, only, ..Message::default() }
}

/// Puts a new message where it belongs.
pub(super) fn told(world: &mut World, message: Message) -> Id {
    let id = message.id;
    world.counts.sent += 1;
    world.messages.insert(id, message);
    world.tell_message("MESSAGE_CREATE", id);
    id
}

/// By changing the message that the component is of.
fn update(world: &mut World, known: &Interaction, call: &Call) -> Result<Id, Refusal> {
    let source = known.source.unwrap_or_default();
    let message = world.messages.get(&source).cloned().ok_or(Refusal::UNKNOWN_MESSAGE)?;
    let draft = Draft::read(world, call.part("data"), &call.files, message.flags & flag::EPHEMERAL)?;
    change(world, message, draft, &call.about())?;
    Ok(source)
}

fn choices(call: &Call) -> Result<Vec<Value>, Refusal> {
    let choices = call.part("data")["choices"].as_array().cloned().unwrap_or_default();
    let length = |key: &str, choice: &Value| choice[key].as_str().map_or(1, |text| text.chars().count());
    let fits = |choice: &Value| (1..=100).contains(&length("name", choice)) && length("value", choice) <= 100;
    if choices.len() > 25 || !choices.iter().all(fits) {
        return Err(Refusal::invalid("choices", "at most 25, of at most 100 characters"));
    }
    Ok(choices)
}

/// A modal of texts, each in a row of its own.
fn modal(call: &Call) -> Result<Value, Refusal> {
    let data = call.part("data");
    let faulty = |why: &str| Err(Refusal::invalid("components", why));
    let rows = data["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !(1..=5).contains(&rows.len()) {
        return faulty("Must be between 1 and 5 in length.");
    }
    let mut ids = Vec::new();
    for row in rows {
        let inputs = row["components"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ([input], Some(1)) = (inputs, row["type"].as_u64()) else { return faulty("one text a row") };
        let (Some(4), Some(id)) = (input["type"].as_u64(), input["custom_id"].as_str()) else {
            return faulty("the double knows texts only");
        };
        let most = input["max_length"].as_u64().unwrap_or(4_000).min(4_000);
        let value = input["value"].as_str().unwrap_or_default().chars().count();
        if u64::try_from(value).is_ok_and(|value| value > most) {
            return faulty("the text is longer than it may be");
        }
        if input["label"].as_str().is_none_or(|label| !(1..=45).contains(&label.chars().count())) {
            return faulty("a text has a label of 45 characters");
        }
        if ids.contains(&id) {
            return faulty("Component custom id cannot be duplicated");
        }
        ids.push(id);
    }
    let title = data["title"].as_str().unwrap_or_default().chars().count();
    let id = data["custom_id"].as_str().unwrap_or_default().chars().count();
    if (1..=45).contains(&title) && (1..=100).contains(&id) { Ok(data.clone()) } else { faulty("its title or id") }
}
