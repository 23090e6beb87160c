//! Why a statement may not run, where in the text, and what to write instead.

use crate::egress::disarmed;
use crate::text::{Text, text};

use super::known::SLASH;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $key:literal;)+) => {
        /// A rule of the guard.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[$doc])* $variant,)+ }

        impl Rule {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word in the audit log, in JSON and in tests.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The message in `locales/` that explains it.
            fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }
        }
    };
}

rules! {
    /// Nothing but white space and comments.
    Empty = "empty", "guard-empty";
    /// Over 16 KiB.
    TooLong = "too-long", "guard-too-long";
    /// Brackets, operators or subqueries nested too deep.
    TooDeep = "too-deep", "guard-too-deep";
    /// More joins or common table expressions than are understood safely.
    TooManyJoins = "too-many-joins", "guard-too-many-joins";
    /// A control character, NUL, or one that hides or reorders text.
    ControlCharacter = "control-character", "guard-control-character";
    /// A character outside literals and quoted names that may fold to another one.
    UnusualCharacter = "unusual-character", "guard-unusual-character";
    /// `@`: a database link, or a parameter of another database.
    RemoteLink = "remote-link", "guard-remote-link";
    /// A comment inside a comment, which databases read differently.
    NestedComment = "nested-comment", "guard-nested-comment";
    /// The text cannot be fully parsed.
    Syntax = "syntax", "guard-syntax";
    /// More than one statement.
    SeveralStatements = "several-statements", "guard-several-statements";
    /// Something else than a query.
    NotAQuery = "not-a-query", "guard-not-a-query";
    /// A query that changes or locks something: FOR UPDATE, INTO.
    Locks = "locks", "guard-locks";
    /// Parsed, but not one of the constructs the guard understands.
    Unsupported = "unsupported", "guard-unsupported";
    /// A relation that is not in the catalog.
    RelationUnknown = "relation-unknown", "guard-relation-unknown";
    /// A relation the policy does not open.
    RelationDenied = "relation-denied", "guard-relation-denied";
    /// A name that is no column, alias, parameter or allowed pseudo-column.
    ColumnUnknown = "column-unknown", "guard-column-unknown";
    /// A column the policy does not open.
    ColumnDenied = "column-denied", "guard-column-denied";
    /// A name that is a column of more than one relation.
    ColumnAmbiguous = "column-ambiguous", "guard-column-ambiguous";
    /// `*` where some columns are not open.
    StarDenied = "star-denied", "guard-star-denied";
    /// A whole row as one value.
    WholeRow = "whole-row", "guard-whole-row";
    /// A name that two relations of a FROM share, or an alias that reads as something else.
    AliasNotAllowed = "alias-not-allowed", "guard-alias-not-allowed";
    /// A function that is not in the dialect's list.
    FunctionNotAllowed = "function-not-allowed", "guard-function-not-allowed";
    /// A function of the list with arguments that are not allowed.
    FunctionArguments = "function-arguments", "guard-function-arguments";
    /// A cast to a type that is not in the dialect's list.
    TypeNotAllowed = "type-not-allowed", "guard-type-not-allowed";
    /// An operator that is not in the dialect's list.
    OperatorNotAllowed = "operator-not-allowed", "guard-operator-not-allowed";
    /// Relations combined without a predicate that links them.
    JoinWithoutPredicate = "join-without-predicate", "guard-join-without-predicate";
    /// A recursion or hierarchy without a bound.
    Unbounded = "unbounded", "guard-unbounded";
    /// A recursion whose text becomes several times as long with each step.
    Growth = "growth", "guard-growth";
    /// Columns computed from computed columns, more often than a planner can take.
    Expansion = "expansion", "guard-expansion";
    /// Texts, arrays or numbers that become very large.
    ValueSize = "value-size", "guard-value-size";
    /// A function of the list whose name the company has given to one of its own.
    FunctionShadowed = "function-shadowed", "guard-function-shadowed";
    /// A pattern that can take exponential time.
    Pattern = "pattern", "guard-pattern";
    /// A placeholder that is not `:name`.
    Parameter = "parameter", "guard-parameter";
    /// A common table expression that reads a name before it is defined.
    CteOrder = "cte-order", "guard-cte-order";
    /// What would run does not read back as what was checked.
    Rendering = "rendering", "guard-rendering";
}

/// Why a statement may not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule it breaks.
    pub rule: Rule,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// What was found, from the statement itself: at most 80 characters, without control characters and backticks.
    pub found: String,
    /// What to write instead; empty when there is nothing to suggest.
    pub instead: String,
    /// Where there is nothing near to suggest: the names that may stand there, as they must be written.
    pub among: String,
}

/// For the audit and for tests: `column-unknown at 1:8: nme (instead: name)`.
impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rule, line, column, found, instead, among: _ } = self;
        write!(f, "{} at {line}:{column}: {found}", rule.id())?;
        if instead.is_empty() { Ok(()) } else { write!(f, " (instead: {instead})") }
    }
}

impl Refusal {
    /// The sentence for the person, naming what was found and what to write instead.
    pub fn text(&self) -> Text {
        let sentence = match self.rule {
            Rule::RelationUnknown if self.instead.is_empty() && !self.among.is_empty() => {
                "guard-relation-unknown-among"
            }
            Rule::ColumnUnknown if self.instead.is_empty() && !self.among.is_empty() => "guard-column-unknown-among",
            Rule::SeveralStatements if is_query(&self.found) => "guard-several-queries",
            Rule::Syntax if self.found.is_empty() => "guard-syntax-end",
            Rule::Unsupported if self.found == SLASH => "guard-unsupported-slash",
            Rule::AliasNotAllowed if self.instead.is_empty() && has_signs(&self.found) => {
                "guard-alias-not-allowed-signs"
            }
            rule if self.instead.is_empty() => rule.key(),
            _ => self.key_with_suggestion(),
        };
        let sentence = text(sentence).with("found", self.found.as_str());
        sentence.with("instead", self.instead.as_str()).with("among", self.among.as_str())
    }

    /// Names are suggested in a sentence of their own.
    fn key_with_suggestion(&self) -> &'static str {
        match self.rule {
            Rule::RelationUnknown => "guard-relation-unknown-near",
            Rule::ColumnUnknown => "guard-column-unknown-near",
            Rule::Unsupported => "guard-unsupported-instead",
            Rule::Unbounded => "guard-unbounded-instead",
            Rule::Syntax => "guard-syntax-open",
            Rule::AliasNotAllowed => "guard-alias-not-allowed-instead",
            // Not a name, but where a function that gives rows stands.
            Rule::FunctionNotAllowed if self.instead.starts_with("SELECT ") => "guard-function-not-allowed-from",
            Rule::FunctionNotAllowed if self.instead.contains(|c: char| !(c.is_alphanumeric() || c == '_')) => {
                "guard-function-not-allowed-instead"
            }
            Rule::FunctionNotAllowed => "guard-function-not-allowed-near",
            rule => rule.key(),
        }
    }
}

/// Whether a statement begins as a query does.
fn is_query(statement: &str) -> bool {
    ["SELECT ", "WITH "].iter().any(|word| statement.starts_with(word))
}

/// Whether a name is empty or has signs that may end it.
fn has_signs(name: &str) -> bool {
    name.is_empty() || name.contains(['"', '\'', '[', ']'])
}

/// Text of the statement, made harmless to show: short, on one line, calling nobody and unable to close a code span.
pub(super) fn harmless(found: &str) -> String {
    const LONGEST: usize = 80;
    let plain = found.chars().take(LONGEST).map(|c| match c {
        '`' => '\'',
        c if c.is_control() || super::lexical::hides_text(c) => ' ',
        c => c,
    });
    let quiet = disarmed(&plain.collect::<String>());
    if found.chars().nth(LONGEST).is_none() && quiet.chars().nth(LONGEST).is_none() {
        return quiet;
    }
    quiet.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Locale;

    #[test]
    fn every_rule_has_its_own_word_and_a_sentence_in_both_languages() {
        let mut seen = std::collections::BTreeSet::new();
        for &rule in Rule::ALL {
            assert!(seen.insert(rule.id()), "{} is used twice", rule.id());
            for (instead, among) in [("", ""), ("nearer", ""), ("", "one, two")] {
                let refusal = Refusal {
                    rule,
                    line: 1,
                    column: 1,
                    found: "thing".to_owned(),
                    instead: instead.to_owned(),
                    among: among.to_owned(),
                };
                for locale in Locale::ALL {
                    let sentence = refusal.text().render(locale);
                    assert!(sentence.contains(' ') && !sentence.contains('{'), "{}: {sentence}", rule.id());
                }
            }
        }
    }

    #[test]
    fn found_text_is_short_and_harmless() {
        assert_eq!(harmless("a`b\n\u{202e}c"), "a'b  c");
        assert_eq!(harmless(&"x".repeat(200)).chars().count(), 80);
        assert_eq!(harmless(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(harmless("@everyone <@42>"), "@\u{2060}everyone <@\u{2060}42>");
        assert_eq!(harmless(&"@".repeat(80)).chars().count(), 80);
    }
}
