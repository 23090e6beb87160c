//! The port to a platform's section of the configuration: its keys, its checks, and the platform that is made of it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;

use super::{ChatPlatform, Finding, SectionError, SectionFault};
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
