//! The keys of sign-in with the company's own accounts.

use pstral_core::ports::secret;
use secrecy::SecretString;
use serde::Deserialize;

/// `[admin.oidc]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct OidcConfig {
    #[serde(default)]
    pub issuer: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default, deserialize_with = "secret")]
    pub client_secret: Option<SecretString>,
    #[serde(default = "preferred_username")]
    pub claim: String,
    #[serde(default = "profile_and_email")]
    pub scopes: Vec<String>,
}

fn preferred_username() -> String {
    "preferred_username".to_owned()
}

fn profile_and_email() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}
