//! Slash commands, commands on messages, and what is offered while one is typed.

use serde_json::{Map, Value, json};

use super::interact::Deed;
use crate::double::Discord;
use crate::double::interaction::{InteractionKind, Response};
use crate::double::rights::ADMINISTRATOR;
use crate::double::world::{Attachment, Id, World};

impl Discord {
    /// Has somebody run a command, such as `/ask question:Combien de clients ? target:crm`, and returns the id of the
    /// interaction.
    ///
    /// # Panics
    /// Panics if the client would refuse: an unknown command or option, a value of the wrong kind or that is not among
    /// the choices, or a required option that is missing.
    pub(crate) fn runs(&self, person: Id, channel: Id, line: &str) -> Id {
        self.runs_with(person, channel, line, &[])
    }

    /// Has somebody run a command with files, given as names and contents, which its options refer to by name.
    pub(crate) fn runs_with(&self, person: Id, channel: Id, line: &str, files: &[(&str, &[u8])]) -> Id {
        let mut world = self.shared.world();
        let mut resolved = Map::new();
        for (name, bytes) in files {
            let (id, media_type) = (world.id(), "text/plain; charset=utf-8".to_owned());
            let file = Attachment { id, name: (*name).to_owned(), media_type, bytes: bytes.to_vec() };
            resolved.insert(id.to_string(), world.attachment(channel, &file, true));
            world.loose.push(file);
        }
        let (command, rest) = world.command(channel, 1, line.strip_prefix('/').expect("it is a slash command"));
        let options = options(&world, &command["options"], &rest, None);
        let mut data = json!({ "id": command["id"], "name": command["name"], "type": 1, "options": &options });
        let users: Map<String, Value> = people(&options).map(|id| (id.to_string(), world.user(id))).collect();
        if !resolved.is_empty() || !users.is_empty() {
            data["resolved"] = json!({ "attachments": resolved, "users": users });
        }
        let id = world.act(InteractionKind::Command, person, channel, data, line);
        drop(world);
        self.shared.changed();
        id
    }

    /// Has somebody type a command, up to and including its last option, and waits for the choices offered to them.
    pub(crate) async fn types(&self, person: Id, channel: Id, line: &str) -> Vec<String> {
        let id = {
            let mut world = self.shared.world();
            let (command, rest) = world.command(channel, 1, line.strip_prefix('/').expect("it is a slash command"));
            let at = last_option(&command["options"], &rest);
            let options = options(&world, &command["options"], &rest, Some(&at));
            let data = json!({ "id": command["id"], "name": command["name"], "type": 1, "options": options });
            world.act(InteractionKind::Autocomplete, person, channel, data, line)
        };
        self.shared.changed();
        let answer = |world: &World| match &world.interactions.get(&id)?.answer {
            Response::Choices(choices) => Some(choices.clone()),
            _ => None,
        };
        let choices = self.until("choices", answer).await;
        let shown = |choice: &Value| match (choice["name"].as_str(), &choice["value"]) {
            (Some(name), Value::String(value)) if name == value => value.clone(),
            (Some(name), value) => format!("{name} ({})", value.to_string().trim_matches('"')),
            (None, _) => String::new(),
        };
        choices.iter().map(shown).collect()
    }

    /// Has somebody use a message command, such as "Ask Pstral about this", and returns the id of the interaction.
    ///
    /// # Panics
    /// Panics if there is no such command.
    pub(crate) fn picks(&self, person: Id, message: Id, name: &str) -> Id {
        let mut world = self.shared.world();
        let said = world.messages.get(&message).expect("there is such a message");
        let (channel, told) = (said.channel, world.message(said));
        let (command, _) = world.command(channel, 3, name);
        let data = json!({
            "id": command["id"], "name": command["name"], "type": 3, "target_id": message.to_string(),
            "resolved": { "messages": { message.to_string(): told } },
        });
        let id = world.act(InteractionKind::Command, person, channel, data, name);
        drop(world);
        self.shared.changed();
        id
    }

    /// Lists the commands that a person's client offers in a channel, by their names in a language such as `fr`.
    pub(crate) fn offers(&self, person: Id, channel: Id, locale: &str) -> Vec<String> {
        let world = self.shared.world();
        let rights = world.rights(person, channel);
        let may = |command: &&Value| {
            let needed = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
            // 0 is for administrators alone.
            needed
                .is_none_or(|needed| if needed == 0 { rights & ADMINISTRATOR != 0 } else { rights & needed == needed })
        };
        let name = |command: &Value| {
            let own = &command["name_localizations"][locale];
            own.as_str().or_else(|| command["name"].as_str()).unwrap_or_default().to_owned()
        };
        world.commands_of(channel).into_iter().filter(may).map(name).collect()
    }
}

impl World {
    fn act(&mut self, kind: InteractionKind, by: Id, channel: Id, data: Value, line: &str) -> Id {
        assert!(self.can_be_in(by, channel), "they are not in that channel");
        self.interact(Deed { kind, by, channel, source: None, data, about: line.to_owned() })
    }

    /// Lists the global commands and those of the guild; in private, those that may be used there.
    fn commands_of(&self, channel: Id) -> Vec<&Value> {
        let guild = self.guild_of(channel);
        let places = if guild.is_some() { vec![None, guild] } else { vec![None] };
        let all = places.into_iter().filter_map(|place| self.commands.get(&place)).flatten();
        let context = u64::from(guild.is_none());
        let usable = all.filter(|command| {
            let contexts = command["contexts"].as_array();
            contexts.is_none_or(|contexts| contexts.iter().any(|known| known.as_u64() == Some(context)))
        });
        usable.filter(|command| guild.is_some() || command["dm_permission"] != false).collect()
    }

    /// Finds the command that a line begins with, and the rest of the line.
    fn command(&self, channel: Id, kind: u64, line: &str) -> (Value, String) {
        let mut all = self.commands_of(channel).into_iter().filter(|command| command["type"].as_u64() == Some(kind));
        let named = all.find_map(|command| {
            let rest = line.strip_prefix(command["name"].as_str()?)?;
            (rest.is_empty() || rest.starts_with(' ')).then(|| (command.clone(), rest.trim_start().to_owned()))
        });
        named.unwrap_or_else(|| panic!("no command {line} is registered there"))
    }
}

/// Iterates over the users named by options, including those of a subcommand.
fn people(options: &[Value]) -> impl Iterator<Item = Id> {
    let within = options.iter().flat_map(|option| option["options"].as_array().into_iter().flatten());
    let of_users = options.iter().chain(within).filter(|option| option["type"] == 6);
    of_users.filter_map(|option| option["value"].as_str()?.parse().ok())
}

/// Converts the options of a line to those of an interaction. A word that names a subcommand leads into it.
fn options(world: &World, known: &Value, line: &str, focused: Option<&str>) -> Vec<Value> {
    let known = known.as_array().map(Vec::as_slice).unwrap_or_default();
    for inner in known.iter().filter(|option| matches!(option["type"].as_u64(), Some(1 | 2))) {
        let name = inner["name"].as_str().unwrap_or_default();
        if let Some(rest) = line.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            let within = options(world, &inner["options"], rest.trim_start(), focused);
            return vec![json!({ "name": name, "type": inner["type"], "options": within })];
        }
    }
    let given = split(known, line);
    for option in known.iter().filter(|option| option["required"] == true) {
        let missing = focused.is_none() && given.iter().all(|(name, _)| option["name"] != *name);
        assert!(!missing, "the option {} is required", option["name"]);
    }
    given
        .into_iter()
        .map(|(name, text)| {
            let option = known.iter().find(|option| option["name"] == name).expect("it was found by its name");
            option_value(world, option, &text, focused == Some(name.as_str()))
        })
        .collect()
}

/// Splits a line into names and texts, `name:text name:text`, where a text may hold spaces and colons.
fn split(known: &[Value], line: &str) -> Vec<(String, String)> {
    let names = known.iter().filter_map(|option| option["name"].as_str());
    let mut begins: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let mark = format!("{name}:");
            let found = line.match_indices(&mark).find(|(at, _)| *at == 0 || line[..*at].ends_with(' '))?;
            Some((found.0, name))
        })
        .collect();
    begins.sort_unstable();
    assert!(line.is_empty() || begins.first().is_some_and(|first| first.0 == 0), "`{line}` begins with no option");
    let ends = begins.iter().skip(1).map(|next| next.0).chain([line.len()]);
    let given = begins.iter().zip(ends);
    given.map(|((at, name), end)| ((*name).to_owned(), line[at + name.len() + 1..end].trim().to_owned())).collect()
}

/// Returns the name of the option that a line ends in.
fn last_option(known: &Value, line: &str) -> String {
    let known = known.as_array().map(Vec::as_slice).unwrap_or_default();
    let inner = known.iter().find(|option| {
        let within = option["name"].as_str().is_some_and(|name| line.split(' ').next() == Some(name));
        matches!(option["type"].as_u64(), Some(1 | 2)) && within
    });
    match inner {
        Some(inner) => {
            let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
            last_option(&inner["options"], rest)
        }
        None => split(known, line).pop().expect("an option is being typed").0,
    }
}

fn option_value(world: &World, option: &Value, text: &str, focused: bool) -> Value {
    let mut given = Map::new();
    given.insert("name".to_owned(), option["name"].clone());
    given.insert("type".to_owned(), option["type"].clone());
    if focused {
        assert!(option["autocomplete"] == true, "nothing is offered for {}", option["name"]);
        given.insert("focused".to_owned(), json!(true));
        given.insert("value".to_owned(), json!(text));
        return Value::Object(given);
    }
    let fault = || -> Value { panic!("{} cannot be `{text}`", option["name"]) };
    let value = match option["type"].as_u64() {
        Some(3) => json!(text),
        Some(4) => text.parse::<i64>().map_or_else(|_| fault(), Value::from),
        Some(5) => text.parse::<bool>().map_or_else(|_| fault(), Value::from),
        Some(6) => world.named(text.trim_start_matches('@')).map_or_else(fault, |id| json!(id.to_string())),
        Some(10) => text.parse::<f64>().map_or_else(|_| fault(), Value::from),
        Some(11) => {
            let file = world.loose.iter().rev().find(|file| file.name == text);
            file.map_or_else(fault, |file| json!(file.id.to_string()))
        }
        _ => panic!("the double knows no option like {}", option["name"]),
    };
    let choices = option["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let chosen = choices.iter().find(|choice| choice["name"] == *text || choice["value"] == value);
    assert!(choices.is_empty() || chosen.is_some(), "{} is not among the choices of {}", text, option["name"]);
    given.insert("value".to_owned(), chosen.map_or(value, |choice| choice["value"].clone()));
    Value::Object(given)
}
