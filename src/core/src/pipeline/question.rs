//! From a question to an answer and, where it holds a statement, a proposal.

use std::sync::Arc;

use futures::{FutureExt as _, select_biased};

use super::asker::Asker;
use super::audience::{Audience, signed};
use super::context::{Reached, Whole};
use super::ledger::within;
use super::own_conversations::title_of;
use super::quotas::Counted;
use super::retrying::retry_button;
use super::running::{Stop, Work};
use super::schema::Schemas;
use super::unanswered::Unanswered;
use super::verified::{Matched, asked};
use super::{Pipeline, PipelineError, Schema, Settings, Target, VerifiedUse};
use crate::attached::own_words;
use crate::context::{DataBrief, Example};
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Capability, Conversation, Mode, NewTurn, Outgoing, Place, Speaker, TurnId,
    TurnState, VerifiedQuery,
};
use crate::egress::{Streamed, fit};
use crate::text::text;

/// A question about data: who asks it, where, and of what.
pub(super) struct Inquiry<'a> {
    pub(super) asker: &'a Asker,
    pub(super) conversation: &'a Conversation,
    pub(super) target: Arc<Target>,
    /// What the asker may see.
    pub(super) schema: Arc<Schema>,
    /// What everybody may see who reads what is said.
    pub(super) common: Arc<Schema>,
    /// Who that is.
    pub(super) audience: Audience,
    pub(super) question: &'a str,
    /// Whether the model may ask something in return.
    pub(super) may_ask: bool,
}

/// What a question is answered from.
struct Ground {
    target: Arc<Target>,
    verified: Vec<VerifiedQuery>,
    schemas: Arc<Schemas>,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(
        (asker, conversation): (&'a Asker, &'a Conversation),
        target: Arc<Target>,
        settings: &Settings,
        schemas: &Schemas,
        question: &'a str,
    ) -> Self {
        let (role, place) = (&asker.user.role, &asker.place);
        let schema = schemas.of(role);
        let common = if place.private { Arc::clone(&schema) } else { schemas.of_all(&settings.welcome(role, place)) };
        let audience = Audience::of(settings, schemas, role, place);
        Self { asker, conversation, target, schema, common, audience, question, may_ask: true }
    }

    /// What the model is told of the target: only what everybody may see who reads the answer.
    pub(super) fn data<'b>(&'b self, examples: &'b [Example]) -> DataBrief<'b> {
        DataBrief {
            target: &self.target.name,
            description: &self.target.description,
            catalog: &self.common.catalog,
            question: self.question,
            examples,
            may_ask: self.may_ask,
        }
    }

    /// Whether what was asked where others read is shown to the asker alone.
    pub(super) fn is_aside(&self) -> bool {
        is_aside(&self.conversation.place, &self.asker.place)
    }
}

/// Whether what belongs to a conversation that others can read is shown where they cannot.
pub(super) fn is_aside(conversation: &Place, shown: &Place) -> bool {
    shown.private && !conversation.private
}

impl Pipeline {
    /// Answers a question.
    pub(super) async fn ask(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        self.require(asker, Capability::Ask, words, text("ask-not-allowed")).await?;
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
        let conversation = self.current(asker).await?;
        self.ask_within(asker, &conversation, question, &work).await
    }

    /// Answers a question in a conversation.
    pub(super) async fn ask_within(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        question: &str,
        work: &Work,
    ) -> Result<(), PipelineError> {
        self.within_quota(asker, Counted::Questions).await?;
        self.record(AuditEvent {
            detail: Some(question.to_owned()),
            ..within(self.event(asker, AuditAction::Question, AuditStatus::Ok), conversation)
        })
        .await?;
        work.is_asked_in(self.remember_question(conversation, question).await?);
        match conversation.mode {
            Mode::Sql => self.ask_for_data(asker, conversation, question, work).await,
            Mode::Chat => self.ask_to_chat(asker, conversation, &work.stop).await,
        }
    }

    /// What was asked and cannot be worked with is in the audit too, as far as it says something.
    async fn note_refused(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        if words.is_empty() {
            return Ok(());
        }
        let refused = self.event(asker, AuditAction::Question, AuditStatus::Refused);
        self.record(AuditEvent { detail: Some(fit(words, 200)), ..refused }).await
    }

    /// A question that can be worked with.
    fn accept<'a>(&self, words: &'a str) -> Result<&'a str, PipelineError> {
        let question = words.trim();
        let limit = self.parts.settings.max_question_chars;
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

    /// The conversation the asker is holding where they are. One that begins is in the mode of the place; in a thread, in
    /// that of what they hold in the channel, since that is where they say it before a thread is there.
    pub(super) async fn current(&self, asker: &Asker) -> Result<Conversation, PipelineError> {
        let (conversations, now) = (&self.parts.conversations, self.parts.clock.now());
        let (channel, places) = (asker.place.channel(), &self.parts.settings.places);
        let terms = places.of(&asker.place);
        let mut mode = terms.and_then(|terms| terms.mode).unwrap_or_default();
        // Unless it has terms of its own.
        if channel != asker.place && terms == places.of(&channel) {
            mode = conversations.current(asker.user.id, &channel, mode, now).await?.mode;
        }
        Ok(conversations.current(asker.user.id, &asker.place, mode, now).await?)
    }

    async fn remember_question(&self, conversation: &Conversation, question: &str) -> Result<TurnId, PipelineError> {
        if conversation.title.is_empty() {
            self.parts.conversations.set_title(conversation.id, &title_of(&own_words(question))).await?;
        }
        let turn = NewTurn {
            conversation: conversation.id,
            speaker: Speaker::Person,
            text: question.to_owned(),
            state: TurnState::Complete,
            proposal: None,
            at: self.parts.clock.now(),
            aside: false,
        };
        Ok(self.parts.conversations.add_turn(&turn).await?)
    }

    async fn ask_for_data(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        question: &str,
        work: &Work,
    ) -> Result<(), PipelineError> {
        let Whole { question, may_ask } = match self.with_what_it_answers(conversation, question).await? {
            // Whoever asks something that was answered before asks it anew.
            Whole { may_ask: false, .. } if self.is_verified(asker, question, &work.stop).await => {
                Whole::alone(question)
            }
            whole => whole,
        };
        let question = question.as_str();
        let Some(Ground { target, verified, schemas }) = self.ground_of(asker, question, &work.stop).await? else {
            return Ok(());
        };
        let settings = &self.parts.settings;
        let here = Inquiry::new((asker, conversation), Arc::clone(&target), settings, &schemas, question);
        let here = Inquiry { may_ask, ..here };
        let matched = self.verified_match(question, &here.common, &verified);
        let theirs_alone = || self.verified_match(question, &here.schema, &verified).is_some();
        if matched.is_some() || !(here.names_more() || theirs_alone()) {
            return self.answer(&here, matched, &verified, &work.stop).await;
        }
        let reader = self.in_private(asker).await?;
        if !work.also_in(asker.user.id, &reader.place) {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        }
        self.tell_here(asker, &text("answer-in-private")).await;
        let alone = Inquiry::new((&reader, conversation), target, settings, &schemas, question);
        let alone = Inquiry { may_ask, ..alone };
        let matched = self.verified_match(question, &alone.common, &verified);
        self.answer(&alone, matched, &verified, &work.stop).await
    }

    /// What a question is answered from; nothing where its work ended and nobody is to be told.
    async fn ground_of(&self, asker: &Asker, question: &str, stop: &Stop) -> Result<Option<Ground>, PipelineError> {
        let target = self.target_of(question, &asker.place)?;
        self.require_here(asker, &target).await?;
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schemas = select_biased! {
            () = stop.token.cancelled().fuse() => return match stop.withdrawn() {
                Some(_) => Ok(None),
                None => Err(PipelineError::Tell(text("answer-stopped"))),
            },
            schemas = self.schemas(&target, &verified).fuse() => schemas?,
        };
        Ok(Some(Ground { target, verified, schemas }))
    }

    /// Whether a verified query answers these words as they stand.
    async fn is_verified(&self, asker: &Asker, words: &str, stop: &Stop) -> bool {
        let Ok(Some(Ground { verified, schemas, .. })) = self.ground_of(asker, words, stop).await else { return false };
        self.verified_match(words, &schemas.of(&asker.user.role), &verified).is_some_and(|matched| matched.exact)
    }

    /// Answers a question about data where it is to be answered.
    async fn answer(
        &self,
        inquiry: &Inquiry<'_>,
        matched: Option<Matched>,
        verified: &[VerifiedQuery],
        stop: &Stop,
    ) -> Result<(), PipelineError> {
        if let (Some(matched), VerifiedUse::Offer) = (&matched, self.parts.settings.verified) {
            return self.offer_verified(inquiry, matched, None).boxed().await;
        }
        let examples = inquiry.examples(verified, self.parts.settings.examples);
        let data = Some(inquiry.data(&examples));
        match self.ask_model(inquiry.asker, inquiry.conversation, data, stop).await? {
            Reached::Answer(mut answer, briefing) => {
                let offer = self.offer_corrected(inquiry, &mut answer, *briefing, stop).boxed().await;
                if let (Streamed::Stopped, Some(why)) = (&answer.ended, stop.withdrawn()) {
                    return self.withdraw(inquiry.asker, inquiry.conversation, *answer, why).boxed().await;
                }
                self.close_answer(inquiry.asker, inquiry.conversation, &mut answer, offer).boxed().await
            }
            Reached::Unanswered(unanswered) => match matched {
                Some(matched) => self.offer_verified(inquiry, &matched, Some(*unanswered)).boxed().await,
                None => self.suggest(inquiry, verified, &examples, *unanswered).boxed().await,
            },
            Reached::Withdrawn => Ok(()),
        }
    }

    async fn ask_to_chat(&self, asker: &Asker, conversation: &Conversation, stop: &Stop) -> Result<(), PipelineError> {
        match self.ask_model(asker, conversation, None, stop).await? {
            Reached::Answer(mut answer, _) => {
                self.close_answer(asker, conversation, &mut answer, Ok(None)).boxed().await
            }
            Reached::Unanswered(unanswered) => {
                let locale = asker.user.locale;
                let buttons = vec![retry_button(unanswered.turn, locale)];
                let sentence = unanswered.sentence(asker, &self.parts.settings).render(locale);
                let message = Outgoing { buttons, ..Outgoing::text(signed(asker, &sentence)) };
                self.close_unanswered(asker, *unanswered, &message).boxed().await.map(drop)
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
            [] => ("suggestions-any", inquiry.samples(verified, self.parts.settings.examples)),
            near => ("suggestions", near.to_vec()),
        };
        let mut answer = unanswered.sentence(inquiry.asker, &self.parts.settings).render(locale);
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
        self.close_unanswered(inquiry.asker, unanswered, &message).await.map(drop)
    }
}
