//! Interactions, and how far each has been answered:
//! <https://discord.com/developers/docs/interactions/receiving-and-responding>.

use serde_json::Value;

use super::clock::Millis;
use super::world::Id;

/// The time there is for the first answer, in milliseconds.
pub(super) const FIRST_ANSWER: Millis = 3_000;

/// The time a token is good for, in milliseconds.
pub(super) const TOKEN: Millis = 15 * 60 * 1_000;

/// A command, a click, some letters of an option, or a modal that was sent.
#[derive(Debug, Clone)]
pub(super) struct Interaction {
    pub(super) id: Id,
    pub(super) token: String,
    pub(super) kind: InteractionKind,
    /// A description for complaints.
    pub(super) about: String,
    pub(super) by: Id,
    pub(super) channel: Id,
    pub(super) at: Millis,
    /// The message whose component was used.
    pub(super) source: Option<Id>,
    pub(super) answer: Response,
    /// The message that `@original` is.
    pub(super) original: Option<Id>,
    /// The messages that came after it.
    pub(super) followups: Vec<Id>,
}

/// The type of an interaction, with its number in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InteractionKind {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Modal = 5,
}

/// The first answer to an interaction.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Response {
    None,
    /// With a message, perhaps one that says that the bot is thinking.
    Message,
    /// With nothing to see, or by changing the message.
    Update,
    /// With choices for the option that is being typed.
    Choices(Vec<Value>),
    /// With a modal.
    Modal(Value),
}

impl Interaction {
    /// Checks whether the first answer comes too late.
    pub(super) fn is_late(&self, now: Millis) -> bool {
        now.saturating_sub(self.at) > FIRST_ANSWER
    }

    /// Checks whether its token has expired.
    pub(super) fn has_expired(&self, now: Millis) -> bool {
        now.saturating_sub(self.at) > TOKEN
    }
}
