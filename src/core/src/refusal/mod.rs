//! Sentences that tell a person the reason a statement may not run.

use crate::egress::neutralized;
use crate::guard::{Refusal, Rule, SLASH};
use crate::text::{Text, text};

/// The sentence that names what was found and what to write instead; it calls nobody.
pub fn refusal_text(refusal: &Refusal) -> Text {
    let Refusal { rule, found, instead, among, .. } = refusal;
    let sentence = match rule {
        Rule::RelationUnknown if instead.is_empty() && !among.is_empty() => "guard-relation-unknown-among",
        Rule::ColumnUnknown if instead.is_empty() && !among.is_empty() => "guard-column-unknown-among",
        Rule::SeveralStatements if is_query(found) => "guard-several-queries",
        Rule::Syntax if found.is_empty() => "guard-syntax-end",
        Rule::Unsupported if found == SLASH => "guard-unsupported-slash",
        Rule::AliasNotAllowed if instead.is_empty() && has_signs(found) => "guard-alias-not-allowed-signs",
        rule if instead.is_empty() => key(*rule),
        rule => key_with_suggestion(*rule, instead),
    };
    text(sentence)
        .with("found", neutralized(found))
        .with("instead", neutralized(instead))
        .with("among", neutralized(among))
}

/// Names are suggested in a sentence of their own.
fn key_with_suggestion(rule: Rule, instead: &str) -> &'static str {
    match rule {
        Rule::RelationUnknown => "guard-relation-unknown-near",
        Rule::ColumnUnknown => "guard-column-unknown-near",
        Rule::Unsupported => "guard-unsupported-instead",
        Rule::Unbounded => "guard-unbounded-instead",
        Rule::Syntax => "guard-syntax-open",
        Rule::AliasNotAllowed => "guard-alias-not-allowed-instead",
        // Not a name, but where a function that gives rows stands.
        Rule::FunctionNotAllowed if instead.starts_with("SELECT ") => "guard-function-not-allowed-from",
        Rule::FunctionNotAllowed if instead.contains(|c: char| !(c.is_alphanumeric() || c == '_')) => {
            "guard-function-not-allowed-instead"
        }
        Rule::FunctionNotAllowed => "guard-function-not-allowed-near",
        rule => key(rule),
    }
}

/// The message of a rule.
fn key(rule: Rule) -> &'static str {
    match rule {
        Rule::Empty => "guard-empty",
        Rule::TooLong => "guard-too-long",
        Rule::TooDeep => "guard-too-deep",
        Rule::TooManyJoins => "guard-too-many-joins",
        Rule::ControlCharacter => "guard-control-character",
        Rule::UnusualCharacter => "guard-unusual-character",
        Rule::RemoteLink => "guard-remote-link",
        Rule::NestedComment => "guard-nested-comment",
        Rule::Syntax => "guard-syntax",
        Rule::SeveralStatements => "guard-several-statements",
        Rule::NotAQuery => "guard-not-a-query",
        Rule::Locks => "guard-locks",
        Rule::Unsupported => "guard-unsupported",
        Rule::RelationUnknown => "guard-relation-unknown",
        Rule::RelationDenied => "guard-relation-denied",
        Rule::ColumnUnknown => "guard-column-unknown",
        Rule::ColumnDenied => "guard-column-denied",
        Rule::ColumnAmbiguous => "guard-column-ambiguous",
        Rule::StarDenied => "guard-star-denied",
        Rule::WholeRow => "guard-whole-row",
        Rule::AliasNotAllowed => "guard-alias-not-allowed",
        Rule::FunctionNotAllowed => "guard-function-not-allowed",
        Rule::FunctionArguments => "guard-function-arguments",
        Rule::TypeNotAllowed => "guard-type-not-allowed",
        Rule::OperatorNotAllowed => "guard-operator-not-allowed",
        Rule::JoinWithoutPredicate => "guard-join-without-predicate",
        Rule::Unbounded => "guard-unbounded",
        Rule::Growth => "guard-growth",
        Rule::Expansion => "guard-expansion",
        Rule::ValueSize => "guard-value-size",
        Rule::FunctionShadowed => "guard-function-shadowed",
        Rule::Pattern => "guard-pattern",
        Rule::Parameter => "guard-parameter",
        Rule::CteOrder => "guard-cte-order",
        Rule::Rendering => "guard-rendering",
    }
}

/// Tells whether a statement begins as a query does.
fn is_query(statement: &str) -> bool {
    ["SELECT ", "WITH "].iter().any(|word| statement.starts_with(word))
}

/// Tells whether a name is empty or has signs that may end it.
fn has_signs(name: &str) -> bool {
    name.is_empty() || name.contains(['"', '\'', '[', ']'])
}

#[cfg(test)]
mod tests;
