//! The speed of an answer, as the audit keeps it.

use serde::{Deserialize, Serialize};

/// The speed of an answer: the `parameters` of its audit event, as JSON. Members that are not known are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerMeasures {
    /// Milliseconds from the request to the model until the first visible text, in the queue too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_text_ms: Option<u64>,
    /// Tokens of the prompt, as the server counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, thoughts included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_tokens: Option<u64>,
    /// Milliseconds from the first of these tokens to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writing_ms: Option<u64>,
}

impl AnswerMeasures {
    /// The JSON for the audit; `None` if nothing is known.
    pub fn json(&self) -> Option<String> {
        let json = serde_json::to_string(self).expect("invariant: numbers always serialise");
        (*self != Self::default()).then_some(json)
    }
}
