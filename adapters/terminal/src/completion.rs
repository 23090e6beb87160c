//! Tab completion of commands, of the words they take, and of the names of databases.

use std::sync::Arc;

use pstral_core::domain::{COMMANDS, CommandOption, CommandSpec, Locale, OptionKind, Suggested};
use pstral_core::ports::Suggestion;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

/// Returns what whoever sits at the terminal may choose from.
pub(crate) type Suggest = Arc<dyn Fn(Suggested) -> Vec<Suggestion> + Send + Sync>;

/// Completes what is typed at a prompt.
pub(crate) struct Completion {
    pub(crate) locale: Locale,
    pub(crate) prefix: &'static str,
    pub(crate) suggest: Suggest,
}

impl Completion {
    /// Returns where the word under the cursor begins, in bytes, and the words that it may become.
    fn words(&self, typed: &str) -> (usize, Vec<Suggestion>) {
        let start = typed
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + typed[space..].chars().next().map_or(1, char::len_utf8));
        let begun = typed[start..].to_lowercase();
        let Some(command) = typed.strip_prefix(self.prefix) else {
            // In a question, the names of databases; never all of them out of nowhere.
            return (
                start,
                if begun.is_empty() { vec![] } else { fitting((self.suggest)(Suggested::Targets), &begun) },
            );
        };
        let before: Vec<&str> =
            typed[..start].strip_prefix(self.prefix).unwrap_or_default().split_whitespace().collect();
        match before.split_first() {
            None => (self.prefix.len(), self.commands(&command.to_lowercase())),
            Some((name, before)) => (start, fitting(self.after(name, before), &begun)),
        }
    }

    /// Returns one word a command: in the person's language, or else in the other one.
    fn commands(&self, begun: &str) -> Vec<Suggestion> {
        let typed = COMMANDS.iter().filter(|spec| spec.is_typed);
        let word = |spec: &CommandSpec| {
            let words = [self.own(spec.word, spec.french), spec.word, spec.french];
            words.into_iter().find(|word| word.starts_with(begun)).map(Suggestion::word)
        };
        typed.filter_map(word).collect()
    }

    /// Returns the words that may follow a command and the words already typed after it.
    fn after(&self, name: &str, before: &[&str]) -> Vec<Suggestion> {
        let name = name.to_lowercase();
        let is_meant = |spec: &&CommandSpec| {
            spec.is_typed && (spec.word == name || spec.french == name || spec.also.contains(&name.as_str()))
        };
        let Some(spec) = COMMANDS.iter().find(is_meant) else { return vec![] };
        match before.split_first() {
            None if !spec.verbs.is_empty() => {
                let typed = spec.listed_verbs().filter(|verb| verb.is_typed);
                typed.map(|verb| Suggestion::word(self.own(verb.word, verb.french))).collect()
            }
            Some((verb, before)) if !spec.verbs.is_empty() => {
                spec.verb(verb).map_or_else(Vec::new, |verb| self.option(verb.options.get(before.len())))
            }
            // Any number of words narrow the audit.
            _ => self.option(spec.options.get(before.len().min(spec.options.len().saturating_sub(1)))),
        }
    }

    fn option(&self, option: Option<&CommandOption>) -> Vec<Suggestion> {
        match option.map(|option| option.kind) {
            Some(OptionKind::One(words)) => words.iter().map(|word| Suggestion::word(word)).collect(),
            Some(OptionKind::Suggested(kind)) => (self.suggest)(kind),
            Some(OptionKind::Yes) => vec![Suggestion::word(self.own("yes", "oui"))],
            Some(
                OptionKind::Words | OptionKind::Setting(_) | OptionKind::Number | OptionKind::File | OptionKind::Member,
            )
            | None => vec![],
        }
    }

    fn own<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        match self.locale {
            Locale::Fr => french,
            Locale::En => english,
        }
    }
}

fn fitting(mut all: Vec<Suggestion>, begun: &str) -> Vec<Suggestion> {
    all.retain(|one| one.word.to_lowercase().starts_with(begun));
    all
}

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, words) = self.words(&line[..cursor]);
        let pair = |one: Suggestion| Pair { display: one.label, replacement: one.word + " " };
        Ok((start, words.into_iter().map(pair).collect()))
    }
}

impl Hinter for Completion {
    type Hint = String;
}

impl Highlighter for Completion {}

impl Validator for Completion {}

impl Helper for Completion {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(locale: Locale, typed: &str, start: usize, expected: &[&str]) {
        let named = |kind| match kind {
            Suggested::Targets => vec![Suggestion::word("crm"), Suggestion::word("hr")],
            Suggested::Users => vec![Suggestion { word: "zoe".to_owned(), label: "zoe (Zoé)".to_owned() }],
            Suggested::Conversations | Suggested::AuditWords => vec![Suggestion::word("12")],
        };
        let completion = Completion { locale, prefix: "/", suggest: Arc::new(named) };
        let (from, words) = completion.words(typed);
        let words: Vec<&str> = words.iter().map(|one| one.word.as_str()).collect();
        assert_eq!((from, words.as_slice()), (start, expected), "{typed}");
    }

    #[test]
    fn commands_and_the_words_they_take_are_completed() {
        let (en, fr) = (Locale::En, Locale::Fr);
        check(en, "/exe", 1, &["execute"]);
        check(fr, "/exé", 1, &["exécuter"]);
        check(fr, "/exe", 1, &["execute"]);
        check(en, "/EX", 1, &["execute", "explain", "export"]);
        check(en, "/ask", 1, &[]);
        check(en, "/mode ", 6, &["sql", "chat"]);
        check(fr, "/mode s", 6, &["sql"]);
        check(en, "/open 1", 6, &["12"]);
        check(en, "/policy z", 8, &["zoe"]);
        check(en, "/policy zoe ", 12, &["crm", "hr"]);
        check(en, "/audit 12 ", 10, &["12"]);
        check(en, "/user co", 6, &["code", "confirm"]);
        check(en, "/user code ", 11, &["zoe"]);
        check(fr, "/délier ", 9, &["oui"]);
        check(en, "/nothing ", 9, &[]);
        check(en, "Which clients of c", 17, &["crm"]);
        check(en, "Which clients of ", 17, &[]);
        check(en, "", 0, &[]);
        check(en, "Où\u{a0}h", 5, &["hr"]);
    }
}
