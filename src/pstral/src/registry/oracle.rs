//! Oracle Database, from a section of the configuration.

use std::sync::Arc;

use pstral_core::ports::QueryTarget;
#[cfg(feature = "oracle-thin")]
use pstral_oracle::DriverChoice;
use pstral_oracle::{Identity, OracleConfig, OracleTarget};

#[cfg(feature = "oracle-thin")]
use crate::config::DriverKind;
use crate::config::{IdentityChoice, TargetConfig};

pub(super) fn target(config: &TargetConfig) -> Arc<dyn QueryTarget> {
    // What is needed is there: the configuration was checked.
    let (connect, user) = (config.connect.clone().unwrap_or_default(), config.user.clone().unwrap_or_default());
    let mut oracle = OracleConfig::new(connect, user, config.password.clone().unwrap_or_default());
    #[cfg(feature = "oracle-thin")]
    if config.driver == Some(DriverKind::Thin) {
        oracle.driver = DriverChoice::Thin;
    }
    oracle.client_folder.clone_from(&config.client_folder);
    oracle.schema.clone_from(&config.schema);
    if let Some(most) = config.max_concurrent {
        oracle.max_concurrent = most;
    }
    if config.identity == IdentityChoice::Own {
        oracle.identity = Identity::Proxy(config.accounts.clone());
    }
    Arc::new(OracleTarget::new(oracle))
}
