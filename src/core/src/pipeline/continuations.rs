//! Going on with an answer that was cut by its length.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::context::asked_back;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, Conversation, Mode, Speaker, Turn, TurnId, TurnState,
};
use crate::error::PipelineError;
use crate::history::History;
use crate::outbox::finalize::Finalizer;
use crate::outbox::running::{Running, Work, still_answering};
use crate::pipeline::briefing::Briefings;
use crate::pipeline::endings::Endings;
use crate::pipeline::exchange::{Continued, ExchangeEnd};
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::proposal_maker::ProposalMaker;
use crate::pipeline::streaming::AnswerStreamer;
use crate::ports::Conversations;
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::Settings;
use crate::targets::Targets;
use crate::text::{Text, text};

/// Turns looked at for what an answer goes on with: its question and the parts it has had so far.
const RECENT: u32 = 40;

/// Goes on with answers that were cut.
pub(crate) struct Continuations {
    pub(crate) settings: Arc<Settings>,
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) history: Arc<History>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) answer_streamer: Arc<AnswerStreamer>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl Continuations {
    /// Goes on with the last answer of this place, where it was cut.
    pub(crate) async fn go_on_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let conversation = self.history.current(asker).await?;
        let turns = self.finalizer.recorded_turns(conversation.id, RECENT).await?;
        let question = turns.iter().rposition(|turn| turn.speaker == Speaker::Person).unwrap_or_default();
        let (earlier, since) = turns.split_at(question);
        let is_broken = |turn: &Turn| {
            use TurnState::{Failed, Interrupted, Stopped};
            turn.speaker == Speaker::Pstral
                && turn.proposal.is_none()
                && matches!(turn.state, Failed | Interrupted | Stopped)
        };
        match (since.iter().rfind(|turn| turn.cut), since.last()) {
            (Some(cut), _) => self.go_on(asker, cut.id).await,
            (None, Some(last)) if is_broken(last) => {
                Err(PipelineError::Tell(text("continue-broken").with("prefix", asker.prefix())))
            }
            (None, _) if earlier.iter().any(|turn| turn.cut) => Err(PipelineError::Tell(text("continue-late"))),
            (None, _) => Err(PipelineError::Tell(text("continue-nothing"))),
        }
    }

    /// Goes on with an answer that was cut, once, for the person whose question it is.
    pub(crate) async fn go_on(&self, asker: &Asker, id: TurnId) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, "continue", text("ask-not-allowed")).await?;
        let conversations = &self.conversations;
        self.finalizer.record_shown_end(id).await?;
        let (held, before) = self.cut_answer(asker, id).await?;
        let work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        work.restore_question_event(before.asked.id);
        if !conversations.take_retry(id).await? {
            return Err(PipelineError::Tell(text("continue-used")));
        }
        let outcome = self.continue_within_quota(asker, &held, before, &work).await;
        // What did not go on can be tried again: over a quota, with the model away, or unrecorded.
        if !matches!(outcome, Ok(true))
            && let Err(error) = conversations.give_back_retry(id).await
        {
            tracing::error!(%error, turn = id.0, "continuation failed and could not be released: no Continue will be offered");
        }
        outcome.map(drop)
    }

    /// Returns the cut answer that the asker may continue in their place, and its conversation.
    async fn cut_answer(&self, asker: &Asker, id: TurnId) -> Result<(Conversation, Continued), PipelineError> {
        let conversations = &self.conversations;
        let gone = || PipelineError::Tell(text("continue-gone"));
        let turn = conversations.turn(id).await?.ok_or_else(gone)?;
        let held = conversations.conversation(turn.conversation).await?.ok_or_else(gone)?;
        if held.user != asker.user.id {
            let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.recorder.record(AuditEvent { detail: Some(format!("continue turn {}", id.0)), ..denied }).await?;
            return Err(PipelineError::TellAlone(text("continue-not-yours")));
        }
        // What was said in private does not go on among others.
        let is_here = turn.message.as_ref().is_some_and(|message| message.place == asker.place);
        if !is_here && !asker.place.private {
            return Err(PipelineError::Tell(text("continue-elsewhere")));
        }
        let turns = conversations.turns(held.id, RECENT).await?;
        let before = continued(&turns, id).map_err(PipelineError::Tell)?;
        Ok((held, before))
    }

    /// Continues an answer within the quota; true if it was continued.
    async fn continue_within_quota(
        &self,
        asker: &Asker,
        held: &Conversation,
        before: Continued,
        work: &Work,
    ) -> Result<bool, PipelineError> {
        self.access.consume_quota(asker, QuotaKind::Questions).await?;
        let question = Question::of_statement(&before.asked.text, vec![before.asked.id]);
        let (mut inquiry, mut examples) = (None, Vec::new());
        if held.mode == Mode::Sql {
            let target = self.targets.target_of(&question.text, before.target.as_deref(), &held.place)?;
            self.targets.require_here(asker, &target).await?;
            let verified = self.targets.verified(&target).await?;
            let schemas = self.targets.schemas_with(&target, &verified).await?;
            let about = Inquiry::new(asker, held, &question, target, &schemas, &self.settings).with_terms_of(&verified);
            let about = inquiry.insert(about);
            examples = about.examples(&verified, self.settings.examples);
        }
        let data = inquiry.as_ref().map(|inquiry| inquiry.data(&examples));
        let wish = text("continue-asked").render(asker.user.locale);
        let briefing = self.briefings.briefing_to_go_on(asker, data, &before, &wish)?;
        self.record_wish(asker, held, wish).await?;
        let mut exchange = self.answer_streamer.begin(asker, held, &work.stop).await?;
        exchange.before = Some(before);
        self.answer_streamer.stream(&mut exchange, briefing).await?;
        match exchange.end {
            ExchangeEnd::Answered(_) => {
                self.briefings.learn_size(&exchange);
                let went_on = exchange.state() != TurnState::Failed;
                let offer = match &inquiry {
                    Some(inquiry) => self.proposal_maker.offer_from(inquiry, &exchange, 0).await,
                    None => Ok(None),
                };
                self.endings.close_answer(&mut exchange, offer).await?;
                Ok(went_on)
            }
            ExchangeEnd::Failed(_) | ExchangeEnd::Full(_) => {
                if exchange.is_too_long() {
                    self.briefings.learn_too_long();
                }
                self.endings.tell_unanswered(&mut exchange, "").await?;
                Ok(false)
            }
            ExchangeEnd::Closed => Ok(false),
        }
    }

    /// That the rest was asked for counts as a question. It is no turn: nothing new is asked.
    async fn record_wish(&self, asker: &Asker, held: &Conversation, wish: String) -> Result<(), PipelineError> {
        let event = within(self.recorder.event(asker, AuditAction::Question, AuditStatus::Ok), held);
        self.recorder.record(AuditEvent { detail: Some(wish), ..event }).await
    }
}

/// Returns a cut answer's question and text so far, or the reason it cannot be continued.
fn continued(turns: &[Turn], cut: TurnId) -> Result<Continued, Text> {
    let gone = || text("continue-gone");
    let at = turns.iter().position(|turn| turn.id == cut && turn.cut).ok_or_else(gone)?;
    let asks = |turn: &Turn| turn.speaker == Speaker::Person;
    let went_on = |turn: &Turn| turn.speaker == Speaker::Pstral && turn.state == TurnState::Complete;
    let since = &turns[at + 1..];
    if since.iter().any(asks) {
        return Err(text("continue-late"));
    }
    if since.iter().any(went_on) {
        return Err(text("continue-used"));
    }
    let asked = turns[..at].iter().rposition(asks).ok_or_else(gone)?;
    // A part that broke off has been read as well.
    let parts = turns[asked..].iter().filter(|turn| turn.speaker == Speaker::Pstral && turn.proposal.is_none());
    let said = parts.map(|turn| turn.text.as_str()).collect();
    let earlier = || asked_back(&turns[..=asked])?.target.clone();
    let target = turns[asked].target.clone().or_else(earlier);
    Ok(Continued { cut, asked: turns[asked].clone(), target, said })
}
