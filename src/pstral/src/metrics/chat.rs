//! A platform whose edits are counted and whose answers are timed.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::{Counter, Histogram, counter, histogram};
use pstral_core::domain::{Actor, Event, Form, Locale, MessageRef, Outgoing, OutgoingState, Place, PlatformName};
use pstral_core::ports::{Advice, BudgetSignals, Capabilities, ChatPlatform, Inbox, PlatformError, SendKey};
use pstral_core::text::Text;
use tokio_util::sync::CancellationToken;

use super::answer_times::{seen, shows_answer};

/// A platform whose edits are counted and whose answers are timed.
pub struct MeteredChat {
    platform: Arc<dyn ChatPlatform>,
    edits: Counter,
    first_text: Histogram,
    last_edit: Histogram,
}

impl MeteredChat {
    /// Counts what goes through a platform.
    pub fn over(platform: Arc<dyn ChatPlatform>) -> Arc<dyn ChatPlatform> {
        let name = platform.name().0;
        Arc::new(Self {
            edits: counter!("pstral_message_edits_total", "platform" => name.clone()),
            first_text: histogram!("pstral_first_text_seconds", "platform" => name.clone()),
            last_edit: histogram!("pstral_last_edit_seconds", "platform" => name),
            platform,
        })
    }

    /// Writes a message, and notes it if it shows words of the model.
    async fn timed<T>(
        &self,
        message: &Outgoing,
        write: impl Future<Output = Result<T, PlatformError>>,
    ) -> Result<T, PlatformError> {
        let shows_answer = shows_answer();
        let written = write.await;
        if shows_answer && written.is_ok() {
            seen(&self.first_text, &self.last_edit, message.state == OutgoingState::Final);
        }
        written
    }
}

/// Every method is passed on, also those that have a default.
#[async_trait]
impl ChatPlatform for MeteredChat {
    fn name(&self) -> PlatformName {
        self.platform.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.platform.capabilities()
    }

    fn columns(&self) -> Option<usize> {
        self.platform.columns()
    }

    fn report_budgets(&self, signals: BudgetSignals) {
        self.platform.report_budgets(signals);
    }

    fn advise(&self, advice: Arc<dyn Advice>) {
        self.platform.advise(advice);
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        self.platform.run(inbox, shutdown).await
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.timed(message, self.platform.send(key, place, message)).await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.timed(message, self.platform.edit(at, message)).await?;
        self.edits.increment(1);
        Ok(())
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.platform.delete(at).await
    }

    async fn live(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        self.platform.live(place, known).await
    }

    async fn typing(&self, place: &Place) {
        self.platform.typing(place).await;
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        self.platform.open_dm(actor).await
    }

    fn is_of_two(&self, place: &Place) -> bool {
        self.platform.is_of_two(place)
    }

    fn lacks_permission(&self, place: &Place) -> bool {
        self.platform.lacks_permission(place)
    }

    fn aside(&self, event: &Event) -> Option<Place> {
        self.platform.aside(event)
    }

    fn awaits(&self, event: &Event) -> Option<Locale> {
        self.platform.awaits(event)
    }

    async fn open_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        self.platform.open_form(event, form).await
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        self.platform.health().await
    }
}
