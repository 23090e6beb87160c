//! The content of messages: building it in Matrix's format, and reading back our own.

use matrix_sdk::ruma::OwnedEventId;
use pstral_core::domain::{ButtonAction, Length, LengthUnit, Outgoing, OutgoingState};
use pstral_core::ports::PlatformError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::html::{escaped, html};
use crate::reaction_keys::{key, legend};

/// The maximum length of a text. An event is limited to 65,536 bytes, and an encrypted edit contains the text twice and
/// its HTML, plus a third for the encryption.
pub(crate) const LENGTH: Length = Length { most: 8_000, unit: LengthUnit::Bytes };
/// The maximum length of the HTML in bytes; a longer one is omitted.
const HTML: usize = 22_000;
/// The maximum length in bytes of the fallback text of an edit, for clients that do not know edits.
const FALLBACK: usize = 4_000;
/// The marker of a message that is still being written (MSC4357): clients that support it delay notifications.
pub(crate) const LIVE: &str = "org.matrix.msc4357.live";
/// The field for data that we need to find again in our own messages.
pub(crate) const OURS: &str = "org.pstral.message";

/// Data in a message of ours that lets it be understood after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The length in bytes of the text before the legend.
    pub(crate) text: usize,
    /// The reactions and their actions. Actions are stored as text because the numbers of events are limited to those
    /// of JavaScript.
    #[serde(default)]
    pub(crate) buttons: Vec<(String, String)>,
}

/// The current state of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnContent {
    pub(crate) text: String,
    pub(crate) is_live: bool,
    pub(crate) buttons: Vec<(String, ButtonAction)>,
}

/// Returns the reaction keys of a message's buttons and their actions.
pub(crate) fn buttons(message: &Outgoing) -> Vec<(String, ButtonAction)> {
    message.buttons.iter().map(|button| (key(&button.action).to_owned(), button.action.clone())).collect()
}

/// Builds the content of a message without its relations. A growing message may have no reaction to press while the
/// rate is limited; it then says what to type.
pub(crate) fn shown(message: &Outgoing, is_limited: bool) -> Result<Value, PlatformError> {
    if !LENGTH.holds(&message.text) {
        return Err(PlatformError::Rejected(format!("a text of more than {} bytes", LENGTH.most)));
    }
    let legend = legend(&message.buttons, is_limited);
    let mut body = message.text.clone();
    let mut formatted = html(&message.text);
    if !legend.is_empty() {
        body = format!("{body}\n\n{legend}");
        formatted = format!("{formatted}\n<p>{}</p>", escaped(&legend));
    }
    let kept = Kept { text: message.text.len(), buttons: buttons(message).into_iter().map(kept_button).collect() };
    let mut shown = json!({
        // Nobody is told of an `m.notice`, not in a private conversation either.
        "msgtype": "m.text",
        "body": body,
        // Nobody is called, whatever a text looks like.
        "m.mentions": {},
        OURS: kept,
    });
    if formatted.len() <= HTML {
        shown["format"] = "org.matrix.custom.html".into();
        shown["formatted_body"] = formatted.into();
    }
    if message.state == OutgoingState::Streaming {
        shown[LIVE] = json!({});
    }
    Ok(shown)
}

fn kept_button((key, action): (String, ButtonAction)) -> (String, String) {
    (key, serde_json::to_string(&action).expect("invariant: actions always serialise"))
}

/// Adds the relation to a thread to a message content, if there is a root.
pub(crate) fn in_thread(mut shown: Value, root: Option<&OwnedEventId>) -> Value {
    if let Some(root) = root {
        shown["m.relates_to"] = json!({
            "rel_type": "m.thread",
            "event_id": root,
            // Programs that know no threads show it as an answer.
            "is_falling_back": true,
            "m.in_reply_to": { "event_id": root },
        });
    }
    shown
}

/// Builds the event that edits a message.
pub(crate) fn change(of: &str, shown: Value) -> Value {
    let mut change = json!({
        "msgtype": shown["msgtype"],
        "body": format!("* {}", beginning(shown["body"].as_str().unwrap_or_default())),
        "m.mentions": {},
        "m.relates_to": { "rel_type": "m.replace", "event_id": of },
    });
    if let Some(live) = shown.get(LIVE) {
        change[LIVE] = live.clone();
    }
    change["m.new_content"] = shown;
    change
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(FALLBACK)]
}

/// Reads the state of a message of ours from its current content; `None` if it is not ours, or was redacted.
pub(crate) fn parse_own(content: &Value) -> Option<OwnContent> {
    let kept: Kept = serde_json::from_value(content.get(OURS)?.clone()).ok()?;
    let body = content["body"].as_str()?;
    let text = body.get(..kept.text)?.to_owned();
    let read = |(key, action): (String, String)| Some((key, serde_json::from_str(&action).ok()?));
    let buttons = kept.buttons.into_iter().filter_map(read).collect();
    Some(OwnContent { text, is_live: content.get(LIVE).is_some(), buttons })
}

/// An uploaded file: the address of an unencrypted one, or the address and keys of an encrypted one.
pub(crate) enum Uploaded {
    At(String),
    Encrypted(Value),
}

/// Builds the content of a message that is a file.
pub(crate) fn file(name: &str, media_type: &str, bytes: u64, uploaded: Uploaded) -> Value {
    let kind = if media_type.starts_with("image/") { "m.image" } else { "m.file" };
    let mut shown = json!({
        "msgtype": kind,
        "body": name,
        "filename": name,
        "info": { "mimetype": media_type, "size": bytes },
        "m.mentions": {},
    });
    match uploaded {
        Uploaded::At(address) => shown["url"] = address.into(),
        Uploaded::Encrypted(file) => shown["file"] = file,
    }
    shown
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{Button, TurnId};

    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let button = Button { action: ButtonAction::Retry(TurnId(i64::MAX)), label: "Exécuter".to_owned() };
        let message = Outgoing { buttons: vec![button], ..Outgoing::streaming("Voici l’été\n\n▶️") };
        let new = shown(&message, false).unwrap();
        let expected = OwnContent { text: message.text.clone(), is_live: true, buttons: buttons(&message) };
        assert_eq!(parse_own(&new), Some(expected.clone()));
        assert_eq!(new["body"], "Voici l’été\n\n▶️\n\n🔁 Exécuter");
        assert_eq!(new["m.mentions"], json!({}));
        let changed = change("$a", new);
        assert_eq!(parse_own(&changed["m.new_content"]), Some(expected));
        assert_eq!(changed["m.relates_to"]["rel_type"], "m.replace");
        assert_eq!(parse_own(&json!({ "body": "x" })), None, "somebody else's");
        assert_eq!(parse_own(&json!({ "body": "x", OURS: { "text": 5 } })), None, "made up");
    }

    #[test]
    fn the_longest_message_fits_into_an_event() {
        // What takes most in HTML, and what takes most in JSON.
        for letter in ["x", "&", "\"", "\n", "é", "🚀", "|", "*a* "] {
            let text = letter.repeat(LENGTH.most / letter.len());
            let change = change("$a", shown(&Outgoing::streaming(text), true).unwrap()).to_string();
            assert!(change.len() * 4 / 3 + 2_000 < 65_536, "{letter:?}: {}", change.len());
        }
        assert!(shown(&Outgoing::text("x".repeat(LENGTH.most + 1)), false).is_err());
    }
}
