//! Regular expressions: literals only, and none whose time can grow exponentially with the text.

use sqlparser::ast::{BinaryOperator, DataType, Expr, UnaryOperator, Value};

use super::super::fault::{Checked, unplaced};
use super::super::refusal::Rule;
use super::literal::literal_of;

/// Most places of a path into JSON that stand for every element: each looks at all of them for each of the others.
const MOST_STARS: usize = 3;
/// Longest pattern, characters.
const LONGEST: usize = 200;
/// Largest count in `{…}`.
const MOST_REPEATS: u32 = 100;
/// Endless repetitions in a row, with nothing mandatory between them: a backtracking engine tries every way to share a
/// text among them.
const MOST_IN_A_ROW: u32 = 3;
/// Repetitions without end in one pattern.
const MOST_ENDLESS: u32 = 10;
/// Of those, repetitions of any sign, which share a text whatever stands between them.
const MOST_OF_ANYTHING: u32 = 4;
/// Parts that may be left out: each doubles the ways.
const MOST_OPTIONAL: u32 = 12;
/// The branches of all groups, one with the other.
const MOST_BRANCHES: u32 = 10_000;

/// A pattern that is a literal, short, without back-references and without a repetition inside a repetition.
pub(crate) fn safe(pattern: &Expr) -> Checked {
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
pub(crate) fn plain_path(path: &str) -> Checked {
    let hides = path.contains('\\')
        || path.contains("**")
        || path.matches('*').count() > MOST_STARS
        || path.to_ascii_lowercase().contains("regex");
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
    let mut shape = Shape { groups: vec![Group::default()], ..Shape::default() };
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let understood = match c {
            '(' => shape.open(),
            ')' => shape.close(),
            '|' => shape.branch(),
            '*' | '+' => shape.repeat(true),
            '?' => shape.maybe(),
            '{' => {
                let digits: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}')).collect();
                let _end = chars.next_if_eq(&'}');
                shape.count(&digits)
            }
            '\\' => match chars.next() {
                None | Some('1'..='9') => false,
                // A class such as `\d`, or a sign as it is; other letters stand for a place between signs.
                Some(c) => shape.atom(false, !c.is_alphabetic() || "dDsSwW".contains(c), chars.peek()),
            },
            '[' => {
                skip_class(&mut chars);
                shape.atom(false, true, chars.peek())
            }
            c => shape.atom(c == '.', !matches!(c, '^' | '$'), chars.peek()),
        };
        if !understood {
            return false;
        }
    }
    shape.is_modest()
}

/// A bracketed part of a pattern.
#[derive(Debug, Default, Clone, Copy)]
struct Group {
    /// Something in it repeats, may be left out, or branches.
    varies: bool,
    branches: u32,
}

/// Counts what multiplies the ways an engine may have to try.
#[derive(Debug, Default)]
struct Shape {
    groups: Vec<Group>,
    /// The part that a repetition sign would apply to.
    last: Last,
    /// Repetitions without end since something that must be there once.
    in_a_row: u32,
    /// The most there are of those.
    longest_row: u32,
    /// Repetitions without end.
    endless: u32,
    /// Of those, the ones of any sign.
    of_anything: u32,
    /// Parts that may be left out.
    optional: u32,
    /// The branches of all groups, one with the other.
    branches: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    /// One sign or class; whether it is the dot.
    Atom { any: bool },
    /// A group; whether it varies.
    Group { varies: bool },
    /// A repetition, which a `?` makes lazy.
    Repetition,
}

impl Shape {
    fn open(&mut self) -> bool {
        self.groups.push(Group::default());
        self.last = Last::Nothing;
        true
    }

    fn close(&mut self) -> bool {
        let inner = self.groups.pop().unwrap_or_default();
        let Some(outer) = self.groups.last_mut() else { return false };
        outer.varies |= inner.varies;
        self.branches = self.branches.max(1).saturating_mul(inner.branches + 1);
        self.last = Last::Group { varies: inner.varies };
        true
    }

    fn branch(&mut self) -> bool {
        self.vary();
        if let Some(group) = self.groups.last_mut() {
            group.branches += 1;
        }
        self.last = Last::Nothing;
        true
    }

    /// A sign or a class: whether it is the dot, whether it takes up a place of the text, and what follows it.
    fn atom(&mut self, any: bool, takes_up: bool, next: Option<&char>) -> bool {
        self.last = Last::Atom { any };
        if takes_up && !matches!(next, Some('*' | '+' | '?' | '{')) {
            self.in_a_row = 0;
        }
        true
    }

    /// `*`, `+` and counts.
    fn repeat(&mut self, endless: bool) -> bool {
        if self.last == (Last::Group { varies: true }) {
            return false;
        }
        if endless {
            self.in_a_row += 1;
            self.endless += 1;
            self.of_anything += u32::from(self.last == (Last::Atom { any: true }));
        }
        self.last = Last::Repetition;
        self.vary();
        true
    }

    /// `?`: once or not at all, or the lazy form of a repetition.
    fn maybe(&mut self) -> bool {
        if self.last != Last::Repetition {
            self.optional += 1;
            self.last = Last::Repetition;
            self.vary();
        }
        true
    }

    /// A count, from between `{` and `}`.
    fn count(&mut self, digits: &str) -> bool {
        let most = digits.split(',').filter_map(|part| part.trim().parse::<u32>().ok()).max();
        most.is_none_or(|most| most <= MOST_REPEATS) && self.repeat(digits.trim_end().ends_with(','))
    }

    fn vary(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.varies = true;
        }
        self.longest_row = self.longest_row.max(self.in_a_row);
    }

    fn is_modest(&self) -> bool {
        self.longest_row <= MOST_IN_A_ROW
            && self.endless <= MOST_ENDLESS
            && self.of_anything <= MOST_OF_ANYTHING
            && self.optional <= MOST_OPTIONAL
            && self.branches <= MOST_BRANCHES
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
            ("^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$", true),
            ("^\\s*(\\w+)\\s*,\\s*(\\w+)", true),
            ("^(\\+33|0)[1-9]([ .-]?[0-9]{2})?$", true),
            (".*?foo.*?bar", true),
            ("[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?", true),
            ("(a?)*", false),
            ("(a?){30}", false),
            ("a*a*a*a*b", false),
            ("(a*)(a*)(a*)(a*)b", false),
            (".*a.*a.*a.*a.*b", false),
            ("a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaa", false),
            ("(a|b|c|d|e|f|g|h|i|j)(a|b|c|d|e|f|g|h|i|j)(a|b|c|d|e|f|g|h|i|j)(a|b|c|d|e|f|g|h|i|j)(a|b)", false),
            ("(a{1,9}){1,9}", false),
            ("a{1,1000}", false),
            (")(", false),
        ] {
            assert_eq!(bounded(pattern), safe, "{pattern}");
        }
    }
}
