//! The steps of a trial.

use pstral_core::text::{Text, text};

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Connection,
    Account,
    Catalog,
    Types,
    Parameters,
    Limits,
    TimeLimit,
    Stop,
    Beside,
    Plan,
    Columns,
}

impl Step {
    pub(super) const ALL: [Self; 11] = [
        Self::Connection,
        Self::Account,
        Self::Catalog,
        Self::Types,
        Self::Parameters,
        Self::Limits,
        Self::TimeLimit,
        Self::Stop,
        Self::Beside,
        Self::Plan,
        Self::Columns,
    ];

    pub(super) fn name(self) -> Text {
        text(match self {
            Self::Connection => "trial-connection",
            Self::Account => "trial-account",
            Self::Catalog => "trial-catalog",
            Self::Types => "trial-types",
            Self::Parameters => "trial-parameters",
            Self::Limits => "trial-limits",
            Self::TimeLimit => "trial-time-limit",
            Self::Stop => "trial-stop",
            Self::Beside => "trial-beside",
            Self::Plan => "trial-plan",
            Self::Columns => "trial-columns",
        })
    }
}
