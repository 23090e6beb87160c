//! The observations of tests: the chat as people see it, and the audit as it is stored.

use std::fmt::Write as _;
use std::path::PathBuf;

use pstral_core::domain::{
    AuditAction, AuditEntry, ButtonAction, ChainVerifier, MessageRef, OutgoingState, ProposalId,
};
use pstral_core::ports::{AuditFilter, AuditLog as _};

use super::World;

impl World {
    /// Every message as people see it now. Durations read `Time: … s`, and a file is its ending: both change from run
    /// to run. The buttons that stand under every answer are left out: `it/keeping.rs` and `it/rating.rs` look at them.
    pub(crate) fn transcript(&self) -> String {
        self.transcript_from(1)
    }

    /// Returns the transcript from the message of this number on; earlier ones are covered by other tests.
    pub(crate) fn transcript_from(&self, first: usize) -> String {
        let mut out = String::new();
        let is_shown = |at: &MessageRef| at.id.parse::<usize>().unwrap() >= first;
        for (at, message) in self.chat.messages().into_iter().filter(|(at, _)| is_shown(at)) {
            let live = if message.state == OutgoingState::Streaming { " (streaming)" } else { "" };
            let _ = writeln!(out, "── #{} {}{live}\n{}", at.id, at.place.path(), typed(&message.text));
            for file in &message.files {
                let _ = writeln!(out, "<{}>", file.name);
            }
            let own = message.buttons.iter().filter(|button| !is_everywhere(&button.action));
            let labels: Vec<String> = own.map(|button| format!("[{}]", button.label)).collect();
            if !labels.is_empty() {
                let _ = writeln!(out, "{}", labels.join(" "));
            }
        }
        out
    }

    /// The labels and the actions of the buttons of the newest message that has any.
    pub(crate) fn newest_buttons(&self) -> Vec<(String, ButtonAction)> {
        let shown = self.chat.messages().into_iter().rev().map(|(_, message)| message.buttons);
        let newest = shown.into_iter().find(|buttons| !buttons.is_empty()).unwrap_or_default();
        newest.into_iter().map(|button| (button.label, button.action)).collect()
    }

    /// The newest button of that kind that is shown.
    pub(crate) fn newest_button(&self, is_wanted: impl Fn(&ButtonAction) -> bool) -> Option<ButtonAction> {
        let shown = self.chat.messages().into_iter().rev().flat_map(|(_, message)| message.buttons);
        shown.map(|button| button.action).find(is_wanted)
    }

    /// Returns the proposal that the newest Execute button runs.
    #[track_caller]
    pub(crate) fn newest_proposal(&self) -> ProposalId {
        match self.newest_button(|action| matches!(action, ButtonAction::Execute(_))) {
            Some(ButtonAction::Execute(proposal)) => proposal,
            _ => panic!("nothing is offered"),
        }
    }

    /// Checks whether any visible button executes something.
    pub(crate) fn offers_something(&self) -> bool {
        self.newest_button(|action| matches!(action, ButtonAction::Execute(_))).is_some()
    }

    /// The text of the newest message.
    pub(crate) fn newest(&self) -> String {
        self.chat.messages().pop().map(|(_, message)| typed(&message.text)).unwrap_or_default()
    }

    /// The files of the newest message.
    pub(crate) fn newest_files(&self) -> Vec<PathBuf> {
        let newest = self.chat.messages().pop();
        newest.map(|(_, message)| message.files.into_iter().map(|file| file.path).collect()).unwrap_or_default()
    }

    /// Everything in the folder of result files.
    pub(crate) fn files_on_disk(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("files")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// The audit, a line an entry: action, status, who, and what of it applies.
    pub(crate) async fn audit_lines(&self) -> String {
        let mut out = String::new();
        for entry in self.entries().await {
            let event = entry.event;
            let _ = write!(out, "{} {}", event.action.word(), event.status.word());
            let _ = write!(out, " {}", event.actor.as_deref().map_or("-", |id| id.trim_start_matches("id-of-")));
            // Those of an answer are times and counts, which have a test of their own.
            let parameters = event.parameters.filter(|_| event.action != AuditAction::Answer);
            for (name, value) in [("relations", event.relations), ("rule", event.rule), ("parameters", parameters)] {
                if let Some(value) = value {
                    let _ = write!(out, " {name}={value}");
                }
            }
            if let Some(rows) = event.rows {
                let _ = write!(out, " rows={rows}");
            }
            out.push('\n');
        }
        out
    }

    /// The audit in order.
    pub(crate) async fn entries(&self) -> Vec<AuditEntry> {
        self.store.after(0, &AuditFilter::default(), 10_000).await.unwrap()
    }

    pub(super) async fn assert_chain_holds(&self) {
        let (entries, mut verifier) = (self.entries().await, ChainVerifier::default());
        for entry in &entries {
            verifier.expect(entry);
        }
        for entry in &entries {
            verifier.check(entry).unwrap();
        }
        verifier.finish().unwrap();
    }
}

fn is_everywhere(action: &ButtonAction) -> bool {
    matches!(action, ButtonAction::Keep(_) | ButtonAction::Rate(..))
}

/// Normalizes a text so that it can be typed in a test: durations become `…`, no-break spaces plain ones.
fn typed(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let mut out = text.clone();
    for label in ["Time: ", "Temps : "] {
        if let Some((before, rest)) = text.split_once(label)
            && let Some((_, after)) = rest.split_once("s.")
        {
            out = format!("{before}{label}… s.{after}");
        }
    }
    out
}
