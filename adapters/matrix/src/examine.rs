//! The checks of `pstral doctor`: the session, the device, and the account's rate limit.

use pstral_core::ports::{Finding, PartState};
use pstral_core::text::text;

use crate::account::{server_fault, session_fault, session_store_fault};
use crate::remote::{is_cross_signed_on_server, whoami};
use crate::{AccountError, Matrix};

impl Matrix {
    /// Checks the account, using the stored session and the homeserver. The store is not opened, since Pstral may be
    /// running.
    pub async fn examine(&self) -> Vec<Finding> {
        let session = match self.session_store.open(&self.config.passphrase) {
            Ok(session) => session,
            Err(error) => {
                let fault = session_store_fault(error);
                return vec![Finding::poor("session", PartState::Failed, fault.fact, fault.remedy)];
            }
        };
        let mut found = Vec::new();
        match whoami(&session).await {
            Ok(known) => {
                let fact = text("matrix-session").with("user", known.user).with("device", &session.device);
                found.push(Finding::good("session", fact));
            }
            Err(error) => {
                let fault = session_fault(error);
                return vec![Finding::poor("session", PartState::Failed, fault.fact, fault.remedy)];
            }
        }
        found.push(match is_cross_signed_on_server(&session).await {
            Ok(true) => Finding::good("device", text("matrix-device-verified")),
            Ok(false) => poor_device(AccountError::unverified()),
            Err(error) => poor_device(server_fault(error)),
        });
        let lift = |remedy| text(remedy).with("user", &session.user).with("server", &session.homeserver);
        found.push(match (self.rate_budget.is_limited(), self.refusals.of_late()) {
            (true, _) => {
                Finding::poor("limit", PartState::Degraded, text("matrix-limited"), lift("remedy-matrix-limit"))
            }
            (false, Some(at)) => {
                let fact = text("matrix-limit-unknown").with("at", at.strftime("%F %R UTC").to_string());
                Finding::poor("limit", PartState::Degraded, fact, lift("remedy-matrix-limit-unknown"))
            }
            (false, None) => Finding::good("limit", text("matrix-lifted")),
        });
        found
    }
}

fn poor_device(fault: AccountError) -> Finding {
    Finding::poor("device", PartState::Degraded, fault.fact, fault.remedy)
}
