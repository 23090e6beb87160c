//! Words of a model that tell of the data though no statement has read it: a model makes up numbers.

use std::collections::BTreeSet;

use crate::context::asks;
use crate::pipeline::offer::Offer;
use crate::text::{Text, text};

/// The mark above words without a statement. A question in return needs none.
pub(crate) fn warning_for_text(said: &str) -> Option<Text> {
    let claims = !said.trim().is_empty() && (tells_numbers(said) || !asks(said));
    claims.then(|| text("not-from-data"))
}

/// The mark above words around a statement that has not run, where they tell numbers.
pub(crate) fn warning_beside_statement(offer: &Offer, said: &str) -> Option<Text> {
    let prose = offer.prose(said);
    if offer.refused {
        return tells_numbers(&prose).then(|| text("not-from-data"));
    }
    tells_more(&prose, &offer.written).then(|| text("numbers-not-from-data"))
}

/// True of words with a digit.
pub(crate) fn tells_numbers(said: &str) -> bool {
    said.contains(|c: char| c.is_ascii_digit())
}

/// True of words that tell a number which is not in the statement. The number of a list's item is none.
fn tells_more(prose: &str, statement: &str) -> bool {
    let known: BTreeSet<&str> = numbers(statement).collect();
    prose.lines().flat_map(|line| numbers(without_item(line))).any(|number| !known.contains(number))
}

/// The runs of digits in a text.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}

/// A line after the `1.` or `1)` of a list.
fn without_item(line: &str) -> &str {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix(['.', ')']).filter(|rest| rest.starts_with(' ')).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_the_statement_lacks_are_claims() {
        let statement = "SELECT name FROM clients WHERE signed >= '2024-01-01' LIMIT 5";
        for (prose, expected) in [
            ("Here are the 5 clients who signed in 2024.", false),
            ("1. It filters by date.\n2) It keeps 5 rows.", false),
            ("There are 123 clients.", true),
            ("1. There are 123 of them.", true),
            ("1.5 million in all.", true),
            ("No numbers at all.", false),
        ] {
            assert_eq!(tells_more(prose, statement), expected, "{prose}");
        }
    }
}
