//! A person's own conversations: listed, opened again, renamed and deleted.

use std::collections::BTreeSet;

use super::asker::Asker;
use super::ledger::within;
use super::{Pipeline, PipelineError};
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Conversation, ConversationId, Mode, Outgoing, Speaker};
use crate::egress::{echo, neutralized, quoted};
use crate::harmless;
use crate::text::{Text, text};

/// Conversations of a page.
const PAGE: u32 = 10;
/// Pages that can be asked for: a thousand conversations.
const PAGES: u32 = 100;
/// Characters of a title at most.
pub(super) const TITLE: usize = 80;
/// Characters of a message that is shown again.
const GIST: usize = 300;
/// Turns looked at for the last exchange: a result follows its answer.
const RECENT: u32 = 8;

impl Pipeline {
    /// Shows what was asked before, also in private: so it is shown in private.
    pub(super) async fn history(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let prefix = asker.prefix();
        let page = match words {
            "" => 1,
            words => words.parse().ok().filter(|page| (1..=PAGES).contains(page)).unwrap_or(0),
        };
        if page == 0 {
            return Err(PipelineError::Tell(text("history-how").with("prefix", prefix)));
        }
        let mut held = self.parts.conversations.of_user(asker.user.id, page * PAGE + 1).await?;
        held.retain(|one| self.is_told_here(asker, &one.place.platform));
        let is_more = held.len() > (page * PAGE) as usize;
        let shown: Vec<Conversation> = held.drain(..).skip(((page - 1) * PAGE) as usize).take(PAGE as usize).collect();
        if shown.is_empty() {
            let sentence = if page == 1 { "history-empty" } else { "history-end" };
            return Err(PipelineError::Tell(text(sentence)));
        }
        let current = self.current(asker).await?.id;
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
        self.show_in_private(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Goes on with an earlier conversation here. In private that may be any; among others, one that was held there.
    pub(super) async fn open(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let conversation = self.own_conversation(asker, words, "open").await?;
        if !asker.place.private && conversation.place != asker.place {
            return Err(PipelineError::Tell(text("open-elsewhere").with("prefix", asker.prefix())));
        }
        self.require_all_here(asker, &conversation).await?;
        self.parts.conversations.open(conversation.id, &asker.place).await?;
        let locale = asker.user.locale;
        let mode = match conversation.mode {
            Mode::Sql => text("mode-sql"),
            Mode::Chat => text("mode-chat"),
        };
        let opened = named(text("opened"), &conversation).render(locale);
        let mut lines = vec![format!("{opened} {}", mode.render(locale))];
        lines.extend(self.last_exchange(conversation.id).await?.iter().map(|said| format!("> {said}")));
        self.show_in_private(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Refuses a conversation that was, or may have been, about a target which is not queried on the asker's platform.
    pub(super) async fn require_all_here(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<(), PipelineError> {
        if !self.is_told_here(asker, &conversation.place.platform) {
            return Err(PipelineError::Tell(
                text("conversation-not-here").with("platform", &conversation.place.platform.0),
            ));
        }
        let proposals = self.parts.proposals.of_conversation(conversation.id).await?;
        let names: BTreeSet<String> = proposals.into_iter().map(|proposal| proposal.target).collect();
        for target in names.iter().filter_map(|name| self.parts.targets.get(name)) {
            self.require_here(asker, target).await?;
        }
        Ok(())
    }

    /// The last question and what came of it, shortly.
    async fn last_exchange(&self, conversation: ConversationId) -> Result<Vec<String>, PipelineError> {
        let turns = self.parts.conversations.turns(conversation, RECENT).await?;
        let asked = turns.iter().rposition(|turn| turn.speaker == Speaker::Person).unwrap_or_default();
        let said = turns[asked..].iter().filter(|turn| !turn.text.trim().is_empty());
        Ok(said.map(|turn| gist(&turn.text)).collect())
    }

    /// Gives a conversation another title: the current one, or that of a number.
    pub(super) async fn rename(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let how = || PipelineError::Tell(text("rename-how").with("prefix", asker.prefix()));
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let (conversation, title) = if number(first).is_some() {
            (self.own_conversation(asker, first, "rename").await?, rest)
        } else {
            (self.current(asker).await?, words)
        };
        let title = title_of(title);
        if title.is_empty() {
            return Err(how());
        }
        let renamed = within(self.event(asker, AuditAction::ConversationRenamed, AuditStatus::Ok), &conversation);
        self.record(AuditEvent { detail: Some(title.clone()), ..renamed }).await?;
        self.parts.conversations.rename(conversation.id, &title).await?;
        let done = named(text("renamed"), &Conversation { title, ..conversation });
        self.show_in_private(asker, Outgoing::text(done.render(asker.user.locale))).await
    }

    /// Removes a conversation, once its number was followed by a yes.
    pub(super) async fn delete(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let mut words = words.split_whitespace();
        let (meant, answer) = (words.next().unwrap_or_default(), words.next().map(str::to_lowercase));
        let conversation = self.own_conversation(asker, meant, "delete").await?;
        let sentence = match answer.as_deref() {
            Some("yes" | "oui") => {
                self.remove(asker, &conversation).await?;
                named(text("deleted"), &conversation)
            }
            _ => named(text("delete-confirm"), &conversation).with("prefix", asker.prefix()),
        };
        self.show_in_private(asker, Outgoing::text(sentence.render(asker.user.locale))).await
    }

    async fn remove(&self, asker: &Asker, conversation: &Conversation) -> Result<(), PipelineError> {
        let still = || PipelineError::Tell(text("still-answering").with("prefix", asker.prefix()));
        let Some(_work) = self.running.begin_in(asker.user.id, &[&asker.place, &conversation.place]) else {
            return Err(still());
        };
        let conversations = &self.parts.conversations;
        let now = self.parts.clock.now();
        let held = conversations.current(asker.user.id, &conversation.place, conversation.mode, now).await?;
        let proposals = self.parts.proposals.of_conversation(conversation.id).await?;
        let cards = self.live_cards(&proposals).await?;
        let deleted = within(self.event(asker, AuditAction::ConversationDeleted, AuditStatus::Ok), conversation);
        self.record(deleted).await?;
        if !conversations.delete(conversation.id).await? {
            return Err(still());
        }
        if held.id == conversation.id {
            // What comes next belongs to no older conversation.
            conversations.begin(asker.user.id, &conversation.place, conversation.mode, now).await?;
        }
        self.retire_cards(&cards, asker.own_locale).await;
        self.retire_pages(conversation.id).await;
        Ok(())
    }

    /// The asker's own conversation of that number. Of somebody else's they learn as much as of one that is not there.
    pub(super) async fn own_conversation(
        &self,
        asker: &Asker,
        words: &str,
        tried: &str,
    ) -> Result<Conversation, PipelineError> {
        let prefix = asker.prefix();
        let Some(id) = number(words) else {
            return Err(PipelineError::Tell(text("conversation-number").with("prefix", prefix)));
        };
        match self.parts.conversations.conversation(id).await? {
            Some(conversation) if conversation.user == asker.user.id => return Ok(conversation),
            Some(_) => {
                let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
                self.record(AuditEvent { detail: Some(format!("{tried} {}", id.0)), ..denied }).await?;
            }
            None => {}
        }
        let sentence = text("conversation-unknown").with("prefix", prefix);
        Err(PipelineError::Tell(sentence.with("number", echo(words))))
    }
}

/// A number as people type it: `12` or `#12`.
fn number(word: &str) -> Option<ConversationId> {
    word.strip_prefix('#').unwrap_or(word).parse().ok().filter(|number| *number > 0).map(ConversationId)
}

/// A title from what a person wrote: one line, not too long.
pub(super) fn title_of(words: &str) -> String {
    harmless::one_line(words).chars().take(TITLE).collect::<String>().trim_end().to_owned()
}

/// The beginning of a message, on one line.
fn gist(said: &str) -> String {
    quoted(&said.replace("```sql", "").replace('`', ""), GIST)
}

fn named(sentence: Text, conversation: &Conversation) -> Text {
    sentence.with("number", conversation.id.0.to_string()).with("title", neutralized(&conversation.title))
}
