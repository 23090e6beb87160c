//! Endings of an answer's message: its text and the state of its statement, or the reason there is none.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::domain::{AnswerId, AuditAction, AuditDelivery, AuditEvent, Mode, Outgoing, TurnEnd, TurnState, sha256};
use crate::egress::{AnswerLayout, whole};
use crate::error::PipelineError;
use crate::models::ModelPool;
use crate::outbox::buttons::{continue_button, rating_buttons};
use crate::outbox::finalize::Finalizer;
use crate::outbox::running::Stopped;
use crate::outbox::signature::signed;
use crate::pipeline::exchange::{Exchange, ExchangeEnd};
use crate::pipeline::offer::Offer;
use crate::pipeline::proposal_maker::ProposalMaker;
use crate::pipeline::unsupported_claims;
use crate::ports::Conversations;
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::{KeptAnswers, Settings};
use crate::text::{Text, text};

/// Ends answers.
pub(crate) struct Endings {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    /// Answers that are recorded at the same time.
    pub(crate) recording: Semaphore,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl Endings {
    /// Brings the message of an answer to its last state: text, what became of its statement, why it ended early. What
    /// could not be recorded is not offered; the message ends all the same. One that nobody wants any more is taken back.
    pub(crate) async fn close_answer(
        &self,
        exchange: &mut Exchange<'_>,
        offer: Result<Option<Offer>, PipelineError>,
    ) -> Result<(), PipelineError> {
        if let Some(why) = exchange.withdrawn() {
            return self.withdraw(exchange, why).await;
        }
        let Exchange { asker, conversation, .. } = *exchange;
        let locale = asker.user.locale;
        let recorded = self.record(exchange).await;
        // A platform may be slow, and prompts are long.
        exchange.briefing = None;
        let mut end = TurnEnd { text: exchange.written(), ..TurnEnd::words("", exchange.state()) };
        let mut is_unrecorded = false;
        let is_about_data = conversation.mode == Mode::Sql;
        let marked =
            |mark: Option<Text>| mark.filter(|_| is_about_data).map(|mark| mark.render(locale)).unwrap_or_default();
        let heading = marked(unsupported_claims::warning_for_text(exchange.text()));
        let (mut messages, mut buttons) = match recorded.and(offer) {
            // What the model wrote around it goes with it: it was written of what not everybody may see.
            Ok(Some(offer)) if offer.is_barred() => {
                let proposal = offer.proposal.clone();
                let said = self.proposal_maker.placed(asker, offer, str::to_owned).await;
                end.text = Arc::new(said.text.clone());
                end.proposal = Some(proposal);
                (
                    self.finalizer
                        .lay_out_messages(asker, AnswerLayout { ours: &said.text, ..AnswerLayout::default() })
                        .await,
                    said.buttons,
                )
            }
            Ok(Some(offer)) => {
                end.proposal = Some(offer.proposal.clone());
                let heading = &marked(unsupported_claims::warning_beside_statement(&offer, exchange.text()));
                let laid = self
                    .finalizer
                    .lay_out_messages(asker, AnswerLayout { heading, ..offer.within(exchange.text()) })
                    .await;
                (laid.with_statement(offer.files), offer.buttons)
            }
            Ok(None) => {
                let ours = exchange.why(&self.settings).map(|why| why.render(locale)).unwrap_or_default();
                let rated = AnswerId::Turn(conversation.id, exchange.turn);
                let mut buttons = Vec::new();
                if exchange.is_cut() {
                    end.cut = true;
                    buttons.push(continue_button(exchange.turn, locale));
                }
                if end.state == TurnState::Complete {
                    buttons.extend(rating_buttons(&rated, locale));
                }
                let said =
                    AnswerLayout { heading: &heading, before: exchange.text(), ours: &ours, ..AnswerLayout::default() };
                (self.finalizer.lay_out_messages(asker, said).await, buttons)
            }
            Err(trouble) => {
                end.state = TurnState::Failed;
                is_unrecorded = matches!(trouble, PipelineError::NoAudit(_));
                let sentence = self.recorder.explain_error(trouble, self.recorder.incident(asker)).await;
                let ours = if is_unrecorded { text("answer-not-recorded") } else { sentence }.render(locale);
                let said =
                    AnswerLayout { heading: &heading, before: exchange.text(), ours: &ours, ..AnswerLayout::default() };
                (self.finalizer.lay_out_messages(asker, said).await, Vec::new())
            }
        };
        let stopped = end.state == TurnState::Stopped && exchange.before.is_none();
        if stopped || end.state == TurnState::Failed {
            buttons.push(exchange.again());
        }
        messages.last.buttons = buttons;
        let ended = self.finalizer.finalize(asker, &mut exchange.live, exchange.turn, &mut messages, &end).await;
        if is_unrecorded { ended.or_else(PipelineError::unless_unnoted) } else { ended }
    }

    /// Returns the audit's record of an answer: its text, or only its hash.
    fn kept_of(&self, answer: &str) -> String {
        match self.settings.kept_answers {
            KeptAnswers::Text => answer.to_owned(),
            KeptAnswers::Hash => format!("sha256 {}", sha256(answer)),
        }
    }

    /// Records an answer that has ended. Of thousands that end at once, few hold a copy of their text for that.
    pub(crate) async fn record(&self, exchange: &Exchange<'_>) -> Result<(), PipelineError> {
        let _turn = self.recording.acquire().await;
        self.recorder.record(self.event_of(exchange)).await
    }

    /// Builds the audit event of an exchange that has ended.
    fn event_of(&self, exchange: &Exchange<'_>) -> AuditEvent {
        let event = self.recorder.event(exchange.asker, AuditAction::Answer, exchange.status());
        let is_answered = exchange.is_answered();
        AuditEvent {
            detail: is_answered.then(|| self.kept_of(exchange.live.text())),
            error: exchange.error(),
            parameters: exchange.measures().json(),
            duration_ms: exchange.duration_ms,
            prompt_hash: exchange.prompt_hash(),
            delivery: is_answered.then_some(AuditDelivery::Here),
            model: Some(self.model.name().to_owned()),
            ..within(event, exchange.conversation)
        }
    }

    /// Records that a question gets no answer. Where it could not be, that is what the person is told.
    pub(crate) async fn record_unanswered(&self, exchange: &mut Exchange<'_>) -> Result<(), PipelineError> {
        match self.recorder.record(self.event_of(exchange)).await {
            Ok(()) => Ok(()),
            Err(trouble) => self.give_up(exchange, trouble).await,
        }
    }

    /// Tells what stood in the way, in place of what the person should have got instead of an answer.
    pub(crate) async fn give_up(
        &self,
        exchange: &mut Exchange<'_>,
        trouble: PipelineError,
    ) -> Result<(), PipelineError> {
        let asker = exchange.asker;
        let sentence = self.recorder.explain_error(trouble, self.recorder.incident(asker)).await;
        let message = Outgoing::text(signed(asker, &sentence.render(asker.user.locale)));
        self.close_unanswered(exchange, &message).await.or_else(PipelineError::unless_unnoted)
    }

    /// Says why there is no answer, with a button that tries again. `beside` follows the reason.
    pub(crate) async fn tell_unanswered(&self, exchange: &mut Exchange<'_>, beside: &str) -> Result<(), PipelineError> {
        let asker = exchange.asker;
        let why = exchange.why(&self.settings).map(|why| why.render(asker.user.locale)).unwrap_or_default();
        let sentence = signed(asker, &format!("{why}{beside}"));
        let message = Outgoing { buttons: vec![exchange.again()], ..Outgoing::text(sentence) };
        self.close_unanswered(exchange, &message).await
    }

    /// Shows what the person gets instead of an answer, in place of the message that said that they wait, where there is
    /// one.
    pub(crate) async fn close_unanswered(
        &self,
        exchange: &mut Exchange<'_>,
        message: &Outgoing,
    ) -> Result<(), PipelineError> {
        exchange.end = ExchangeEnd::Closed;
        let Exchange { asker, turn, live, .. } = exchange;
        let most = asker.platform.capabilities().length;
        let message = Outgoing { text: whole(&message.text, most), ..message.clone() };
        // The turn ends after the person was told, not before: a start in between finds it and tells them.
        self.finalizer.finalize(asker, live, *turn, &mut message.into(), &TurnEnd::words("", TurnState::Failed)).await
    }

    /// Ends an answer that nobody wants any more: what was shown of it is taken back, and nothing new is said.
    pub(crate) async fn withdraw(&self, exchange: &mut Exchange<'_>, why: Stopped) -> Result<(), PipelineError> {
        let (error, sentence) = match why {
            Stopped::TakenBack => ("the question was taken back", text("answer-taken-back")),
            Stopped::Reworded => ("the question was edited", text("answer-reworded")),
            Stopped::Left => ("removed from the place", text("answer-left")),
            Stopped::Asked | Stopped::ByAdmin => ("stopped", exchange.stop.told()),
        };
        let event = AuditEvent { error: Some(error.to_owned()), ..self.event_of(exchange) };
        exchange.end = ExchangeEnd::Closed;
        let recorded = self.recorder.record(event).await;
        let end = TurnEnd::words("", TurnState::Stopped);
        if exchange.live.sent().is_none() {
            self.conversations.finish_turn(exchange.turn, &end).await?;
            return recorded;
        }
        let Exchange { asker, turn, live, .. } = exchange;
        let message = Outgoing::text(signed(asker, &sentence.render(asker.user.locale)));
        self.finalizer.finalize(asker, live, *turn, &mut message.into(), &end).await?;
        recorded
    }
}
