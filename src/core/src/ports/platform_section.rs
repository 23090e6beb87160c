//! The port to a platform's section of the configuration: its keys, its checks, and the platform that is made of it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::{ChatPlatform, Finding};
use crate::domain::Locale;
use crate::text::{Text, text};

/// The settings outside its section that a platform may need.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The language of messages that are for nobody in particular.
    pub locale: Locale,
    /// The folder of everything that Pstral keeps.
    pub data: PathBuf,
    /// True if a terminal may show colours and other styles.
    pub styled: bool,
}

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
}

/// A file that a section names and that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct UnusableFile {
    /// The key within the section.
    pub key: &'static str,
    /// The path of the file.
    pub path: PathBuf,
    /// The reason.
    pub why: Text,
}

/// The section `[platforms.<name>]` of the configuration. Its keys are those of the type; config/default.toml explains
/// them, and gives each a default that is not optional.
#[async_trait]
pub trait PlatformSection: fmt::Debug + Send + Sync {
    /// Returns the keys whose value is a secret, and may be given as `<key>_file`.
    fn secrets() -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }

    /// Returns whether the platform is turned on.
    fn enabled(&self) -> bool;

    /// Returns all errors in the values; called only if the platform is turned on.
    fn faults(&self) -> Vec<SectionFault> {
        Vec::new()
    }

    /// Explains why an id cannot be that of a place of this platform, if so.
    fn place_fault(&self, id: &str) -> Option<Text> {
        id.trim().is_empty().then(|| text("config-place-id"))
    }

    /// Returns the paths in the section. Relative ones are put into the data folder after the checks.
    fn paths(&mut self) -> Vec<&mut PathBuf> {
        Vec::new()
    }

    /// Returns the files of the section that cannot be used; reads them. Called only if the platform is turned on.
    fn unusable_files(&self) -> Vec<UnusableFile> {
        Vec::new()
    }

    /// Creates the platform, without connecting.
    ///
    /// # Errors
    /// Fails if a value has an error that [`Self::faults`] reports, or if the process lacks something, such as TLS.
    fn platform(&self, around: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError>;

    /// Checks the settings on the platform's side, for `pstral doctor`. Nothing is changed there.
    ///
    /// # Errors
    /// Fails as [`Self::platform`] does.
    async fn examine(&self, _around: &Surroundings) -> Result<Vec<Finding>, SectionError> {
        Ok(Vec::new())
    }
}

/// The section of a platform that this build leaves out: it can be read, but not turned on.
#[derive(Debug, Clone, Deserialize)]
pub struct LeftOut {
    /// Whether the configuration turns the platform on.
    pub enabled: bool,
}

impl PlatformSection for LeftOut {
    fn enabled(&self) -> bool {
        self.enabled
    }

    fn platform(&self, _: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError> {
        Err(SectionError::LeftOut)
    }
}

/// The reason why no platform could be made of a section.
#[derive(Debug, thiserror::Error)]
pub enum SectionError {
    /// The key has no usable value.
    #[error("{0} has no usable value")]
    Key(&'static str),
    /// This program was built without the platform.
    #[error("this program was built without it")]
    LeftOut,
    /// The process lacks something that the platform needs.
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
