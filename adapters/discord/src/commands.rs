//! Registration of the application commands when they change.

use pstral_core::domain::{COMMANDS, CommandOption, CommandSpec, Locale, OptionKind, VerbSpec};
use pstral_core::egress::fit;
use pstral_core::text::text;
use serde_json::{Map, Value, json};
use serenity::http::{LightMethod, Route};

use crate::Discord;
use crate::error::DiscordError;
use crate::rest::{plain, with_body};

/// The maximum length of a description, in characters.
const DESCRIPTION: usize = 100;
/// The permission that shows the administrators' commands. Pstral itself decides what somebody may do.
const MANAGE_GUILD: u64 = 1 << 5;

impl Discord {
    /// Registers the commands if Discord does not have them yet. Returns true if it had to.
    pub(crate) async fn register(&self) -> Result<bool, DiscordError> {
        if self.are_registered().await? {
            return Ok(false);
        }
        let route = Route::Commands { application_id: self.application() };
        self.rest.send_with_retry(with_body(LightMethod::Put, route, &all())).await?;
        Ok(true)
    }

    /// Checks whether exactly these commands are registered.
    pub(crate) async fn are_registered(&self) -> Result<bool, DiscordError> {
        let route = Route::Commands { application_id: self.application() };
        let request = plain(LightMethod::Get, route).params(Some(vec![("with_localizations", "true".to_owned())]));
        let known: Value = self.rest.request_json(request).await?;
        Ok(alike(&known) == alike(&all()))
    }
}

/// Builds the JSON of all commands.
fn all() -> Value {
    let about = json!({
        "type": 3,
        // In a menu over a message.
        "name": text("discord-about").render(Locale::En),
        "name_localizations": { "fr": text("discord-about").render(Locale::Fr) },
        "contexts": [0, 1],
        "integration_types": [0],
    });
    COMMANDS.iter().map(described).chain([about]).collect()
}

fn described(command: &CommandSpec) -> Value {
    let mut described = json!({
        "type": 1,
        "name": command.word,
        "name_localizations": { "fr": command.french },
        "description": sentence(command.says, Locale::En),
        "description_localizations": { "fr": sentence(command.says, Locale::Fr) },
        // In servers and in our own private conversations; installed in servers.
        "contexts": [0, 1],
        "integration_types": [0],
        "options": command.listed_verbs().map(subcommand).chain(command.options.iter().map(chosen)).collect::<Vec<_>>(),
    });
    if command.needs.is_some() {
        described["default_member_permissions"] = json!(MANAGE_GUILD);
    }
    described
}

fn subcommand(verb: &VerbSpec) -> Value {
    json!({
        "type": 1,
        "name": verb.word,
        "name_localizations": { "fr": verb.french },
        "description": sentence(verb.says, Locale::En),
        "description_localizations": { "fr": sentence(verb.says, Locale::Fr) },
        "options": verb.options.iter().map(chosen).collect::<Vec<_>>(),
    })
}

fn chosen(option: &CommandOption) -> Value {
    let mut chosen = json!({
        "type": number(option.kind),
        "name": option.name,
        "name_localizations": { "fr": option.french },
        "description": sentence(option.says, Locale::En),
        "description_localizations": { "fr": sentence(option.says, Locale::Fr) },
    });
    match option.kind {
        OptionKind::One(choices) => {
            chosen["choices"] = choices.iter().map(|choice| json!({ "name": choice, "value": choice })).collect();
        }
        OptionKind::Suggested(_) => chosen["autocomplete"] = json!(true),
        OptionKind::Number => chosen["min_value"] = json!(1),
        OptionKind::Words | OptionKind::Setting(_) | OptionKind::Yes | OptionKind::File | OptionKind::Member => {}
    }
    chosen["required"] = json!(option.is_needed);
    chosen
}

/// <https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type>
fn number(kind: OptionKind) -> u8 {
    match kind {
        OptionKind::Words | OptionKind::Suggested(_) | OptionKind::One(_) | OptionKind::Setting(_) => 3,
        OptionKind::Number => 4,
        OptionKind::Yes => 5,
        OptionKind::Member => 6,
        OptionKind::File => 11,
    }
}

fn sentence(key: &'static str, locale: Locale) -> String {
    fit(&text(key).render(locale), DESCRIPTION)
}

/// Reduces commands to the fields that Pstral sets, in a normal form, so that equal commands compare equal.
fn alike(commands: &Value) -> Vec<Value> {
    const SAID: [&str; 13] = [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "contexts",
        "integration_types",
        "options",
        "required",
        "choices",
        "autocomplete",
        "min_value",
        "value",
    ];
    fn plain(value: &Value) -> Value {
        match value {
            Value::Array(all) => all.iter().map(plain).collect(),
            Value::Object(members) => {
                let said = members.iter().filter(|(key, _)| SAID.contains(&key.as_str()));
                let said = said.filter(|(_, value)| !is_nothing(value));
                let mut said: Map<String, Value> = said.map(|(key, value)| (key.clone(), meant(key, value))).collect();
                // Discord returns a string where it accepts a number.
                let permissions = &members.get("default_member_permissions").cloned().unwrap_or_default();
                let permissions = permissions.as_u64().or_else(|| permissions.as_str()?.parse().ok());
                said.extend(permissions.map(|number| ("default_member_permissions".to_owned(), json!(number))));
                Value::Object(said)
            }
            other => other.clone(),
        }
    }
    fn meant(key: &str, value: &Value) -> Value {
        // Localizations map languages to texts, so their keys are not fields.
        if key.ends_with("_localizations") { value.clone() } else { plain(value) }
    }
    fn is_nothing(value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        }
    }
    let mut alike: Vec<Value> = commands.as_array().into_iter().flatten().map(plain).collect();
    alike.sort_by_key(|command| (command["type"].to_string(), command["name"].to_string()));
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_as_discord_takes_it() {
        let all = all();
        for command in all.as_array().unwrap() {
            let name = command["name"].as_str().unwrap();
            let french = command["name_localizations"]["fr"].as_str().unwrap();
            assert!(name.len() <= 32 && french.chars().count() <= 32, "{name}");
            if command["type"] == 3 {
                continue;
            }
            let inner = command["options"].as_array().unwrap();
            let subs: Vec<&Value> = inner.iter().filter(|option| option["type"] == 1).collect();
            let within = subs.iter().flat_map(|sub| sub["options"].as_array().unwrap());
            for one in [command].into_iter().chain(inner).chain(within) {
                for said in [&one["description"], &one["description_localizations"]["fr"]] {
                    let said = said.as_str().unwrap();
                    assert!(!said.starts_with("command-") && !said.ends_with('…'), "{name}: {said}");
                }
                assert!(one["name"].as_str().unwrap().chars().all(|letter| letter.is_ascii_lowercase()), "{name}");
            }
            for options in [inner].into_iter().chain(subs.iter().map(|sub| sub["options"].as_array().unwrap())) {
                let needed: Vec<bool> = options.iter().map(|option| option["required"] == true).collect();
                assert!(needed.is_sorted_by(|one, other| one >= other), "{name}: what is needed comes first");
            }
        }
    }

    /// Help and hints name commands that people find in the list, in the language of the hint.
    #[test]
    fn every_command_that_a_sentence_names_is_in_the_list() {
        for language in ["en", "fr"] {
            let folder = format!("{}/../../locales/{language}", env!("CARGO_MANIFEST_DIR"));
            for file in std::fs::read_dir(folder).unwrap() {
                let sentences = std::fs::read_to_string(file.unwrap().path()).unwrap();
                // `{ $near }` is itself taken from the list.
                let named = sentences.split("{ $prefix }").skip(1).filter(|rest| !rest.starts_with("{ $near }"));
                for rest in named {
                    let name: String = rest.chars().take_while(|letter| letter.is_alphabetic()).collect();
                    let is_listed =
                        |command: &CommandSpec| command.word == name || (language == "fr" && command.french == name);
                    assert!(COMMANDS.iter().any(is_listed), "{language}: {name}");
                }
            }
        }
    }

    #[test]
    fn what_discord_gives_back_is_what_it_was_given() {
        let mut given = all();
        for command in given.as_array_mut().unwrap() {
            let command = command.as_object_mut().unwrap();
            command.extend([
                ("id".to_owned(), json!("1")),
                ("version".to_owned(), json!("2")),
                ("dm_permission".to_owned(), json!(true)),
                ("nsfw".to_owned(), json!(false)),
            ]);
            match command.get("default_member_permissions").and_then(Value::as_u64) {
                Some(number) => command.insert("default_member_permissions".to_owned(), json!(number.to_string())),
                None => command.insert("default_member_permissions".to_owned(), Value::Null),
            };
            if command["type"] == 3 {
                command.insert("description".to_owned(), json!(""));
            }
            for option in command.get_mut("options").and_then(Value::as_array_mut).into_iter().flatten() {
                option.as_object_mut().unwrap().retain(|key, value| key != "required" || value != &json!(false));
            }
        }
        given.as_array_mut().unwrap().reverse();
        assert_eq!(alike(&given), alike(&all()));
        given[0]["name_localizations"]["fr"] = json!("autre chose");
        assert_ne!(alike(&given), alike(&all()));
        assert_ne!(alike(&json!([])), alike(&all()));
    }
}
