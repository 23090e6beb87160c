//! Conversations: which one somebody is holding, what was said in it, and the statement it is about.
//!
//! Never shows anything.

pub(crate) mod latest;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Conversation, ConversationId, NewTurn, Origin, Place, Speaker, Turn, TurnId,
    TurnState,
};
use crate::egress::echo;
use crate::error::PipelineError;
use crate::harmless;
use crate::history::latest::{Latest, ShownAgain, offers_less};
use crate::outbox::finalize::Finalizer;
use crate::ports::{Clock, Conversations, Proposals};
use crate::recorder::Recorder;
use crate::settings::Settings;
use crate::targets::Targets;
use crate::text::text;

/// Conversations of somebody that are looked at for the latest of a channel.
const HELD: u32 = 100;

/// Conversations among others that are looked at for what was shown in private.
const ELSEWHERE: u32 = 20;

/// Characters of a title at most.
const TITLE: usize = 80;

/// Past turns of conversations, and the conversation a person is holding.
pub(crate) struct History {
    pub(crate) settings: Arc<Settings>,
    pub(crate) shown_again: ShownAgain,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
}

impl History {
    /// Returns the asker in the thread that holds their latest conversation, if they give a command in its channel:
    /// questions there are answered in threads. The reply is shown in that thread too.
    pub(crate) async fn where_held(&self, asker: &Asker) -> Result<Asker, PipelineError> {
        if asker.place.private || asker.place.channel() != asker.place {
            return Ok(asker.clone());
        }
        let held = self.conversations.of_user(asker.user.id, HELD).await?;
        let Some(latest) = held.into_iter().find(|one| one.place.channel() == asker.place) else {
            return Ok(asker.clone());
        };
        // What they wrote themselves in the channel since is in no turn.
        let own = self.current(asker).await?;
        let written = self.proposals.latest(own.id).await?.map(|proposal| proposal.created_at);
        let said = self.conversations.turns(latest.id, 1).await?.last().map(|turn| turn.at);
        let place = if written > said { asker.place.clone() } else { latest.place };
        Ok(Asker { place, ..asker.clone() })
    }

    /// The conversation the asker is holding where they are. One that begins is in the mode of the place; in a thread, in
    /// that of what they hold in the channel, since that is where they say it before a thread is there.
    pub(crate) async fn current(&self, asker: &Asker) -> Result<Conversation, PipelineError> {
        let (conversations, now) = (&self.conversations, self.clock.now());
        let (channel, places) = (asker.place.channel(), &self.settings.places);
        let terms = places.of(&asker.place);
        let mut mode = terms.and_then(|terms| terms.mode).unwrap_or_default();
        // Unless it has terms of its own.
        if channel != asker.place && terms == places.of(&channel) {
            mode = conversations.current(asker.user.id, &channel, mode, now).await?.mode;
        }
        Ok(conversations.current(asker.user.id, &asker.place, mode, now).await?)
    }

    /// Keeps a question, with the target that was chosen for it.
    pub(crate) async fn remember_question(
        &self,
        conversation: &Conversation,
        question: &str,
        target: Option<&str>,
    ) -> Result<TurnId, PipelineError> {
        if conversation.title.is_empty() {
            self.conversations.set_title(conversation.id, &title_of(&own_words(question))).await?;
        }
        let turn = NewTurn {
            conversation: conversation.id,
            speaker: Speaker::Person,
            text: question.to_owned(),
            state: TurnState::Complete,
            proposal: None,
            at: self.clock.now(),
            aside: false,
            target: target.map(str::to_owned),
        };
        Ok(self.conversations.add_turn(&turn).await?)
    }

    /// Refuses a conversation that was, or may have been, about a target which is not queried on the asker's platform.
    pub(crate) async fn require_all_here(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<(), PipelineError> {
        if !self.targets.is_told_here(asker, &conversation.place.platform) {
            return Err(PipelineError::Tell(
                text("conversation-not-here").with("platform", &conversation.place.platform.0),
            ));
        }
        let proposals = self.proposals.of_conversation(conversation.id).await?;
        let names: BTreeSet<String> = proposals.into_iter().map(|proposal| proposal.target).collect();
        for target in names.iter().filter_map(|name| self.targets.all.get(name)) {
            self.targets.require_here(asker, target).await?;
        }
        Ok(())
    }

    /// The asker's own conversation of that number. Of somebody else's they learn as much as of one that is not there.
    pub(crate) async fn own_conversation(
        &self,
        asker: &Asker,
        words: &str,
        tried: &str,
    ) -> Result<Conversation, PipelineError> {
        let prefix = asker.prefix();
        let Some(id) = number(words) else {
            return Err(PipelineError::NotFound(text("conversation-number").with("prefix", prefix)));
        };
        match self.conversations.conversation(id).await? {
            Some(conversation) if conversation.user == asker.user.id => return Ok(conversation),
            Some(_) => {
                let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
                self.recorder.record(AuditEvent { detail: Some(format!("{tried} {}", id.0)), ..denied }).await?;
            }
            None => {}
        }
        let sentence = text("conversation-unknown").with("prefix", prefix);
        Err(PipelineError::NotFound(sentence.with("number", echo(words))))
    }

    /// The last turns, wherever they were shown: which question belongs to which is the same everywhere.
    pub(crate) async fn recent_turns(&self, conversation: &Conversation) -> Result<Vec<Turn>, PipelineError> {
        Ok(self.conversations.turns(conversation.id, self.settings.history_turns + 1).await?)
    }

    /// The last statement that was offered here.
    pub(crate) async fn latest(&self, asker: &Asker) -> Result<Latest, PipelineError> {
        let conversation = self.current(asker).await?;
        let own = self.proposals.latest(conversation.id).await?;
        let mut last = self.finalizer.recorded_turns(conversation.id, 1).await?.pop();
        let written = own.as_ref().filter(|own| own.origin == Origin::Person).map(|own| own.created_at);
        if let Some(aside) = self.last_aside(asker).await?
            && last.as_ref().is_none_or(|last| last.id < aside.id)
            && written.is_none_or(|written| written < aside.at)
        {
            if let Some(id) = &aside.proposal
                && let Some(proposal) = self.proposals.get(id).await?
            {
                return Ok(Latest { proposal, since: None });
            }
            last = Some(aside);
        }
        let proposal = own.ok_or_else(|| PipelineError::Tell(text("no-proposal")))?;
        let since = last.filter(|turn| offers_less(turn, &proposal)).map(|turn| turn.id);
        Ok(Latest { since: since.filter(|turn| !self.shown_again.holds(&proposal.id, *turn)), proposal })
    }

    /// Finds, in a private place, the newest turn that the asker asked elsewhere among others, if it is the last of its
    /// conversation and it or its statement is shown here.
    async fn last_aside(&self, asker: &Asker) -> Result<Option<Turn>, PipelineError> {
        let mut newest = None;
        if !asker.place.private {
            return Ok(newest);
        }
        for held in self.conversations.of_user(asker.user.id, ELSEWHERE).await? {
            if held.place.private {
                continue;
            }
            let Some(turn) = self.finalizer.recorded_turns(held.id, 1).await?.pop() else { continue };
            let cards = match &turn.proposal {
                Some(proposal) => self.proposals.cards(proposal).await?,
                None => Vec::new(),
            };
            let mut shown = turn.message.iter().chain(cards.iter().map(|card| &card.message));
            if shown.any(|at| at.place == asker.place) && newest.as_ref().is_none_or(|one: &Turn| one.id < turn.id) {
                newest = Some(turn);
            }
        }
        Ok(newest)
    }
}

/// True if part of a conversation that others can read is shown in a private place.
pub(crate) fn is_aside(conversation: &Place, shown: &Place) -> bool {
    shown.private && !conversation.private
}

/// A number as people type it: `12` or `#12`.
pub(crate) fn number(word: &str) -> Option<ConversationId> {
    word.strip_prefix('#').unwrap_or(word).parse().ok().filter(|number| *number > 0).map(ConversationId)
}

/// A title from what a person wrote: one line, not too long.
pub(crate) fn title_of(words: &str) -> String {
    harmless::one_line(words).chars().take(TITLE).collect::<String>().trim_end().to_owned()
}
