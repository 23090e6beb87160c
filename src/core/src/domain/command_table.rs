//! Every command: its words in both languages, its verbs, what can be chosen with it, what it needs, what may follow it and
//! what it concerns.

use super::capability::Capability;
use super::command::{
    About, CommandName, CommandOption, CommandSpec, Follows, OptionKind, Suggested, VerbSpec, needed, option,
};
use super::command_verbs::{REVIEW_VERBS, USER_VERBS, USERS, VERIFIED_VERBS};

const fn command(
    name: CommandName,
    french: &'static str,
    also: &'static [&'static str],
    says: &'static str,
    options: &'static [CommandOption],
) -> CommandSpec {
    CommandSpec {
        name,
        word: name.word(),
        french,
        also,
        says,
        options,
        needs: None,
        verbs: &[],
        follows: Follows::Nothing,
        is_typed: true,
        about: About::Conversation,
    }
}

impl CommandSpec {
    const fn followed_by(self, follows: Follows) -> Self {
        Self { follows, ..self }
    }

    /// Not typed: it is chosen from a platform's list, and a plain message says the same.
    const fn only_in_lists(self) -> Self {
        Self { is_typed: false, ..self }
    }

    /// For administrators, who have this capability.
    const fn needs(self, capability: Capability) -> Self {
        Self { needs: Some(capability), ..self }
    }

    const fn with_verbs(self, verbs: &'static [VerbSpec]) -> Self {
        Self { verbs, ..self }
    }

    const fn about(self, about: About) -> Self {
        Self { about, ..self }
    }
}

const MODES: OptionKind = OptionKind::One(&["sql", "chat"]);
const FORMS: OptionKind = OptionKind::One(&["pdf", "json"]);
const LANGUAGES: OptionKind = OptionKind::One(&["fr", "en"]);
const CONVERSATIONS: OptionKind = OptionKind::Suggested(Suggested::Conversations);

const NUMBER: CommandOption = needed("number", "numéro", "command-number", CONVERSATIONS);

/// The commands, in the order in which lists show them.
pub const COMMANDS: &[CommandSpec] = &[
    command(
        CommandName::Ask,
        "demander",
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
    command(
        CommandName::Sql,
        "sql",
        &[],
        "command-sql",
        &[
            option("statement", "requête", "command-sql-statement", OptionKind::Words),
            option("file", "fichier", "command-sql-file", OptionKind::File),
        ],
    )
    .only_in_lists(),
    command(CommandName::Execute, "exécuter", &["executer"], "command-execute", &[]).about(About::Answer),
    command(
        CommandName::Edit,
        "modifier",
        &[],
        "command-edit",
        &[option("statement", "requête", "command-sql-statement", OptionKind::Words)],
    )
    .followed_by(Follows::OneOf(&["select", "with"]))
    .about(About::Answer),
    command(CommandName::Explain, "expliquer", &[], "command-explain", &[])
        .followed_by(Follows::Exactly(&["plan"]))
        .about(About::Answer),
    command(CommandName::Chart, "graphique", &[], "command-chart", &[]).about(About::Answer),
    command(CommandName::Retry, "réessayer", &["reessayer"], "command-retry", &[]).about(About::Answer),
    command(CommandName::Continue, "continuer", &[], "command-continue", &[]).about(About::Answer),
    command(CommandName::Stop, "arrêter", &["arreter"], "command-stop", &[]).about(About::Answer),
    command(CommandName::Good, "bien", &[], "command-good", &[]).about(About::Answer),
    command(CommandName::Bad, "pasbien", &[], "command-bad", &[]).about(About::Answer),
    command(
        CommandName::Keep,
        "garder",
        &["save"],
        "command-keep",
        &[option("question", "question", "command-keep-question", OptionKind::Words)],
    )
    .about(About::Answer),
    command(CommandName::Mode, "mode", &[], "command-mode", &[needed("mode", "mode", "command-ask-mode", MODES)])
        .followed_by(Follows::Exactly(&["sql", "chat"])),
    command(CommandName::New, "nouveau", &[], "command-new", &[]),
    command(
        CommandName::History,
        "historique",
        &[],
        "command-history",
        &[option("page", "page", "command-history-page", OptionKind::Number)],
    )
    .followed_by(Follows::Number),
    command(CommandName::Open, "ouvrir", &[], "command-open", &[NUMBER]).followed_by(Follows::Number),
    command(
        CommandName::Rename,
        "renommer",
        &[],
        "command-rename",
        &[
            option("number", "numéro", "command-export-number", CONVERSATIONS),
            option("title", "titre", "command-rename-title", OptionKind::Words),
        ],
    )
    .followed_by(Follows::NumberAndWords),
    command(
        CommandName::Export,
        "exporter",
        &[],
        "command-export",
        &[
            option("number", "numéro", "command-export-number", CONVERSATIONS),
            option("form", "format", "command-export-form", FORMS),
        ],
    )
    .followed_by(Follows::NumbersOr(&["pdf", "json"])),
    command(
        CommandName::Delete,
        "supprimer",
        &[],
        "command-delete",
        &[NUMBER, option("confirm", "confirmer", "command-delete-confirm", OptionKind::Yes)],
    )
    .followed_by(Follows::NumberAndYes),
    command(CommandName::Whoami, "quisuisje", &[], "command-whoami", &[]).about(About::Person),
    command(
        CommandName::Link,
        "lier",
        &[],
        "command-link",
        &[option("code", "code", "command-link-code", OptionKind::Words)],
    )
    .followed_by(Follows::Code)
    .about(About::Person),
    command(
        CommandName::Unlink,
        "délier",
        &["delier"],
        "command-unlink",
        &[option("confirm", "confirmer", "command-unlink-confirm", OptionKind::Yes)],
    )
    .followed_by(Follows::Yes)
    .about(About::Person),
    command(
        CommandName::Language,
        "langue",
        &[],
        "command-language",
        &[needed("language", "langue", "command-user-language", LANGUAGES)],
    )
    .followed_by(Follows::Language)
    .about(About::Person),
    command(
        CommandName::Timezone,
        "fuseau",
        &[],
        "command-timezone",
        &[option("zone", "fuseau", "command-timezone-zone", OptionKind::Words)],
    )
    .followed_by(Follows::Zone)
    .about(About::Person),
    command(CommandName::Help, "aide", &[], "command-help", &[]),
    command(
        CommandName::Agree,
        "accorder",
        &[],
        "command-agree",
        &[
            option("name", "nom", "command-agree-name", OptionKind::Words),
            option("confirm", "confirmer", "command-agree-confirm", OptionKind::Yes),
        ],
    )
    .followed_by(Follows::ProposalAndYes)
    .about(About::Person),
    command(
        CommandName::Audit,
        "audit",
        &[],
        "command-audit",
        &[option("filter", "filtre", "command-audit-filter", OptionKind::Suggested(Suggested::AuditWords))],
    )
    .needs(Capability::ReadAudit)
    .followed_by(Follows::AuditWords)
    .about(About::Person),
    command(CommandName::User, "utilisateur", &["users", "utilisateurs"], "command-user", &[])
        .with_verbs(USER_VERBS)
        .needs(Capability::ManageUsers)
        .followed_by(Follows::Verb)
        .about(About::Person),
    // About no person: what somebody may do is another thing in each channel.
    command(
        CommandName::Policy,
        "règles",
        &["regles"],
        "command-policy",
        &[
            needed("user", "utilisateur", "command-policy-user", USERS),
            needed("target", "base", "command-policy-target", OptionKind::Suggested(Suggested::Targets)),
            option("table", "table", "command-policy-table", OptionKind::Words),
        ],
    )
    .needs(Capability::ManageUsers),
    command(CommandName::Status, "état", &["etat"], "command-status", &[])
        .needs(Capability::ManageUsers)
        .about(About::Person),
    command(CommandName::Verified, "vérifiées", &["verifiees"], "command-verified", &[])
        .with_verbs(VERIFIED_VERBS)
        .followed_by(Follows::VerbOrVersion)
        .about(About::Person),
    command(
        CommandName::Term,
        "terme",
        &["terms", "termes"],
        "command-term",
        &[option("term", "terme", "command-term-term", OptionKind::Words)],
    )
    .followed_by(Follows::Definition)
    .about(About::Person),
    command(CommandName::Review, "revoir", &[], "command-review", &[])
        .with_verbs(REVIEW_VERBS)
        .followed_by(Follows::Number)
        .about(About::Person),
];
