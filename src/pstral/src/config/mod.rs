//! The configuration: default.toml ← file ← environment, every fault of it reported at once.

mod check;
mod diagnosis;
mod fault;
mod file;
mod fingerprint;
mod layers;
mod models;
mod people;
mod platforms;
mod plausible;
mod schema;
mod targets;
#[cfg(test)]
mod tests;

pub use check::load;
pub use fault::Fault;
pub use fingerprint::{changed, fingerprint, from_words, in_words};
pub use layers::Source;
pub use models::ModelServer;
pub use schema::{
    Answers, AuditConfig, CatalogConfig, Config, DeliveryChoice, EndpointConfig, Files, Http, IdentityChoice,
    LimitValues, Log, LogFormat, Model, ModelKind, PlaceConfig, QuotasConfig, RetentionConfig, RoleConfig, RoleQuotas,
    RulesConfig, SharedTargetKeys, StateStore, TargetConfig, TargetLimits,
};

/// Checks whether a terminal may show colours and other styles: `NO_COLOR` forbids it (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
