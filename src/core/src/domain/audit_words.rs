//! The words in which the audit says what was done and how it ended.

use super::words::words;

words! {
    /// The action that an audit entry records.
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
        /// The end of an approved statement.
        Result = "result",
        /// A result that was shown is drawn as a chart; durable before it is shown.
        Chart = "chart",
        /// Further rows of a result that was shown; durable before they are.
        ResultPage = "result.page",
        /// An attempt without permission.
        Denied = "denied",
        /// A user was made.
        UserAdded = "user.added",
        /// A user was disabled or enabled again.
        UserChanged = "user.changed",
        /// A user's name, address, role or language was changed.
        UserEdited = "user.edited",
        /// A user's password for the admin endpoint was set or taken away.
        PasswordSet = "password.set",
        /// A person was given all that is held on them.
        UserExported = "user.exported",
        /// The erasure of a person's data; it covers the audit entries that were sealed for it.
        UserErased = "user.erased",
        /// A one-time code was made.
        LinkCode = "link.code",
        /// An actor gives a code; durable before the code is tried.
        LinkAttempt = "link.attempt",
        /// The end of linking an account.
        Link = "link",
        /// An actor is no longer anybody's.
        Unlink = "unlink",
        /// A person asked to be linked, for an administrator to confirm.
        LinkRequested = "link.requested",
        /// A code was posted where others read it, and is worth nothing any more.
        LinkBurnt = "link.burnt",
        /// Somebody signs in to the admin endpoint, or tries to.
        Login = "login",
        /// A session or a token of the admin endpoint was ended.
        SignInEnded = "signin.ended",
        /// A token of the admin endpoint was made.
        TokenAdded = "token.added",
        /// Users, one of them or the people in the queue were looked at; durable before they are shown.
        UserRead = "user.read",
        /// An administrator stopped what was being done for somebody.
        WorkStopped = "work.stopped",
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
        /// A steward looked at the questions without a good answer; durable before they see them.
        ReviewRead = "review.read",
        /// A question was taken off the stewards' list.
        ReviewClosed = "review.closed",
        /// Stewards are told in private what waits for them; durable before they are.
        StewardsTold = "stewards.told",
        /// The audit goes on although it is not what was signed last: somebody has looked into why.
        AuditAccepted = "audit.accepted",
        /// A head of another audit was not cosigned: it does not go on from the one before.
        WitnessRefused = "witness.refused",
        /// Something leaves as a file: a conversation, the audit.
        Export = "export",
        /// The catalog of a target was read again because somebody asked.
        CatalogRead = "catalog.read",
        /// A target is put to the test; durable before the first statement of it.
        TargetChecked = "target.checked",
        /// The audit itself was read.
        AuditRead = "audit.read",
        /// The oldest entries were replaced by a signed checkpoint.
        AuditPruned = "audit.pruned",
        /// Events could not be recorded: how many, since when, and why.
        AuditGap = "audit.gap",
        /// The clock of the machine was set back: from when, and to when.
        ClockSetBack = "clock.back",
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
    /// The result of an audited action.
    AuditStatus {
        /// It succeeded.
        Ok = "ok",
        /// It was not allowed.
        Refused = "refused",
        /// It failed.
        Failed = "failed",
        /// The person stopped it.
        Stopped = "stopped",
    }
}

words! {
    /// The decision on a statement by the guard, or by whoever else decides.
    AuditVerdict {
        /// The statement may run.
        Allow = "allow",
        /// The statement may not run; the rule says why.
        Deny = "deny",
    }
}

words! {
    /// The place where a result or an answer was shown.
    AuditDelivery {
        /// The place where it was asked for.
        Here = "here",
        /// In private, though it was asked for elsewhere.
        Private = "private",
    }
}
