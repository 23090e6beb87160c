//! The verbs of the commands `user`, `verified` and `review`: their words in both languages, what they take and what may follow them.

use super::command::{CommandOption, Follows, OptionKind, Suggested, Verb, VerbSpec, needed, option};

pub(super) const USERS: OptionKind = OptionKind::Suggested(Suggested::Users);

/// A user, by their name or by somebody of the server who is linked to them.
const USER: CommandOption = option("user", "utilisateur", "command-user-name", USERS);
const MEMBER: CommandOption = option("member", "membre", "command-user-member", OptionKind::Member);
const ROLE: CommandOption = option("role", "rôle", "command-user-role", OptionKind::Setting("role"));
const LANGUAGE: CommandOption = option("language", "langue", "command-user-language", OptionKind::Setting("language"));
const EMAIL: CommandOption = option("email", "courriel", "command-user-email", OptionKind::Setting("email"));
const FULL_NAME: CommandOption = option("fullname", "nom", "command-user-full-name", OptionKind::Setting("name"));
const QUESTION: CommandOption = needed("number", "numéro", "command-review-number", OptionKind::Number);
const QUERY: CommandOption = needed("query", "requête", "command-verified-query", OptionKind::Words);

const fn verb(
    verb: Verb,
    french: &'static str,
    also: &'static [&'static str],
    says: &'static str,
    options: &'static [CommandOption],
) -> VerbSpec {
    VerbSpec {
        verb,
        word: verb.word(),
        french,
        also,
        says,
        options,
        follows: Follows::Anything,
        is_typed: true,
        is_listed: true,
    }
}

impl VerbSpec {
    const fn followed_by(self, follows: Follows) -> Self {
        Self { follows, ..self }
    }

    /// Not typed: what it takes is typed without it.
    const fn only_in_lists(self) -> Self {
        Self { is_typed: false, ..self }
    }

    /// Not in lists: it is understood where somebody types it.
    const fn only_typed(self) -> Self {
        Self { is_listed: false, ..self }
    }
}

/// The verbs of `user`, in the order in which lists show them.
pub(super) const USER_VERBS: &[VerbSpec] = &[
    verb(
        Verb::List,
        "lister",
        &["liste"],
        "command-user-list",
        &[option("word", "mot", "command-user-word", OptionKind::Words)],
    )
    .followed_by(Follows::Words(0, 1)),
    verb(
        Verb::Add,
        "ajouter",
        &[],
        "command-user-add",
        &[needed("user", "utilisateur", "command-user-new", OptionKind::Words), ROLE, LANGUAGE, EMAIL, FULL_NAME],
    )
    .followed_by(Follows::NameAndSettings),
    verb(Verb::Edit, "modifier", &[], "command-user-edit", &[USER, MEMBER, ROLE, LANGUAGE, EMAIL, FULL_NAME])
        .followed_by(Follows::NameAndSettings),
    verb(Verb::Disable, "désactiver", &["desactiver"], "command-user-disable", &[USER, MEMBER])
        .followed_by(Follows::Words(1, 1)),
    verb(Verb::Enable, "activer", &["réactiver", "reactiver"], "command-user-enable", &[USER, MEMBER])
        .followed_by(Follows::Words(1, 1)),
    verb(Verb::Code, "code", &["link-code"], "command-user-code", &[USER, MEMBER]).followed_by(Follows::Words(1, 1)),
    verb(
        Verb::Confirm,
        "confirmer",
        &[],
        "command-user-confirm",
        &[
            needed("code", "code", "command-user-confirm-code", OptionKind::Words),
            needed("user", "utilisateur", "command-user-name", USERS),
        ],
    )
    .followed_by(Follows::CodeAmongWords),
    verb(Verb::Links, "liens", &["comptes"], "command-user-links", &[USER, MEMBER]).followed_by(Follows::Words(1, 1)),
    verb(
        Verb::Unlink,
        "délier",
        &["delier"],
        "command-user-unlink",
        &[USER, MEMBER, option("account", "compte", "command-user-account", OptionKind::Words)],
    )
    .followed_by(Follows::Words(1, 2)),
    // A name and a password: rather a question lost than a password told to a model. The name alone may be any word.
    verb(Verb::Password, "password", &[], "command-user-edit", &[])
        .followed_by(Follows::Words(2, usize::MAX))
        .only_typed(),
    VerbSpec {
        word: "mot-de-passe",
        ..verb(Verb::Password, "mot-de-passe", &[], "command-user-edit", &[]).only_typed()
    },
];

/// The verbs of `verified`, in the order in which lists show them.
pub(super) const VERIFIED_VERBS: &[VerbSpec] = &[
    verb(Verb::List, "lister", &[], "command-verified-list", &[]).only_in_lists(),
    verb(Verb::Show, "montrer", &[], "command-verified-show", &[QUERY]).only_in_lists(),
    verb(Verb::Approve, "approuver", &[], "command-verified-approve", &[QUERY]),
    verb(
        Verb::Edit,
        "modifier",
        &[],
        "command-verified-edit",
        &[QUERY, needed("changes", "changements", "command-verified-changes", OptionKind::Words)],
    ),
    verb(Verb::Retire, "retirer", &[], "command-verified-retire", &[QUERY]),
    verb(Verb::Restore, "rétablir", &["retablir"], "command-verified-restore", &[QUERY]),
];

/// The verbs of `review`, in the order in which lists show them.
pub(super) const REVIEW_VERBS: &[VerbSpec] = &[
    verb(Verb::List, "lister", &[], "command-review-list", &[]).only_in_lists(),
    verb(Verb::Show, "montrer", &[], "command-review-show", &[QUESTION]).only_in_lists(),
    verb(Verb::Close, "clore", &[], "command-review-close", &[QUESTION]),
];
