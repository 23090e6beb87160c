//! 👍 and 👎: what the person who asked thinks of an answer, kept with it.

use std::sync::Arc;

use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{
    AnswerId, AuditAction, AuditEvent, AuditStatus, ConversationId, Origin, Proposal, Rated, Rating, ReviewReason,
    Speaker, TurnState,
};
use crate::error::PipelineError;
use crate::history::History;
use crate::outbox::send::Outbox;
use crate::ports::{AuditLog, Clock, Conversations, Knowledge, Proposals};
use crate::recorder::Recorder;
use crate::recorder::event::about;
use crate::statements::recheck::Statements;
use crate::stewardship::VerifiedQueries;
use crate::stewardship::review_list::ReviewList;
use crate::targets::Targets;
use crate::text::{Text, text};

/// Turns looked at for the last answer.
const LAST: u32 = 10;

/// Feedback on answers: ratings, and statements proposed as verified queries.
pub(crate) struct Ratings {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) history: Arc<History>,
    pub(crate) statements: Arc<Statements>,
    pub(crate) verified: Arc<VerifiedQueries>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
    pub(crate) audit: Arc<dyn AuditLog>,
    pub(crate) review_list: Arc<ReviewList>,
}

impl Ratings {
    /// Rates the asker's last answer in this place: a statement, what came of it, or words alone.
    pub(crate) async fn rate_latest(&self, asker: &Asker, rating: Rating) -> Result<(), PipelineError> {
        let conversation = self.history.current(asker).await?;
        let turns = self.conversations.turns(conversation.id, LAST).await?;
        let question = turns.iter().rfind(|turn| turn.speaker == Speaker::Person).map(|turn| turn.text.trim());
        let proposal = self.proposals.latest(conversation.id).await?;
        let said = turns.iter().rfind(|turn| turn.speaker == Speaker::Pstral && turn.state == TurnState::Complete);
        // A statement answers the question it was made for, until another is asked.
        let of_proposal =
            proposal.filter(|proposal| question.is_none_or(|question| question == proposal.question.trim()));
        let answer = match (of_proposal, said) {
            (Some(proposal), _) => AnswerId::Proposal(proposal.id),
            (None, Some(turn)) => AnswerId::Turn(conversation.id, turn.id),
            (None, None) => return Err(PipelineError::Tell(text("rate-nothing"))),
        };
        self.rate(asker, &answer, rating).await
    }

    /// Keeps what the asker thinks of an answer of theirs.
    pub(crate) async fn rate(&self, asker: &Asker, answer: &AnswerId, rating: Rating) -> Result<(), PipelineError> {
        let event = self.recorder.event(asker, AuditAction::Feedback, AuditStatus::Ok);
        let (conversation, event, verified, proposal) = match answer {
            AnswerId::Proposal(id) => {
                let proposal = self.statements.proposal_of(asker, id, text("rate-not-yours")).await?;
                let event = about(event, &proposal, &[]);
                (proposal.conversation, event, verified_of(&proposal), Some(proposal))
            }
            AnswerId::Turn(conversation, _) => {
                self.own_words(asker, *conversation).await?;
                (*conversation, AuditEvent { conversation: Some(conversation.0), ..event }, None, None)
            }
        };
        let given = self.knowledge.rating(asker.user.id, answer).await?;
        if given != Some(rating) {
            let detail = Some(format!("{}: {answer}", rating.word()));
            self.recorder.record(AuditEvent { detail, ..event }).await?;
            let (user, at) = (asker.user.id, self.clock.now());
            let rated = Rated { answer: answer.clone(), user, conversation, rating, at, verified };
            self.knowledge.rate(&rated).await?;
            if rating == Rating::Bad {
                self.list_for_review(asker, answer, proposal.as_ref()).await?;
            }
        }
        self.outbox.tell(asker, &thanks(answer, rating).with("prefix", asker.prefix())).await;
        Ok(())
    }

    /// Puts the question of an answer that was rated as bad on the stewards' list.
    async fn list_for_review(
        &self,
        asker: &Asker,
        answer: &AnswerId,
        proposal: Option<&Proposal>,
    ) -> Result<(), PipelineError> {
        if let Some(proposal) = proposal {
            self.review_list.add_proposal(proposal, ReviewReason::BadAnswer).await;
        }
        let AnswerId::Turn(conversation, turn) = answer else { return Ok(()) };
        let Some(question) = self.conversations.question_before(*turn).await? else { return Ok(()) };
        // Of a database that is there no more, nobody can answer it.
        let Ok(target) = self.targets.target_of(&question.text, question.target.as_deref(), &asker.place) else {
            return Ok(());
        };
        let (target, question) = (&target.name, own_words(&question.text));
        self.review_list.add(target, &question, ReviewReason::BadAnswer, None, *conversation).await;
        Ok(())
    }

    /// Lets those go on who held the conversation themselves.
    async fn own_words(&self, asker: &Asker, id: ConversationId) -> Result<(), PipelineError> {
        let Some(conversation) = self.conversations.conversation(id).await? else {
            return Err(PipelineError::Tell(text("rate-nothing")));
        };
        if conversation.user == asker.user.id {
            return Ok(());
        }
        let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
        self.recorder.record(AuditEvent { conversation: Some(id.0), ..denied }).await?;
        Err(PipelineError::TellAlone(text("rate-not-yours")))
    }
}

fn verified_of(proposal: &Proposal) -> Option<(String, String)> {
    match &proposal.origin {
        Origin::Verified { id, .. } => Some((proposal.target.clone(), id.clone())),
        Origin::Model | Origin::Person => None,
    }
}

fn thanks(answer: &AnswerId, rating: Rating) -> Text {
    match (rating, answer) {
        (Rating::Good, _) => text("rate-good"),
        (Rating::Bad, AnswerId::Proposal(_)) => text("rate-bad"),
        (Rating::Bad, AnswerId::Turn(..)) => text("rate-bad-words"),
    }
}
