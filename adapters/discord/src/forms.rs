//! Forms (modals): a text that a person edits and submits.

use pstral_core::domain::{ButtonAction, Command, CommandName, EventBody, Form};
use pstral_core::egress::fit;
use pstral_core::ports::{Inbox, PlatformError};
use pstral_core::text::text;
use serde_json::{Value, json};
use serenity::model::application::{ActionRowComponent, ModalInteraction};

use crate::Discord;
use crate::buttons::{action, custom_id};
use crate::error::DiscordError;
use crate::interactions::{acted, answers};
use crate::pending_interactions::{PendingInteraction, ResponseState, locale};

/// The maximum length of the text of a form, in characters.
const TEXT: usize = 4_000;
/// The maximum length of its title and of its label, in characters.
const TITLE: usize = 45;

impl Discord {
    /// Opens a form as the first answer to an event.
    pub(crate) async fn show_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        if form.text.chars().count() > TEXT {
            return Err(PlatformError::Rejected(format!("a text of more than {TEXT} characters")));
        }
        let opened = event.parse().ok().and_then(|id| self.interactions.get(id));
        let Some(opened) = opened else { return Err(PlatformError::Rejected("nothing to answer".to_owned())) };
        let mut state = opened.state.lock().await;
        if *state != ResponseState::Pending {
            return Err(PlatformError::Rejected("it was answered before".to_owned()));
        }
        let action = ButtonAction::Edit(form.proposal.clone());
        let shown = self.answer_first(&opened, &body(&custom_id(&action), &form.title, &form.label, &form.text)).await;
        *state = if shown.is_ok() { ResponseState::Acknowledged } else { ResponseState::Failed };
        shown.map_err(|fault: DiscordError| PlatformError::Rejected(format!("{fault:?}")))
    }

    /// Opens an empty form for a statement as the first answer to a command. Returns true if Discord accepted it.
    pub(crate) async fn show_statement_form(&self, opened: &PendingInteraction) -> bool {
        let said = |sentence: &'static str| text(sentence).render(opened.locale);
        let form = body(CommandName::Sql.word(), &said("discord-sql-title"), &said("edit-form-label"), "");
        self.acknowledge(opened, &form, ResponseState::Acknowledged).await
    }

    /// Handles a submitted form.
    pub(crate) async fn form_sent(&self, sent: &ModalInteraction, inbox: &Inbox) {
        let acted = acted!(sent);
        let opened = self.interactions.insert(sent.id.get(), &sent.token, sent.user.id.get(), locale(&sent.locale));
        let Some(opened) = opened else { return };
        let fields = sent.data.components.iter().flat_map(|row| &row.components);
        let written = fields.filter_map(|field| match field {
            ActionRowComponent::InputText(input) => input.value.clone(),
            _ => None,
        });
        let written = written.collect::<String>();
        let (place, body) = match action(&sent.data.custom_id) {
            Some(ButtonAction::Edit(proposal)) => {
                let action = ButtonAction::Edit(proposal.clone());
                let place = self.place_under(&acted, sent.message.as_deref(), &action);
                (place, EventBody::Edited { proposal, text: written })
            }
            _ => (
                self.where_it_was(&acted).map(|(place, _)| place),
                EventBody::Command(Command::new(CommandName::Edit, &written)),
            ),
        };
        let Some(place) = place else { return self.reply_not_here(&opened).await };
        // Below a message there is nothing more to say; below a command Discord waits for something to show.
        let is_ours =
            if sent.message.is_some() { self.defer_update(&opened).await } else { self.defer_reply(&opened).await };
        if is_ours {
            inbox(acted.event(place, body)).await;
        }
        self.close(&opened).await;
    }
}

fn body(custom_id: &str, title: &str, label: &str, text: &str) -> Value {
    let label = fit(label, TITLE);
    let input = json!({
        "type": 4,
        "custom_id": "text",
        "style": 2,
        "label": label,
        "value": text,
        "min_length": 1,
        "max_length": TEXT,
        "required": true,
    });
    json!({
        "type": answers::MODAL,
        "data": {
            "custom_id": custom_id,
            "title": fit(title, TITLE),
            "components": [{ "type": 1, "components": [input] }],
        },
    })
}
