//! From a question to an answer and, where it holds a statement, a proposal.

use std::sync::Arc;

use futures::{FutureExt as _, select_biased};

use crate::access::gate::Access;
use crate::access::gauge::Counted;
use crate::asker::Asker;
use crate::context::Example;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Capability, Conversation, Mode, Outgoing, VerifiedQuery};
use crate::egress::{Streamed, fit};
use crate::error::PipelineError;
use crate::history::History;
use crate::outbox::buttons::retry_button;
use crate::outbox::running::{Running, Stop, Work};
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::briefing::{Briefings, Whole};
use crate::pipeline::corrections::Corrections;
use crate::pipeline::endings::Endings;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::streaming::{Answers, Reached};
use crate::pipeline::unanswered::Unanswered;
use crate::pipeline::verified::{Matched, VerifiedAnswers, asked};
use crate::ports::Knowledge;
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::{Settings, VerifiedUse};
use crate::targets::{Schemas, Target, Targets};
use crate::text::text;

/// The material that answers a question: its target, verified queries and schemas.
struct Ground {
    target: Arc<Target>,
    verified: Vec<VerifiedQuery>,
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
    pub(crate) answers: Arc<Answers>,
    pub(crate) corrections: Arc<Corrections>,
    pub(crate) verified: Arc<VerifiedAnswers>,
    pub(crate) knowledge: Arc<dyn Knowledge>,
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
        let Some(work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        work.answers(&asker.actor.platform, &asker.event);
        let conversation = self.history.current(asker).await?;
        self.ask_within(asker, &conversation, (question, target), &work).await
    }

    /// Answers a question in a conversation.
    pub(crate) async fn ask_within(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        (question, target): (&str, Option<&str>),
        work: &Work,
    ) -> Result<(), PipelineError> {
        self.access.within_quota(asker, Counted::Questions).await?;
        let words = target.map_or_else(|| question.to_owned(), |target| format!("{question} ({target})"));
        self.recorder
            .record(AuditEvent {
                detail: Some(words),
                ..within(self.recorder.event(asker, AuditAction::Question, AuditStatus::Ok), conversation)
            })
            .await?;
        let turn = self.history.remember_question(conversation, question, target).await?;
        work.is_asked_in(turn);
        match conversation.mode {
            Mode::Sql => self.ask_for_data(asker, conversation, Whole::alone(question, target, turn), work).await,
            Mode::Chat => self.ask_to_chat(asker, conversation, &work.stop).await,
        }
    }

    /// Records a question that could not be processed, unless it is empty.
    async fn note_refused(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if words.is_empty() {
            return Ok(());
        }
        let refused = self.recorder.event(asker, AuditAction::Question, AuditStatus::Refused);
        self.recorder.record(AuditEvent { detail: Some(fit(words, 200)), ..refused }).await
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

    async fn ask_for_data(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        alone: Whole,
        work: &Work,
    ) -> Result<(), PipelineError> {
        let whole = match self.briefings.with_what_it_answers(conversation, alone.clone()).await? {
            // Whoever asks something that was answered before asks it anew.
            Whole { may_ask: false, .. } if self.is_verified(asker, &alone, &work.stop).await => alone,
            whole => whole,
        };
        let Some(Ground { target, verified, schemas }) = self.ground_of(asker, &whole, &work.stop).await? else {
            return Ok(());
        };
        let Whole { question, asked, may_ask, .. } = whole;
        let question = question.as_str();
        let settings = &self.settings;
        let here = Inquiry::new((asker, conversation), Arc::clone(&target), settings, &schemas, question);
        let here = Inquiry { asked: asked.clone(), may_ask, ..here };
        let matched = self.verified.matched(question, &here.common, &verified);
        let theirs_alone = || self.verified.matched(question, &here.schema, &verified).is_some();
        if matched.is_some() || !(here.names_more() || theirs_alone()) {
            return self.answer(&here, matched, &verified, &work.stop).await;
        }
        let reader = self.outbox.in_private(asker).await?;
        if !work.also_in(asker.user.id, &reader.place) {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        }
        self.outbox.tell_here(asker, &text("answer-in-private")).await;
        let alone = Inquiry::new((&reader, conversation), target, settings, &schemas, question);
        let alone = Inquiry { asked, may_ask, ..alone };
        let matched = self.verified.matched(question, &alone.common, &verified);
        self.answer(&alone, matched, &verified, &work.stop).await
    }

    /// Gathers the material that answers a question; nothing if its work ended and nobody is to be told.
    async fn ground_of(&self, asker: &Asker, whole: &Whole, stop: &Stop) -> Result<Option<Ground>, PipelineError> {
        let target = self.targets.target_of(&whole.question, whole.target.as_deref(), &asker.place)?;
        self.targets.require_here(asker, &target).await?;
        let verified = self.knowledge.verified(&target.name).await?;
        let schemas = select_biased! {
            () = stop.token.cancelled().fuse() => return match stop.withdrawn() {
                Some(_) => Ok(None),
                None => Err(PipelineError::Tell(text("answer-stopped"))),
            },
            schemas = self.targets.schemas_with(&target, &verified).fuse() => schemas?,
        };
        Ok(Some(Ground { target, verified, schemas }))
    }

    /// True if a verified query answers these words as they stand.
    async fn is_verified(&self, asker: &Asker, alone: &Whole, stop: &Stop) -> bool {
        let Ok(Some(Ground { verified, schemas, .. })) = self.ground_of(asker, alone, stop).await else { return false };
        self.verified
            .matched(&alone.question, &schemas.of(&asker.user.role), &verified)
            .is_some_and(|matched| matched.exact)
    }

    /// Answers a question about data where it is to be answered.
    async fn answer(
        &self,
        inquiry: &Inquiry<'_>,
        matched: Option<Matched>,
        verified: &[VerifiedQuery],
        stop: &Stop,
    ) -> Result<(), PipelineError> {
        if let (Some(matched), VerifiedUse::Offer) = (&matched, self.settings.verified) {
            return self.verified.offer(inquiry, matched, None).boxed().await;
        }
        let examples = inquiry.examples(verified, self.settings.examples);
        let data = Some(inquiry.data(&examples));
        match self.answers.ask_model(inquiry.asker, inquiry.conversation, data, stop).await? {
            Reached::Answer(mut answer, briefing) => {
                let offer = self.corrections.offer_corrected(inquiry, &mut answer, *briefing, stop).boxed().await;
                if let (Streamed::Stopped, Some(why)) = (&answer.ended, stop.withdrawn()) {
                    return self.endings.withdraw(inquiry.asker, inquiry.conversation, *answer, why).boxed().await;
                }
                self.endings.close_answer(inquiry.asker, inquiry.conversation, &mut answer, offer).boxed().await
            }
            Reached::Unanswered(unanswered) => match matched {
                Some(matched) => self.verified.offer(inquiry, &matched, Some(*unanswered)).boxed().await,
                None => self.suggest(inquiry, verified, &examples, *unanswered).boxed().await,
            },
            Reached::Withdrawn => Ok(()),
        }
    }

    async fn ask_to_chat(&self, asker: &Asker, conversation: &Conversation, stop: &Stop) -> Result<(), PipelineError> {
        match self.answers.ask_model(asker, conversation, None, stop).await? {
            Reached::Answer(mut answer, _) => {
                self.endings.close_answer(asker, conversation, &mut answer, Ok(None)).boxed().await
            }
            Reached::Unanswered(unanswered) => {
                let locale = asker.user.locale;
                let buttons = vec![retry_button(unanswered.turn, locale)];
                let sentence = unanswered.sentence(asker, &self.settings).render(locale);
                let message = Outgoing { buttons, ..Outgoing::text(signed(asker, &sentence)) };
                self.endings.close_unanswered(asker, *unanswered, &message).boxed().await.map(drop)
            }
            Reached::Withdrawn => Ok(()),
        }
    }

    /// The model does not answer: questions that can be answered without it are shown.
    async fn suggest(
        &self,
        inquiry: &Inquiry<'_>,
        verified: &[VerifiedQuery],
        nearest: &[Example],
        unanswered: Unanswered,
    ) -> Result<(), PipelineError> {
        let locale = inquiry.asker.user.locale;
        let (heading, samples) = match nearest {
            [] => ("suggestions-any", inquiry.samples(verified, self.settings.examples)),
            near => ("suggestions", near.to_vec()),
        };
        let mut answer = unanswered.sentence(inquiry.asker, &self.settings).render(locale);
        if !samples.is_empty() {
            answer.push_str("\n\n");
            answer.push_str(&text(heading).render(locale));
            for sample in samples {
                answer.push_str("\n- ");
                answer.push_str(&asked(&sample));
            }
        }
        let buttons = vec![retry_button(unanswered.turn, locale)];
        let message = Outgoing { buttons, ..Outgoing::text(signed(inquiry.asker, &answer)) };
        self.endings.close_unanswered(inquiry.asker, unanswered, &message).await.map(drop)
    }
}
