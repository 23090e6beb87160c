//! Errors in a statement that a model can fix.

use crate::guard::{Refusal, Rule};
use crate::refusal::refusal_text;
use crate::text::Text;

/// An error in a statement that a model can fix, worded as the person would read it.
pub(crate) struct Fault {
    pub(crate) rule: Option<&'static str>,
    pub(crate) at: Option<(u64, u64)>,
    pub(crate) reason: Text,
    /// True if the statement asks for too much rather than being wrong.
    pub(crate) heavy: bool,
}

impl Fault {
    /// Builds a fault from a guard refusal that a better statement would avoid. A statement that reads closed data, or
    /// is not a query, is refused without a correction.
    pub(crate) fn of_guard(own: &Refusal, told: &Refusal) -> Option<Box<Self>> {
        let at = Some((told.line, told.column));
        let fault = || Self { rule: Some(told.rule.id()), at, reason: refusal_text(told), heavy: false };
        is_fixable(own.rule).then(|| Box::new(fault()))
    }

    /// Builds a fault from a database error.
    pub(crate) fn of_database(reason: Text) -> Self {
        Self { rule: None, at: None, reason, heavy: false }
    }

    /// A statement that the database cannot plan within its limits. Each try costs the database all that planning may
    /// take: the model is asked for a simpler one only once, and only about its first statement.
    pub(crate) fn from_plan_limit(reason: Text) -> Self {
        Self { heavy: true, ..Self::of_database(reason) }
    }
}

/// True if a statement that breaks the rule has an equivalent form that does not.
fn is_fixable(rule: Rule) -> bool {
    match rule {
        Rule::RelationDenied | Rule::ColumnDenied | Rule::StarDenied | Rule::NotAQuery => false,
        Rule::Empty
        | Rule::TooLong
        | Rule::TooDeep
        | Rule::TooManyJoins
        | Rule::ControlCharacter
        | Rule::UnusualCharacter
        | Rule::RemoteLink
        | Rule::NestedComment
        | Rule::Syntax
        | Rule::SeveralStatements
        | Rule::Locks
        | Rule::Unsupported
        | Rule::RelationUnknown
        | Rule::ColumnUnknown
        | Rule::ColumnAmbiguous
        | Rule::WholeRow
        | Rule::AliasNotAllowed
        | Rule::FunctionNotAllowed
        | Rule::FunctionArguments
        | Rule::TypeNotAllowed
        | Rule::OperatorNotAllowed
        | Rule::JoinWithoutPredicate
        | Rule::Unbounded
        | Rule::Growth
        | Rule::Expansion
        | Rule::ValueSize
        | Rule::FunctionShadowed
        | Rule::Pattern
        | Rule::Parameter
        | Rule::CteOrder
        | Rule::Rendering => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_policy_or_purpose_refuses_is_not_mended() {
        let lasting: Vec<&str> = Rule::ALL.iter().filter(|rule| !is_fixable(**rule)).map(|rule| rule.id()).collect();
        assert_eq!(lasting, ["not-a-query", "relation-denied", "column-denied", "star-denied"]);
    }
}
