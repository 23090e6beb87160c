//! Forms: a text that a person changes and sends back.

use pstral_core::domain::{ButtonAction, EventBody, Form};
use pstral_core::egress::fit;
use pstral_core::ports::{Inbox, PlatformError};
use serde_json::{Value, json};
use serenity::model::application::{ActionRowComponent, ModalInteraction};

use crate::Discord;
use crate::buttons::{action, custom_id};
use crate::fault::Fault;
use crate::interactions::{acted, answers};
use crate::opened::{Told, locale};

/// Characters of the text of a form at most.
const TEXT: usize = 4_000;
/// Characters of its title and its label at most.
const TITLE: usize = 45;

impl Discord {
    /// Opens a form as the first answer to an event.
    pub(crate) async fn show_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        if form.text.chars().count() > TEXT {
            return Err(PlatformError::Rejected(format!("a text of more than {TEXT} characters")));
        }
        let opened = event.parse().ok().and_then(|id| self.interactions.get(id));
        let Some(opened) = opened else { return Err(PlatformError::Rejected("nothing to answer".to_owned())) };
        let mut told = opened.told.lock().await;
        if *told != Told::Nothing {
            return Err(PlatformError::Rejected("it was answered before".to_owned()));
        }
        let shown = self.answer_first(&opened, &body(form)).await;
        *told = if shown.is_ok() { Told::Heard } else { Told::Lost };
        shown.map_err(|fault: Fault| PlatformError::Rejected(format!("{fault:?}")))
    }

    /// Somebody sent a form back.
    pub(crate) async fn form_sent(&self, sent: &ModalInteraction, inbox: &Inbox) {
        let acted = acted!(sent);
        let opened = self.interactions.open(sent.id.get(), &sent.token, sent.user.id.get(), locale(&sent.locale));
        let Some(opened) = opened else { return };
        let fields = sent.data.components.iter().flat_map(|row| &row.components);
        let text = fields.filter_map(|field| match field {
            ActionRowComponent::InputText(input) => input.value.clone(),
            _ => None,
        });
        let text = text.collect::<String>();
        let Some(action @ ButtonAction::Edit(_)) = action(&sent.data.custom_id) else {
            self.heard(&opened).await;
            return;
        };
        let Some(place) = self.place_under(&acted, sent.message.as_deref(), &action) else {
            return self.refuse_here(&opened).await;
        };
        if let (ButtonAction::Edit(proposal), true) = (action, self.heard(&opened).await) {
            inbox(acted.event(place, EventBody::Edited { proposal, text })).await;
        }
    }
}

fn body(form: &Form) -> Value {
    let label = fit(&form.label, TITLE);
    let input = json!({
        "type": 4,
        "custom_id": "text",
        "style": 2,
        "label": label,
        "value": form.text,
        "min_length": 1,
        "max_length": TEXT,
        "required": true,
    });
    json!({
        "type": answers::FORM,
        "data": {
            "custom_id": custom_id(&ButtonAction::Edit(form.proposal.clone())),
            "title": fit(&form.title, TITLE),
            "components": [{ "type": 1, "components": [input] }],
        },
    })
}
