//! Commands and verbs as they are typed, looked up in the table.

use super::capability::Capability;
use super::command::{Command, CommandName, CommandSpec, Verb, VerbSpec};
use super::command_table::COMMANDS;
use crate::locale::Locale;
use crate::text::first_word;

/// The longest misspelt word that is compared, in letters.
const MOST_LETTERS: usize = 20;

impl CommandName {
    /// Returns its description; `None` for one that is unknown.
    pub fn spec(self) -> Option<&'static CommandSpec> {
        COMMANDS.iter().find(|spec| spec.name == self)
    }

    /// Returns the word of the command that a misspelt one is nearest to, in either language, unless it is far from all.
    /// The beginning of a single command's word is near it.
    pub fn nearest(misspelt: &str) -> Option<&'static str> {
        let misspelt = misspelt.to_lowercase();
        let letters = misspelt.chars().count();
        // No word has so many: what is longer is text.
        if !(2..=MOST_LETTERS).contains(&letters) {
            return None;
        }
        let typed = || COMMANDS.iter().filter(|spec| spec.is_typed);
        // A word without accents stands for the one with them.
        let unaccented = |word: &str, accented: &str| {
            word.chars().count() == accented.chars().count()
                && word.chars().zip(accented.chars()).all(|(plain, letter)| plain == letter || !letter.is_ascii())
        };
        let shown = move |spec: &CommandSpec, word| if unaccented(word, spec.french) { spec.french } else { word };
        let words = |spec: &'static CommandSpec| {
            let all = [spec.word, spec.french].into_iter().chain(spec.also.iter().copied());
            all.map(move |word| (word, shown(spec, word)))
        };
        let all = typed().flat_map(words).map(|(typed, shown)| (strsim::osa_distance(&misspelt, typed), shown));
        let near = all.filter(|(distance, _)| *distance <= (letters / 3).max(1)).min_by_key(|(distance, _)| *distance);
        if let Some((_, near)) = near {
            return Some(near);
        }
        let mut begun = typed().filter_map(|spec| words(spec).find(|(typed, _)| typed.starts_with(&misspelt)));
        let (first, others) = (begun.next(), begun.count());
        first.filter(|_| letters > 2 && others == 0).map(|(_, shown)| shown)
    }

    /// Returns the language of the word of a command, if it is of one alone.
    pub fn language(word: &str) -> Option<Locale> {
        let word = word.to_lowercase();
        let of = |spec: &CommandSpec| match (spec.word == word, spec.french == word) {
            (true, false) => Some(Locale::En),
            (false, true) => Some(Locale::Fr),
            _ => None,
        };
        COMMANDS.iter().filter(|spec| spec.is_typed).find_map(of)
    }

    /// Returns the capability that it needs by the table, with its verbs.
    pub fn needs(self) -> Option<Capability> {
        self.spec()?.needs
    }

    /// Returns the verb that is typed so after it.
    pub fn verb(self, word: &str) -> Option<Verb> {
        Some(self.spec()?.verb(word)?.verb)
    }
}

impl CommandSpec {
    /// Returns its verb that is typed so, in either language.
    pub fn verb(&self, word: &str) -> Option<&'static VerbSpec> {
        let word = word.to_lowercase();
        let is_meant =
            |verb: &&VerbSpec| verb.word == word || verb.french == word || verb.also.contains(&word.as_str());
        self.verbs.iter().filter(|verb| verb.is_typed).find(is_meant)
    }

    /// Returns the verbs that lists show.
    pub fn listed_verbs(&self) -> impl Iterator<Item = &'static VerbSpec> {
        self.verbs.iter().filter(|verb| verb.is_listed)
    }
}

impl Command {
    /// A command and the words that follow it.
    pub fn new(name: CommandName, words: &str) -> Self {
        Self { name, words: words.trim().to_owned() }
    }

    /// The command that a line gives, without the platform's mark for commands: `mode sql`. A line without words asks for
    /// help.
    pub fn parse(line: &str) -> Self {
        let (word, rest) = first_word(line);
        if word.is_empty() {
            return Self::new(CommandName::Help, "");
        }
        let word = word.to_lowercase();
        let is_meant = |spec: &&CommandSpec| {
            spec.is_typed && (spec.word == word || spec.french == word || spec.also.contains(&word.as_str()))
        };
        match COMMANDS.iter().find(is_meant) {
            Some(spec) => Self::new(spec.name, rest),
            None => Self::new(CommandName::Unknown, line),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::About;
    use crate::text::text;

    #[test]
    fn commands_are_understood_in_both_languages() {
        for (line, (name, words)) in [
            ("execute", (CommandName::Execute, "")),
            (" EXÉCUTER ", (CommandName::Execute, "")),
            ("edit  SELECT 1 ", (CommandName::Edit, "SELECT 1")),
            ("modifier", (CommandName::Edit, "")),
            ("graphique", (CommandName::Chart, "")),
            ("Garder  Clients actifs ", (CommandName::Keep, "Clients actifs")),
            ("VÉRIFIÉES approuver a#1", (CommandName::Verified, "approuver a#1")),
            ("pasbien", (CommandName::Bad, "")),
            ("mode chat", (CommandName::Mode, "chat")),
            ("audit refusal 5", (CommandName::Audit, "refusal 5")),
            ("historique 2", (CommandName::History, "2")),
            ("Ouvrir 12", (CommandName::Open, "12")),
            ("renommer 12 Clients de Paris", (CommandName::Rename, "12 Clients de Paris")),
            ("supprimer 12 oui", (CommandName::Delete, "12 oui")),
            ("exporter json", (CommandName::Export, "json")),
            ("Réessayer", (CommandName::Retry, "")),
            ("continuer", (CommandName::Continue, "")),
            ("", (CommandName::Help, "")),
            ("délier oui", (CommandName::Unlink, "oui")),
            ("utilisateur ajouter zoe", (CommandName::User, "ajouter zoe")),
            ("RÈGLES alex crm clients.email", (CommandName::Policy, "alex crm clients.email")),
            ("État", (CommandName::Status, "")),
            ("fly", (CommandName::Unknown, "fly")),
        ] {
            assert_eq!(Command::parse(line), Command::new(name, words), "{line}");
        }
    }

    #[test]
    fn a_word_of_one_language_tells_it() {
        for (word, expected) in [
            ("help", Some(Locale::En)),
            ("Aide", Some(Locale::Fr)),
            ("mode", None),
            ("quisuisje", Some(Locale::Fr)),
            ("nothing", None),
        ] {
            assert_eq!(CommandName::language(word), expected, "{word}");
        }
    }

    #[test]
    fn a_misspelt_command_is_recognized() {
        for (misspelt, expected) in [
            ("execut", Some("execute")),
            ("Exceute", Some("execute")),
            ("exécute", Some("execute")),
            ("executr", Some("execute")),
            ("executter", Some("exécuter")),
            ("historiqe", Some("historique")),
            ("hlep", Some("help")),
            ("aid", Some("aide")),
            ("expor", Some("export")),
            ("grap", Some("graphique")),
            ("who", Some("whoami")),
            ("utilisateures", Some("utilisateurs")),
            ("nothing", None),
            ("fly", None),
            ("x", None),
            ("", None),
            ("ask", None),
            ("éééééééééééééééééééééééééééé", None),
        ] {
            assert_eq!(CommandName::nearest(misspelt), expected, "{misspelt:?}");
        }
    }

    #[test]
    fn no_two_commands_have_a_word_in_common() {
        let mut seen = BTreeSet::new();
        for spec in COMMANDS {
            let words = [spec.word, spec.french].into_iter().chain(spec.also.iter().copied());
            for word in words.collect::<BTreeSet<_>>() {
                assert!(seen.insert(word), "{word}");
            }
            assert_eq!(spec.name.spec().map(|found| found.word), Some(spec.word));
        }
    }

    #[test]
    fn what_concerns_one_person_is_for_them_alone() {
        let alone: Vec<&str> =
            COMMANDS.iter().filter(|spec| spec.about == About::Person).map(|spec| spec.word).collect();
        let expected = [
            "whoami", "link", "unlink", "language", "timezone", "agree", "audit", "user", "status", "verified", "term",
            "review",
        ];
        assert_eq!(alone, expected);
    }

    #[test]
    fn no_two_verbs_of_a_command_have_a_word_in_common() {
        for spec in COMMANDS {
            let mut seen = BTreeSet::new();
            for verb in spec.verbs {
                let words = [verb.word, verb.french].into_iter().chain(verb.also.iter().copied());
                for word in words.collect::<BTreeSet<_>>() {
                    assert!(seen.insert(word), "{} {word}", spec.word);
                    let expected = verb.is_typed.then_some(verb.verb);
                    assert_eq!(spec.name.verb(&word.to_uppercase()), expected, "{} {word}", spec.word);
                }
            }
        }
        assert_eq!(CommandName::User.verb("fly"), None);
        assert_eq!(CommandName::User.verb(""), None);
    }

    #[test]
    fn the_help_on_users_names_each_verb() {
        for locale in [Locale::En, Locale::Fr] {
            let help = text("user-help").with("prefix", "/").render(locale);
            for verb in CommandName::User.spec().unwrap().listed_verbs() {
                let mut words = [verb.word, verb.french].into_iter().chain(verb.also.iter().copied());
                let named = |word: &str| {
                    [" /user", "/utilisateur"].iter().any(|one| help.contains(&format!("{} {word} ", one.trim())))
                };
                assert!(words.any(named), "{}: {help}", verb.word);
            }
        }
    }

    #[test]
    fn commands_of_administrators_need_a_capability() {
        let needs = COMMANDS.iter().filter_map(|spec| Some((spec.word, spec.needs?.word())));
        let expected =
            [("audit", "audit.read"), ("user", "users.manage"), ("policy", "users.manage"), ("status", "users.manage")];
        assert_eq!(needs.collect::<Vec<_>>(), expected);
    }
}
