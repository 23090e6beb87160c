//! The configuration: default.toml ← file ← environment, every fault of it reported at once.

mod check;
mod file;
mod layers;
mod plausible;
mod schema;

pub use check::{Fault, load};
pub use layers::Source;
pub use schema::{
    Answers, Config, Files, Http, LimitValues, Log, LogFormat, Model, ModelKind, Platforms, RoleConfig, RulesConfig,
    StateStore, TargetConfig, TargetKind, TerminalConfig, VerifiedChoice,
};

/// Whether a terminal may show colours and the like: `NO_COLOR` says no (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
