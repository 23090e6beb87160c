//! Regular expressions: literals only, and none whose time can grow exponentially with the text.

use sqlparser::ast::{BinaryOperator, DataType, Expr, UnaryOperator, Value};

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::literal::literal_of;

/// Longest pattern, characters.
const LONGEST: usize = 200;
/// Largest count in `{…}`.
const MOST_REPEATS: u32 = 100;

/// A pattern that is a literal, short, without back-references and without a repetition inside a repetition.
pub(super) fn safe(pattern: &Expr) -> Checked {
    let Some(pattern) = literal_of(pattern) else {
        return Err(unplaced(Rule::Pattern, pattern.to_string()));
    };
    if pattern.chars().count() > LONGEST || !bounded(pattern) {
        return Err(unplaced(Rule::Pattern, pattern));
    }
    Ok(())
}

/// The second argument of PostgreSQL's `substring`: a place, which is a number, or a pattern.
pub(super) fn place_or_safe(expr: &Expr) -> Checked {
    let computes = match expr {
        Expr::Nested(inner) => return place_or_safe(inner),
        Expr::Value(value) => matches!(value.value, Value::Number(..)),
        Expr::UnaryOp { op, .. } => matches!(op, UnaryOperator::Plus | UnaryOperator::Minus),
        Expr::Cast { data_type, .. } => matches!(data_type, DataType::Int(_) | DataType::Integer(_)),
        Expr::Position { .. } => true,
        Expr::BinaryOp { op, .. } => {
            matches!(op, BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply)
        }
        Expr::Function(function) => {
            let name = function.name.to_string().to_uppercase();
            ["LENGTH", "CHAR_LENGTH", "STRPOS"].contains(&name.as_str())
        }
        _ => false,
    };
    if computes { Ok(()) } else { safe(expr) }
}

/// Refuses a path into JSON that matches texts against a pattern, which would have to be judged as any other, that hides
/// a word behind escapes, or that looks at every depth, which multiplies where it stands inside another.
pub(super) fn plain_path(path: &str) -> Checked {
    let hides = path.contains('\\') || path.contains("**") || path.to_ascii_lowercase().contains("regex");
    if hides { Err(unplaced(Rule::Pattern, path)) } else { Ok(()) }
}

/// A format of `printf` whose widths and precisions have two digits at most, and come from nowhere else.
pub(super) fn modest_format(format: &str) -> bool {
    let modest = |directive: &str| {
        let head: String = directive.chars().take_while(|c| !c.is_ascii_alphabetic()).collect();
        !head.contains('*') && head.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 2)
    };
    format.split('%').skip(1).all(modest)
}

fn bounded(pattern: &str) -> bool {
    // For each open group: whether something in it repeats or branches.
    let mut groups: Vec<bool> = vec![false];
    let mut closed_repeating = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let was_closed_repeating = std::mem::take(&mut closed_repeating);
        match c {
            '\\' => {
                if matches!(chars.next(), Some('1'..='9')) {
                    return false;
                }
            }
            '[' => skip_class(&mut chars),
            '(' => groups.push(false),
            ')' => {
                let inner = groups.pop().unwrap_or(false);
                if groups.is_empty() {
                    return false;
                }
                closed_repeating = inner;
                if let Some(outer) = groups.last_mut() {
                    *outer |= inner;
                }
            }
            '|' => mark(&mut groups),
            '*' | '+' => {
                if was_closed_repeating {
                    return false;
                }
                mark(&mut groups);
            }
            '{' => {
                let digits: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}')).collect();
                let most = digits.split(',').filter_map(|part| part.trim().parse::<u32>().ok()).max();
                if was_closed_repeating || most.is_some_and(|most| most > MOST_REPEATS) {
                    return false;
                }
                mark(&mut groups);
            }
            _ => {}
        }
    }
    true
}

fn mark(groups: &mut [bool]) {
    if let Some(group) = groups.last_mut() {
        *group = true;
    }
}

/// To the end of `[…]`, where `]` may come first.
fn skip_class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let _negated = chars.next_if_eq(&'^');
    let _literal = chars.next_if_eq(&']');
    let mut class_name = false;
    while let Some(c) = chars.next() {
        match c {
            '[' if chars.peek() == Some(&':') => class_name = true,
            ']' if class_name => class_name = false,
            ']' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_large_widths_are_found() {
        for (format, modest) in [
            ("%.2f €", true),
            ("%05d-%s 2024", true),
            ("100%%", true),
            ("plain 1000000", true),
            ("%1000d", false),
            ("%.1000f", false),
            ("%*d", false),
            ("%s %-999s", false),
        ] {
            assert_eq!(modest_format(format), modest, "{format}");
        }
    }

    #[test]
    fn patterns_that_multiply_are_found() {
        for (pattern, safe) in [
            ("^[A-Z]{2}[0-9]+$", true),
            ("(foo|bar)", true),
            ("[^,]+", true),
            ("[[:digit:]]+(,[0-9])?", true),
            ("^(a|b)x", true),
            ("\\d+\\.\\d+", true),
            ("(a*)*", false),
            ("(a+)+b", false),
            ("(a|aa)+", false),
            ("((a)|b)*", false),
            ("(x+x+)+y", false),
            ("(a)\\1", false),
            ("(a{1,9}){1,9}", false),
            ("a{1,1000}", false),
            (")(", false),
        ] {
            assert_eq!(bounded(pattern), safe, "{pattern}");
        }
    }
}
