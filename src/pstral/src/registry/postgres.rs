//! PostgreSQL, from a section of the configuration.

use std::sync::Arc;

use pstral_core::ports::QueryTarget;
use pstral_core::text::Text;
#[cfg(feature = "postgres")]
use pstral_core::text::text;

use crate::config::TargetConfig;

#[cfg(feature = "postgres")]
pub(super) fn target(config: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    Ok(Arc::new(pstral_postgres::PostgresTarget::new(of_section(config))?))
}

/// Returns the error in the address, as found by the adapter.
#[cfg(feature = "postgres")]
pub(super) fn url_fault(config: &TargetConfig) -> Option<Text> {
    use pstral_postgres::InvalidUrl;

    Some(match pstral_postgres::PostgresTarget::new(of_section(config)).err()? {
        InvalidUrl::Unreadable => text("config-postgres-url-unreadable"),
        InvalidUrl::Scheme => text("config-postgres-url-scheme"),
        InvalidUrl::NoHost => text("config-postgres-url-host"),
        InvalidUrl::NoUser => text("config-postgres-url-user"),
        InvalidUrl::NoDatabase => text("config-postgres-url-database"),
        InvalidUrl::SslMode => text("config-postgres-url-sslmode"),
        InvalidUrl::Parameter(name) => text("config-postgres-url-parameter").with("name", name),
        InvalidUrl::Environment => text("config-postgres-url-environment"),
    })
}

#[cfg(feature = "postgres")]
fn of_section(config: &TargetConfig) -> pstral_postgres::PostgresConfig {
    use pstral_postgres::{Identity, PostgresConfig};

    use crate::config::IdentityChoice;

    // What is needed is there: the configuration was checked.
    let mut postgres = PostgresConfig::new(config.url.clone().unwrap_or_default());
    if let Some(schema) = &config.schema {
        postgres.schema.clone_from(schema);
    }
    if !config.timezone.is_empty() {
        postgres.timezone.clone_from(&config.timezone);
    }
    if let Some(most) = config.max_concurrent {
        postgres.max_concurrent = most;
    }
    if config.identity == IdentityChoice::Own {
        postgres.identity = Identity::Role(config.accounts.clone());
    }
    postgres
}

#[cfg(not(feature = "postgres"))]
pub(super) fn target(_: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    Err(super::left_out("postgres"))
}

#[cfg(not(feature = "postgres"))]
pub(super) fn url_fault(_: &TargetConfig) -> Option<Text> {
    None
}
