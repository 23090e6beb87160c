//! Patterns of PostgreSQL beside regular expressions: `SIMILAR TO`, and the sides of `@@`.

use sqlparser::ast::{DataType, Expr, Value};

use crate::fault::{Checked, unplaced};
use crate::refusal::Rule;
use crate::walk::literal::literal_of;
use crate::walk::pattern;

/// Functions that give documents or queries of full text.
const FULL_TEXT: &[&str] =
    &["PHRASETO_TSQUERY", "PLAINTO_TSQUERY", "SETWEIGHT", "TO_TSQUERY", "TO_TSVECTOR", "WEBSEARCH_TO_TSQUERY"];

/// Refuses a pattern of `SIMILAR TO` where the regular expression that PostgreSQL makes of it would be refused.
pub(crate) fn similar(pattern: &Expr) -> Checked {
    let refused = || unplaced(Rule::Pattern, literal_of(pattern).map_or_else(|| pattern.to_string(), str::to_owned));
    let text = literal_of(pattern).ok_or_else(refused)?;
    let mut regex = String::with_capacity(text.len() * 2);
    let mut escaped = false;
    for c in text.chars() {
        match c {
            // An escaped digit would be a back-reference, an escaped quote parts the pattern.
            c if escaped && (c.is_ascii_alphanumeric() || c == '"') => return Err(refused()),
            '%' if !escaped => regex.push_str(".*"),
            '_' if !escaped => regex.push('.'),
            '.' | '^' | '$' if !escaped => regex.extend(['\\', c]),
            c => regex.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    pattern::safe(&Expr::Value(Value::SingleQuotedString(regex).into())).map_err(|_| refused())
}

/// Refuses `@@` where it may match JSON against a path, which may hold a regular expression of the data: one side must
/// be full text by what makes it, or the right one a literal that is plain as a path too.
pub(crate) fn matched(left: &Expr, right: &Expr) -> Checked {
    match literal_of(right) {
        _ if is_full_text(left) || is_full_text(right) => Ok(()),
        Some(literal) => pattern::plain_path(literal),
        None => Err(unplaced(Rule::Pattern, right.to_string())),
    }
}

fn is_full_text(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_full_text(inner),
        Expr::Cast { data_type, .. } => matches!(data_type, DataType::TsVector | DataType::TsQuery),
        Expr::Function(function) => {
            let name = function.name.to_string().to_uppercase();
            FULL_TEXT.contains(&name.as_str())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_multiply_are_found() {
        for (pattern, safe) in [
            ("name(1|2)", true),
            ("%(b|d)%", true),
            ("A.B^C$_", true),
            ("100\\%", true),
            ("[0-9]+-%", true),
            ("(%)*", false),
            ("(a%)+", false),
            ("(a+)+b", false),
            ("(a)\\1", false),
            ("a\\\"b", false),
        ] {
            let literal = Expr::Value(Value::SingleQuotedString(pattern.to_owned()).into());
            assert_eq!(similar(&literal).is_ok(), safe, "{pattern}");
        }
    }
}
