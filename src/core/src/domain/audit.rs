//! One event of the audit.

use jiff::Timestamp;

use super::canonical::Member;
use super::{AuditAction, AuditDelivery, AuditStatus, AuditVerdict, UserId};

/// One thing that happened. Members that do not apply are `None`, and then take no part in the hash. No name of a person is
/// among them: a user is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// The time, UTC.
    pub at: Timestamp,
    /// The action.
    pub action: AuditAction,
    /// The result of the action.
    pub status: AuditStatus,
    /// The platform of the actor.
    pub platform: Option<String>,
    /// The actor's immutable id there.
    pub actor: Option<String>,
    /// The local user.
    pub user: Option<UserId>,
    /// The address the request came from, where it came by HTTP.
    pub ip: Option<String>,
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
    /// Its SHA-256, which stays where the statement itself is sealed.
    pub statement_hash: Option<String>,
    /// The parameters of the statement as JSON; of an answer its [`super::AnswerMeasures`].
    pub parameters: Option<String>,
    /// The decision on whether the statement may run.
    pub verdict: Option<AuditVerdict>,
    /// The rule by which it may not.
    pub rule: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// The SHA-256 of all that the model was told.
    pub prompt_hash: Option<String>,
    /// The database's cost estimate for the statement, in its own unit, rounded.
    pub cost: Option<i64>,
    /// Rows delivered.
    pub rows: Option<i64>,
    /// Milliseconds it took.
    pub duration_ms: Option<i64>,
    /// The place where the result or answer was shown.
    pub delivery: Option<AuditDelivery>,
    /// The question, the answer, or what else helps to understand it later.
    pub detail: Option<String>,
    /// The error, if the action failed.
    pub error: Option<String>,
    /// The entries that this action sealed or pruned: the JSON of [`super::Covers`].
    pub covers: Option<String>,
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
            ip: None,
            place: None,
            conversation: None,
            proposal: None,
            target: None,
            relations: None,
            statement: None,
            statement_hash: None,
            parameters: None,
            verdict: None,
            rule: None,
            model: None,
            prompt_hash: None,
            cost: None,
            rows: None,
            duration_ms: None,
            delivery: None,
            detail: None,
            error: None,
            covers: None,
        }
    }

    /// Returns a copy without the members that may hold personal data.
    #[must_use]
    pub(super) fn without_private(&self) -> Self {
        Self {
            actor: None,
            detail: None,
            error: None,
            ip: None,
            parameters: None,
            place: None,
            statement: None,
            ..self.clone()
        }
    }

    /// Its members that anybody who reads the audit may keep for ever.
    pub(super) fn public(&self) -> [(&'static str, Option<Member<'_>>); 19] {
        [
            ("action", Some(Member::Text(self.action.word()))),
            ("at", Some(Member::Time(self.at))),
            ("conversation", self.conversation.map(Member::Number)),
            ("cost", self.cost.map(Member::Number)),
            ("covers", text(self.covers.as_deref())),
            ("delivery", self.delivery.map(|delivery| Member::Text(delivery.word()))),
            ("duration_ms", self.duration_ms.map(Member::Number)),
            ("model", text(self.model.as_deref())),
            ("platform", text(self.platform.as_deref())),
            ("prompt_hash", text(self.prompt_hash.as_deref())),
            ("proposal", text(self.proposal.as_deref())),
            ("relations", text(self.relations.as_deref())),
            ("rows", self.rows.map(Member::Number)),
            ("rule", text(self.rule.as_deref())),
            ("statement_hash", text(self.statement_hash.as_deref())),
            ("status", Some(Member::Text(self.status.word()))),
            ("target", text(self.target.as_deref())),
            ("user", self.user.map(|user| Member::Number(user.0))),
            ("verdict", self.verdict.map(|verdict| Member::Text(verdict.word()))),
        ]
    }

    /// Its members that may hold something of a person: what sealing takes away.
    pub(super) fn private(&self) -> [(&'static str, Option<Member<'_>>); 7] {
        [
            ("actor", text(self.actor.as_deref())),
            ("detail", text(self.detail.as_deref())),
            ("error", text(self.error.as_deref())),
            ("ip", text(self.ip.as_deref())),
            ("parameters", text(self.parameters.as_deref())),
            ("place", text(self.place.as_deref())),
            ("statement", text(self.statement.as_deref())),
        ]
    }
}

fn text(member: Option<&str>) -> Option<Member<'_>> {
    member.map(Member::Text)
}
