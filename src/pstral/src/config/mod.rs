//! The configuration: default.toml ← file ← environment, every fault of it reported at once.

mod audit;
mod diagnosis;
mod fault;
mod file;
mod fingerprint;
mod layers;
mod load;
mod models;
mod oidc;
mod platforms;
mod roles_and_places;
mod schema;
mod targets;
#[cfg(test)]
mod tests;
mod validate;

pub use fault::Fault;
pub use fingerprint::{changed, fingerprint, parse_line, to_line};
pub use layers::Source;
pub use load::{language, load};
pub use models::ModelServer;
pub use schema::{
    AdminConfig, Answers, AuditConfig, CatalogConfig, Config, DeliveryChoice, EndpointConfig, Files, Http,
    IdentityChoice, LimitValues, Log, LogFormat, Model, ModelKind, OidcConfig, PlaceConfig, QuotasConfig,
    RemoteWitnessConfig, RetentionConfig, RoleConfig, RoleQuotas, RulesConfig, SharedTargetKeys, StateStore,
    TargetConfig, TargetLimits, WitnessConfig, WitnessedLogConfig,
};

/// Checks whether a terminal may show colours and other styles: `NO_COLOR` forbids it (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
