//! Asking the model, and its answer as a message that grows.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{Either, select};

use crate::asker::Asker;
use crate::context::Briefing;
use crate::domain::Conversation;
use crate::egress::{AnswerLimits, StreamEnd};
use crate::error::PipelineError;
use crate::history::is_aside;
use crate::models::{Asking, Full, ModelPool};
use crate::outbox::finalize::Finalizer;
use crate::outbox::running::Stop;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::endings::Endings;
use crate::pipeline::exchange::{Exchange, ExchangeEnd};
use crate::pipeline::prefetch::FirstTokens;
use crate::pipeline::waiting::Wait;
use crate::ports::{Clock, ModelError};
use crate::settings::Settings;
use crate::text::Text;

/// Asks the model, and shows its answer as it grows.
pub(crate) struct AnswerStreamer {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl AnswerStreamer {
    /// Begins an exchange: its turn, and the message that will be the answer.
    pub(crate) async fn begin<'a>(
        &self,
        asker: &'a Asker,
        conversation: &'a Conversation,
        stop: &'a Stop,
    ) -> Result<Exchange<'a>, PipelineError> {
        let aside = is_aside(&conversation.place, &asker.place);
        let turn = self.finalizer.begin_turn(conversation.id, None, aside).await?;
        Ok(Exchange::new(asker, conversation, stop, turn, self.outbox.live_message(asker)))
    }

    /// Asks the model and shows its answer as it comes, up to its end.
    pub(crate) async fn stream(&self, exchange: &mut Exchange<'_>, briefing: Briefing) -> Result<(), PipelineError> {
        let asker = exchange.asker;
        // From here on it may hold a slot, which does not wait for a platform.
        let asking = self.ask(exchange, briefing);
        let streamed = self.run_stream(exchange, asking);
        match select(asker.platform.typing(&asker.place), streamed.boxed()).await {
            Either::Left(((), streamed)) => streamed.await,
            Either::Right((streamed, _)) => streamed,
        }
    }

    /// Asks the model something else in place of what it could not answer.
    pub(crate) async fn stream_smaller_prompt(
        &self,
        exchange: &mut Exchange<'_>,
        briefing: Briefing,
    ) -> Result<(), PipelineError> {
        let asking = self.ask(exchange, briefing);
        self.run_stream(exchange, asking).boxed().await
    }

    /// Asks the model once more for an answer that came to nothing, in the same message, where a note says so. What it said
    /// is on record before it is put aside.
    pub(crate) async fn stream_correction(
        &self,
        exchange: &mut Exchange<'_>,
        briefing: Briefing,
        note: &Text,
    ) -> Result<(), PipelineError> {
        self.endings.record(exchange).await?;
        let began = self.clock.elapsed();
        exchange.live.put_aside();
        let note = signed(exchange.asker, &note.render(exchange.asker.user.locale));
        if let Err(error) = exchange.live.announce(&note, &self.finalizer.on_sent(exchange.turn)).await {
            tracing::info!(%error, turn = exchange.turn.0, "correction note not shown");
        }
        let streamed = match self.ask(exchange, briefing) {
            Ok(asking) => self.hear(exchange, asking).await,
            Err(_) => StreamEnd::Failed(ModelError::Busy),
        };
        exchange.end = ExchangeEnd::Answered(streamed);
        exchange.duration_ms = Some(self.clock.millis_since(began));
        Ok(())
    }

    /// Joins the queue of the model.
    fn ask(&self, exchange: &mut Exchange<'_>, briefing: Briefing) -> Result<Asking, Full> {
        let asking = self.model.ask(exchange.asker.user.id, briefing.request.clone());
        (exchange.briefing, exchange.duration_ms, exchange.spaces) = (Some(briefing), None, String::new());
        exchange.first_text = None;
        asking
    }

    /// Follows the answer, and closes the exchange or records its end where there is none.
    async fn run_stream(&self, exchange: &mut Exchange<'_>, asking: Result<Asking, Full>) -> Result<(), PipelineError> {
        let began = self.clock.elapsed();
        exchange.end = match asking {
            Err(full) => ExchangeEnd::Full(full),
            Ok(asking) => {
                let streamed = self.hear(exchange, asking).await;
                exchange.duration_ms = Some(self.clock.millis_since(began));
                match streamed {
                    StreamEnd::Failed(error) if exchange.live.text().is_empty() => ExchangeEnd::Failed(error),
                    streamed => ExchangeEnd::Answered(streamed),
                }
            }
        };
        if let Some(why) = exchange.withdrawn() {
            return self.endings.withdraw(exchange, why).boxed().await;
        }
        if exchange.is_answered() { Ok(()) } else { self.endings.record_unanswered(exchange).boxed().await }
    }

    /// Waits for the answer and follows it to its end; says how it ended.
    async fn hear(&self, exchange: &mut Exchange<'_>, asking: Asking) -> StreamEnd {
        let (on_sent, limits) = (self.finalizer.on_sent(exchange.turn), self.settings.answer);
        let began = self.clock.elapsed();
        let wait = Wait { clock: &*self.clock, settings: &self.settings, asker: exchange.asker };
        // What follows takes longer and less room.
        let first = wait.first_tokens(&mut exchange.live, asking, exchange.stop, &on_sent).boxed().await;
        let FirstTokens { stream, took, spaces, thought } = match first {
            Ok(first) => first,
            Err(ended) => return ended,
        };
        (exchange.spaces, exchange.first_text) = (spaces, Some(self.clock.elapsed().saturating_sub(began)));
        exchange.live.has_thought(thought);
        let limits = AnswerLimits { time: limits.time.saturating_sub(took), ..limits };
        match exchange.live.follow(stream, &exchange.stop.token, limits, &on_sent).await {
            StreamEnd::TooSlow if exchange.live.text().trim().is_empty() => {
                StreamEnd::Failed(ModelError::Timeout { seconds: self.settings.answer.time.as_secs() })
            }
            other => other,
        }
    }
}
