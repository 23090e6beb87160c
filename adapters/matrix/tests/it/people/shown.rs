//! A room as a person's program shows it: messages as they were changed last, with their reactions.

use serde_json::Value;

/// A message as it is shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// The id of its first event.
    pub(crate) id: String,
    pub(crate) sender: String,
    /// The message that its thread is about.
    pub(crate) thread: Option<String>,
    /// Each state it had, the last one at the end.
    pub(crate) states: Vec<Value>,
    /// Reactions that stand: who, which, and the event.
    pub(crate) reactions: Vec<(String, String, String)>,
    pub(crate) is_gone: bool,
    pub(crate) is_encrypted: bool,
}

impl Shown {
    /// Returns its current text.
    pub(crate) fn text(&self) -> &str {
        self.last()["body"].as_str().unwrap_or_default()
    }

    pub(crate) fn html(&self) -> &str {
        self.last()["formatted_body"].as_str().unwrap_or_default()
    }

    /// Checks whether it still looks unfinished.
    pub(crate) fn is_live(&self) -> bool {
        !self.last()["org.matrix.msc4357.live"].is_null()
    }

    /// The content of its last state.
    pub(crate) fn last(&self) -> &Value {
        self.states.last().unwrap_or(&Value::Null)
    }

    /// Counts its edits.
    pub(crate) fn edits(&self) -> usize {
        self.states.len().saturating_sub(1)
    }
}

/// Takes an event into what is shown.
pub(crate) fn take(shown: &mut Vec<Shown>, event: &Value, is_encrypted: bool) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, sender) = (text(&event["event_id"]), text(&event["sender"]));
    let (content, related) = (&event["content"], &event["content"]["m.relates_to"]);
    let of = text(&related["event_id"]);
    match event["type"].as_str() {
        Some("m.room.message") if related["rel_type"] == "m.replace" => {
            if let Some(message) = shown.iter_mut().find(|message| message.id == of && message.sender == sender) {
                message.states.push(content["m.new_content"].clone());
            }
        }
        Some("m.room.message") if shown.iter().all(|message| message.id != id) => {
            let thread = (related["rel_type"] == "m.thread").then_some(of);
            let states = vec![content.clone()];
            shown.push(Shown { id, sender, thread, states, is_encrypted, ..Shown::default() });
        }
        Some("m.reaction") => {
            if let Some(message) = shown.iter_mut().find(|message| message.id == of) {
                message.reactions.push((sender, text(&related["key"]), id));
            }
        }
        Some("m.room.redaction") => {
            let gone = content["redacts"].as_str().or(event["redacts"].as_str()).unwrap_or_default();
            for message in shown.iter_mut() {
                message.is_gone |= message.id == gone;
                message.reactions.retain(|(_, _, reaction)| reaction != gone);
            }
        }
        _ => {}
    }
}
