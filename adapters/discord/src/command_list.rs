//! The options of commands as Discord's own list gives them back: put into the order in which they are typed.

use pstral_core::domain::{COMMANDS, CommandOption, CommandSpec, OptionKind, Suggested};

/// The command of the list with that name.
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
    let within = |known: &CommandOption| if let OptionKind::Sub(_, options) = known.kind { of(options) } else { None };
    of(options(command)).or_else(|| options(command).iter().find_map(within))
}

/// Returns the words typed for a subcommand.
pub(crate) fn typed_sub(command: &str, sub: &str) -> &'static str {
    let found = options(command).iter().find(|known| known.name == sub);
    found.map_or("", |known| if let OptionKind::Sub(typed, _) = known.kind { typed } else { "" })
}

/// Sorts the chosen options into the order of the list, as they would be typed: people may fill them in in any order.
pub(crate) fn in_order(command: &str, sub: Option<&str>, mut chosen: Vec<(&str, String)>) -> Vec<(String, String)> {
    let within = |name: &str| options(command).iter().find(|known| known.name == name).map(|known| known.kind);
    let options = match sub.and_then(within) {
        Some(OptionKind::Sub(_, options)) => options,
        _ => options(command),
    };
    let rank = |name: &str| options.iter().position(|known| known.name == name).unwrap_or(options.len());
    chosen.sort_by_key(|(name, _)| rank(name));
    let typed = |(name, words): (&str, String)| match options.get(rank(name)).map(|known| known.kind) {
        Some(OptionKind::Setting(key)) => (name.to_owned(), format!("{key}=\"{}\"", words.replace('"', ""))),
        _ => (name.to_owned(), words),
    };
    chosen.into_iter().map(typed).collect()
}

fn options(command: &str) -> &'static [CommandOption] {
    spec(command).map_or(&[], |command| command.options)
}
