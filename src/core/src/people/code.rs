//! One-time codes: how they are made, read and kept.

use std::time::Duration;

use crate::domain::sha256;
use crate::ports::Entropy;

/// The lifetime of a one-time code.
pub const CODE_LIFETIME: Duration = Duration::from_mins(10);

/// Letters of a code: 32 of them, so five bits each, without those that look alike (<https://www.crockford.com/base32.html>).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters in a code: 60 bits.
const LENGTH: usize = 12;
/// Letters in each of its groups.
const GROUP: usize = 4;
/// Words looked at for codes in one text: nobody hides one behind so many that only look like it.
const LOOKED_AT: usize = 64;

/// A code nobody can guess, in three groups: `7KQ2-M9XA-3FDT`.
pub fn new_code(entropy: &dyn Entropy) -> String {
    let mut random = [0; LENGTH];
    entropy.fill(&mut random);
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Returns the hash by which a code is stored, ignoring case and spacing, and reading O as 0 and I or L as 1, as
/// Crockford does. 60 bits cannot be searched in the ten minutes they live, not even by who has stolen the hash.
pub fn code_hash(code: &str) -> String {
    sha256(&plain(code))
}

/// Checks whether a text is a code and nothing else, in its three groups.
pub fn is_code(text: &str) -> bool {
    let groups: Vec<&str> = text.trim().split('-').collect();
    groups.len() == LENGTH / GROUP && groups.iter().all(|group| group.chars().count() == GROUP) && has_shape(text)
}

/// Finds possible codes in a text: words of the right length, and consecutive groups of the right length.
pub fn codes_in(text: &str) -> Vec<String> {
    let apart = |c: char| c.is_whitespace() || "\"'`*_()[]{}<>,;:.!?«»“”".contains(c);
    let words: Vec<&str> = text.split(apart).filter(|word| !word.is_empty()).collect();
    let whole = words.iter().map(|word| (*word).to_owned());
    let in_groups = words.windows(LENGTH / GROUP).filter(|words| words.iter().all(|word| word.len() == GROUP));
    whole.chain(in_groups.map(<[&str]>::concat)).filter(|word| has_shape(word)).take(LOOKED_AT).collect()
}

fn has_shape(text: &str) -> bool {
    let plain = plain(text);
    plain.len() == LENGTH && plain.bytes().all(|letter| LETTERS.contains(&letter))
}

fn plain(code: &str) -> String {
    let read = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    code.chars().filter(char::is_ascii_alphanumeric).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, value) in bytes.iter_mut().zip(250..=255_u8) {
                *byte = value;
            }
        }
    }

    #[test]
    fn a_code_has_three_groups_of_letters_that_cannot_be_mistaken() {
        let code = new_code(&Counting);
        assert_eq!(code, "TVWX-YZ00-0000");
        assert!(is_code(&code));
        assert!(LETTERS.iter().all(|letter| !b"ILOU".contains(letter)));
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let kept = code_hash("7KQ2-M9X0-31DT");
        for typed in ["7kq2-m9x0-31dt", "7KQ2M9X031DT", " 7kq2 m9xo 3ldt ", "7KQ2–M9XO–3iDT", "`7KQ2-M9X0-31DT`"] {
            assert_eq!(code_hash(typed), kept, "{typed}");
        }
        for other in ["7KQ2-M9X0-31D", "7KQ2-M9X0-31DTT", "7KQ2-M9X0-31DU", ""] {
            assert_ne!(code_hash(other), kept, "{other}");
        }
    }

    #[test]
    fn codes_are_found_in_what_people_write() {
        for (text, found) in [
            ("7KQ2-M9XA-3FDT", &["7KQ2-M9XA-3FDT"][..]),
            ("voici mon code : « 7kq2-m9xa-3fdt ».", &["7kq2-m9xa-3fdt"]),
            ("my code: 7KQ2 M9XA 3FDT, please", &["code7KQ2M9XA", "7KQ2M9XA3FDT"]),
            ("(7KQ2M9XA3FDT)", &["7KQ2M9XA3FDT"]),
            ("Combien de clients à Paris ?", &[]),
            ("département", &[]),
            ("Hauts-de-Seine", &[]),
        ] {
            assert_eq!(codes_in(text), found, "{text}");
        }
        assert!(is_code(" 7kq2-m9xa-3fdt ") && !is_code("7KQ2M9XA3FDT") && !is_code("a question, whatever it is"));
    }
}
