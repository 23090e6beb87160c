//! A platform on which nobody reads: the questions of a suite are asked there, and what became of them is read from the
//! state.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::{Actor, Length, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{Capabilities, ChatPlatform, Inbox, PlatformError, SendKey, WriteBudget};
use pstral_core::text::{Text, text};
use tokio_util::sync::CancellationToken;

pub(crate) struct Listener {
    capabilities: Capabilities,
    messages: AtomicU64,
}

impl Listener {
    pub(crate) fn new() -> Self {
        let capabilities = Capabilities {
            length: Length::characters(100_000),
            max_messages: 1,
            edits: false,
            max_edits: 1,
            longest_write: Duration::MAX,
            budget: WriteBudget::default(),
            buttons: true,
            pages: false,
            asides: false,
            tables: true,
            command_prefix: "/",
            max_file_bytes: 0,
            uploads: false,
        };
        Self { capabilities, messages: AtomicU64::new(0) }
    }

    pub(crate) fn platform() -> PlatformName {
        PlatformName("eval".to_owned())
    }

    /// The place of a conversation.
    pub(crate) fn place(conversation: &str) -> Place {
        Place { platform: Self::platform(), id: conversation.to_owned(), thread: None, private: true }
    }
}

#[async_trait]
impl ChatPlatform for Listener {
    fn name(&self) -> PlatformName {
        Self::platform()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn run(&self, _: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        shutdown.cancelled().await;
        Ok(())
    }

    async fn send(&self, _: SendKey, place: &Place, _: &Outgoing) -> Result<MessageRef, PlatformError> {
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        Ok(MessageRef { place: place.clone(), id: number.to_string() })
    }

    async fn edit(&self, _: &MessageRef, _: &Outgoing) -> Result<(), PlatformError> {
        Ok(())
    }

    async fn delete(&self, _: &MessageRef) -> Result<(), PlatformError> {
        Ok(())
    }

    async fn live(&self, _: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        Ok(Vec::new())
    }

    async fn typing(&self, _: &Place) {}

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        Ok(Self::place(&actor.id))
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
