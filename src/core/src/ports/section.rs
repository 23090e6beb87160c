//! Parts of every adapter's section of the configuration: its errors and its secrets.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use crate::text::{Text, text};

/// An error in a section, with its correction.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionFault {
    /// The key within the section.
    pub key: &'static str,
    /// The error and the correction.
    pub sentence: Text,
}

impl SectionFault {
    /// The error of the value at `key`.
    pub fn new(key: &'static str, sentence: Text) -> Self {
        Self { key, sentence }
    }

    /// The error of a required key without a value.
    pub fn missing(key: &'static str) -> Self {
        Self::new(key, text("config-missing"))
    }
}

/// The reason why nothing could be made of a section.
#[derive(Debug, thiserror::Error)]
pub enum SectionError {
    /// The key has no usable value.
    #[error("{0} has no usable value")]
    Key(&'static str),
    /// This program was built without the adapter.
    #[error("this program was built without it")]
    LeftOut,
    /// The process lacks something that the adapter needs.
    #[error("{0}")]
    Unusable(String),
}

/// Returns whether a text is the URL of a server. TLS is not required: whether a network is the company's own is for the
/// company to say.
pub fn is_server_url(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|host| !host.is_empty()))
}

/// Deserializes a secret, for `#[serde(default, deserialize_with = "secret")]`.
///
/// # Errors
/// Fails unless it is a text: what looks like a number would lose its zeros.
pub fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Secret::deserialize(deserializer).map(|secret| secret.0)
}

struct Secret(Option<SecretString>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, secret: &str) -> Result<Secret, E> {
        Ok(Secret(Some(secret.into())))
    }

    fn visit_string<E: de::Error>(self, secret: String) -> Result<Secret, E> {
        Ok(Secret(Some(secret.into())))
    }

    fn visit_none<E: de::Error>(self) -> Result<Secret, E> {
        Ok(Secret(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Secret, E> {
        Ok(Secret(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Secret, D::Error> {
        Secret::deserialize(deserializer)
    }
}
