//! The commands of Discord's own list: their names in both languages, and what can be chosen with each.

use pstral_core::ports::Suggested;

/// A question.
pub(crate) const ASK: &str = "ask";
/// A statement of one's own.
pub(crate) const SQL: &str = "sql";
/// The latest statement, or one to put in its place.
pub(crate) const EDIT: &str = "edit";
/// Commands that concern one person and no conversation, wherever they are given. `policy` is none: what somebody may do is
/// another thing in each channel.
pub(crate) const ALONE: [&str; 10] =
    ["whoami", "link", "unlink", "language", "timezone", "agree", "audit", "user", "verified", "status"];

/// A command of the list. Descriptions are sentences of `locales/`, by these names.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) french: &'static str,
    pub(crate) says: &'static str,
    pub(crate) for_admins: bool,
    pub(crate) options: &'static [Opt],
}

/// Something to choose with it.
pub(crate) struct Opt {
    pub(crate) name: &'static str,
    pub(crate) french: &'static str,
    pub(crate) says: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_needed: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Words,
    /// Words that are suggested while they are written.
    Suggested(Suggested),
    /// One of these.
    One(&'static [&'static str]),
    /// Words that are typed as `key="words"`.
    Setting(&'static str),
    Number,
    Yes,
    File,
    /// Somebody of the server, typed as their account.
    Member,
    /// A command of its own, with what is typed for it and its options.
    Sub(&'static str, &'static [Opt]),
}

impl Kind {
    /// <https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type>
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Sub(..) => 1,
            Self::Words | Self::Suggested(_) | Self::One(_) | Self::Setting(_) => 3,
            Self::Number => 4,
            Self::Yes => 5,
            Self::Member => 6,
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

/// A subcommand that is typed as its name.
const fn sub(name: &'static str, french: &'static str, says: &'static str, options: &'static [Opt]) -> Opt {
    option(name, french, says, Kind::Sub(name, options))
}

const fn everybody(name: &'static str, french: &'static str, says: &'static str, options: &'static [Opt]) -> Command {
    Command { name, french, says, for_admins: false, options }
}

const fn admins(name: &'static str, french: &'static str, says: &'static str, options: &'static [Opt]) -> Command {
    Command { name, french, says, for_admins: true, options }
}

const MODES: Kind = Kind::One(&["sql", "chat"]);
const FORMS: Kind = Kind::One(&["pdf", "json"]);
const LANGUAGES: Kind = Kind::One(&["fr", "en"]);
const CONVERSATIONS: Kind = Kind::Suggested(Suggested::Conversations);
const USERS: Kind = Kind::Suggested(Suggested::Users);

const NUMBER: Opt = needed("number", "numéro", "discord-number", CONVERSATIONS);
/// A user, by their name or by somebody of the server who is linked to them.
const USER: Opt = option("user", "utilisateur", "discord-user-name", USERS);
const MEMBER: Opt = option("member", "membre", "discord-user-member", Kind::Member);
const ROLE: Opt = option("role", "rôle", "discord-user-role", Kind::Setting("role"));
const LANGUAGE: Opt = option("language", "langue", "discord-user-language", Kind::Setting("language"));
const EMAIL: Opt = option("email", "courriel", "discord-user-email", Kind::Setting("email"));
const FULL_NAME: Opt = option("fullname", "nom", "discord-user-full-name", Kind::Setting("name"));
const QUERY: Opt = needed("query", "requête", "discord-verified-query", Kind::Words);

/// The list, in the order in which it is registered.
pub(crate) const COMMANDS: &[Command] = &[
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
    everybody("execute", "exécuter", "discord-execute", &[]),
    everybody(
        EDIT,
        "modifier",
        "discord-edit",
        &[option("statement", "requête", "discord-sql-statement", Kind::Words)],
    ),
    everybody("explain", "expliquer", "discord-explain", &[]),
    everybody("chart", "graphique", "discord-chart", &[]),
    everybody("retry", "réessayer", "discord-retry", &[]),
    everybody("continue", "continuer", "discord-continue", &[]),
    everybody("stop", "arrêter", "discord-stop", &[]),
    everybody("good", "bien", "discord-good", &[]),
    everybody("bad", "pasbien", "discord-bad", &[]),
    everybody(
        "keep",
        "garder",
        "discord-keep",
        &[option("question", "question", "discord-keep-question", Kind::Words)],
    ),
    everybody("mode", "mode", "discord-mode", &[needed("mode", "mode", "discord-ask-mode", MODES)]),
    everybody("new", "nouveau", "discord-new", &[]),
    everybody(
        "history",
        "historique",
        "discord-history",
        &[option("page", "page", "discord-history-page", Kind::Number)],
    ),
    everybody("open", "ouvrir", "discord-open", &[NUMBER]),
    everybody(
        "rename",
        "renommer",
        "discord-rename",
        &[
            option("number", "numéro", "discord-export-number", CONVERSATIONS),
            option("title", "titre", "discord-rename-title", Kind::Words),
        ],
    ),
    everybody(
        "export",
        "exporter",
        "discord-export",
        &[
            option("number", "numéro", "discord-export-number", CONVERSATIONS),
            option("form", "format", "discord-export-form", FORMS),
        ],
    ),
    everybody(
        "delete",
        "supprimer",
        "discord-delete",
        &[NUMBER, option("confirm", "confirmer", "discord-delete-confirm", Kind::Yes)],
    ),
    everybody("whoami", "quisuisje", "discord-whoami", &[]),
    everybody("link", "lier", "discord-link", &[option("code", "code", "discord-link-code", Kind::Words)]),
    everybody(
        "unlink",
        "délier",
        "discord-unlink",
        &[option("confirm", "confirmer", "discord-unlink-confirm", Kind::Yes)],
    ),
    everybody(
        "language",
        "langue",
        "discord-language",
        &[needed("language", "langue", "discord-user-language", LANGUAGES)],
    ),
    everybody(
        "timezone",
        "fuseau",
        "discord-timezone",
        &[option("zone", "fuseau", "discord-timezone-zone", Kind::Words)],
    ),
    everybody("help", "aide", "discord-help", &[]),
    everybody(
        "agree",
        "accorder",
        "discord-agree",
        &[
            option("name", "nom", "discord-agree-name", Kind::Words),
            option("confirm", "confirmer", "discord-agree-confirm", Kind::Yes),
        ],
    ),
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
        &[
            sub("list", "lister", "discord-user-list", &[option("word", "mot", "discord-user-word", Kind::Words)]),
            sub(
                "add",
                "ajouter",
                "discord-user-add",
                &[needed("user", "utilisateur", "discord-user-new", Kind::Words), ROLE, LANGUAGE, EMAIL, FULL_NAME],
            ),
            sub("edit", "modifier", "discord-user-edit", &[USER, MEMBER, ROLE, LANGUAGE, EMAIL, FULL_NAME]),
            sub("disable", "désactiver", "discord-user-disable", &[USER, MEMBER]),
            sub("enable", "activer", "discord-user-enable", &[USER, MEMBER]),
            sub("code", "code", "discord-user-code", &[USER, MEMBER]),
            sub(
                "confirm",
                "confirmer",
                "discord-user-confirm",
                &[
                    needed("code", "code", "discord-user-confirm-code", Kind::Words),
                    needed("user", "utilisateur", "discord-user-name", USERS),
                ],
            ),
            sub("links", "liens", "discord-user-links", &[USER, MEMBER]),
            sub(
                "unlink",
                "délier",
                "discord-user-unlink",
                &[USER, MEMBER, option("account", "compte", "discord-user-account", Kind::Words)],
            ),
        ],
    ),
    admins(
        "policy",
        "règles",
        "discord-policy",
        &[
            needed("user", "utilisateur", "discord-policy-user", USERS),
            needed("target", "base", "discord-policy-target", Kind::Suggested(Suggested::Targets)),
            option("table", "table", "discord-policy-table", Kind::Words),
        ],
    ),
    admins("status", "état", "discord-status", &[]),
    admins(
        "verified",
        "vérifiées",
        "discord-verified",
        &[
            option("list", "lister", "discord-verified-list", Kind::Sub("", &[])),
            option("show", "montrer", "discord-verified-show", Kind::Sub("", &[QUERY])),
            sub("approve", "approuver", "discord-verified-approve", &[QUERY]),
            sub(
                "edit",
                "modifier",
                "discord-verified-edit",
                &[QUERY, needed("changes", "changements", "discord-verified-changes", Kind::Words)],
            ),
            sub("retire", "retirer", "discord-verified-retire", &[QUERY]),
            sub("restore", "rétablir", "discord-verified-restore", &[QUERY]),
        ],
    ),
];

/// Finds what is suggested for an option of a command, or of one of its subcommands.
pub(crate) fn suggested(command: &str, option: &str) -> Option<Suggested> {
    let of = |options: &'static [Opt]| {
        options.iter().find_map(|known| match known.kind {
            Kind::Suggested(suggested) if known.name == option => Some(suggested),
            _ => None,
        })
    };
    let within = |known: &Opt| if let Kind::Sub(_, options) = known.kind { of(options) } else { None };
    of(options(command)).or_else(|| options(command).iter().find_map(within))
}

/// The words that are typed for a subcommand.
pub(crate) fn typed_sub(command: &str, sub: &str) -> &'static str {
    let found = options(command).iter().find(|known| known.name == sub);
    found.map_or("", |known| if let Kind::Sub(typed, _) = known.kind { typed } else { "" })
}

/// Puts what was chosen into the order of the list, as it is typed: people may fill it in in another.
pub(crate) fn in_order(command: &str, sub: Option<&str>, mut chosen: Vec<(&str, String)>) -> Vec<(String, String)> {
    let within = |name: &str| options(command).iter().find(|known| known.name == name).map(|known| known.kind);
    let options = match sub.and_then(within) {
        Some(Kind::Sub(_, options)) => options,
        _ => options(command),
    };
    let rank = |name: &str| options.iter().position(|known| known.name == name).unwrap_or(options.len());
    chosen.sort_by_key(|(name, _)| rank(name));
    let typed = |(name, words): (&str, String)| match options.get(rank(name)).map(|known| known.kind) {
        Some(Kind::Setting(key)) => (name.to_owned(), format!("{key}=\"{}\"", words.replace('"', ""))),
        _ => (name.to_owned(), words),
    };
    chosen.into_iter().map(typed).collect()
}

fn options(command: &str) -> &'static [Opt] {
    COMMANDS.iter().find(|known| known.name == command).map_or(&[], |command| command.options)
}
