//! The checks of `pstral doctor`: the session, the device, and the account's rate limit.

use pstral_core::ports::PlatformError;
use pstral_core::text::{Text, text};

use crate::Matrix;
use crate::account::vault_fault;
use crate::remote::{is_verified, whoami};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Good,
    /// Pstral works, but with restrictions.
    Poor,
    /// Pstral does not work.
    Bad,
}

/// One result of the examination.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The checked part.
    pub part: &'static str,
    /// The result of the check.
    pub mark: Mark,
    /// The observed fact, as a sentence.
    pub fact: Text,
    /// The recommended action, if any is needed.
    pub remedy: Option<Text>,
}

impl Finding {
    fn new(part: &'static str, mark: Mark, fact: Text, remedy: Option<Text>) -> Self {
        Self { part, mark, fact, remedy }
    }
}

impl Matrix {
    /// Checks the account, using the stored session and the homeserver. The store is not opened, since Pstral may be
    /// running.
    pub async fn examine(&self) -> Vec<Finding> {
        let session = match self.vault.open(&self.config.passphrase) {
            Ok(session) => session,
            Err(error) => {
                let fault = vault_fault(error);
                return vec![Finding::new("session", Mark::Bad, fault.fact, Some(fault.remedy))];
            }
        };
        let mut found = Vec::new();
        match whoami(&session).await {
            Ok(known) => {
                let fact = text("matrix-session").with("user", known.user).with("device", &session.device);
                found.push(Finding::new("session", Mark::Good, fact, None));
            }
            Err(error) => {
                let (fact, remedy) = match error {
                    PlatformError::Rejected(_) => (text("matrix-logged-out"), text("remedy-matrix-again")),
                    error => (text("matrix-fault").with("fault", error.to_string()), text("remedy-matrix-server")),
                };
                return vec![Finding::new("session", Mark::Bad, fact, Some(remedy))];
            }
        }
        found.push(match is_verified(&session).await {
            Ok(true) => Finding::new("device", Mark::Good, text("matrix-device-verified"), None),
            Ok(false) => {
                Finding::new("device", Mark::Poor, text("matrix-device-unverified"), Some(text("remedy-matrix-verify")))
            }
            Err(error) => {
                let fact = text("matrix-fault").with("fault", error.to_string());
                Finding::new("device", Mark::Poor, fact, Some(text("remedy-matrix-server")))
            }
        });
        let lift = |remedy| text(remedy).with("user", &session.user).with("server", &session.homeserver);
        found.push(match (self.ledger.is_limited(), self.refusals.of_late()) {
            (true, _) => Finding::new("limit", Mark::Poor, text("matrix-limited"), Some(lift("remedy-matrix-limit"))),
            (false, Some(at)) => {
                let fact = text("matrix-limit-unknown").with("at", at.strftime("%F %R UTC").to_string());
                Finding::new("limit", Mark::Poor, fact, Some(lift("remedy-matrix-limit-unknown")))
            }
            (false, None) => Finding::new("limit", Mark::Good, text("matrix-lifted"), None),
        });
        found
    }
}
