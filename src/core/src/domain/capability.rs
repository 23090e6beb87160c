//! The capabilities that a role grants.

use super::words::words;

words! {
    /// One thing a role lets a person do, in the word of the configuration.
    #[derive(PartialOrd, Ord)]
    Capability {
        /// Ask questions.
        Ask = "ask",
        /// Run the statements that come of one's own questions.
        Execute = "execute",
        /// Read the audit.
        ReadAudit = "audit.read",
        /// Look after users and their links.
        ManageUsers = "users.manage",
        /// Approve, edit and retire verified queries.
        ManageVerified = "verified.manage",
        /// Look after the documents that are answered from.
        ManageDocuments = "documents.manage",
        /// Agree that a costly statement of somebody else may run.
        ApproveCostly = "costly.approve",
    }
}
