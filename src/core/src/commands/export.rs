//! A conversation as a file, for the person whose it is and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::asker::Asker;
use crate::commands::conversations::OwnConversations;
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Conversation, FileRef, Locale, Outgoing, Proposal, ProposalId, Transcript,
    TranscriptStatement, TranscriptTurn, Turn,
};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::ports::TranscriptFormat;
use crate::recorder::event::within;
use crate::text::text;

/// Messages of a file at most, the latest ones: years of one conversation.
const MOST: u32 = 10_000;

impl OwnConversations {
    /// Hands over a conversation as a file, in private: the current one, or that of a number. Nothing leaves before it
    /// is recorded.
    pub(crate) async fn export(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let (mut format, mut meant) = (TranscriptFormat::default(), None);
        for word in words.split_whitespace() {
            match word.to_lowercase().as_str() {
                "json" => format = TranscriptFormat::Json,
                "pdf" => format = TranscriptFormat::Pdf,
                _ if meant.is_none() => meant = Some(word),
                _ => return Err(PipelineError::Tell(text("conversation-number").with("prefix", asker.prefix()))),
            }
        }
        let conversation = match meant {
            Some(word) => self.history.own_conversation(asker, word, "export").await?,
            None => self.history.current(asker).await?,
        };
        self.history.require_all_here(asker, &conversation).await?;
        let file = self.written(asker, &conversation, format).await?;
        let locale = asker.user.locale;
        if file.bytes > asker.platform.capabilities().max_file_bytes {
            self.files.discard(&[file]).await;
            return Err(PipelineError::Tell(text("export-too-large")));
        }
        let number = conversation.id.0.to_string();
        let done = text("exported").with("number", number).with("title", neutralized(&conversation.title));
        let files = vec![file];
        let message = Outgoing { files: files.clone(), ..Outgoing::text(done.render(locale)) };
        self.outbox.post_privately(asker, message).await?;
        self.outbox.release_uploaded_files(asker, &files).await;
        Ok(())
    }

    /// Writes a conversation to a file, and records that before anybody is handed it.
    pub(crate) async fn written(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        format: TranscriptFormat,
    ) -> Result<FileRef, PipelineError> {
        let transcript = self.transcript(asker, conversation).await?;
        if transcript.turns.is_empty() {
            return Err(PipelineError::Tell(text("export-empty")));
        }
        let now = self.clock.now();
        let name = format!("conversation-{}-{}", now.strftime("%Y%m%d-%H%M%S"), self.entropy.hex(3));
        let written = self.files.transcript(&name, &transcript, format, asker.user.locale, &asker.zone).await;
        let file = written.map_err(|error| PipelineError::Broken(error.to_string()))?;
        let exported = within(self.recorder.event(asker, AuditAction::Export, AuditStatus::Ok), conversation);
        if let Err(unrecorded) = self.recorder.record(AuditEvent { detail: Some(file.name.clone()), ..exported }).await
        {
            self.files.discard(&[file]).await;
            return Err(unrecorded);
        }
        Ok(file)
    }

    /// Collects a conversation for a file, without rows that the person may no longer read.
    pub(crate) async fn transcript(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<Transcript, PipelineError> {
        let turns = self.conversations.turns(conversation.id, MOST).await?;
        let proposals = self.proposals.of_conversation(conversation.id).await?;
        // Rows were kept under the rules of their day: what one may not read any more does not leave.
        let open = self.cost_approvals.readable(asker, proposals.clone()).await;
        let open: BTreeSet<String> = open.into_iter().map(|proposal| proposal.id.0).collect();
        let locale = asker.user.locale;
        let turns = turns.into_iter().map(|turn| if is_open(&turn, &open) { turn } else { withheld(turn, locale) });
        let targets: BTreeSet<String> = proposals.iter().map(|proposal| proposal.target.clone()).collect();
        let proposals: BTreeMap<String, Proposal> = proposals.into_iter().map(|one| (one.id.0.clone(), one)).collect();
        Ok(Transcript {
            conversation: conversation.id.0,
            title: conversation.title.clone(),
            mode: conversation.mode.word(),
            targets: targets.into_iter().collect(),
            username: asker.user.username.clone(),
            full_name: asker.user.full_name.clone(),
            platform: conversation.place.platform.to_string(),
            private: conversation.place.private,
            started_at: conversation.started_at,
            exported_at: self.clock.now(),
            turns: turns.map(|turn| written(turn, &proposals)).collect(),
        })
    }
}

/// True if a turn has no rows, or its statement is among those that may still be read.
fn is_open(turn: &Turn, open: &BTreeSet<String>) -> bool {
    turn.table.is_none() || turn.proposal.as_ref().is_some_and(|proposal| open.contains(&proposal.0))
}

/// Returns the turn without its rows, with a sentence that says they are left out.
fn withheld(turn: Turn, locale: Locale) -> Turn {
    let text = format!("{}\n{}", turn.text, text("export-withheld").render(locale));
    Turn { text, table: None, ..turn }
}

/// Converts a turn to its form in the file, with the statement that it offered.
fn written(turn: Turn, proposals: &BTreeMap<String, Proposal>) -> TranscriptTurn {
    let proposal = turn.proposal.and_then(|ProposalId(id)| proposals.get(&id));
    TranscriptTurn {
        at: turn.at,
        speaker: turn.speaker.word(),
        state: turn.state.word(),
        text: turn.text,
        statement: proposal.map(|proposal| TranscriptStatement {
            proposal: proposal.id.0.clone(),
            target: proposal.target.clone(),
            state: proposal.state.word(),
            origin: proposal.origin.clone(),
            text: proposal.statement.clone(),
            parameters: proposal.parameters.clone(),
        }),
        table: turn.table,
    }
}
