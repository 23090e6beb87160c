//! Matrix, from its section of the configuration.

use std::sync::Arc;

use pstral_core::domain::Locale;
use pstral_core::ports::ChatPlatform;

use crate::config::Config;
use crate::health::Check;

#[cfg(feature = "matrix")]
pub(super) fn platform(config: &Config) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    Ok(Arc::new(pstral_matrix::Matrix::new(matrix_config(config)?)))
}

/// Runs the checks of `pstral doctor` on Matrix's side.
#[cfg(feature = "matrix")]
pub(crate) async fn matrix_checks(config: &Config, locale: Locale) -> anyhow::Result<Vec<Check>> {
    use pstral_matrix::{Finding, Mark, Matrix};

    use crate::health::State;

    if !config.platforms.matrix.enabled {
        return Ok(Vec::new());
    }
    let check = |Finding { part, mark, fact, remedy }| Check {
        part: format!("matrix {part}"),
        state: match mark {
            Mark::Good => State::Ok,
            Mark::Poor => State::Degraded,
            Mark::Bad => State::Failed,
        },
        fact: fact.render(locale),
        remedy: remedy.map(|remedy| remedy.render(locale)).unwrap_or_default(),
    };
    Ok(Matrix::new(matrix_config(config)?).examine().await.into_iter().map(check).collect())
}

/// The reason why the configured avatar cannot be used, if so; nothing where Matrix is not turned on.
#[cfg(feature = "matrix")]
pub(crate) fn avatar_fault(config: &Config) -> Option<(&std::path::Path, pstral_core::text::Text)> {
    let section = &config.platforms.matrix;
    let path = section.avatar.as_deref().filter(|_| section.enabled)?;
    pstral_matrix::Avatar::read(path).err().map(|error| (path, error.text()))
}

/// Builds the configuration of the adapter.
#[cfg(feature = "matrix")]
pub(crate) fn matrix_config(config: &Config) -> anyhow::Result<pstral_matrix::MatrixConfig> {
    use std::time::Duration;

    use anyhow::Context as _;
    use pstral_core::ports::Rate;
    use pstral_matrix::MatrixConfig;

    let section = &config.platforms.matrix;
    // Both are checked when the configuration is loaded.
    let homeserver = section.homeserver.clone().context("platforms.matrix.homeserver")?;
    let passphrase = section.passphrase.clone().context("platforms.matrix.passphrase")?;
    let refill = (section.events_per_second > 0.0).then(|| Duration::from_secs_f64(1.0 / section.events_per_second));
    Ok(MatrixConfig {
        invites: section.invites.clone(),
        threads: section.threads,
        budget: refill.map(|refill| Rate::Bucket { burst: section.burst, refill }),
        display_name: section.display_name.clone(),
        avatar: section.avatar.clone(),
        locale: config.locale,
        ..MatrixConfig::new(homeserver, config.data.join("matrix"), passphrase)
    })
}

#[cfg(not(feature = "matrix"))]
pub(super) fn platform(_: &Config) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    Err(super::left_out("matrix"))
}

/// Nothing: without the adapter there is nothing to look at.
#[cfg(not(feature = "matrix"))]
pub(crate) async fn matrix_checks(_: &Config, _: Locale) -> anyhow::Result<Vec<Check>> {
    Ok(Vec::new())
}

/// Nothing: without the adapter the picture is not used.
#[cfg(not(feature = "matrix"))]
pub(crate) fn avatar_fault(_: &Config) -> Option<(&std::path::Path, pstral_core::text::Text)> {
    None
}
