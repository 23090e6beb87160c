//! The registered commands: <https://discord.com/developers/docs/interactions/application-commands>.

use serde_json::{Value, json};

use super::answer::Reply;
use super::call::Call;
use super::refusal::Refusal;
use crate::double::json::with;
use crate::double::world::{Id, World};

/// All the text of a command: names, descriptions, values.
const TEXT: usize = 8_000;

pub(super) fn list(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let guild = place(world, call)?;
    let mut commands = world.commands.get(&guild).cloned().unwrap_or_default();
    if call.query.get("with_localizations").is_none_or(|with| with != "true") {
        commands.iter_mut().for_each(without_translations);
    }
    Ok(Reply::Json(json!(commands)))
}

/// Translations are told only to who asks for them.
fn without_translations(command: &mut Value) {
    let Some(members) = command.as_object_mut() else { return };
    members.retain(|key, _| !key.ends_with("_localizations"));
    for inner in members.get_mut("options").and_then(Value::as_array_mut).into_iter().flatten() {
        without_translations(inner);
    }
}

/// Replaces all of them; those that keep their name keep their id.
pub(super) fn replace(world: &mut World, call: &Call) -> Result<Reply, Refusal> {
    let guild = place(world, call)?;
    let wanted = call.body.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let mut seen = Vec::new();
    for command in &wanted {
        let key = (kind_of(command), command["name"].clone());
        if seen.contains(&key) {
            return Err(Refusal::invalid("name", "Application command names must be unique"));
        }
        seen.push(key);
        check(command)?;
    }
    for (kind, most) in [(1, 100), (2, 15), (3, 15)] {
        if seen.iter().filter(|(of, _)| *of == kind).count() > most {
            return Err(Refusal::invalid("commands", "Maximum number of application commands reached"));
        }
    }
    world.counts.registrations += 1;
    let before = world.commands.remove(&guild).unwrap_or_default();
    let after: Vec<Value> = wanted.iter().map(|command| registered(world, guild, &before, command)).collect();
    world.commands.insert(guild, after.clone());
    Ok(Reply::Json(json!(after)))
}

/// The guild that is meant, or everywhere.
fn place(world: &World, call: &Call) -> Result<Option<Id>, Refusal> {
    if call.id("application_id") != world.app.id {
        return Err(Refusal::UNKNOWN_APPLICATION);
    }
    let guild = call.params.contains_key("guild_id").then(|| call.id("guild_id"));
    let there = guild.is_none_or(|guild| world.guilds.get(&guild).is_some_and(|guild| world.is_in(guild)));
    if there { Ok(guild) } else { Err(Refusal::MISSING_ACCESS) }
}

fn kind_of(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

/// As Discord gives it back.
fn registered(world: &mut World, guild: Option<Id>, before: &[Value], command: &Value) -> Value {
    let same = |old: &&Value| old["name"] == command["name"] && kind_of(old) == kind_of(command);
    let id = before.iter().find(same).and_then(|old| old["id"].as_str().map(str::to_owned));
    let id = id.unwrap_or_else(|| world.id().to_string());
    let or = |key: &str, otherwise: Value| Some(command[key].clone()).filter(|own| !own.is_null()).unwrap_or(otherwise);
    let permissions = match &command["default_member_permissions"] {
        Value::Number(bits) => json!(bits.to_string()),
        other => other.clone(),
    };
    let body = json!({
        "id": id, "type": kind_of(command), "application_id": world.app.id.to_string(),
        "version": world.id().to_string(), "name": command["name"], "name_localizations": or("name_localizations", Value::Null),
        "description": or("description", json!("")),
        "description_localizations": or("description_localizations", Value::Null),
        "default_member_permissions": permissions, "dm_permission": or("dm_permission", json!(true)),
        "contexts": or("contexts", Value::Null), "integration_types": or("integration_types", json!([0])),
        "nsfw": or("nsfw", json!(false)), "options": or("options", json!([])),
    });
    match guild {
        Some(guild) => with(body, [("guild_id", json!(guild.to_string()))]),
        None => body,
    }
}

fn check(command: &Value) -> Result<(), Refusal> {
    let faulty = |at: &str, why: &str| Err(Refusal::invalid(at, why));
    let typed = kind_of(command) == 1;
    let description = command["description"].as_str().unwrap_or_default();
    if typed != (1..=100).contains(&description.chars().count()) {
        return faulty("description", "a slash command has one, and no other does");
    }
    let options = command["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !typed && !options.is_empty() {
        return faulty("options", "only slash commands have them");
    }
    if text_of(command) > TEXT {
        return faulty("options", "Command exceeds maximum size (8000)");
    }
    if typed { check_names(command).and_then(|()| check_options(options)) } else { Ok(()) }
}

fn check_options(options: &[Value]) -> Result<(), Refusal> {
    let faulty = |why: &str| Err(Refusal::invalid("options", why));
    let mut names: Vec<&Value> = options.iter().map(|option| &option["name"]).collect();
    names.sort_unstable_by_key(ToString::to_string);
    names.dedup();
    if names.len() < options.len() {
        return faulty("names of options must be unique");
    }
    let mut optional = false;
    for option in options {
        check_names(option)?;
        let inner = option["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        check_options(inner)?;
        let required = option["required"] == true;
        if required && optional {
            return faulty("Required options must be placed before non-required options");
        }
        optional |= !required;
        let choices = option["choices"].as_array().is_some_and(|choices| !choices.is_empty());
        if choices && option["autocomplete"] == true {
            return faulty("choices and autocomplete exclude each other");
        }
    }
    Ok(())
}

/// Names of slash commands and of options, in every language.
fn check_names(named: &Value) -> Result<(), Refusal> {
    let others = named["name_localizations"].as_object().into_iter().flat_map(|others| others.values());
    let all = std::iter::once(&named["name"]).chain(others).filter_map(Value::as_str);
    for name in all {
        let known = |c: char| c == '-' || c == '_' || c == '\u{2bc}' || c.is_alphanumeric();
        let fits = (1..=32).contains(&name.chars().count()) && name.chars().all(known) && name == name.to_lowercase();
        if !fits {
            return Err(Refusal::invalid("name", "it does not match ^[-_ʼ\\p{L}\\p{N}]{1,32}$, or is not lowercase"));
        }
    }
    Ok(())
}

/// The characters of a command: the longest of the languages of each text.
fn text_of(value: &Value) -> usize {
    let length = |key: &str, others: &str| {
        let own = value[key].as_str().map_or(0, |text| text.chars().count());
        let others = value[others].as_object().into_iter().flat_map(|others| others.values());
        others.filter_map(Value::as_str).map(|text| text.chars().count()).fold(own, usize::max)
    };
    let own = length("name", "name_localizations") + length("description", "description_localizations");
    let inner = ["options", "choices"].into_iter().filter_map(|key| value[key].as_array()).flatten();
    own + value["value"].as_str().map_or(0, |text| text.chars().count()) + inner.map(text_of).sum::<usize>()
}
