//! Why an audit could not be verified, in words for people.

use pstral_core::domain::ChainFault;
use pstral_core::ports::StoreError;
use pstral_core::text::{Text, text};
use pstral_store::{AuditTableError, AuditVerifyError};

/// What a failed verification means.
#[derive(Debug)]
pub(crate) enum AuditVerdict {
    /// An entry was changed, or is missing.
    Broken(Text),
    /// Neither proven nor disproven.
    Unproven(Text),
}

impl AuditVerdict {
    /// The verdict of a verification that failed; a state that cannot be reached gives none.
    pub(crate) fn of(error: AuditVerifyError) -> Result<Self, StoreError> {
        let what = match error {
            // The key may only be missing here.
            AuditVerifyError::Chain(fault @ ChainFault::OtherKey { .. }) => {
                return Ok(Self::Unproven(text("audit-key-missing").said("what", fault.text())));
            }
            AuditVerifyError::Chain(fault) => fault.text(),
            AuditVerifyError::Gone(AuditTableError::NoTable) => text("audit-no-table"),
            AuditVerifyError::Gone(AuditTableError::Emptied) => text("audit-emptied"),
            AuditVerifyError::Unreadable(what) => {
                return Ok(Self::Broken(text("audit-unreadable").with("error", what)));
            }
            AuditVerifyError::Store(error) => return Err(error),
        };
        Ok(Self::Broken(text("audit-broken").said("what", what)))
    }
}
