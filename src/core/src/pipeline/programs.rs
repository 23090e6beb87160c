//! Answers programs that ask on behalf of a user, with data in place of messages and by the same rules as in a chat.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::commands::conversations::OwnConversations;
use crate::domain::{
    Actor, Capability, Conversation, FileRef, Origin, Place, PlatformName, Proposal, ProposalId, ReviewItem, User,
};
use crate::error::PipelineError;
use crate::history::History;
use crate::pipeline::execution::Executions;
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::no_chat::{API, NoChat};
use crate::pipeline::outcome::Rows;
use crate::pipeline::proposal_maker::{Draft, ProposalMaker};
use crate::ports::{Proposals, TranscriptFormat};
use crate::settings::Settings;
use crate::stewardship::{BusinessTerms, DecisionError, Ratings, ReviewCommand, can_be_kept};
use crate::targets::Targets;
use crate::text::text;

/// Conversations listed at most.
const MOST_CONVERSATIONS: u32 = 1_000;

/// A user on whose behalf a program asks.
#[derive(Debug, Clone)]
pub struct OnBehalf {
    /// The user.
    pub user: User,
    /// What the program may do of what the user may.
    pub capabilities: BTreeSet<Capability>,
    /// What the program is signed in with, for the audit.
    pub through: String,
    /// The network address it asks from.
    pub ip: String,
}

/// A statement that was checked, as a proposal that can be run or one that was refused.
#[derive(Debug, Clone)]
pub struct CheckedStatement {
    /// The proposal, with the statement exactly as it will run.
    pub proposal: Proposal,
    /// The reason of the refusal in words; `None` if it is not refused.
    pub refused: Option<String>,
    /// The columns that it reads.
    pub columns: Vec<String>,
}

/// The statement of a question on the stewards' list.
#[derive(Debug, Clone)]
pub struct ReviewedStatement {
    /// The proposal that holds it.
    pub id: ProposalId,
    /// The statement, as it was offered.
    pub statement: String,
    /// True if it ran, so that it can be proposed as a verified query.
    pub can_be_kept: bool,
}

/// Answers programs that ask on behalf of users.
pub struct Programs {
    pub(crate) access: Arc<Access>,
    pub(crate) executions: Arc<Executions>,
    pub(crate) history: Arc<History>,
    pub(crate) own_conversations: Arc<OwnConversations>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) ratings: Arc<Ratings>,
    pub(crate) review_command: Arc<ReviewCommand>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) terms: Arc<BusinessTerms>,
}

impl Programs {
    /// Checks a statement as one that is typed in a chat, and keeps it as a proposal of the user.
    pub async fn check_statement(
        &self,
        on_behalf: &OnBehalf,
        target: &str,
        statement: &str,
    ) -> Result<CheckedStatement, DecisionError> {
        Ok(self.checked(&self.asker_of(on_behalf), target, statement).await?)
    }

    /// Proposes a business term to the stewards of a target.
    pub async fn propose_term(
        &self,
        on_behalf: &OnBehalf,
        target: &str,
        name: &str,
        definition: &str,
    ) -> Result<(), DecisionError> {
        let asker = self.asker_of(on_behalf);
        let target = self.targets.target_of("", Some(target), &asker.place)?;
        self.targets.require_here(&asker, &target).await?;
        Ok(self.terms.propose(&asker, &target, name, definition).await.map(drop)?)
    }

    /// The statement of a question on the stewards' list; `None` if there is none, or it reads something closed to the user.
    pub async fn reviewed_statement(
        &self,
        on_behalf: &OnBehalf,
        item: &ReviewItem,
    ) -> Result<Option<ReviewedStatement>, DecisionError> {
        let found = self.review_command.statement_of(&self.asker_of(on_behalf), item).await?;
        Ok(found.map(|proposal| {
            let can_be_kept = can_be_kept(&proposal);
            ReviewedStatement { id: proposal.id, statement: proposal.statement, can_be_kept }
        }))
    }

    /// Proposes a statement that ran as a verified query, with the question that it was asked for.
    pub async fn propose_verified(&self, on_behalf: &OnBehalf, id: &ProposalId) -> Result<(), DecisionError> {
        Ok(self.ratings.propose(&self.asker_of(on_behalf), id, "").await.map(drop)?)
    }

    /// Runs a proposal of the user, once, and returns its rows. `hung_up` stops it.
    pub async fn execute_proposal(
        &self,
        on_behalf: &OnBehalf,
        id: &ProposalId,
        hung_up: &CancellationToken,
    ) -> Result<Rows, DecisionError> {
        Ok(self.executions.execute_for_rows(&self.asker_of(on_behalf), id, hung_up).await?)
    }

    /// The user's conversations, the one held last first.
    pub async fn conversations_of(&self, on_behalf: &OnBehalf) -> Result<Vec<Conversation>, DecisionError> {
        Ok(self.own_conversations.listed(&self.asker_of(on_behalf), MOST_CONVERSATIONS).await?)
    }

    /// Writes a conversation of the user to a file, once that is recorded.
    pub async fn export_conversation(
        &self,
        on_behalf: &OnBehalf,
        number: &str,
        format: TranscriptFormat,
    ) -> Result<FileRef, DecisionError> {
        let asker = self.asker_of(on_behalf);
        let conversation = self.own_conversations.readable(&asker, number, "export").await?;
        Ok(self.own_conversations.written(&asker, &conversation, format).await?)
    }

    /// Deletes a conversation of the user.
    pub async fn delete_conversation(&self, on_behalf: &OnBehalf, number: &str) -> Result<(), DecisionError> {
        let asker = self.asker_of(on_behalf);
        let conversation = self.own_conversations.readable(&asker, number, "delete").await?;
        Ok(self.own_conversations.remove(&asker, &conversation).await?)
    }

    async fn checked(&self, asker: &Asker, target: &str, statement: &str) -> Result<CheckedStatement, PipelineError> {
        self.access.require(asker, Capability::Ask, "sql/check", text("ask-not-allowed")).await?;
        self.access.consume_quota(asker, QuotaKind::Questions).await?;
        let target = self.targets.target_of("", Some(target), &asker.place)?;
        self.targets.require_here(asker, &target).await?;
        let conversation = self.history.current(asker).await?;
        let schemas = self.targets.schemas(&target).await?;
        let question = Question::of_statement("", Vec::new());
        let inquiry = Inquiry::new(asker, &conversation, &question, target, &schemas, &self.settings);
        let statement = statement.trim_end().trim_end_matches(';');
        let draft = Draft { statement, parameters: BTreeMap::new(), origin: Origin::Person, told: None, repairs: 0 };
        let offer = self.proposal_maker.propose(&inquiry, draft).await?;
        let kept = self.proposals.get(&offer.proposal).await?;
        let proposal = kept.ok_or_else(|| PipelineError::Tell(text("proposal-unknown")))?;
        let refused = offer.refused.then_some(offer.card);
        Ok(CheckedStatement { proposal, refused, columns: offer.columns })
    }

    fn asker_of(&self, on_behalf: &OnBehalf) -> Asker {
        let OnBehalf { user, capabilities, through, ip } = on_behalf.clone();
        let platform = PlatformName(API.to_owned());
        let (id, name) = (user.username.clone(), user.full_name.clone());
        Asker {
            actor: Actor { platform: platform.clone(), id, name },
            place: Place { platform, id: through, thread: None, private: true },
            platform: Arc::new(NoChat),
            capabilities,
            own_locale: user.locale,
            zone: user.zone.clone().unwrap_or_else(|| self.settings.zone.clone()),
            event: String::new(),
            aside: None,
            ip: Some(ip),
            user,
        }
    }
}
