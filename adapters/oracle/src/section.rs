//! The keys of an Oracle target in the configuration.

use std::path::PathBuf;
use std::sync::Arc;

use pstral_core::ports::{
    NeededPath, QueryTarget, SectionError, SectionFault, TargetSection, TargetSurroundings, secret,
};
use pstral_core::text::text;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{DriverChoice, Identity, OracleConfig, OracleTarget};

/// The keys of `[targets.<name>]` with `kind = "oracle"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct OracleSection {
    pub connect: Option<String>,
    pub user: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<SecretString>,
    pub driver: Option<String>,
    pub client_folder: Option<PathBuf>,
    pub schema: Option<String>,
}

impl OracleSection {
    /// Returns the driver of this build that has the given name.
    fn driver(&self) -> Option<DriverChoice> {
        match self.driver.as_deref() {
            None | Some("client") => Some(DriverChoice::Client),
            #[cfg(feature = "thin")]
            Some("thin") => Some(DriverChoice::Thin),
            Some(_) => None,
        }
    }

    fn driver_faults(&self, own_accounts: bool) -> Vec<SectionFault> {
        let given = self.driver.as_deref().unwrap_or("client");
        let is_thin = given == "thin";
        let not_one_of = || text("config-not-one-of").with("given", given).with("known", "client, thin");
        [
            (!matches!(given, "client" | "thin")).then(|| SectionFault::new("driver", not_one_of())),
            (is_thin && self.driver().is_none()).then(|| SectionFault::new("driver", text("config-driver-left-out"))),
            (is_thin && own_accounts).then(|| SectionFault::new("driver", text("config-driver-own"))),
            (is_thin && self.client_folder.is_some())
                .then(|| SectionFault::new("client_folder", text("config-driver-folder"))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl TargetSection for OracleSection {
    fn keys() -> &'static [&'static str] {
        &["connect", "user", "password", "driver", "client_folder", "schema"]
    }

    fn secrets() -> &'static [&'static str] {
        &["password"]
    }

    fn faults(&self, around: &TargetSurroundings) -> Vec<SectionFault> {
        let needed =
            [("connect", self.connect.is_some()), ("user", self.user.is_some()), ("password", self.password.is_some())];
        let missing = needed.into_iter().filter(|(_, given)| !given).map(|(key, _)| SectionFault::missing(key));
        missing.chain(self.driver_faults(around.accounts.is_some())).collect()
    }

    fn needed_paths(&self, _: &TargetSurroundings) -> Vec<NeededPath> {
        let needed = |path: &PathBuf| NeededPath { key: "client_folder", path: path.clone(), is_folder: true };
        self.client_folder.iter().map(needed).collect()
    }

    fn target(&self, around: &TargetSurroundings) -> Result<Arc<dyn QueryTarget>, SectionError> {
        let connect = self.connect.as_deref().ok_or(SectionError::Key("connect"))?;
        let user = self.user.as_deref().ok_or(SectionError::Key("user"))?;
        let password = self.password.clone().ok_or(SectionError::Key("password"))?;
        let mut config = OracleConfig::new(connect, user, password);
        config.driver = self.driver().ok_or(SectionError::Key("driver"))?;
        config.client_folder.clone_from(&self.client_folder);
        config.schema.clone_from(&self.schema);
        config.max_concurrent = around.max_concurrent.unwrap_or(config.max_concurrent);
        if let Some(accounts) = &around.accounts {
            config.identity = Identity::Proxy(accounts.clone());
        }
        Ok(Arc::new(OracleTarget::new(config)))
    }
}
