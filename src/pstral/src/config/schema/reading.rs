//! Deserializers of values that are neither numbers nor words of a closed list.

use pstral_core::domain::Locale;
use pstral_core::ports::secret;
use secrecy::SecretString;
use serde::{Deserialize as _, Deserializer, de};

use super::choices::not_one_of;
use crate::files::FileFormat;

pub(super) fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    let word = String::deserialize(deserializer)?;
    let known = Locale::ALL.into_iter().find(|locale| locale.tag() == word);
    known.ok_or_else(|| de::Error::custom(not_one_of(&word, &Locale::ALL.map(Locale::tag))))
}

pub(super) fn optional_language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Locale>, D::Error> {
    language(deserializer).map(Some)
}

pub(super) fn formats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FileFormat>, D::Error> {
    let known = FileFormat::ALL.map(FileFormat::word);
    let words = Vec::<String>::deserialize(deserializer)?;
    let formats = words.iter().map(|word| word.parse().map_err(|_| de::Error::custom(not_one_of(word, &known))));
    formats.collect()
}

/// As [`secret`], of a key that has a default.
pub(super) fn needed_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    secret(deserializer)?.ok_or_else(|| de::Error::custom("not a text"))
}
