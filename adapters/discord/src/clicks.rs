//! Clicks on buttons.

use std::pin::pin;
use std::time::Duration;

use pstral_core::domain::{ButtonAction, EventBody, Place};
use pstral_core::ports::Inbox;
use serenity::model::application::ComponentInteraction;
use serenity::model::channel::{Message, MessageFlags};

use crate::Discord;
use crate::buttons::action;
use crate::interactions::{Acted, acted};
use crate::pending_interactions::{PendingInteraction, locale};
use crate::place::{aside, private};

/// The time-out for opening a form: Discord waits three seconds for it.
const FORM: Duration = Duration::from_secs(2);

impl Discord {
    /// Handles a click on a button.
    pub(crate) async fn click(&self, click: &ComponentInteraction, inbox: &Inbox) {
        let (acted, user) = (acted!(click), click.user.id.get());
        let opened = self.interactions.insert(click.id.get(), &click.token, user, locale(&click.locale));
        let Some(opened) = opened else { return };
        let Some(action) = action(&click.data.custom_id) else {
            self.defer_update(&opened).await;
            return;
        };
        let Some(place) = self.place_under(&acted, Some(&*click.message), &action) else {
            return self.reply_not_here(&opened).await;
        };
        let is_edit = matches!(action, ButtonAction::Edit(_));
        let event = acted.event(place, EventBody::Clicked(action));
        if is_edit {
            self.acknowledged_in_time(&opened, inbox(event), self.defer_update(&opened)).await;
        } else if self.defer_update(&opened).await {
            inbox(event).await;
        }
    }

    /// Returns the place of the message that was acted on; `None` where Pstral does not answer.
    pub(crate) fn place_under(
        &self,
        acted: &Acted<'_>,
        message: Option<&Message>,
        action: &ButtonAction,
    ) -> Option<Place> {
        let (place, known) = self.where_it_was(acted)?;
        let flags = message.and_then(|message| message.flags);
        if flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL)) {
            return Some(self.place_of_one(acted, action));
        }
        let reply = message.and_then(|message| message.message_reference.as_ref()?.message_id);
        match (reply, known) {
            // Where threads could be, what stands in the channel in reply to a question belongs into the thread on it.
            (Some(asked), Some(known)) if known.threads && self.config.threads => {
                Some(self.without_thread(acted.channel_id, asked.get()))
            }
            _ => Some(place),
        }
    }

    /// Returns the place of a message that only one person sees: their private conversation, so that the answer appears
    /// elsewhere if that is closed. A page of the audit instead follows the one before.
    fn place_of_one(&self, acted: &Acted<'_>, action: &ButtonAction) -> Place {
        let is_page = matches!(action, ButtonAction::AuditOlder(_) | ButtonAction::AuditNewer(_));
        let theirs = self.dm_channels.with(acted.user.id.get()).filter(|_| !is_page);
        theirs.map_or_else(|| aside(acted.id.get()), private)
    }

    /// Acknowledges the click if no form is ready in time: a form must be the first answer, and only one is accepted.
    pub(crate) async fn acknowledged_in_time(
        &self,
        opened: &PendingInteraction,
        answering: impl Future<Output = ()>,
        otherwise: impl Future<Output = bool>,
    ) {
        let mut answering = pin!(answering);
        let answered = tokio::time::timeout(FORM, &mut answering).await.is_ok();
        let is_ours = otherwise.await;
        if is_ours && !answered {
            tracing::debug!(interaction = opened.id, "no form came in time");
            answering.await;
        }
    }
}
