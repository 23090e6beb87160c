//! The capabilities that a role grants.

/// One thing a role lets a person do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capability {
    /// Ask questions.
    Ask,
    /// Run the statements that come of one's own questions.
    Execute,
    /// Read the audit.
    ReadAudit,
    /// Look after users and their links.
    ManageUsers,
    /// Approve, edit and retire verified queries.
    ManageVerified,
    /// Look after the documents that are answered from.
    ManageDocuments,
    /// Agree that a costly statement of somebody else may run.
    ApproveCostly,
}

impl Capability {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::Ask,
        Self::Execute,
        Self::ReadAudit,
        Self::ManageUsers,
        Self::ManageVerified,
        Self::ManageDocuments,
        Self::ApproveCostly,
    ];

    /// The word of the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Execute => "execute",
            Self::ReadAudit => "audit.read",
            Self::ManageUsers => "users.manage",
            Self::ManageVerified => "verified.manage",
            Self::ManageDocuments => "documents.manage",
            Self::ApproveCostly => "costly.approve",
        }
    }

    /// The one a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}
