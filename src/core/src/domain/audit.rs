//! What the audit says of one thing that happened.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::UserId;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word stored and shown.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The one a stored word names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// What happened.
    AuditAction {
        /// A person asked something.
        Question = "question",
        /// The model's answer ended, in whatever way.
        Answer = "answer",
        /// A statement was offered.
        Proposal = "proposal",
        /// The guard refused a statement.
        Refusal = "refusal",
        /// A steward agreed that a costly statement may run.
        Agreed = "agreed",
        /// A person approved a statement; durable before it runs.
        Execution = "execution",
        /// How an approved statement ended.
        Result = "result",
        /// A result that was shown is drawn as a chart; durable before it is shown.
        Chart = "chart",
        /// Someone who may not tried to.
        Denied = "denied",
        /// A user was made.
        UserAdded = "user.added",
        /// A user was disabled or enabled again.
        UserChanged = "user.changed",
        /// A user's name, address, role or language was changed.
        UserEdited = "user.edited",
        /// A user's password for the admin page was set or taken away.
        PasswordSet = "password.set",
        /// A person was given all that is held on them.
        UserExported = "user.exported",
        /// What is held on a person was removed; it covers the audit entries that were sealed for it.
        UserErased = "user.erased",
        /// A one-time code was made.
        LinkCode = "link.code",
        /// An actor gives a code; durable before the code is tried.
        LinkAttempt = "link.attempt",
        /// How that ended.
        Link = "link",
        /// An actor is no longer anybody's.
        Unlink = "unlink",
        /// A person asked to be linked, for an administrator to confirm.
        LinkRequested = "link.requested",
        /// A code was posted where others read it, and is worth nothing any more.
        LinkBurnt = "link.burnt",
        /// Somebody signs in to the admin page, or tries to.
        Login = "login",
        /// A conversation and its messages were removed.
        ConversationDeleted = "conversation.deleted",
        /// A conversation was given another title.
        ConversationRenamed = "conversation.renamed",
        /// A statement that ran is proposed as a verified query.
        VerifiedProposed = "verified.proposed",
        /// A proposed query is a verified one now.
        VerifiedApproved = "verified.approved",
        /// A verified query was changed.
        VerifiedEdited = "verified.edited",
        /// A verified query is no longer offered.
        VerifiedRetired = "verified.retired",
        /// A person said what an answer was worth.
        Feedback = "feedback",
        /// Something leaves as a file: a conversation, the audit.
        Export = "export",
        /// The catalog of a target was read again because somebody asked.
        CatalogRead = "catalog.read",
        /// The audit itself was read.
        AuditRead = "audit.read",
        /// The oldest entries were replaced by a signed checkpoint.
        AuditPruned = "audit.pruned",
        /// The configuration is not the one of the run before.
        ConfigChanged = "config.changed",
        /// The state was written to a backup.
        Backup = "backup",
        /// The state was read back from a backup.
        Restored = "restore",
        /// The state was copied to another database.
        StoreCopied = "store.copied",
        /// Something broke on our side while answering a person.
        Incident = "incident",
        /// The program started.
        Started = "started",
        /// The program ended in good order.
        Stopped = "stopped",
        /// A message left over from an earlier run was closed.
        Recovered = "recovered",
    }
}

words! {
    /// How it ended.
    AuditStatus {
        /// As asked.
        Ok = "ok",
        /// Not allowed.
        Refused = "refused",
        /// Something broke.
        Failed = "failed",
        /// The person stopped it.
        Stopped = "stopped",
    }
}

/// One thing that happened. Members that do not apply are `None`, and then take no part in the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When, UTC.
    pub at: Timestamp,
    /// What.
    pub action: AuditAction,
    /// How it ended.
    pub status: AuditStatus,
    /// The platform of the actor.
    pub platform: Option<String>,
    /// The actor's immutable id there.
    pub actor: Option<String>,
    /// The local user.
    pub user: Option<UserId>,
    /// The place's id.
    pub place: Option<String>,
    /// The conversation's number.
    pub conversation: Option<i64>,
    /// The proposal's name.
    pub proposal: Option<String>,
    /// The target's name.
    pub target: Option<String>,
    /// Relations read, space-separated.
    pub relations: Option<String>,
    /// The statement, exactly as it runs.
    pub statement: Option<String>,
    /// Its parameters as JSON.
    pub parameters: Option<String>,
    /// The guard's rule, when it refused.
    pub rule: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// Rows delivered.
    pub rows: Option<i64>,
    /// Milliseconds it took.
    pub duration_ms: Option<i64>,
    /// The question, the error, or what else helps to understand it later.
    pub detail: Option<String>,
}

impl AuditEvent {
    /// An event that says only what happened and when.
    pub fn new(at: Timestamp, action: AuditAction, status: AuditStatus) -> Self {
        Self {
            at,
            action,
            status,
            platform: None,
            actor: None,
            user: None,
            place: None,
            conversation: None,
            proposal: None,
            target: None,
            relations: None,
            statement: None,
            parameters: None,
            rule: None,
            model: None,
            rows: None,
            duration_ms: None,
            detail: None,
        }
    }

    /// Its members by name: what the hash covers and what an export shows.
    pub fn members(&self) -> BTreeMap<&'static str, Json> {
        let mut members = BTreeMap::from([
            ("at", Json::from(stamp(self.at))),
            ("action", Json::from(self.action.word())),
            ("status", Json::from(self.status.word())),
        ]);
        let texts = [
            ("platform", &self.platform),
            ("actor", &self.actor),
            ("place", &self.place),
            ("proposal", &self.proposal),
            ("target", &self.target),
            ("relations", &self.relations),
            ("statement", &self.statement),
            ("parameters", &self.parameters),
            ("rule", &self.rule),
            ("model", &self.model),
            ("detail", &self.detail),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                members.insert(name, Json::from(text.as_str()));
            }
        }
        let numbers = [
            ("user", self.user.map(|user| user.0)),
            ("conversation", self.conversation),
            ("rows", self.rows),
            ("duration_ms", self.duration_ms),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                members.insert(name, Json::from(number));
            }
        }
        members
    }
}

/// The form in which times are hashed and stored: UTC with milliseconds, `2026-11-21T10:00:00.000Z`.
fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
