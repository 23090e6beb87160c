//! Deserializers of values that are neither numbers nor of a type of the configuration alone.

use pstral_core::domain::{Locale, Mode};
use pstral_core::ports::secret;
use pstral_core::settings::{AnswerForm, KeptAnswers, OverCost, VerifiedUse};
use secrecy::SecretString;
use serde::{Deserialize as _, Deserializer, de};

use super::choices::not_one_of;
use crate::files::FileFormat;

pub(super) fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    one_of(deserializer, &Locale::ALL, Locale::tag)
}

pub(super) fn optional_language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Locale>, D::Error> {
    language(deserializer).map(Some)
}

pub(super) fn optional_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mode>, D::Error> {
    one_of(deserializer, Mode::ALL, Mode::word).map(Some)
}

pub(super) fn verified_use<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VerifiedUse, D::Error> {
    one_of(deserializer, VerifiedUse::ALL, VerifiedUse::word)
}

pub(super) fn answer_form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AnswerForm, D::Error> {
    one_of(deserializer, AnswerForm::ALL, AnswerForm::word)
}

pub(super) fn kept_answers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeptAnswers, D::Error> {
    one_of(deserializer, KeptAnswers::ALL, KeptAnswers::word)
}

pub(super) fn over_cost<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OverCost, D::Error> {
    one_of(deserializer, OverCost::ALL, OverCost::word)
}

/// One of these, by the word of each.
fn one_of<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, D::Error> {
    let given = String::deserialize(deserializer)?;
    let known: Vec<&str> = all.iter().map(|one| word(*one)).collect();
    let meant = all.iter().copied().find(|one| word(*one) == given);
    meant.ok_or_else(|| de::Error::custom(not_one_of(&given, &known)))
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
