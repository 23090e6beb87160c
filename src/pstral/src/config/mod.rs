//! The configuration: default.toml ← file ← environment, every fault of it reported at once.

mod check;
mod file;
mod layers;
mod plausible;
mod schema;
mod targets;

pub use check::{Fault, load};
pub use layers::Source;
pub use schema::{
    Answers, AuditConfig, CatalogConfig, Config, DeliveryChoice, Files, Http, IdentityChoice, KeptAnswersChoice,
    LimitValues, Log, LogFormat, Model, ModelKind, OverCostChoice, PlaceConfig, Platforms, RetentionConfig, RoleConfig,
    RulesConfig, StateStore, TargetConfig, TargetKind, TargetLimits, TerminalConfig, VerifiedChoice,
};

/// Whether a terminal may show colours and the like: `NO_COLOR` says no (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
