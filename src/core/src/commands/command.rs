//! The words of commands, the same on every platform; French ones are understood too.

use jiff::Timestamp;

use crate::commands::audit::query::MOST;
use crate::domain::{AuditAction, AuditStatus, Locale, moment};
use crate::people::codes_in;
use crate::stewardship::review::Deed;

/// A command with what it needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    Execute,
    Edit(&'a str),
    Explain(&'a str),
    Chart,
    Keep(&'a str),
    Verified(&'a str),
    Good,
    Bad,
    Stop,
    Mode(&'a str),
    History(&'a str),
    New,
    Open(&'a str),
    Rename(&'a str),
    Delete(&'a str),
    Export(&'a str),
    Retry,
    Continue,
    Audit(&'a str),
    Agree(&'a str),
    Whoami,
    Link,
    Unlink(&'a str),
    Language(&'a str),
    Timezone(&'a str),
    User(&'a str),
    Policy(&'a str),
    Status,
    Help,
    Unknown(&'a str),
}

/// The command that words give.
pub(crate) fn parse(words: &str) -> Command<'_> {
    let words = words.trim();
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match name.to_lowercase().as_str() {
        "execute" | "exécuter" | "executer" => Command::Execute,
        "edit" | "modifier" => Command::Edit(rest),
        "explain" | "expliquer" => Command::Explain(rest),
        "chart" | "graphique" => Command::Chart,
        "keep" | "save" | "garder" => Command::Keep(rest),
        "verified" | "vérifiées" | "verifiees" => Command::Verified(rest),
        "good" | "bien" => Command::Good,
        "bad" | "pasbien" => Command::Bad,
        "stop" | "arrêter" | "arreter" => Command::Stop,
        "mode" => Command::Mode(rest),
        "history" | "historique" => Command::History(rest),
        "new" | "nouveau" => Command::New,
        "open" | "ouvrir" => Command::Open(rest),
        "rename" | "renommer" => Command::Rename(rest),
        "delete" | "supprimer" => Command::Delete(rest),
        "export" | "exporter" => Command::Export(rest),
        "retry" | "réessayer" | "reessayer" => Command::Retry,
        "continue" | "continuer" => Command::Continue,
        "audit" => Command::Audit(rest),
        "agree" | "accorder" => Command::Agree(rest),
        "whoami" | "quisuisje" => Command::Whoami,
        "link" | "lier" => Command::Link,
        "unlink" | "délier" | "delier" => Command::Unlink(rest),
        "language" | "langue" => Command::Language(rest),
        "timezone" | "fuseau" => Command::Timezone(rest),
        "user" | "users" | "utilisateur" | "utilisateurs" => Command::User(rest),
        "policy" | "règles" | "regles" => Command::Policy(rest),
        "status" | "état" | "etat" => Command::Status,
        "help" | "aide" | "" => Command::Help,
        _ => Command::Unknown(name),
    }
}

/// Whether a line reads as a command where none is marked as such, as in a private conversation: a command's own word alone, or
/// with what only it takes, such as a number, a code or a statement. All else is a question that happens to begin so.
pub fn reads_as_command(line: &str) -> bool {
    let line = line.trim();
    let (_, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim().to_lowercase();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit());
    let is_code = |word: &str| word.contains('-') && !word.contains(char::is_whitespace);
    let is_yes = |word: &str| matches!(word, "yes" | "oui");
    let (first, others) = rest.split_once(char::is_whitespace).unwrap_or((&rest, ""));
    match parse(line) {
        Command::Unknown(_) => false,
        Command::Help if line.is_empty() => false,
        _ if rest.is_empty() => true,
        Command::Edit(statement) => {
            let first = statement.split_whitespace().next().unwrap_or_default().to_lowercase();
            matches!(first.as_str(), "" | "select" | "with")
        }
        Command::Explain(_) => rest == "plan",
        Command::Mode(_) => matches!(&*rest, "sql" | "chat"),
        Command::Language(_) => rest.parse::<Locale>().is_ok(),
        Command::Timezone(_) => others.is_empty() && (first.contains('/') || first == "utc"),
        Command::History(_) | Command::Open(_) => is_number(&rest),
        Command::Rename(_) => is_number(first),
        Command::Delete(_) => is_number(first) && (others.is_empty() || is_yes(others)),
        Command::Export(_) => rest.split_whitespace().all(|word| is_number(word) || matches!(word, "json" | "pdf")),
        Command::Link => is_code(&rest),
        Command::Unlink(_) => is_yes(&rest),
        Command::User(_) => looks_after_users(first, &others.split_whitespace().collect::<Vec<_>>()),
        Command::Verified(_) => Deed::parse(first).is_some() || (others.is_empty() && first.contains('#')),
        Command::Agree(_) => is_id(first) && (others.is_empty() || is_yes(others)),
        Command::Audit(_) => rest.split_whitespace().all(narrows_the_audit),
        // Of those that take names, as `policy` does, any words may be a question.
        _ => false,
    }
}

/// Tells whether words after `user` are what an administrator types: its verbs take names, codes and settings, no sentences.
fn looks_after_users(verb: &str, words: &[&str]) -> bool {
    match verb {
        // Nobody sends a model a code, not even where the name before it was forgotten.
        "confirm" | "confirmer" => !codes_in(&words.join(" ")).is_empty(),
        // A name and a password: rather a question lost than a password told to a model. The name alone may be any word.
        "password" => words.len() > 1,
        "mot-de-passe" => true,
        "list" | "liste" | "lister" => words.len() <= 1,
        "add" | "ajouter" | "edit" | "modifier" => {
            !words.is_empty() && words.get(1).is_none_or(|setting| setting.contains('='))
        }
        "disable" | "désactiver" | "desactiver" | "enable" | "activer" | "réactiver" | "reactiver" | "code"
        | "link-code" | "links" | "liens" | "comptes" => words.len() == 1,
        "unlink" | "délier" | "delier" => (1..=2).contains(&words.len()),
        _ => false,
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

/// Whether a command is about an answer, as its buttons are: it means the one that whoever types it got last.
pub fn acts_on_an_answer(line: &str) -> bool {
    matches!(
        parse(line),
        Command::Execute
            | Command::Edit(_)
            | Command::Explain(_)
            | Command::Chart
            | Command::Keep(_)
            | Command::Good
            | Command::Bad
            | Command::Stop
            | Command::Retry
            | Command::Continue
    )
}

/// What a link command gives: a code, or, asking for one, nothing. `None` for other commands.
pub(crate) fn link_code(words: &str) -> Option<&str> {
    match parse(words) {
        Command::Link => Some(words.trim().split_once(char::is_whitespace).map_or("", |(_, code)| code.trim())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood_in_both_languages() {
        for (words, command) in [
            ("execute", Command::Execute),
            (" EXÉCUTER ", Command::Execute),
            ("edit  SELECT 1 ", Command::Edit("SELECT 1")),
            ("modifier", Command::Edit("")),
            ("graphique", Command::Chart),
            ("Garder  Clients actifs ", Command::Keep("Clients actifs")),
            ("VÉRIFIÉES approuver a#1", Command::Verified("approuver a#1")),
            ("pasbien", Command::Bad),
            ("mode chat", Command::Mode("chat")),
            ("audit refusal 5", Command::Audit("refusal 5")),
            ("historique 2", Command::History("2")),
            ("Ouvrir 12", Command::Open("12")),
            ("renommer 12 Clients de Paris", Command::Rename("12 Clients de Paris")),
            ("supprimer 12 oui", Command::Delete("12 oui")),
            ("exporter json", Command::Export("json")),
            ("Réessayer", Command::Retry),
            ("continuer", Command::Continue),
            ("", Command::Help),
            ("délier oui", Command::Unlink("oui")),
            ("utilisateur ajouter zoe", Command::User("ajouter zoe")),
            ("RÈGLES alex crm clients.email", Command::Policy("alex crm clients.email")),
            ("État", Command::Status),
            ("fly", Command::Unknown("fly")),
        ] {
            assert_eq!(parse(words), command, "{words}");
        }
    }

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
        assert_eq!(link_code("link ABCD-EFGH"), Some("ABCD-EFGH"));
        assert_eq!(link_code("lier x"), Some("x"));
        assert_eq!(link_code("link "), Some(""));
        assert_eq!(link_code("execute now"), None);
    }
}
