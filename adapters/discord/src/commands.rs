//! The commands of Discord's own list: their names and sentences in both languages, and registering them when they change.

use pstral_core::domain::Locale;
use pstral_core::egress::fit;
use pstral_core::ports::Suggested;
use pstral_core::text::text;
use serde_json::{Map, Value, json};
use serenity::http::{LightMethod, Route};

use crate::Discord;
use crate::fault::Fault;
use crate::rest::{plain, with_body};

/// A question.
pub(crate) const ASK: &str = "ask";
/// A statement of one's own.
pub(crate) const SQL: &str = "sql";
/// Commands that concern one person and no conversation, wherever they are given. `policy` is none: what somebody may do is
/// another thing in each channel.
pub(crate) const ALONE: [&str; 7] = ["whoami", "link", "unlink", "audit", "user", "verified", "status"];

/// Characters of a description at most.
const DESCRIPTION: usize = 100;
/// Those who manage a server see the commands of administrators; what they may do is Pstral's own to say.
const MANAGE_GUILD: u64 = 1 << 5;

/// A command of the list. Descriptions are sentences of `locales/`, by these names.
struct Command {
    name: &'static str,
    french: &'static str,
    says: &'static str,
    for_admins: bool,
    options: &'static [Opt],
}

/// Something to choose with it.
struct Opt {
    name: &'static str,
    french: &'static str,
    says: &'static str,
    kind: Kind,
    is_needed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    /// Words that are suggested while they are written.
    Suggested(Suggested),
    /// One of these.
    One(&'static [&'static str]),
    Number,
    Yes,
    File,
}

impl Kind {
    /// <https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type>
    fn number(self) -> u8 {
        match self {
            Self::Words | Self::Suggested(_) | Self::One(_) => 3,
            Self::Number => 4,
            Self::Yes => 5,
            Self::File => 11,
        }
    }
}

const fn option(name: &'static str, french: &'static str, says: &'static str, kind: Kind) -> Opt {
    Opt { name, french, says, kind, is_needed: false }
}

const fn needed(name: &'static str, french: &'static str, says: &'static str, kind: Kind) -> Opt {
    Opt { name, french, says, kind, is_needed: true }
}

const fn everybody(name: &'static str, french: &'static str, says: &'static str, options: &'static [Opt]) -> Command {
    Command { name, french, says, for_admins: false, options }
}

const fn admins(name: &'static str, french: &'static str, says: &'static str, options: &'static [Opt]) -> Command {
    Command { name, french, says, for_admins: true, options }
}

const MODES: Kind = Kind::One(&["sql", "chat"]);
const FORMS: Kind = Kind::One(&["pdf", "json"]);

/// The list, in the order in which it is registered.
const COMMANDS: &[Command] = &[
    everybody(
        ASK,
        "demander",
        "discord-ask",
        &[
            needed("question", "question", "discord-ask-question", Kind::Words),
            option("target", "base", "discord-ask-target", Kind::Suggested(Suggested::Targets)),
            option("mode", "mode", "discord-ask-mode", MODES),
            option("private", "privé", "discord-ask-private", Kind::Yes),
            option("file", "fichier", "discord-ask-file", Kind::File),
        ],
    ),
    everybody(
        SQL,
        "sql",
        "discord-sql",
        &[
            option("statement", "requête", "discord-sql-statement", Kind::Words),
            option("file", "fichier", "discord-sql-file", Kind::File),
        ],
    ),
    everybody("mode", "mode", "discord-mode", &[needed("mode", "mode", "discord-ask-mode", MODES)]),
    everybody("new", "nouveau", "discord-new", &[]),
    everybody(
        "history",
        "historique",
        "discord-history",
        &[option("page", "page", "discord-history-page", Kind::Number)],
    ),
    everybody(
        "export",
        "exporter",
        "discord-export",
        &[
            option("number", "numéro", "discord-export-number", Kind::Suggested(Suggested::Conversations)),
            option("form", "format", "discord-export-form", FORMS),
        ],
    ),
    everybody("stop", "arrêter", "discord-stop", &[]),
    everybody("whoami", "quisuisje", "discord-whoami", &[]),
    everybody("link", "lier", "discord-link", &[option("code", "code", "discord-link-code", Kind::Words)]),
    everybody(
        "unlink",
        "délier",
        "discord-unlink",
        &[option("confirm", "confirmer", "discord-unlink-confirm", Kind::Yes)],
    ),
    everybody("help", "aide", "discord-help", &[]),
    admins(
        "audit",
        "audit",
        "discord-audit",
        &[option("filter", "filtre", "discord-audit-filter", Kind::Suggested(Suggested::AuditWords))],
    ),
    admins(
        "user",
        "utilisateur",
        "discord-user",
        &[option("words", "mots", "discord-words", Kind::Suggested(Suggested::Users))],
    ),
    admins(
        "policy",
        "règles",
        "discord-policy",
        &[
            needed("user", "utilisateur", "discord-policy-user", Kind::Suggested(Suggested::Users)),
            needed("target", "base", "discord-policy-target", Kind::Suggested(Suggested::Targets)),
            option("table", "table", "discord-policy-table", Kind::Words),
        ],
    ),
    admins("status", "état", "discord-status", &[]),
    admins("verified", "vérifiées", "discord-verified", &[option("words", "mots", "discord-words", Kind::Words)]),
];

/// What is suggested for an option of a command.
pub(crate) fn suggested(command: &str, option: &str) -> Option<Suggested> {
    match options(command).iter().find(|known| known.name == option)?.kind {
        Kind::Suggested(suggested) => Some(suggested),
        _ => None,
    }
}

/// Where an option stands among those of its command. People may fill them in in another order.
pub(crate) fn rank(command: &str, option: &str) -> usize {
    let options = options(command);
    options.iter().position(|known| known.name == option).unwrap_or(options.len())
}

fn options(command: &str) -> &'static [Opt] {
    COMMANDS.iter().find(|known| known.name == command).map_or(&[], |command| command.options)
}

impl Discord {
    /// Registers the commands where Discord has not these; whether it had to.
    pub(crate) async fn register(&self) -> Result<bool, Fault> {
        if self.are_registered().await? {
            return Ok(false);
        }
        let route = Route::Commands { application_id: self.application() };
        self.rest.tell(with_body(LightMethod::Put, route, &all())).await?;
        Ok(true)
    }

    /// Whether Discord has these commands and no others.
    pub(crate) async fn are_registered(&self) -> Result<bool, Fault> {
        let route = Route::Commands { application_id: self.application() };
        let request = plain(LightMethod::Get, route).params(Some(vec![("with_localizations", "true".to_owned())]));
        let known: Value = self.rest.ask(request).await?;
        Ok(alike(&known) == alike(&all()))
    }
}

/// Every command as Discord takes it.
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

fn described(command: &Command) -> Value {
    let mut described = json!({
        "type": 1,
        "name": command.name,
        "name_localizations": { "fr": command.french },
        "description": sentence(command.says, Locale::En),
        "description_localizations": { "fr": sentence(command.says, Locale::Fr) },
        // In servers and in our own private conversations; installed in servers.
        "contexts": [0, 1],
        "integration_types": [0],
        "options": command.options.iter().map(chosen).collect::<Vec<_>>(),
    });
    if command.for_admins {
        described["default_member_permissions"] = json!(MANAGE_GUILD);
    }
    described
}

fn chosen(option: &Opt) -> Value {
    let mut chosen = json!({
        "type": option.kind.number(),
        "name": option.name,
        "name_localizations": { "fr": option.french },
        "description": sentence(option.says, Locale::En),
        "description_localizations": { "fr": sentence(option.says, Locale::Fr) },
        "required": option.is_needed,
    });
    match option.kind {
        Kind::One(choices) => {
            chosen["choices"] = choices.iter().map(|choice| json!({ "name": choice, "value": choice })).collect();
        }
        Kind::Suggested(_) => chosen["autocomplete"] = json!(true),
        Kind::Number => chosen["min_value"] = json!(1),
        Kind::Words | Kind::Yes | Kind::File => {}
    }
    chosen
}

fn sentence(key: &'static str, locale: Locale) -> String {
    fit(&text(key).render(locale), DESCRIPTION)
}

/// What we say of commands, without what Discord adds and in the forms in which it says it: two that mean the same are the
/// same.
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
                // Discord gives back a text where it takes a number.
                let permissions = &members.get("default_member_permissions").cloned().unwrap_or_default();
                let permissions = permissions.as_u64().or_else(|| permissions.as_str()?.parse().ok());
                said.extend(permissions.map(|number| ("default_member_permissions".to_owned(), json!(number))));
                Value::Object(said)
            }
            other => other.clone(),
        }
    }
    fn meant(key: &str, value: &Value) -> Value {
        // Names by language are no descriptions of ours.
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
            for one in [command].into_iter().chain(command["options"].as_array().unwrap()) {
                for said in [&one["description"], &one["description_localizations"]["fr"]] {
                    let said = said.as_str().unwrap();
                    assert!(!said.starts_with("discord-") && !said.ends_with('…'), "{name}: {said}");
                }
                assert!(one["name"].as_str().unwrap().chars().all(|letter| letter.is_ascii_lowercase()), "{name}");
            }
            let options = command["options"].as_array().unwrap();
            let needed: Vec<bool> = options.iter().map(|option| option["required"] == true).collect();
            assert!(needed.is_sorted_by(|one, other| one >= other), "{name}: what is needed comes first");
        }
        assert!(ALONE.iter().all(|alone| COMMANDS.iter().any(|command| command.name == *alone)));
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
