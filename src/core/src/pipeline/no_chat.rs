//! A place without messages, for programs that read answers as data.

use std::sync::LazyLock;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Length, MessageRef, Outgoing, Place, PlatformName};
use crate::ports::{Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, SendKey, WriteBudget};
use crate::text::Text;

/// The platform of whoever asks through the API: nothing is ever sent there.
pub(crate) struct NoChat;

/// The name of the API in the audit, where chats have that of their platform.
pub const API: &str = "admin";

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    // A statement is handed over whole, however long.
    length: Length::characters(usize::MAX),
    max_messages: 1,
    edits: false,
    max_edits: 0,
    longest_write: LONGEST_WRITE,
    budget: WriteBudget::default(),
    buttons: false,
    pages: false,
    asides: false,
    tables: true,
    command_prefix: "",
    max_file_bytes: u64::MAX,
    uploads: true,
});

#[async_trait]
impl ChatPlatform for NoChat {
    fn name(&self) -> PlatformName {
        PlatformName(API.to_owned())
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn run(&self, _inbox: Inbox, _shutdown: CancellationToken) -> Result<(), PlatformError> {
        Err(PlatformError::Gone)
    }

    async fn send(&self, _key: SendKey, _place: &Place, _message: &Outgoing) -> Result<MessageRef, PlatformError> {
        Err(PlatformError::Gone)
    }

    async fn edit(&self, _at: &MessageRef, _message: &Outgoing) -> Result<(), PlatformError> {
        Err(PlatformError::Gone)
    }

    async fn delete(&self, _at: &MessageRef) -> Result<(), PlatformError> {
        Ok(())
    }

    async fn live(&self, _: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        Ok(Vec::new())
    }

    async fn typing(&self, _place: &Place) {}

    async fn open_dm(&self, _actor: &Actor) -> Result<Place, PlatformError> {
        Err(PlatformError::Gone)
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Err(PlatformError::Gone)
    }
}
