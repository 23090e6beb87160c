//! From a question to an answer and, where it holds a statement, a proposal.

use std::sync::Arc;

use futures::{FutureExt as _, select_biased};
use tokio_util::sync::CancellationToken;

use super::answer::Answered;
use super::asker::Asker;
use super::context::Example;
use super::ledger::within;
use super::{Pipeline, Schema, Target, Trouble, VerifiedUse};
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Conversation, Mode, NewTurn, Outgoing, Speaker, TurnState, VerifiedQuery,
};
use crate::ports::ModelError;
use crate::text::text;

/// A question about data: who asks it, where, and of what.
pub(super) struct Inquiry<'a> {
    pub(super) asker: &'a Asker,
    pub(super) conversation: &'a Conversation,
    pub(super) target: Arc<Target>,
    pub(super) schema: Arc<Schema>,
    pub(super) question: &'a str,
}

impl Pipeline {
    /// Answers a question.
    pub(super) async fn ask(&self, asker: &Asker, words: &str) -> Result<(), Trouble> {
        let question = self.accept(words)?;
        let Some(work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(Trouble::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        let now = self.parts.clock.now();
        let conversation = self.parts.conversations.current(asker.user.id, &asker.place, now).await?;
        self.record(AuditEvent {
            detail: Some(question.to_owned()),
            ..within(self.event(asker, AuditAction::Question, AuditStatus::Ok), &conversation)
        })
        .await?;
        self.remember_question(&conversation, question).await?;
        match conversation.mode {
            Mode::Sql => self.ask_for_data(asker, &conversation, question, &work.stop).await,
            Mode::Chat => self.ask_to_chat(asker, &conversation, &work.stop).await,
        }
    }

    /// A question that can be worked with.
    fn accept<'a>(&self, words: &'a str) -> Result<&'a str, Trouble> {
        let question = words.trim();
        let limit = self.parts.settings.max_question_chars;
        if question.is_empty() {
            return Err(Trouble::Tell(text("question-empty")));
        }
        if question.chars().count() > limit {
            return Err(Trouble::Tell(text("question-too-long").count("limit", limit as u64)));
        }
        let strange = question.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
        if strange > 0 {
            return Err(Trouble::Tell(text("question-not-text")));
        }
        Ok(question)
    }

    async fn remember_question(&self, conversation: &Conversation, question: &str) -> Result<(), Trouble> {
        if conversation.title.is_empty() {
            let title: String = question.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
            self.parts.conversations.set_title(conversation.id, &title).await?;
        }
        let turn = NewTurn {
            conversation: conversation.id,
            speaker: Speaker::Person,
            text: question.to_owned(),
            state: TurnState::Complete,
            at: self.parts.clock.now(),
        };
        self.parts.conversations.add_turn(&turn).await?;
        Ok(())
    }

    async fn ask_for_data(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        question: &str,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        let target = self.target_of(question, &asker.place)?;
        let verified = self.parts.knowledge.verified(&target.name).await?;
        let schema = select_biased! {
            () = stop.cancelled().fuse() => return Err(Trouble::Tell(text("answer-stopped"))),
            schema = self.schema(asker.user.role, &target, &verified).fuse() => schema?,
        };
        let inquiry = Inquiry { asker, conversation, target, schema, question };
        let matched = self.verified_match(&inquiry, &verified);
        if let (Some(matched), VerifiedUse::Offer) = (&matched, self.parts.settings.verified) {
            return self.offer_verified(&inquiry, matched, None).await;
        }
        let examples = inquiry.examples(&verified, self.parts.settings.examples);
        let request = self.data_request(&inquiry, &examples).await?;
        match self.stream_answer(asker, conversation, request, stop).await? {
            Answered::NotBegun(error) => match matched {
                Some(matched) => self.offer_verified(&inquiry, &matched, Some(&error)).await,
                None => self.suggest(&inquiry, &verified, &examples, &error).await,
            },
            Answered::Begun(mut answer) => {
                let offer = self.offer_from(&inquiry, &answer).await;
                self.close_answer(asker, conversation, &mut answer, offer).await
            }
        }
    }

    async fn ask_to_chat(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        let request = self.chat_request(asker, conversation).await?;
        match self.stream_answer(asker, conversation, request, stop).await? {
            Answered::NotBegun(error) => Err(Trouble::Tell(error.text())),
            Answered::Begun(mut answer) => self.close_answer(asker, conversation, &mut answer, Ok(None)).await,
        }
    }

    /// The model does not answer: questions that can be answered without it are shown.
    async fn suggest(
        &self,
        inquiry: &Inquiry<'_>,
        verified: &[VerifiedQuery],
        nearest: &[Example],
        error: &ModelError,
    ) -> Result<(), Trouble> {
        let locale = inquiry.asker.user.locale;
        let (heading, samples) = match nearest {
            [] => ("suggestions-any", inquiry.samples(verified, self.parts.settings.examples)),
            near => ("suggestions", near.to_vec()),
        };
        let mut answer = error.text().render(locale);
        if !samples.is_empty() {
            answer.push_str("\n\n");
            answer.push_str(&text(heading).render(locale));
            for sample in samples {
                answer.push_str("\n- ");
                answer.push_str(&sample.asked());
            }
        }
        self.show(inquiry.asker, &Outgoing::text(answer)).await;
        Ok(())
    }
}
