//! The names of files: the words of the question they answer.

use crate::knowledge::content_words;

/// Words of a question at most.
const WORDS: usize = 5;
/// Characters of them at most.
const LONGEST: usize = 40;

/// The words that say what a question is about, in ASCII: `clients-paris`; `other` where there are none, as in most
/// scripts but the Latin one.
pub(crate) fn slug(question: &str, other: &str) -> String {
    let mut slug = String::new();
    let words =
        content_words(question).into_iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    for word in words.take(WORDS) {
        if slug.len() + word.len() + 1 > LONGEST {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { other.to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_question() {
        for (question, expected) in [
            ("Liste-moi les clients de Paris, s'il te plaît", "clients-paris"),
            ("How many clients have no contract?", "how-many-clients-no-contract"),
            ("Chiffre d'affaires par mois en 2026", "chiffre-affaires-par-mois-2026"),
            ("../../etc/passwd", "etc-passwd"),
            ("客户有多少", "crm"),
            ("", "crm"),
            (&"a".repeat(500), "crm"),
        ] {
            assert_eq!(slug(question, "crm"), expected, "{question}");
        }
    }
}
