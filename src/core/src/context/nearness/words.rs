//! The words of names, comments and questions.

use crate::knowledge::{self, fold};

/// Words of a comment shorter than this are grammar.
const SHORTEST: usize = 3;
/// Longer ones that are grammar too.
const GRAMMAR: [&str; 12] = ["des", "les", "une", "par", "sur", "pour", "dans", "aux", "the", "and", "for", "with"];

/// The parts of a name, in small letters and the singular: `CLI_FACT_LIG` and `CliFactLig` have three.
pub(super) fn name_parts(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            spaced.push(' ');
        }
        after_small = letter.is_lowercase();
        spaced.push(if letter == '_' { ' ' } else { letter });
    }
    let words = fold(&spaced).into_iter().filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.map(|word| knowledge::stem(&word)).collect()
}

/// A word of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is written, folded.
    pub(super) written: String,
    /// In the singular.
    pub(super) stem: String,
    /// True if it is there for grammar.
    pub(super) is_small: bool,
}

impl Word {
    /// A word of a name.
    pub(super) fn of_name(part: String) -> Self {
        Self { written: part.clone(), stem: part, is_small: false }
    }
}

/// The words of a comment.
pub(super) fn comment(text: &str) -> Vec<Word> {
    let word = |written: String| {
        let is_small = written.len() < SHORTEST || GRAMMAR.contains(&written.as_str());
        Word { stem: knowledge::stem(&written), written, is_small }
    };
    fold(text).into_iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_comments_are_taken_apart() {
        for (name, expected) in [
            ("CLI_FACT_LIG", "cli fact lig"),
            ("clientInvoices", "client invoice"),
            ("T_ORDERS_2024", "t order"),
            ("Dépôts", "depot"),
        ] {
            assert_eq!(name_parts(name).join(" "), expected, "{name}");
        }
        let telling = |text: &str| {
            let words = comment(text).into_iter().filter(|word| !word.is_small).map(|word| word.stem);
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(telling("Dates d'échéance de la facture"), "date echeance facture");
    }
}
