//! Why a statement may not run, where in the text, and what to write instead.

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal;)+) => {
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
        }
    };
}

rules! {
    /// Nothing but white space and comments.
    Empty = "empty";
    /// Over 16 KiB.
    TooLong = "too-long";
    /// Brackets, operators or subqueries nested too deep.
    TooDeep = "too-deep";
    /// More joins or common table expressions than are understood safely.
    TooManyJoins = "too-many-joins";
    /// A control character, NUL, or one that hides or reorders text.
    ControlCharacter = "control-character";
    /// A character outside literals and quoted names that may fold to another one.
    UnusualCharacter = "unusual-character";
    /// `@`: a database link, or a parameter of another database.
    RemoteLink = "remote-link";
    /// A comment inside a comment, which databases read differently.
    NestedComment = "nested-comment";
    /// The text cannot be fully parsed.
    Syntax = "syntax";
    /// More than one statement.
    SeveralStatements = "several-statements";
    /// Something else than a query.
    NotAQuery = "not-a-query";
    /// A query that changes or locks something: FOR UPDATE, INTO.
    Locks = "locks";
    /// Parsed, but not one of the constructs the guard understands.
    Unsupported = "unsupported";
    /// A relation that is not in the catalog.
    RelationUnknown = "relation-unknown";
    /// A relation the policy does not open.
    RelationDenied = "relation-denied";
    /// A name that is no column, alias, parameter or allowed pseudo-column.
    ColumnUnknown = "column-unknown";
    /// A column the policy does not open.
    ColumnDenied = "column-denied";
    /// A name that is a column of more than one relation.
    ColumnAmbiguous = "column-ambiguous";
    /// `*` where some columns are not open.
    StarDenied = "star-denied";
    /// A whole row as one value.
    WholeRow = "whole-row";
    /// A name that two relations of a FROM share, or an alias that reads as something else.
    AliasNotAllowed = "alias-not-allowed";
    /// A function that is not in the dialect's list.
    FunctionNotAllowed = "function-not-allowed";
    /// A function of the list with arguments that are not allowed.
    FunctionArguments = "function-arguments";
    /// A cast to a type that is not in the dialect's list.
    TypeNotAllowed = "type-not-allowed";
    /// An operator that is not in the dialect's list.
    OperatorNotAllowed = "operator-not-allowed";
    /// Relations combined without a predicate that links them.
    JoinWithoutPredicate = "join-without-predicate";
    /// A recursion or hierarchy without a bound.
    Unbounded = "unbounded";
    /// A recursion whose text becomes several times as long with each step.
    Growth = "growth";
    /// Columns computed from computed columns, more often than a planner can take.
    Expansion = "expansion";
    /// Texts, arrays or numbers that become very large.
    ValueSize = "value-size";
    /// A function of the list whose name the company has given to one of its own.
    FunctionShadowed = "function-shadowed";
    /// A pattern that can take exponential time.
    Pattern = "pattern";
    /// A placeholder that is not `:name`.
    Parameter = "parameter";
    /// A common table expression that reads a name before it is defined.
    CteOrder = "cte-order";
    /// A rendering that does not read back as the tree that was checked.
    Rendering = "rendering";
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
    /// The refused part of the statement itself: at most 80 characters, without control characters and backticks.
    pub found: String,
    /// The suggestion to write instead; empty when there is none.
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

/// Text of the statement, made harmless to show: short, on one line, unable to close a code span.
pub(super) fn harmless(found: &str) -> String {
    const LONGEST: usize = 80;
    let plain = found.chars().take(LONGEST).map(|c| match c {
        '`' => '\'',
        c if c.is_control() || super::lexical::hides_text(c) => ' ',
        c => c,
    });
    let plain: String = plain.collect();
    if found.chars().nth(LONGEST).is_none() {
        return plain;
    }
    plain.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_own_word() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in Rule::ALL {
            assert!(seen.insert(rule.id()), "{} is used twice", rule.id());
        }
    }

    #[test]
    fn found_text_is_short_and_on_one_line() {
        assert_eq!(harmless("a`b\n\u{202e}c"), "a'b  c");
        assert_eq!(harmless(&"x".repeat(200)).chars().count(), 80);
        assert_eq!(harmless(&"x".repeat(80)), "x".repeat(80));
    }
}
