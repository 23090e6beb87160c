//! A chat whose messages outlive the program, as those of a real one do.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pstral_core::domain::{Actor, ButtonAction, MessageRef, Outgoing, OutgoingState, Place, PlatformName, ProposalId};
use pstral_core::ports::{Capabilities, ChatPlatform, Inbox, PlatformError, SendKey};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::text::{Text, text};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::points::{Points, noted};

/// A message as people see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Seen {
    place: String,
    private: bool,
    pub(super) text: String,
    pub(super) live: bool,
    pub(super) execute: Option<ProposalId>,
    gone: bool,
}

pub(super) struct LastingChat {
    capabilities: Capabilities,
    messages: Mutex<Vec<Seen>>,
    points: Arc<Points>,
}

impl LastingChat {
    /// The chat as an earlier program left it.
    pub(super) fn open(folder: &Path, points: Arc<Points>) -> Self {
        let mut messages: Vec<Seen> = Vec::new();
        for line in noted(folder, "chat") {
            let (at, seen): (usize, Seen) = serde_json::from_str(&line).unwrap();
            if at == messages.len() { messages.push(seen) } else { messages[at] = seen }
        }
        Self { capabilities: crate::world::capabilities(), messages: Mutex::new(messages), points }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.messages.lock().unwrap().iter().filter(|seen| !seen.gone).cloned().collect()
    }

    fn put(&self, at: usize, seen: Seen) {
        self.points.note("chat", &serde_json::to_string(&(at, &seen)).unwrap());
        let mut messages = self.messages.lock().unwrap();
        if at == messages.len() { messages.push(seen) } else { messages[at] = seen }
    }
}

fn seen(place: &Place, message: &Outgoing) -> Seen {
    let execute = message.buttons.iter().find_map(|button| match &button.action {
        ButtonAction::Execute(proposal) => Some(proposal.clone()),
        _ => None,
    });
    let live = message.state == OutgoingState::Streaming;
    Seen { place: place.id.clone(), private: place.private, text: message.text.clone(), live, execute, gone: false }
}

#[async_trait]
impl ChatPlatform for LastingChat {
    fn name(&self) -> PlatformName {
        FakeChat::place().platform
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn run(&self, _: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        shutdown.cancelled().await;
        Ok(())
    }

    async fn send(&self, _: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.points.reach("chat: send");
        let at = self.messages.lock().unwrap().len();
        self.put(at, seen(place, message));
        self.points.reach("chat: sent");
        Ok(MessageRef { place: place.clone(), id: at.to_string() })
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let last = if message.state == OutgoingState::Final { " for the last time" } else { "" };
        self.points.reach(&format!("chat: edit{last}"));
        self.put(at.id.parse().unwrap(), seen(&at.place, message));
        self.points.reach(&format!("chat: edited{last}"));
        Ok(())
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let at: usize = at.id.parse().unwrap();
        let seen = self.messages.lock().unwrap()[at].clone();
        self.put(at, Seen { gone: true, ..seen });
        Ok(())
    }

    async fn live(&self, place: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let messages = self.messages.lock().unwrap();
        let live = messages.iter().enumerate().filter(|(_, seen)| seen.live && seen.place == place.id);
        let at = |number: usize| MessageRef { place: place.clone(), id: number.to_string() };
        Ok(live.map(|(number, seen)| (at(number), seen.text.clone())).collect())
    }

    async fn typing(&self, _: &Place) {
        self.points.reach("chat: typing");
    }

    async fn open_dm(&self, _: &Actor) -> Result<Place, PlatformError> {
        self.points.reach("chat: open a private place");
        Ok(FakeChat::place())
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
