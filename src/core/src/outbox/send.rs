//! Messages that are whole: said where somebody asked, beside what they did, or to them alone.

use std::sync::Arc;

use crate::asker::Asker;
use crate::domain::{Button, ButtonAction, Event, FileRef, MessageRef, Outgoing, Place, User};
use crate::egress::{Destination, LiveMessage, RetryPolicy, Scheduler, whole};
use crate::error::PipelineError;
use crate::outbox::signature::{signature, signed};
use crate::ports::{ChatPlatform, PlatformError, ResultFiles};
use crate::text::{Text, text};

/// Sends messages that are whole.
pub(crate) struct Outbox {
    pub(crate) scheduler: Scheduler,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl Outbox {
    /// A message that can be stopped while it grows.
    pub(crate) fn live_message(&self, asker: &Asker) -> LiveMessage {
        let stop = Button { action: ButtonAction::Stop, label: text("button-stop").render(asker.user.locale) };
        let (platform, place) = (Arc::clone(&asker.platform), asker.place.clone());
        LiveMessage::new(&self.scheduler, platform, place, signature(asker), vec![stop])
    }

    /// Files that a platform has copied need not stay.
    pub(crate) async fn release_uploaded_files(&self, asker: &Asker, files: &[FileRef]) {
        if asker.platform.capabilities().uploads && !files.is_empty() {
            self.files.delivered(files).await;
        }
    }

    /// The asker where only they read, in their own language.
    pub(crate) async fn open_private(&self, asker: &Asker) -> Result<Asker, PipelineError> {
        if asker.place.private {
            return Ok(asker.clone());
        }
        match asker.platform.open_dm(&asker.actor).await {
            Ok(place) => {
                let user = User { locale: asker.own_locale, ..asker.user.clone() };
                Ok(Asker { user, place, ..asker.clone() })
            }
            Err(error) => {
                tracing::warn!(%error, actor = asker.actor.id, "a private conversation could not be opened");
                Err(PipelineError::Tell(text("private-failed")))
            }
        }
    }

    /// Tells where it was asked what became of it, and whose it is.
    pub(crate) async fn notify_in_place(&self, asker: &Asker, sentence: &Text) {
        self.post_in_place(asker, Outgoing::text(sentence.render(asker.user.locale))).await;
    }

    /// Shows a message where it was asked, and whose it is.
    pub(crate) async fn post_in_place(&self, asker: &Asker, message: Outgoing) {
        self.show(asker, &Outgoing { text: signed(asker, &message.text), ..message }).await;
    }

    /// Tells the asker something in their language; where they alone can read it beside what they did, nobody else does.
    pub(crate) async fn tell(&self, asker: &Asker, sentence: &Text) {
        if !self.post_ephemeral(asker, &Outgoing::text(sentence.render(asker.own_locale))).await {
            self.show(asker, &Outgoing::text(sentence.render(asker.user.locale))).await;
        }
    }

    /// Shows the asker something beside what they did; whether it could be.
    async fn post_ephemeral(&self, asker: &Asker, message: &Outgoing) -> bool {
        match &asker.aside {
            Some(aside) => self.send(&*asker.platform, aside, message).await,
            None => false,
        }
    }

    async fn show(&self, asker: &Asker, message: &Outgoing) {
        self.send(&*asker.platform, &asker.place, message).await;
    }

    /// Shows the asker something that others in the place need not read.
    pub(crate) async fn post_privately(&self, asker: &Asker, message: Outgoing) -> Result<(), PipelineError> {
        if asker.place.private {
            self.show(asker, &message).await;
            return Ok(());
        }
        if self.post_ephemeral(asker, &message).await {
            return Ok(());
        }
        let private = asker.platform.open_dm(&asker.actor).await;
        match private {
            Ok(place) if self.send(&*asker.platform, &place, &message).await => {
                self.tell(asker, &text("sent-in-private")).await;
                Ok(())
            }
            _ => Err(PipelineError::Tell(text("private-failed"))),
        }
    }

    /// Sends a message that is whole, cut to what the platform takes; tried until the platform has it.
    pub(crate) async fn send(&self, platform: &dyn ChatPlatform, place: &Place, message: &Outgoing) -> bool {
        self.send_truncated(platform, place, message).await.is_ok()
    }

    /// Sends a whole message, cut to what the platform takes, until the platform has it; returns its reference.
    pub(crate) async fn send_truncated(
        &self,
        platform: &dyn ChatPlatform,
        place: &Place,
        message: &Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let message = Outgoing { text: whole(&message.text, platform.capabilities().length), ..message.clone() };
        let sent = self.scheduler.deliver(platform, place, Destination::New, &message, RetryPolicy::LONG).await;
        sent.inspect_err(|error| tracing::warn!(%error, place = place.path(), "a message could not be sent"))
    }

    /// Says what went wrong: beside what was done, or where it was done, unless it concerns one person and others read there.
    pub(crate) async fn report_error(
        &self,
        platform: &dyn ChatPlatform,
        event: &Event,
        sentence: &str,
        concerns_one: bool,
    ) {
        let message = Outgoing::text(sentence);
        if let Some(aside) = platform.aside(event)
            && self.send(platform, &aside, &message).await
        {
            return;
        }
        let place = if concerns_one && !event.place.private {
            platform.open_dm(&event.actor).await.unwrap_or_else(|_| event.place.clone())
        } else {
            event.place.clone()
        };
        self.send(platform, &place, &message).await;
    }
}
