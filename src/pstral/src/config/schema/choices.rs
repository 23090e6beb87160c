//! Words of which a key takes one.

use serde::Deserialize;

/// Stands between a word and those that would have been known.
pub(in crate::config) const NOT_ONE_OF: &str = " is not one of: ";

/// Encodes an unknown word in the parser's error, from which `diagnosis` makes a sentence.
pub(super) fn not_one_of(word: &str, known: &[&str]) -> String {
    format!("{word}{NOT_ONE_OF}{}", known.join(", "))
}

/// Stands behind the kind of a target that this build has no adapter for.
pub(in crate::config) const LEFT_OUT: &str = " is left out of this build";

/// Encodes a kind of target that this build leaves out in the parser's error.
pub(super) fn left_out(kind: &str) -> String {
    format!("{kind}{LEFT_OUT}")
}

/// Stands between a key below the one that the parser knows and its error. No error shows this sign as it is.
const BELOW: char = '\u{1f}';

/// Encodes the key of an error in the parser's error, for a part that is parsed by itself.
pub(super) fn below(key: &str, error: &str) -> String {
    format!("{key}{BELOW}{error}")
}

/// Returns the whole key and the error, of a parser's error at `path` that may hold a key below it.
pub(in crate::config) fn with_key_below<'e>(path: &str, error: &'e str) -> (String, &'e str) {
    match error.split_once(BELOW) {
        Some((key, error)) => (format!("{path}.{key}"), error),
        None => (path.to_owned(), error),
    }
}

/// Choices of one word each, whose error names them all.
macro_rules! choices {
    ($($(#[$doc:meta])+ $name:ident { $($(#[$each:meta])+ $choice:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub enum $name { $($(#[$each])+ $choice,)+ }

        impl $name {
            /// The word that is written.
            pub fn word(self) -> &'static str {
                match self { $(Self::$choice => $word,)+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<Self, Self::Error> {
                match word.as_str() {
                    $($word => Ok(Self::$choice),)+
                    _ => Err(not_one_of(&word, &[$($word),+])),
                }
            }
        }
    )+};
}

choices! {
    /// The kinds of model server.
    ModelKind {
        /// Ollama's own API.
        Ollama = "ollama",
        /// OpenAI's API, which vLLM, llama.cpp's server and others speak.
        OpenAi = "openai",
    }
    /// The form of the log.
    LogFormat {
        /// For people.
        Text = "text",
        /// For machines.
        Json = "json",
    }
    /// The account under which statements run.
    #[derive(Default)]
    IdentityChoice {
        /// That of the target.
        #[default]
        Shared = "shared",
        /// That of each person.
        Own = "own",
    }
    /// The place where results are shown.
    #[derive(Default)]
    DeliveryChoice {
        /// The place of the question.
        #[default]
        Anywhere = "anywhere",
        /// In private.
        Private = "private",
    }
}
