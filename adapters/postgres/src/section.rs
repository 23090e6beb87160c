//! The keys of a PostgreSQL target in the configuration.

use std::sync::Arc;

use pstral_core::ports::{QueryTarget, SectionError, SectionFault, TargetSection, TargetSurroundings, secret};
use secrecy::SecretString;
use serde::Deserialize;

use crate::address::options;
use crate::{Identity, PostgresConfig, PostgresTarget};

/// The keys of `[targets.<name>]` with `kind = "postgres"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct PostgresSection {
    #[serde(default, deserialize_with = "secret")]
    pub url: Option<SecretString>,
    pub schema: Option<String>,
}

impl TargetSection for PostgresSection {
    fn keys() -> &'static [&'static str] {
        &["url", "schema"]
    }

    fn secrets() -> &'static [&'static str] {
        &["url"]
    }

    fn faults(&self, _: &TargetSurroundings) -> Vec<SectionFault> {
        let fault = match &self.url {
            None => Some(SectionFault::missing("url")),
            Some(url) => options(url).err().map(|sentence| SectionFault::new("url", sentence)),
        };
        fault.into_iter().collect()
    }

    fn target(&self, around: &TargetSurroundings) -> Result<Arc<dyn QueryTarget>, SectionError> {
        let mut config = PostgresConfig::new(self.url.clone().ok_or(SectionError::Key("url"))?);
        if let Some(schema) = &self.schema {
            config.schema.clone_from(schema);
        }
        if !around.timezone.is_empty() {
            config.timezone.clone_from(&around.timezone);
        }
        config.refuse_privileged = !around.allow_privileged;
        config.max_concurrent = around.max_concurrent.unwrap_or(config.max_concurrent);
        if let Some(accounts) = &around.accounts {
            config.identity = Identity::Role(accounts.clone());
        }
        Ok(Arc::new(PostgresTarget::new(config).map_err(|_| SectionError::Key("url"))?))
    }
}
