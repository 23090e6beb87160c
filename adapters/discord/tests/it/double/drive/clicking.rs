//! Buttons and modals.

use std::fmt;

use serde_json::{Value, json};

use super::interact::Deed;
use crate::double::Discord;
use crate::double::interaction::{InteractionKind, Response};
use crate::double::world::{Id, World};

/// A modal that is open on a person's client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Modal {
    /// The interaction it answered.
    of: Id,
    custom_id: String,
    pub(crate) title: String,
    pub(crate) fields: Vec<Field>,
}

/// A text field of a modal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    custom_id: String,
    pub(crate) label: String,
    pub(crate) value: String,
    /// The maximum length, in characters.
    pub(crate) most: usize,
    required: bool,
}

impl Discord {
    /// Has somebody click on the button of that label, and returns the id of the interaction.
    ///
    /// # Panics
    /// Panics if they could not: no such message that they see, no such button, or a disabled one.
    pub(crate) fn clicks(&self, person: Id, message: Id, label: &str) -> Id {
        let mut world = self.shared.world();
        let said = world.messages.get(&message).expect("there is such a message");
        let channel = said.channel;
        assert!(said.only.is_none_or(|only| only == person), "they do not see that message");
        assert!(world.can_be_in(person, channel), "they are not in that channel");
        let button = world.button(message, label);
        let data = json!({ "component_type": 2, "id": 2, "custom_id": button["custom_id"] });
        let about = format!("the click on {label}");
        let (kind, source) = (InteractionKind::Component, Some(message));
        let id = world.interact(Deed { kind, by: person, channel, source, data, about });
        drop(world);
        self.shared.changed();
        id
    }

    /// Waits for the modal that answers an interaction.
    pub(crate) async fn modal(&self, of: Id) -> Modal {
        let answer = |world: &World| match &world.interactions.get(&of)?.answer {
            Response::Modal(modal) => Some(modal.clone()),
            _ => None,
        };
        let modal = self.until("a modal", answer).await;
        Modal::new(of, &modal)
    }

    /// Has somebody submit a modal with some of its texts changed, given as labels and values, and returns the id of
    /// the interaction.
    ///
    /// # Panics
    /// Panics if the client would refuse: an unknown label, a text too long, or a required text left empty.
    pub(crate) fn submits(&self, modal: &Modal, values: &[(&str, &str)]) -> Id {
        let mut modal = modal.clone();
        for (label, value) in values {
            let field = modal.fields.iter_mut().find(|field| field.label == *label);
            let field = field.unwrap_or_else(|| panic!("the modal has no {label}"));
            (*value).clone_into(&mut field.value);
        }
        let rows = modal.fields.iter().map(|field| {
            assert!(field.value.chars().count() <= field.most, "{} is too long", field.label);
            assert!(!field.required || !field.value.is_empty(), "{} is required", field.label);
            let text = json!({ "type": 4, "id": 2, "custom_id": field.custom_id, "value": field.value });
            json!({ "type": 1, "id": 1, "components": [text] })
        });
        let data = json!({ "custom_id": modal.custom_id, "components": rows.collect::<Vec<_>>() });
        let mut world = self.shared.world();
        let before = world.interactions.get(&modal.of).cloned().expect("the modal answered something");
        let about = format!("the modal {}", modal.title);
        let (kind, by, channel, source) = (InteractionKind::Modal, before.by, before.channel, before.source);
        let id = world.interact(Deed { kind, by, channel, source, data, about });
        drop(world);
        self.shared.changed();
        id
    }
}

impl Modal {
    fn new(of: Id, data: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = data["components"].as_array().into_iter().flatten();
        let inputs = rows.filter_map(|row| row["components"].as_array()).flatten();
        let fields = inputs.map(|input| Field {
            custom_id: text(&input["custom_id"]),
            label: text(&input["label"]),
            value: text(&input["value"]),
            most: input["max_length"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(4_000),
            required: input["required"] != false,
        });
        Self { of, custom_id: text(&data["custom_id"]), title: text(&data["title"]), fields: fields.collect() }
    }
}

/// Prints the modal as the person sees it.
impl fmt::Display for Modal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "«{}»", self.title)?;
        self.fields.iter().try_for_each(|field| writeln!(f, "{}: {}", field.label, field.value))
    }
}

impl World {
    fn button(&self, message: Id, label: &str) -> Value {
        let rows = self.messages.get(&message).map(|message| message.components.as_slice()).unwrap_or_default();
        let buttons = rows.iter().filter_map(|row| row["components"].as_array()).flatten();
        let button = buttons.filter(|button| label_of(button) == label).find(|button| button["disabled"] != true);
        button.cloned().unwrap_or_else(|| panic!("no button {label} can be clicked on that message"))
    }
}

/// Returns the visible label of a button.
pub(super) fn label_of(button: &Value) -> String {
    let parts = [&button["emoji"]["name"], &button["label"]];
    parts.into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}
