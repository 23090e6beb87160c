//! The languages Pstral speaks.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The language a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

impl Locale {
    /// Every language Pstral speaks.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The language tag: `fr` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// Small words of one language alone.
const FRENCH: &[&str] = &[
    "aux", "avec", "bonjour", "c", "ce", "ces", "cette", "combien", "comment", "d", "dans", "de", "des", "donne",
    "donnez", "du", "est", "et", "j", "je", "l", "la", "le", "les", "leur", "leurs", "liste", "merci", "montre",
    "montrez", "nos", "notre", "nous", "ont", "ou", "par", "parmi", "pour", "pourquoi", "qu", "quand", "que", "quel",
    "quelle", "quelles", "quels", "qui", "quoi", "sans", "ses", "sont", "sur", "un", "une", "vos", "votre", "vous",
];
const ENGLISH: &[&str] = &[
    "all", "and", "are", "by", "can", "could", "did", "do", "does", "for", "from", "give", "has", "have", "hello",
    "hi", "how", "in", "is", "last", "list", "many", "me", "most", "much", "my", "of", "our", "please", "show", "tell",
    "thank", "thanks", "that", "the", "their", "there", "these", "this", "to", "top", "was", "we", "were", "what",
    "when", "where", "which", "who", "whose", "why", "with", "you", "your",
];

impl Locale {
    /// Returns the language that a text is written in, by its small words and its accents; `None` where nothing tells.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words = || text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        let among = |all: &[&str]| words().filter(|word| all.contains(word)).count();
        let accented =
            words().filter(|word| word.contains(['à', 'â', 'ç', 'è', 'é', 'ê', 'ë', 'î', 'ô', 'ù', 'û', 'œ']));
        let (french, english) = (among(FRENCH) + accented.count(), among(ENGLISH));
        match french.cmp(&english) {
            Ordering::Greater => Some(Self::Fr),
            Ordering::Less => Some(Self::En),
            Ordering::Equal => None,
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = String;

    /// Takes a tag, or a POSIX locale such as `fr_FR.UTF-8`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("fr") => Ok(Self::Fr),
            Some("en") => Ok(Self::En),
            _ => Err(format!("{text} is not a language Pstral speaks: use fr or en")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn small_words_tell_a_language() {
        let (fr, en) = (Some(Locale::Fr), Some(Locale::En));
        for (text, expected) in [
            ("Liste les clients de Paris", fr),
            ("List the clients in Paris", en),
            ("Combien d'abonnés ?", fr),
            ("How many clients do we have in Lyon?", en),
            ("clients à Lyon", fr),
            ("Who are the top 5 clients by revenue?", en),
            ("Qui sont nos meilleurs clients ?", fr),
            ("clients Paris", None),
            ("SELECT 1", None),
            ("", None),
        ] {
            assert_eq!(Locale::of_text(text), expected, "{text}");
        }
    }
}
