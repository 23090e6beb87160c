//! Lines that are commands though nothing marks them as such, as in a private conversation.

use jiff::Timestamp;

use crate::commands::audit::query::MOST;
use crate::domain::{AuditAction, AuditStatus, Command, CommandName, CommandSpec, Follows, Locale, moment};
use crate::people::codes_in;

/// True of a line that reads as a command where none is marked as such: a command's own word alone, or with what only it
/// takes, such as a number, a code or a statement. Any other line is a question that happens to begin so.
pub fn reads_as_command(line: &str) -> bool {
    let command = Command::parse(line);
    match command.name.spec() {
        None => false,
        Some(_) if command.words.is_empty() => command.name != CommandName::Help || !line.trim().is_empty(),
        Some(spec) => follows(spec, spec.follows, &command.words.to_lowercase()),
    }
}

/// True of words, in lower case, that may follow a command or one of its verbs in such a line.
fn follows(spec: &CommandSpec, what: Follows, words: &str) -> bool {
    let (first, others) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit());
    let is_yes = |word: &str| matches!(word, "yes" | "oui");
    let is_verb = || spec.verb(first).is_some_and(|verb| follows(spec, verb.follows, others));
    let is_code = |word: &str| word.contains('-') && !word.contains(char::is_whitespace);
    match what {
        Follows::Nothing => false,
        Follows::OneOf(firsts) => firsts.contains(&first),
        Follows::Exactly(all) => all.contains(&words),
        Follows::Number => is_number(words),
        Follows::NumberAndWords => is_number(first),
        Follows::NumberAndYes => is_number(first) && (others.is_empty() || is_yes(others)),
        Follows::NumbersOr(all) => words.split_whitespace().all(|word| is_number(word) || all.contains(&word)),
        Follows::Code => is_code(words),
        Follows::Yes => is_yes(words),
        Follows::Language => words.parse::<Locale>().is_ok(),
        Follows::Zone => others.is_empty() && (first.contains('/') || first == "utc"),
        Follows::ProposalAndYes => is_id(first) && (others.is_empty() || is_yes(others)),
        Follows::AuditWords => words.split_whitespace().all(narrows_the_audit),
        Follows::Anything => true,
        Follows::Words(least, most) => (least..=most).contains(&words.split_whitespace().count()),
        Follows::NameAndSettings => {
            !first.is_empty() && others.split_whitespace().next().is_none_or(|setting| setting.contains('='))
        }
        // Nobody sends a model a code, not even where the name before it was forgotten.
        Follows::CodeAmongWords => !codes_in(words).is_empty(),
        Follows::Verb => is_verb(),
        Follows::Definition => words.contains('='),
        Follows::VerbOrVersion => is_verb() || (others.is_empty() && first.contains('#')),
    }
}

/// Tells whether a word is the beginning of a proposal's id.
fn is_id(word: &str) -> bool {
    word.len() >= 8 && word.chars().all(|letter| letter.is_ascii_hexdigit())
}

/// Tells whether a word after `audit` is a number of entries, a moment, an action, a status or a page; targets and users are
/// names like any other, and a number that is too large is a year.
fn narrows_the_audit(word: &str) -> bool {
    word.parse::<u32>().is_ok_and(|entries| entries <= MOST)
        || moment(word, Timestamp::UNIX_EPOCH).is_some()
        || AuditAction::from_word(word).is_some()
        || AuditStatus::from_word(word).is_some()
        || matches!(word, "older" | "ancien" | "anciens" | "newer" | "récent" | "récents")
}

/// Returns what a link command gives: a code, or, asking for one, nothing. `None` for other commands.
pub(crate) fn link_code(command: &Command) -> Option<&str> {
    (command.name == CommandName::Link).then_some(command.words.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_mark_is_a_command_when_it_says_little_else() {
        for (line, expected) in [
            ("help", true),
            ("Exécuter", true),
            ("mode chat", true),
            ("expliquer plan", true),
            ("Explain the plan for Lyon", false),
            ("link ABCD-EFGH", true),
            ("modifier SELECT name FROM clients WHERE city = 'Lyon'", true),
            ("edit the contract of Durand", false),
            ("open", true),
            ("open invoices", false),
            ("open 12", true),
            ("Execute order 66", false),
            ("New clients", false),
            ("Link clients orders", false),
            ("Bad clients", false),
            ("Audit of orders", false),
            ("audit", true),
            ("État des commandes", false),
            ("export 12 json", true),
            ("Export Paris", false),
            ("supprimer 12 oui", true),
            ("Delete 12 clients", false),
            ("rename 12 Clients de Paris", true),
            ("langue en", true),
            ("Langue des clients", false),
            ("fuseau Europe/Paris", true),
            ("timezone utc", true),
            ("Timezone of our clients", false),
            ("historique 2", true),
            ("History orders", false),
            ("délier oui", true),
            ("continue with the clients of Lyon", false),
            ("utilisateur confirmer ABCD-EFGH-JKLM zoe", true),
            ("utilisateur confirmer ABCD-EFGH-JKLM", true),
            ("user confirm ABCD EFGH JKLM zoe", true),
            ("Utilisateurs liste", true),
            ("user list", true),
            ("user add zoe role=member", true),
            ("utilisateur ajouter zoe", true),
            ("user disable zoe", true),
            ("utilisateur désactiver zoe", true),
            ("user unlink zoe matrix", true),
            ("Users added in Lyon", false),
            ("User list of the sales team", false),
            ("Utilisateurs actifs", false),
            ("User password resets", false),
            ("user password zoe hunter2", true),
            ("User password reset requests in Lyon", true),
            ("User confirm emails sent", false),
            ("policy", true),
            ("policy alex crm", false),
            ("Policy annual leave", false),
            ("Règles calcul marge", false),
            ("Règles de calcul", false),
            ("Policy for returns", false),
            ("vérifiées approuver a#1", true),
            ("verified a#1", true),
            ("Verified clients", false),
            ("accorder 00112233 oui", true),
            ("agree 00112233", true),
            ("Agree with the numbers", false),
            ("audit refusal 5", true),
            ("audit anciens", true),
            ("audit 2026-11-20 7d 50", true),
            ("audit 2026-11-20T08:00:00Z", true),
            ("Audit 2025", false),
            ("Audit 2025 results", false),
            ("Audit 3 clients", false),
            ("Liste les clients", false),
            ("", false),
        ] {
            assert_eq!(reads_as_command(line), expected, "{line}");
        }
    }

    #[test]
    fn a_link_command_gives_its_code() {
        for (line, code) in
            [("link ABCD-EFGH", Some("ABCD-EFGH")), ("lier x", Some("x")), ("link ", Some("")), ("execute now", None)]
        {
            assert_eq!(link_code(&Command::parse(line)), code, "{line}");
        }
    }
}
