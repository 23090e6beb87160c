//! Why somebody is not signed in: for them, for the audit, and for the log.

use axum::http::StatusCode;
use pstral_core::domain::UserId;
use pstral_core::ports::StoreError;
use pstral_core::text::text;

use crate::admin::problem::Problem;

/// Seconds after which it is worth asking a provider again that did not answer.
const AGAIN: u64 = 10;

/// The reason why a sign-in with the provider ended.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Too many others wait for the provider.
    Busy,
    /// The provider does not answer, or not as one.
    Away(anyhow::Error),
    /// Nothing was begun by this browser that the answer belongs to.
    NotBegunHere,
    /// It was begun too long ago.
    Expired,
    /// It has led to a session already.
    UsedBefore,
    /// The provider refuses to sign them in, or to give a token for the code.
    Denied(String),
    /// What the provider says cannot be verified.
    Untrusted(anyhow::Error),
    /// The provider says who it is, and nobody here is; with the reason, and the user where it is one who may not sign in.
    Nobody(&'static str, Option<UserId>),
    /// Something of our own failed.
    Broken(Problem),
}

impl Refusal {
    /// The provider's own code for a refusal, as far as it is one: others may send what they like.
    pub(super) fn denied(code: &str) -> Self {
        let is_code = code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        Self::Denied(if is_code { code } else { "unknown" }.to_owned())
    }

    /// The reason for the audit; `None` for what is no attempt of anybody's.
    pub(super) fn reason(&self) -> Option<String> {
        Some(match self {
            Self::Busy => "too many wait for the provider".to_owned(),
            Self::Away(_) => "the provider cannot be reached".to_owned(),
            Self::NotBegunHere => "not begun by this browser".to_owned(),
            Self::Expired => "expired".to_owned(),
            Self::UsedBefore => "used before".to_owned(),
            Self::Denied(code) => format!("refused by the provider: {code}"),
            Self::Untrusted(_) => "the provider's answer cannot be verified".to_owned(),
            Self::Nobody(reason, _) => (*reason).to_owned(),
            Self::Broken(_) => return None,
        })
    }

    /// The user it is about, where there is one.
    pub(super) fn user(&self) -> Option<UserId> {
        match self {
            Self::Nobody(_, user) => *user,
            _ => None,
        }
    }

    /// Logs the cause of what an administrator has to look at, and returns what whoever asked is told.
    pub(super) fn told(self) -> Problem {
        match &self {
            Self::Away(cause) => tracing::warn!(error = format!("{cause:#}"), "oidc: provider not usable, refused"),
            Self::Untrusted(cause) => tracing::warn!(error = format!("{cause:#}"), "oidc: answer not valid, refused"),
            _ => {}
        }
        self.problem()
    }

    /// What whoever asked is told: the same of everybody who is no user here, whatever the reason.
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Busy | Self::Away(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, text("api-oidc-away")).retry_after(AGAIN)
            }
            Self::NotBegunHere | Self::Expired | Self::UsedBefore => {
                Problem::new(StatusCode::BAD_REQUEST, text("api-oidc-again"))
            }
            Self::Denied(code) => Problem::new(StatusCode::UNAUTHORIZED, text("api-oidc-denied").with("code", code)),
            Self::Untrusted(_) => Problem::new(StatusCode::UNAUTHORIZED, text("api-oidc-untrusted")),
            Self::Nobody(..) => Problem::new(StatusCode::FORBIDDEN, text("api-oidc-nobody")),
            Self::Broken(problem) => problem,
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}
