//! A person's own conversations: listed, opened again, renamed and deleted.

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Conversation, ConversationId, Mode, Outgoing, Speaker};
use crate::egress::{neutralized, quoted};
use crate::error::PipelineError;
use crate::history::{History, number, title_of};
use crate::outbox::cards::Cards;
use crate::outbox::result_pages::ResultPages;
use crate::outbox::running::{Running, still_answering};
use crate::outbox::send::Outbox;
use crate::ports::{Clock, Conversations, Entropy, Proposals, ResultFiles};
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::stewardship::CostApprovals;
use crate::targets::Targets;
use crate::text::{Text, text};

/// Conversations of a page.
const PAGE: u32 = 10;

/// Pages that can be asked for: a thousand conversations.
const PAGES: u32 = 100;

/// Characters of a message that is shown again.
const GIST: usize = 300;

/// Turns looked at for the last exchange: a result follows its answer.
const RECENT: u32 = 8;

/// A person's own conversations: listed, opened, renamed, exported, deleted.
pub(crate) struct OwnConversations {
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) pages: Arc<ResultPages>,
    pub(crate) history: Arc<History>,
    pub(crate) cost_approvals: Arc<CostApprovals>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl OwnConversations {
    /// Stops the asker's work as [`stop`](Self::stop) does, also in the threads of a channel.
    pub(crate) fn stop_all(&self, asker: &Asker) -> Result<(), PipelineError> {
        if self.running.stop_below(asker.user.id, &asker.place) {
            // What goes on in the channel itself is stopped too, if anything does.
            self.running.stop(asker.user.id, &asker.place);
            return Ok(());
        }
        self.stop(asker)
    }

    /// Stops what is being written or run for the asker in this place.
    pub(crate) fn stop(&self, asker: &Asker) -> Result<(), PipelineError> {
        if self.running.stop(asker.user.id, &asker.place) {
            return Ok(());
        }
        if self.running.is_busy(&asker.place) {
            // Somebody else's, which everybody sees grow.
            return Err(PipelineError::TellAlone(text("stop-not-yours")));
        }
        Err(PipelineError::Tell(text("nothing-to-stop")))
    }

    pub(crate) async fn set_mode(&self, asker: &Asker, word: &str) -> Result<(), PipelineError> {
        let Some(mode) = Mode::from_word(word) else {
            return Err(PipelineError::Tell(text("mode-unknown").with("prefix", asker.prefix())));
        };
        let conversation = self.history.current(asker).await?;
        self.conversations.set_mode(conversation.id, mode).await?;
        let sentence = match mode {
            Mode::Sql => text("mode-sql"),
            Mode::Chat => text("mode-chat"),
        };
        self.outbox.tell(asker, &sentence).await;
        Ok(())
    }

    pub(crate) async fn begin_anew(&self, asker: &Asker) -> Result<(), PipelineError> {
        let now = self.clock.now();
        let mode = self.history.current(asker).await?.mode;
        self.conversations.begin(asker.user.id, &asker.place, mode, now).await?;
        self.outbox.tell(asker, &text("new-conversation")).await;
        Ok(())
    }

    /// Shows what was asked before, also in private: so it is shown in private.
    pub(crate) async fn history(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let prefix = asker.prefix();
        let page = match words {
            "" => 1,
            words => words.parse().ok().filter(|page| (1..=PAGES).contains(page)).unwrap_or(0),
        };
        if page == 0 {
            return Err(PipelineError::Tell(text("history-how").with("prefix", prefix)));
        }
        let mut held = self.listed(asker, page * PAGE + 1).await?;
        let is_more = held.len() > (page * PAGE) as usize;
        let shown: Vec<Conversation> = held.drain(..).skip(((page - 1) * PAGE) as usize).take(PAGE as usize).collect();
        if shown.is_empty() {
            let sentence = if page == 1 { "history-empty" } else { "history-end" };
            return Err(PipelineError::Tell(text(sentence)));
        }
        let current = self.history.current(asker).await?.id;
        let (locale, zone) = (asker.user.locale, &asker.zone);
        let mut lines = vec![text("history").render(locale)];
        lines.extend(shown.iter().map(|one| {
            let began = one.started_at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M");
            let mark = if one.id == current { text("history-current").render(locale) } else { String::new() };
            format!("- `{}` · {began} · {}{mark}", one.id.0, neutralized(&one.title))
        }));
        lines.push(text("history-next").with("prefix", prefix).render(locale));
        if is_more {
            lines.push(text("history-more").with("prefix", prefix).with("page", (page + 1).to_string()).render(locale));
        }
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Goes on with an earlier conversation here. In private that may be any; among others, one that was held there.
    pub(crate) async fn open(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let conversation = self.history.own_conversation(asker, words, "open").await?;
        if !asker.place.private && conversation.place != asker.place {
            return Err(PipelineError::Tell(text("open-elsewhere").with("prefix", asker.prefix())));
        }
        self.history.require_all_here(asker, &conversation).await?;
        self.conversations.open(conversation.id, &asker.place).await?;
        let locale = asker.user.locale;
        let mode = match conversation.mode {
            Mode::Sql => text("mode-sql"),
            Mode::Chat => text("mode-chat"),
        };
        let opened = named(text("opened"), &conversation).render(locale);
        let mut lines = vec![format!("{opened} {}", mode.render(locale))];
        lines.extend(self.last_exchange(conversation.id).await?.iter().map(|said| format!("> {said}")));
        self.outbox.post_privately(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// The last question and what came of it, shortly.
    async fn last_exchange(&self, conversation: ConversationId) -> Result<Vec<String>, PipelineError> {
        let turns = self.conversations.turns(conversation, RECENT).await?;
        let asked = turns.iter().rposition(|turn| turn.speaker == Speaker::Person).unwrap_or_default();
        let said = turns[asked..].iter().filter(|turn| !turn.text.trim().is_empty());
        Ok(said.map(|turn| gist(&turn.text)).collect())
    }

    /// Gives a conversation another title: the current one, or that of a number.
    pub(crate) async fn rename(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let how = || PipelineError::Tell(text("rename-how").with("prefix", asker.prefix()));
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let (conversation, title) = if number(first).is_some() {
            (self.history.own_conversation(asker, first, "rename").await?, rest)
        } else {
            (self.history.current(asker).await?, words)
        };
        let title = title_of(title);
        if title.is_empty() {
            return Err(how());
        }
        let renamed =
            within(self.recorder.event(asker, AuditAction::ConversationRenamed, AuditStatus::Ok), &conversation);
        self.recorder.record(AuditEvent { detail: Some(title.clone()), ..renamed }).await?;
        self.conversations.rename(conversation.id, &title).await?;
        let done = named(text("renamed"), &Conversation { title, ..conversation });
        self.outbox.post_privately(asker, Outgoing::text(done.render(asker.user.locale))).await
    }

    /// Removes a conversation, once its number was followed by a yes.
    pub(crate) async fn delete(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let mut words = words.split_whitespace();
        let (meant, answer) = (words.next().unwrap_or_default(), words.next().map(str::to_lowercase));
        let conversation = self.history.own_conversation(asker, meant, "delete").await?;
        let sentence = match answer.as_deref() {
            Some("yes" | "oui") => {
                self.remove(asker, &conversation).await?;
                named(text("deleted"), &conversation)
            }
            _ => named(text("delete-confirm"), &conversation).with("prefix", asker.prefix()),
        };
        self.outbox.post_privately(asker, Outgoing::text(sentence.render(asker.user.locale))).await
    }

    /// The asker's conversations that may be shown here, the one held last first.
    pub(crate) async fn listed(&self, asker: &Asker, most: u32) -> Result<Vec<Conversation>, PipelineError> {
        let mut held = self.conversations.of_user(asker.user.id, most).await?;
        held.retain(|one| self.targets.is_told_here(asker, &one.place.platform));
        Ok(held)
    }

    /// A conversation of the asker, by its number, that may be shown here.
    pub(crate) async fn readable(
        &self,
        asker: &Asker,
        number: &str,
        tried: &str,
    ) -> Result<Conversation, PipelineError> {
        let conversation = self.history.own_conversation(asker, number, tried).await?;
        self.history.require_all_here(asker, &conversation).await?;
        Ok(conversation)
    }

    /// Deletes a conversation that nothing is running in, recorded first; buttons and result pages of it go too.
    pub(crate) async fn remove(&self, asker: &Asker, conversation: &Conversation) -> Result<(), PipelineError> {
        let still = || still_answering(asker);
        let places = [&asker.place, &conversation.place];
        let _work = self.running.begin_in(asker.user.id, &places).ok_or_else(still)?;
        let conversations = &self.conversations;
        let now = self.clock.now();
        let held = conversations.current(asker.user.id, &conversation.place, conversation.mode, now).await?;
        let proposals = self.proposals.of_conversation(conversation.id).await?;
        let cards = self.cards.cards_of(&proposals).await?;
        let deleted =
            within(self.recorder.event(asker, AuditAction::ConversationDeleted, AuditStatus::Ok), conversation);
        self.recorder.record(deleted).await?;
        if !conversations.delete(conversation.id).await? {
            return Err(still());
        }
        if held.id == conversation.id {
            // What comes next belongs to no older conversation.
            conversations.begin(asker.user.id, &conversation.place, conversation.mode, now).await?;
        }
        self.cards.retire_cards(&cards, asker.own_locale).await;
        self.pages.retire_pages(conversation.id).await;
        Ok(())
    }
}

/// The beginning of a message, on one line.
fn gist(said: &str) -> String {
    quoted(&said.replace("```sql", "").replace('`', ""), GIST)
}

fn named(sentence: Text, conversation: &Conversation) -> Text {
    sentence.with("number", conversation.id.0.to_string()).with("title", neutralized(&conversation.title))
}
