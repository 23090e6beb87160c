//! Puts the options of an application command into the order in which they would be typed.

use pstral_core::domain::{COMMANDS, CommandOption, CommandSpec, OptionKind, Suggested, VerbSpec};

/// Finds the command of that name.
pub(crate) fn spec(name: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|spec| spec.word == name)
}

/// Finds what is suggested for an option of a command, or of one of its subcommands.
pub(crate) fn suggested(command: &str, option: &str) -> Option<Suggested> {
    let of = |options: &'static [CommandOption]| {
        options.iter().find_map(|known| match known.kind {
            OptionKind::Suggested(suggested) if known.name == option => Some(suggested),
            _ => None,
        })
    };
    let spec = spec(command)?;
    of(spec.options).or_else(|| spec.verbs.iter().find_map(|verb| of(verb.options)))
}

/// Returns the word typed for a subcommand: a verb of the command.
pub(crate) fn typed_sub(command: &str, sub: &str) -> &'static str {
    verb(command, sub).filter(|verb| verb.is_typed).map_or("", |verb| verb.word)
}

/// Sorts the chosen options into the order of the list, as they would be typed: people may fill them in in any order.
pub(crate) fn in_order(command: &str, sub: Option<&str>, mut chosen: Vec<(&str, String)>) -> Vec<(String, String)> {
    let verb = sub.and_then(|sub| verb(command, sub));
    let options: &[CommandOption] = match verb {
        Some(verb) => verb.options,
        None => spec(command).map_or(&[], |spec| spec.options),
    };
    let rank = |name: &str| options.iter().position(|known| known.name == name).unwrap_or(options.len());
    chosen.sort_by_key(|(name, _)| rank(name));
    let typed = |(name, words): (&str, String)| match options.get(rank(name)).map(|known| known.kind) {
        Some(OptionKind::Setting(key)) => (name.to_owned(), format!("{key}=\"{}\"", words.replace('"', ""))),
        _ => (name.to_owned(), words),
    };
    chosen.into_iter().map(typed).collect()
}

fn verb(command: &str, sub: &str) -> Option<&'static VerbSpec> {
    spec(command)?.listed_verbs().find(|verb| verb.word == sub)
}
