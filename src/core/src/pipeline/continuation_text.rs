//! An answer together with the one it goes on with.

use crate::egress::fence::Fence;
use crate::extract;
use crate::pipeline::exchange::{Continued, Exchange};

/// A last line shorter than this may stand twice by chance.
const TELLING: usize = 4;

/// An answer with what it goes on with.
pub(crate) struct Joined {
    /// All that was said.
    pub(crate) text: String,
    /// Bytes of it that were said before.
    before: usize,
    /// Bytes of the answer that were said before and are left out.
    repeated: usize,
}

impl Joined {
    /// An answer that may go on with another one. A model that goes on often says its last line again, or opens anew the
    /// code block it was in.
    pub(crate) fn of(answer: &Exchange<'_>) -> Self {
        let Some(Continued { said, .. }) = &answer.before else {
            return Self { text: answer.text().to_owned(), before: 0, repeated: 0 };
        };
        let repeated = repeated(said, answer.text());
        // Nobody sees the spaces between the two, and a statement needs them.
        let spaces = if repeated == 0 { answer.spaces.as_str() } else { "" };
        let before = said.len() + spaces.len();
        Self { text: format!("{said}{spaces}{}", &answer.text()[repeated..]), before, repeated }
    }

    /// A statement at its place in the answer alone: what of it was said before takes no room there.
    pub(crate) fn placed(&self, statement: extract::Statement) -> extract::Statement {
        let at =
            |byte: usize| byte.checked_sub(self.before).filter(|own| *own > 0).map_or(0, |own| own + self.repeated);
        let range = at(statement.range.start)..at(statement.range.end);
        extract::Statement { range, ..statement }
    }
}

/// Counts the bytes at the beginning of `rest` that repeat `said`: its open fence, its last line.
fn repeated(said: &str, rest: &str) -> usize {
    let mut skipped = 0;
    let first = rest.trim_start();
    let line = first.split_inclusive('\n').next().unwrap_or_default();
    if let (Some(open), Some(again)) = (Fence::open_in(said, usize::MAX), Fence::opened_by(line)) {
        // One without a language is no beginning, and fewer marks stand in the block.
        if again.marks().starts_with(&open.marks()) && again.line().trim() != again.marks() {
            skipped = rest.len() - first.len() + line.len();
        }
    }
    let last = said.rsplit('\n').next().unwrap_or_default().trim_start();
    let next = rest[skipped..].trim_start();
    if last.trim_end().chars().count() >= TELLING && next.starts_with(last) {
        skipped = rest.len() - next.len() + last.len();
    }
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_says_again_is_left_out() {
        for (said, rest, left) in [
            ("", "Voici", "Voici"),
            ("The clients are ma", "ny.", "ny."),
            ("```sql\nSELECT id FROM cli", "ents\n```", "ents\n```"),
            // The code block opened anew, and with it the line that was cut.
            ("```sql\nSELECT id\nFROM cli", "```sql\nents\n```", "ents\n```"),
            ("```sql\nSELECT id\nFROM cli", "```sql\nFROM clients\n```", "ents\n```"),
            ("```sql\nSELECT id\nFROM cli", "FROM clients\n```", "ents\n```"),
            ("```sql\nSELECT id\n", "```\nand that is all", "```\nand that is all"),
            ("```sql\nSELECT id\n```\nSo", "```sql\nSELECT 2\n```", "```sql\nSELECT 2\n```"),
            ("~~~sql\nSELECT id\nFROM cli", "~~~sql\nents\n~~~", "ents\n~~~"),
            ("````sql\nSELECT '", "```'\n````", "```'\n````"),
            ("```SELECT 1```\nSo", "```sql\nSELECT 2\n```", "```sql\nSELECT 2\n```"),
            ("a", "a b", "a b"),
        ] {
            assert_eq!(&rest[repeated(said, rest)..], left, "{said:?} {rest:?}");
        }
    }

    #[test]
    fn a_statement_stands_where_the_rest_of_it_is() {
        let joined = Joined { text: String::new(), before: 10, repeated: 3 };
        let placed = |range| joined.placed(extract::Statement { text: String::new(), range }).range;
        assert_eq!([placed(2..8), placed(2..15), placed(12..15), placed(10..12)], [0..0, 0..8, 5..8, 0..5]);
    }
}
