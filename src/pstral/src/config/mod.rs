//! The configuration: default.toml ← file ← environment, every fault of it reported at once.

mod check;
mod layers;
mod plausible;
mod schema;

pub use check::{Fault, load};
pub use layers::Source;
pub use schema::{
    Answers, Config, Files, Http, LimitValues, Log, LogFormat, Model, ModelKind, Platforms, StateStore, TargetConfig,
    TargetKind, TerminalConfig, VerifiedChoice,
};
