//! Every command: its words in both languages, what can be chosen with it, what may follow it and what it concerns. The
//! verbs of `user` and `verified` are read where they are done.

use super::command::{About, Command, CommandName, CommandOption, CommandSpec, Follows, OptionKind, Suggested};

const fn option(name: &'static str, french: &'static str, says: &'static str, kind: OptionKind) -> CommandOption {
    CommandOption { name, french, says, kind, is_needed: false }
}

const fn needed(name: &'static str, french: &'static str, says: &'static str, kind: OptionKind) -> CommandOption {
    CommandOption { name, french, says, kind, is_needed: true }
}

/// A subcommand that is typed as its name.
const fn sub(
    name: &'static str,
    french: &'static str,
    says: &'static str,
    options: &'static [CommandOption],
) -> CommandOption {
    option(name, french, says, OptionKind::Sub(name, options))
}

const fn everybody(
    name: CommandName,
    [word, french]: [&'static str; 2],
    also: &'static [&'static str],
    says: &'static str,
    options: &'static [CommandOption],
) -> CommandSpec {
    CommandSpec {
        name,
        word,
        french,
        also,
        says,
        options,
        for_admins: false,
        follows: Follows::Nothing,
        is_typed: true,
        about: About::Conversation,
    }
}

const fn admins(
    name: CommandName,
    words: [&'static str; 2],
    also: &'static [&'static str],
    says: &'static str,
    options: &'static [CommandOption],
) -> CommandSpec {
    CommandSpec { for_admins: true, ..everybody(name, words, also, says, options) }
}

impl CommandSpec {
    const fn followed_by(self, follows: Follows) -> Self {
        Self { follows, ..self }
    }

    /// Not typed: it is chosen from a platform's list, and a plain message says the same.
    const fn only_in_lists(self) -> Self {
        Self { is_typed: false, ..self }
    }

    const fn about(self, about: About) -> Self {
        Self { about, ..self }
    }
}

const MODES: OptionKind = OptionKind::One(&["sql", "chat"]);
const FORMS: OptionKind = OptionKind::One(&["pdf", "json"]);
const LANGUAGES: OptionKind = OptionKind::One(&["fr", "en"]);
const CONVERSATIONS: OptionKind = OptionKind::Suggested(Suggested::Conversations);
const USERS: OptionKind = OptionKind::Suggested(Suggested::Users);

const NUMBER: CommandOption = needed("number", "numéro", "command-number", CONVERSATIONS);
/// A user, by their name or by somebody of the server who is linked to them.
const USER: CommandOption = option("user", "utilisateur", "command-user-name", USERS);
const MEMBER: CommandOption = option("member", "membre", "command-user-member", OptionKind::Member);
const ROLE: CommandOption = option("role", "rôle", "command-user-role", OptionKind::Setting("role"));
const LANGUAGE: CommandOption = option("language", "langue", "command-user-language", OptionKind::Setting("language"));
const EMAIL: CommandOption = option("email", "courriel", "command-user-email", OptionKind::Setting("email"));
const FULL_NAME: CommandOption = option("fullname", "nom", "command-user-full-name", OptionKind::Setting("name"));
const QUERY: CommandOption = needed("query", "requête", "command-verified-query", OptionKind::Words);

/// The commands, in the order in which lists show them.
pub const COMMANDS: &[CommandSpec] = &[
    everybody(
        CommandName::Ask,
        ["ask", "demander"],
        &[],
        "command-ask",
        &[
            needed("question", "question", "command-ask-question", OptionKind::Words),
            option("target", "base", "command-ask-target", OptionKind::Suggested(Suggested::Targets)),
            option("mode", "mode", "command-ask-mode", MODES),
            option("private", "privé", "command-ask-private", OptionKind::Yes),
            option("file", "fichier", "command-ask-file", OptionKind::File),
        ],
    )
    .only_in_lists(),
    everybody(
        CommandName::Sql,
        ["sql", "sql"],
        &[],
        "command-sql",
        &[
            option("statement", "requête", "command-sql-statement", OptionKind::Words),
            option("file", "fichier", "command-sql-file", OptionKind::File),
        ],
    )
    .only_in_lists(),
    everybody(CommandName::Execute, ["execute", "exécuter"], &["executer"], "command-execute", &[])
        .about(About::Answer),
    everybody(
        CommandName::Edit,
        ["edit", "modifier"],
        &[],
        "command-edit",
        &[option("statement", "requête", "command-sql-statement", OptionKind::Words)],
    )
    .followed_by(Follows::OneOf(&["select", "with"]))
    .about(About::Answer),
    everybody(CommandName::Explain, ["explain", "expliquer"], &[], "command-explain", &[])
        .followed_by(Follows::Exactly(&["plan"]))
        .about(About::Answer),
    everybody(CommandName::Chart, ["chart", "graphique"], &[], "command-chart", &[]).about(About::Answer),
    everybody(CommandName::Retry, ["retry", "réessayer"], &["reessayer"], "command-retry", &[]).about(About::Answer),
    everybody(CommandName::Continue, ["continue", "continuer"], &[], "command-continue", &[]).about(About::Answer),
    everybody(CommandName::Stop, ["stop", "arrêter"], &["arreter"], "command-stop", &[]).about(About::Answer),
    everybody(CommandName::Good, ["good", "bien"], &[], "command-good", &[]).about(About::Answer),
    everybody(CommandName::Bad, ["bad", "pasbien"], &[], "command-bad", &[]).about(About::Answer),
    everybody(
        CommandName::Keep,
        ["keep", "garder"],
        &["save"],
        "command-keep",
        &[option("question", "question", "command-keep-question", OptionKind::Words)],
    )
    .about(About::Answer),
    everybody(
        CommandName::Mode,
        ["mode", "mode"],
        &[],
        "command-mode",
        &[needed("mode", "mode", "command-ask-mode", MODES)],
    )
    .followed_by(Follows::Exactly(&["sql", "chat"])),
    everybody(CommandName::New, ["new", "nouveau"], &[], "command-new", &[]),
    everybody(
        CommandName::History,
        ["history", "historique"],
        &[],
        "command-history",
        &[option("page", "page", "command-history-page", OptionKind::Number)],
    )
    .followed_by(Follows::Number),
    everybody(CommandName::Open, ["open", "ouvrir"], &[], "command-open", &[NUMBER]).followed_by(Follows::Number),
    everybody(
        CommandName::Rename,
        ["rename", "renommer"],
        &[],
        "command-rename",
        &[
            option("number", "numéro", "command-export-number", CONVERSATIONS),
            option("title", "titre", "command-rename-title", OptionKind::Words),
        ],
    )
    .followed_by(Follows::NumberAndWords),
    everybody(
        CommandName::Export,
        ["export", "exporter"],
        &[],
        "command-export",
        &[
            option("number", "numéro", "command-export-number", CONVERSATIONS),
            option("form", "format", "command-export-form", FORMS),
        ],
    )
    .followed_by(Follows::NumbersOr(&["pdf", "json"])),
    everybody(
        CommandName::Delete,
        ["delete", "supprimer"],
        &[],
        "command-delete",
        &[NUMBER, option("confirm", "confirmer", "command-delete-confirm", OptionKind::Yes)],
    )
    .followed_by(Follows::NumberAndYes),
    everybody(CommandName::Whoami, ["whoami", "quisuisje"], &[], "command-whoami", &[]).about(About::Person),
    everybody(
        CommandName::Link,
        ["link", "lier"],
        &[],
        "command-link",
        &[option("code", "code", "command-link-code", OptionKind::Words)],
    )
    .followed_by(Follows::Code)
    .about(About::Person),
    everybody(
        CommandName::Unlink,
        ["unlink", "délier"],
        &["delier"],
        "command-unlink",
        &[option("confirm", "confirmer", "command-unlink-confirm", OptionKind::Yes)],
    )
    .followed_by(Follows::Yes)
    .about(About::Person),
    everybody(
        CommandName::Language,
        ["language", "langue"],
        &[],
        "command-language",
        &[needed("language", "langue", "command-user-language", LANGUAGES)],
    )
    .followed_by(Follows::Language)
    .about(About::Person),
    everybody(
        CommandName::Timezone,
        ["timezone", "fuseau"],
        &[],
        "command-timezone",
        &[option("zone", "fuseau", "command-timezone-zone", OptionKind::Words)],
    )
    .followed_by(Follows::Zone)
    .about(About::Person),
    everybody(CommandName::Help, ["help", "aide"], &[], "command-help", &[]),
    everybody(
        CommandName::Agree,
        ["agree", "accorder"],
        &[],
        "command-agree",
        &[
            option("name", "nom", "command-agree-name", OptionKind::Words),
            option("confirm", "confirmer", "command-agree-confirm", OptionKind::Yes),
        ],
    )
    .followed_by(Follows::ProposalAndYes)
    .about(About::Person),
    admins(
        CommandName::Audit,
        ["audit", "audit"],
        &[],
        "command-audit",
        &[option("filter", "filtre", "command-audit-filter", OptionKind::Suggested(Suggested::AuditWords))],
    )
    .followed_by(Follows::AuditWords)
    .about(About::Person),
    admins(
        CommandName::User,
        ["user", "utilisateur"],
        &["users", "utilisateurs"],
        "command-user",
        &[
            sub(
                "list",
                "lister",
                "command-user-list",
                &[option("word", "mot", "command-user-word", OptionKind::Words)],
            ),
            sub(
                "add",
                "ajouter",
                "command-user-add",
                &[
                    needed("user", "utilisateur", "command-user-new", OptionKind::Words),
                    ROLE,
                    LANGUAGE,
                    EMAIL,
                    FULL_NAME,
                ],
            ),
            sub("edit", "modifier", "command-user-edit", &[USER, MEMBER, ROLE, LANGUAGE, EMAIL, FULL_NAME]),
            sub("disable", "désactiver", "command-user-disable", &[USER, MEMBER]),
            sub("enable", "activer", "command-user-enable", &[USER, MEMBER]),
            sub("code", "code", "command-user-code", &[USER, MEMBER]),
            sub(
                "confirm",
                "confirmer",
                "command-user-confirm",
                &[
                    needed("code", "code", "command-user-confirm-code", OptionKind::Words),
                    needed("user", "utilisateur", "command-user-name", USERS),
                ],
            ),
            sub("links", "liens", "command-user-links", &[USER, MEMBER]),
            sub(
                "unlink",
                "délier",
                "command-user-unlink",
                &[USER, MEMBER, option("account", "compte", "command-user-account", OptionKind::Words)],
            ),
        ],
    )
    .followed_by(Follows::UserVerb)
    .about(About::Person),
    // About no person: what somebody may do is another thing in each channel.
    admins(
        CommandName::Policy,
        ["policy", "règles"],
        &["regles"],
        "command-policy",
        &[
            needed("user", "utilisateur", "command-policy-user", USERS),
            needed("target", "base", "command-policy-target", OptionKind::Suggested(Suggested::Targets)),
            option("table", "table", "command-policy-table", OptionKind::Words),
        ],
    ),
    admins(CommandName::Status, ["status", "état"], &["etat"], "command-status", &[]).about(About::Person),
    admins(
        CommandName::Verified,
        ["verified", "vérifiées"],
        &["verifiees"],
        "command-verified",
        &[
            option("list", "lister", "command-verified-list", OptionKind::Sub("", &[])),
            option("show", "montrer", "command-verified-show", OptionKind::Sub("", &[QUERY])),
            sub("approve", "approuver", "command-verified-approve", &[QUERY]),
            sub(
                "edit",
                "modifier",
                "command-verified-edit",
                &[QUERY, needed("changes", "changements", "command-verified-changes", OptionKind::Words)],
            ),
            sub("retire", "retirer", "command-verified-retire", &[QUERY]),
            sub("restore", "rétablir", "command-verified-restore", &[QUERY]),
        ],
    )
    .followed_by(Follows::VerifiedVerb)
    .about(About::Person),
];

impl CommandName {
    /// The word that is typed for it.
    pub fn word(self) -> &'static str {
        self.spec().map_or("", |spec| spec.word)
    }

    /// Returns its description; `None` for one that is unknown.
    pub fn spec(self) -> Option<&'static CommandSpec> {
        COMMANDS.iter().find(|spec| spec.name == self)
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
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
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
        let expected =
            ["whoami", "link", "unlink", "language", "timezone", "agree", "audit", "user", "status", "verified"];
        assert_eq!(alone, expected);
    }
}
