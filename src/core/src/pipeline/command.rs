//! The words of commands, the same on every platform; French ones are understood too.

use crate::domain::Locale;

/// A command with what it needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Execute,
    Edit(&'a str),
    Explain,
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
    User(&'a str),
    Policy(&'a str),
    Status,
    Help,
    Unknown(&'a str),
}

/// The command that words give.
pub(super) fn parse(words: &str) -> Command<'_> {
    let words = words.trim();
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match name.to_lowercase().as_str() {
        "execute" | "exécuter" | "executer" => Command::Execute,
        "edit" | "modifier" => Command::Edit(rest),
        "explain" | "expliquer" => Command::Explain,
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
        Command::Mode(_) => matches!(&*rest, "sql" | "chat"),
        Command::Language(_) => rest.parse::<Locale>().is_ok(),
        Command::History(_) | Command::Open(_) => is_number(&rest),
        Command::Rename(_) => is_number(first),
        Command::Delete(_) => is_number(first) && (others.is_empty() || is_yes(others)),
        Command::Export(_) => rest.split_whitespace().all(|word| is_number(word) || matches!(word, "json" | "pdf")),
        Command::Link => is_code(&rest),
        Command::Unlink(_) => is_yes(&rest),
        _ => false,
    }
}

/// Whether a command is about an answer, as its buttons are: it means the one that whoever types it got last.
pub fn acts_on_an_answer(line: &str) -> bool {
    matches!(
        parse(line),
        Command::Execute
            | Command::Edit(_)
            | Command::Explain
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
pub(super) fn link_code(words: &str) -> Option<&str> {
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
            ("historique 2", true),
            ("History orders", false),
            ("délier oui", true),
            ("continue with the clients of Lyon", false),
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
