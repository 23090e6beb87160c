//! From a question to an answer and, where it holds a statement, a proposal.
//!
//! The stages, in order: capability and length, one answer at a time, quota, audit, the question that it belongs to,
//! target and schemas, the place of the answer, verified queries, the model, its statement, the end of the message.

use std::sync::Arc;

use futures::{FutureExt as _, select_biased};

use crate::access::gate::Access;
use crate::access::gauge::QuotaKind;
use crate::asker::Asker;
use crate::attached::own_words;
use crate::context::{DataBrief, Example, asks};
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Capability, Conversation, Mode, ReviewReason};
use crate::egress::fit;
use crate::error::PipelineError;
use crate::history::History;
use crate::knowledge::{VerifiedSet, without_slots};
use crate::outbox::finalize::Asked;
use crate::outbox::running::{Running, Stop, Work, still_answering};
use crate::outbox::send::Outbox;
use crate::pipeline::briefing::Briefings;
use crate::pipeline::corrections::Corrections;
use crate::pipeline::endings::Endings;
use crate::pipeline::exchange::{Exchange, ExchangeEnd};
use crate::pipeline::inquiry::{Inquiry, Question};
use crate::pipeline::offer::Offer;
use crate::pipeline::streaming::AnswerStreamer;
use crate::pipeline::suggested::SuggestedQuestions;
use crate::pipeline::verified::{Matched, VerifiedAnswers};
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::{Settings, VerifiedUse};
use crate::stewardship::ReviewList;
use crate::targets::audience::names_any;
use crate::targets::{Schemas, Target, Targets};
use crate::text::text;

/// The material that answers a question: its target, verified queries and schemas.
struct Ground {
    target: Arc<Target>,
    verified: Arc<VerifiedSet>,
    schemas: Arc<Schemas>,
}

/// Answers questions.
pub(crate) struct Questions {
    pub(crate) settings: Arc<Settings>,
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) history: Arc<History>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) answer_streamer: Arc<AnswerStreamer>,
    pub(crate) corrections: Arc<Corrections>,
    pub(crate) verified: Arc<VerifiedAnswers>,
    pub(crate) suggested: SuggestedQuestions,
    pub(crate) review_list: Arc<ReviewList>,
}

impl Questions {
    /// Answers a question; `target` is the name of the one that was chosen for it.
    pub(crate) async fn ask(&self, asker: &Asker, words: &str, target: Option<&str>) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, words, text("ask-not-allowed")).await?;
        let question = match self.accept(words) {
            Ok(question) => question,
            Err(trouble) => {
                self.note_refused(asker, words.trim()).await?;
                return Err(trouble);
            }
        };
        let work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        work.answers(&asker.actor.platform, &asker.event);
        let conversation = self.history.current(asker).await?;
        let question = self.suggested.question(conversation.id, question)?;
        let question = Asked { text: question, target: target.map(str::to_owned) };
        self.ask_within(asker, &conversation, &question, &work).await
    }

    /// A question that can be worked with.
    fn accept<'a>(&self, words: &'a str) -> Result<&'a str, PipelineError> {
        let question = words.trim();
        let limit = self.settings.max_question_chars;
        if question.is_empty() {
            return Err(PipelineError::Tell(text("question-empty")));
        }
        if question.chars().count() > limit {
            return Err(PipelineError::Tell(text("question-too-long").count("limit", limit as u64)));
        }
        let strange = question.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
        if strange > 0 {
            return Err(PipelineError::Tell(text("question-not-text")));
        }
        Ok(question)
    }

    /// Records a question that could not be processed, unless it is empty.
    async fn note_refused(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if words.is_empty() {
            return Ok(());
        }
        let refused = self.recorder.event(asker, AuditAction::Question, AuditStatus::Refused);
        self.recorder.record(AuditEvent { detail: Some(fit(words, 200)), ..refused }).await
    }

    /// Answers a question in a conversation.
    pub(crate) async fn ask_within(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        question: &Asked,
        work: &Work,
    ) -> Result<(), PipelineError> {
        self.access.consume_quota(asker, QuotaKind::Questions).await?;
        let Asked { text, target } = question;
        let words = target.as_ref().map_or_else(|| text.clone(), |target| format!("{text} ({target})"));
        self.recorder
            .record(AuditEvent {
                detail: Some(words),
                ..within(self.recorder.event(asker, AuditAction::Question, AuditStatus::Ok), conversation)
            })
            .await?;
        let turn = self.history.remember_question(conversation, text, target.as_deref()).await?;
        work.set_question_turn(turn);
        match conversation.mode {
            Mode::Sql => {
                let alone = Question::alone(text, target.as_deref(), turn);
                self.ask_for_data(asker, conversation, alone, work).await
            }
            Mode::Chat => self.ask_to_chat(asker, conversation, &work.stop).await,
        }
    }

    /// Decides what a question about data is, what answers it, and where it is answered.
    async fn ask_for_data(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        alone: Question,
        work: &Work,
    ) -> Result<(), PipelineError> {
        let question = match self.briefings.join_clarification(conversation, alone.clone()).await? {
            // Whoever asks something that was answered before asks it anew.
            Question { may_ask: false, .. } if self.is_verified(asker, &alone, &work.stop).await => alone,
            whole => whole,
        };
        let Some(ground) = self.ground_of(asker, &question, &work.stop).await? else {
            return Ok(());
        };
        let Ground { target, verified, schemas } = &ground;
        let inquiry_of = |asker| {
            Inquiry::new(asker, conversation, &question, Arc::clone(target), schemas, &self.settings)
                .with_terms_of(verified)
        };
        let here = inquiry_of(asker);
        let matched = |schema| self.verified.matched(&question.text, schema, verified);
        let offered = matched(&here.common);
        if offered.is_some() || !(here.names_more() || matched(&here.schema).is_some()) {
            return self.answer(&here, offered, verified, &work.stop).await;
        }
        let reader = self.outbox.open_private(asker).await?;
        if !work.add_place(asker.user.id, &reader.place) {
            return Err(still_answering(asker));
        }
        self.outbox.notify_in_place(asker, &text("answer-in-private")).await;
        let there = inquiry_of(&reader);
        self.answer(&there, matched(&there.common), verified, &work.stop).await
    }

    /// Gathers the material that answers a question; nothing if its work ended and nobody is to be told.
    async fn ground_of(
        &self,
        asker: &Asker,
        question: &Question,
        stop: &Stop,
    ) -> Result<Option<Ground>, PipelineError> {
        let target = self.targets.target_of(&question.text, question.target.as_deref(), &asker.place)?;
        self.targets.require_here(asker, &target).await?;
        let verified = self.targets.verified(&target).await?;
        let schemas = select_biased! {
            () = stop.token.cancelled().fuse() => return match stop.withdrawn() {
                Some(_) => Ok(None),
                None => Err(PipelineError::Tell(stop.told())),
            },
            schemas = self.targets.schemas_with(&target, &verified).fuse() => schemas?,
        };
        Ok(Some(Ground { target, verified, schemas }))
    }

    /// True if a verified query answers these words as they stand.
    async fn is_verified(&self, asker: &Asker, alone: &Question, stop: &Stop) -> bool {
        let named = self.targets.target_of(&alone.text, alone.target.as_deref(), &asker.place);
        if !named.is_ok_and(|target| target.terms.answers_on(&asker.place.platform)) {
            return false;
        }
        let Ok(Some(Ground { verified, schemas, .. })) = self.ground_of(asker, alone, stop).await else { return false };
        self.verified
            .matched(&alone.text, &schemas.of(&asker.user.role), &verified)
            .is_some_and(|matched| matched.exact)
    }

    /// Answers a question about data where it is to be answered.
    async fn answer(
        &self,
        inquiry: &Inquiry<'_>,
        matched: Option<Matched>,
        verified: &VerifiedSet,
        stop: &Stop,
    ) -> Result<(), PipelineError> {
        if let (Some(matched), VerifiedUse::Offer) = (&matched, self.settings.verified) {
            return self.verified.offer(inquiry, matched, None).boxed().await;
        }
        let examples = inquiry.examples(verified, self.settings.examples);
        let data = Some(inquiry.data(&examples));
        let mut exchange = self.ask_model(inquiry.asker, inquiry.conversation, data, stop).await?;
        match exchange.end {
            ExchangeEnd::Answered(_) => {
                let offer = self.corrections.offer_corrected(inquiry, &mut exchange).boxed().await;
                let offer = offer.map(|offer| offer.map(|offer| offer.with_readings(inquiry)));
                if !asks(exchange.text()) {
                    self.list_unanswered(inquiry, offer.as_ref().ok().and_then(Option::as_ref)).await;
                }
                self.endings.close_answer(&mut exchange, offer).boxed().await
            }
            ExchangeEnd::Failed(_) | ExchangeEnd::Full(_) => {
                if let Some(matched) = matched {
                    return self.verified.offer(inquiry, &matched, Some(exchange)).boxed().await;
                }
                self.list_unanswered(inquiry, None).await;
                let suggested = self.suggested(inquiry, verified, examples);
                self.endings.tell_unanswered(&mut exchange, &suggested).boxed().await
            }
            ExchangeEnd::Closed => Ok(()),
        }
    }

    /// Puts a question on the stewards' list if nothing was offered that can run, and it is about the data.
    async fn list_unanswered(&self, inquiry: &Inquiry<'_>, offer: Option<&Offer>) {
        let question = own_words(&inquiry.question.text);
        if offer.is_some_and(|offer| !offer.refused) || !names_any(&question, &inquiry.common.catalog) {
            return;
        }
        let (reason, proposal) = (ReviewReason::Unanswered, offer.map(|offer| offer.proposal.clone()));
        self.review_list.add(&inquiry.target.name, &question, reason, proposal, inquiry.conversation.id).await;
    }

    async fn ask_to_chat(&self, asker: &Asker, conversation: &Conversation, stop: &Stop) -> Result<(), PipelineError> {
        let mut exchange = self.ask_model(asker, conversation, None, stop).await?;
        match exchange.end {
            ExchangeEnd::Answered(_) => self.endings.close_answer(&mut exchange, Ok(None)).boxed().await,
            ExchangeEnd::Failed(_) | ExchangeEnd::Full(_) => {
                self.endings.tell_unanswered(&mut exchange, "").boxed().await
            }
            ExchangeEnd::Closed => Ok(()),
        }
    }

    /// Asks the model and shows its answer as it comes: about data, or, without any, about whatever else. Where the
    /// server finds the prompt too long after all, it is made smaller once.
    async fn ask_model<'a>(
        &self,
        asker: &'a Asker,
        conversation: &'a Conversation,
        data: Option<DataBrief<'_>>,
        stop: &'a Stop,
    ) -> Result<Exchange<'a>, PipelineError> {
        let briefing = self.briefings.briefing(asker, conversation, data, usize::MAX).await?;
        let mut exchange = self.answer_streamer.begin(asker, conversation, stop).await?;
        let briefing = match briefing {
            Ok(briefing) => briefing,
            Err(error) => {
                exchange.end = ExchangeEnd::Failed(error);
                self.endings.record_unanswered(&mut exchange).boxed().await?;
                return Ok(exchange);
            }
        };
        let smaller = briefing.tokens / 4 * 3;
        self.answer_streamer.stream(&mut exchange, briefing).await?;
        if exchange.is_too_long() {
            self.briefings.learn_too_long();
            if let Ok(smaller) = self.briefings.briefing(asker, conversation, data, smaller).await? {
                self.answer_streamer.stream_smaller_prompt(&mut exchange, smaller).await?;
            }
        }
        self.briefings.learn_size(&exchange);
        Ok(exchange)
    }

    /// The model does not answer: questions that can be answered without it are shown, to be chosen by their number.
    fn suggested(&self, inquiry: &Inquiry<'_>, verified: &VerifiedSet, nearest: Vec<Example>) -> String {
        let (heading, samples) = match nearest {
            none if none.is_empty() => ("suggestions-any", inquiry.samples(verified, self.settings.examples)),
            near => ("suggestions", near),
        };
        if samples.is_empty() {
            return String::new();
        }
        let heading = if self.settings.is_demo {
            text("suggestions-in-demo").count("count", verified.questions().count() as u64)
        } else {
            text(heading)
        };
        let heading = heading.with("prefix", inquiry.asker.prefix()).render(inquiry.asker.user.locale);
        let questions: Vec<String> = samples.iter().map(|sample| without_slots(&sample.question)).collect();
        let numbered = questions.iter().zip(1..);
        let lines = numbered
            .fold(format!("\n\n{heading}"), |lines, (question, number)| format!("{lines}\n{number}. {question}"));
        self.suggested.remember(inquiry.conversation.id, questions);
        lines
    }
}
