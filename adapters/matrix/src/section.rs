//! The section `[platforms.matrix]` of the configuration.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::ports::{
    ChatPlatform, Finding, PlatformSection, Rate, SectionError, SectionFault, Surroundings, UnusableFile,
    is_server_url, secret,
};
use pstral_core::text::{Text, text};
use secrecy::SecretString;
use serde::Deserialize;

use crate::{Avatar, Matrix, MatrixConfig};

/// Characters of a display name that Synapse takes at most (`MAX_DISPLAYNAME_LEN`).
const LONGEST_NAME: usize = 256;

/// The keys of Matrix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct MatrixSection {
    pub enabled: bool,
    pub homeserver: Option<String>,
    pub user: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<SecretString>,
    #[serde(default, deserialize_with = "secret")]
    pub passphrase: Option<SecretString>,
    pub display_name: Option<String>,
    pub avatar: Option<PathBuf>,
    pub invites: Vec<String>,
    pub threads: bool,
    pub burst: u32,
    pub events_per_second: f64,
}

#[async_trait]
impl PlatformSection for MatrixSection {
    fn secrets() -> &'static [&'static str] {
        &["password", "passphrase"]
    }

    fn enabled(&self) -> bool {
        self.enabled
    }

    fn faults(&self) -> Vec<SectionFault> {
        let mut faults = Vec::new();
        let mut fault = |key, sentence: Text| faults.push(SectionFault::new(key, sentence));
        match &self.homeserver {
            None => fault("homeserver", text("config-matrix-homeserver")),
            Some(url) if !is_server_url(url) => {
                fault("homeserver", text("config-matrix-address").with("given", url));
            }
            Some(_) => {}
        }
        if self.passphrase.is_none() {
            fault("passphrase", text("config-matrix-passphrase"));
        }
        let holds = |name: &String| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
        if self.display_name.as_ref().is_some_and(|name| !holds(name)) {
            fault("display_name", text("config-matrix-name"));
        }
        let is_rate = |events: f64| events == 0.0 || (0.001..=1_000.0).contains(&events);
        if self.burst == 0 || !is_rate(self.events_per_second) {
            fault("events_per_second", text("config-matrix-rate"));
        }
        faults
    }

    fn place_fault(&self, id: &str) -> Option<Text> {
        // An alias (#room:server) may come to mean another room.
        let is_room = id.len() > 1 && id.starts_with('!') && !id.contains(char::is_whitespace);
        (!is_room).then(|| text("config-matrix-room").with("given", id))
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        self.avatar.iter_mut().collect()
    }

    fn unusable_files(&self) -> Vec<UnusableFile> {
        let unusable = |path: &PathBuf| {
            let why = Avatar::read(path).err()?.text();
            Some(UnusableFile { key: "avatar", path: path.clone(), why })
        };
        self.avatar.iter().filter_map(unusable).collect()
    }

    fn platform(&self, around: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError> {
        Ok(Arc::new(Matrix::new(self.config(around)?)))
    }

    async fn examine(&self, around: &Surroundings) -> Result<Vec<Finding>, SectionError> {
        Ok(Matrix::new(self.config(around)?).examine().await)
    }
}

impl MatrixSection {
    /// Builds the configuration of the adapter.
    ///
    /// # Errors
    /// Fails if the homeserver or the passphrase is missing.
    pub fn config(&self, around: &Surroundings) -> Result<MatrixConfig, SectionError> {
        let homeserver = self.homeserver.clone().ok_or(SectionError::Key("homeserver"))?;
        let passphrase = self.passphrase.clone().ok_or(SectionError::Key("passphrase"))?;
        let refill = (self.events_per_second > 0.0).then(|| Duration::from_secs_f64(1.0 / self.events_per_second));
        Ok(MatrixConfig {
            invites: self.invites.clone(),
            threads: self.threads,
            budget: refill.map(|refill| Rate::Bucket { burst: self.burst, refill }),
            display_name: self.display_name.clone(),
            avatar: self.avatar.clone(),
            locale: around.locale,
            ..MatrixConfig::new(homeserver, around.data.join("matrix"), passphrase)
        })
    }
}
