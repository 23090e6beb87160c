//! A generated statement waiting for a decision.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ConversationId, MessageRef, PolicyVersion, PromptManifest, TurnId, UserId, Value, sha256};

/// An opaque, unguessable name, short enough for a button (32 hexadecimal digits).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProposalId(pub String);

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The author of a proposal's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum Origin {
    /// The model.
    Model,
    /// The person, by editing.
    Person,
    /// A steward: a verified query offered as it stands.
    Verified {
        /// The verified query's id.
        id: String,
        /// The user who approved it.
        by: String,
        /// The day of the approval, as `YYYY-MM-DD`.
        on: String,
        /// The question it was taken for, with its values; empty in proposals of releases that kept none.
        #[serde(default)]
        question: String,
        /// Parameters that the person named no value for.
        #[serde(default)]
        assumed: Vec<String>,
    },
}

/// As the audit says it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model => f.write_str("by the model"),
            Self::Person => f.write_str("by the person"),
            Self::Verified { id, .. } => write!(f, "verified query {id}"),
        }
    }
}

impl ProposalId {
    /// Enough of it for a person to type: eight hexadecimal digits. It opens nothing by itself.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

words! {
    /// The state of a proposal. Only a pending one can run, and only once.
    ProposalState {
        /// Waiting for a decision.
        Pending = "pending",
        /// Its one use is taken.
        Used = "used",
        /// The guard or the database refused it: kept to be mended.
        Refused = "refused",
    }
}

/// The state of a steward's approval of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agreement {
    /// No approval is needed.
    #[default]
    NotNeeded,
    /// It is costly and not approved yet: it cannot be claimed.
    Needed,
    /// This user has agreed.
    By(UserId),
}

/// A statement bound to its author, its target, its exact text and a deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Opaque name.
    pub id: ProposalId,
    /// The conversation in which it was made.
    pub conversation: ConversationId,
    /// The only person who may run it.
    pub author: UserId,
    /// The name of the target it runs on.
    pub target: String,
    /// The exact text the person saw and that will run.
    pub statement: String,
    /// Values of the named parameters in the statement.
    pub parameters: BTreeMap<String, Value>,
    /// The author of the statement.
    pub origin: Origin,
    /// The question it answers.
    pub question: String,
    /// The turns in which that was asked: a question, and what was said to a question in return. None where a person wrote
    /// the statement without one, and in proposals of releases that kept none.
    pub asked: Vec<TurnId>,
    /// Its state.
    pub state: ProposalState,
    /// The state of a steward's approval.
    pub agreement: Agreement,
    /// The version of the rules it was offered under; empty for those of a release that kept none.
    pub policy: PolicyVersion,
    /// The SHA-256 of everything that [`Proposal::sealed`] covers, from when it was offered.
    pub seal: String,
    /// The content of the model's prompt; `None` if it was not written by a model, or by a release that kept none.
    pub told: Option<PromptManifest>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time after which it cannot run.
    pub expires_at: Timestamp,
}

/// A message that shows a proposal with its buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The location of the message.
    pub message: MessageRef,
    /// The text of the message.
    pub text: String,
}

impl Proposal {
    /// Returns the proposal sealed with a digest of its content: its author, its target, the exact statement, its
    /// parameters and the rules it is offered under.
    #[must_use]
    pub fn sealed(self) -> Self {
        Self { seal: self.digest(), ..self }
    }

    /// Checks whether its content still matches the seal.
    pub fn is_untouched(&self) -> bool {
        self.seal == self.digest()
    }

    /// Checks whether it comes from a release that sealed none.
    pub fn is_unsealed(&self) -> bool {
        self.seal.is_empty() && self.policy == PolicyVersion::default()
    }

    fn digest(&self) -> String {
        let is_costly = self.agreement != Agreement::NotNeeded;
        let policy = self.policy.to_string();
        let covered = (&self.id, self.author, &self.target, &self.statement, &self.parameters, policy, is_costly);
        sha256(&serde_json::to_string(&covered).expect("invariant: a proposal is plain data with text for keys"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_shows_any_change() {
        let proposal = Proposal {
            id: ProposalId("a".to_owned()),
            conversation: ConversationId(1),
            author: UserId(1),
            target: "crm".to_owned(),
            statement: "SELECT 1".to_owned(),
            parameters: BTreeMap::from([("n".to_owned(), Value::Integer(1))]),
            origin: Origin::Model,
            question: String::new(),
            asked: Vec::new(),
            state: ProposalState::Pending,
            agreement: Agreement::NotNeeded,
            policy: "v1".parse().unwrap(),
            seal: String::new(),
            told: None,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
        }
        .sealed();
        assert!(proposal.is_untouched() && !proposal.is_unsealed());
        let used = Proposal { state: ProposalState::Used, ..proposal.clone() };
        assert!(used.is_untouched(), "what happens to it is not what it says");
        let parameters = BTreeMap::from([("n".to_owned(), Value::Integer(2))]);
        for changed in [
            Proposal { statement: "SELECT 2".to_owned(), ..proposal.clone() },
            Proposal { target: "hr".to_owned(), ..proposal.clone() },
            Proposal { author: UserId(2), ..proposal.clone() },
            Proposal { parameters, ..proposal.clone() },
            Proposal { policy: "v2".parse().unwrap(), ..proposal.clone() },
            Proposal { agreement: Agreement::Needed, ..proposal.clone() },
            Proposal { id: ProposalId("b".to_owned()), ..proposal.clone() },
            Proposal { seal: String::new(), ..proposal.clone() },
        ] {
            assert!(!changed.is_untouched(), "{changed:?}");
        }
    }
}
