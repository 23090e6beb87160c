//! Message bodies in the format of the API (<https://discord.com/developers/docs/resources/message>).

use pstral_core::domain::{FileRef, Length, Outgoing};
use pstral_core::ports::{PlatformError, SendKey};
use serde_json::{Value, json};

use crate::buttons::rows;

/// Discord's limit for the text of a message, in characters.
const MAX_LENGTH: Length = Length::characters(2_000);
/// The limit for a text of ours: it leaves room for the line that says why something is shown where it is.
pub(crate) const LENGTH: Length = Length::characters(1_850);
/// The largest file in bytes that servers without a boost accept.
pub(crate) const FILE: u64 = 10 * 1024 * 1024;
/// The maximum number of files in a message.
const FILES: usize = 10;

/// Message flag that suppresses embeds: otherwise an address that a model writes would have Discord fetch a page.
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// Message flag that shows a message only to the person of the interaction.
const EPHEMERAL: u64 = 1 << 6;
/// The `allowed_mentions` that notify nobody.
fn nobody() -> Value {
    json!({ "parse": [] })
}

/// A complete message, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// The JSON of the message, without the contents of its files.
    pub(crate) json: Value,
    /// The files, in the order in which the JSON names them.
    pub(crate) files: Vec<FileRef>,
}

impl Body {
    /// Builds the body of a message, which replaces any earlier one. Its existing files stay unless new ones come.
    /// Fails if the text is too long.
    pub(crate) fn of(message: &Outgoing) -> Result<Self, PlatformError> {
        if !LENGTH.holds(&message.text) {
            return Err(PlatformError::Rejected(format!("a text of more than {} characters", LENGTH.most)));
        }
        if message.files.len() > FILES || message.files.iter().any(|file| file.bytes > FILE) {
            return Err(PlatformError::Rejected("more or larger files than Discord takes".to_owned()));
        }
        let mut json = json!({
            "content": message.text,
            "allowed_mentions": nobody(),
            "components": rows(&message.buttons),
            "flags": SUPPRESS_EMBEDS,
        });
        if !message.files.is_empty() {
            let named = message.files.iter().enumerate();
            let named = named.map(|(at, file)| json!({ "id": at.to_string(), "filename": file.name }));
            json["attachments"] = named.collect();
        }
        Ok(Self { json, files: message.files.clone() })
    }

    /// Makes the message visible to one person only.
    pub(crate) fn for_one(mut self) -> Self {
        self.json["flags"] = json!(SUPPRESS_EMBEDS | EPHEMERAL);
        self
    }

    /// Makes the message a reply to another one of the same channel, which may be gone.
    pub(crate) fn in_reply_to(mut self, message: u64) -> Self {
        self.json["message_reference"] = json!({ "message_id": message.to_string(), "fail_if_not_exists": false });
        self
    }

    /// Puts a line before the text, if there is room for it.
    pub(crate) fn after(mut self, line: &str) -> Self {
        let said = self.json["content"].as_str().unwrap_or_default();
        let longer = format!("{line}\n{said}");
        if MAX_LENGTH.holds(&longer) {
            self.json["content"] = json!(longer);
        }
        self
    }

    /// Sets a nonce that makes sending idempotent: when it comes again within a few minutes, Discord returns the
    /// existing message (<https://discord.com/developers/docs/resources/message#create-message>).
    pub(crate) fn named(mut self, SendKey(key): SendKey) -> Self {
        self.json["nonce"] = json!(format!("{key:016x}"));
        self.json["enforce_nonce"] = json!(true);
        self
    }
}

/// Builds a short text for one person only, such as the answer to an interaction.
pub(crate) fn short(text: &str) -> Value {
    json!({ "content": text, "allowed_mentions": nobody(), "flags": SUPPRESS_EMBEDS | EPHEMERAL })
}

/// Builds a short text that everybody can read.
pub(crate) fn open(text: &str) -> Value {
    json!({ "content": text, "allowed_mentions": nobody(), "flags": SUPPRESS_EMBEDS })
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{Button, ButtonAction, Locale};
    use pstral_core::text::text;

    use super::*;

    #[test]
    fn a_message_calls_nobody_and_replaces_all_that_stood_there() {
        let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
        let message = Outgoing { buttons: vec![stop], ..Outgoing::streaming("@everyone https://example.org") };
        let body = Body::of(&message).unwrap();
        assert_eq!(
            body.json,
            json!({
                "content": "@everyone https://example.org",
                "allowed_mentions": { "parse": [] },
                "components": [{ "type": 1, "components": [
                    { "type": 2, "style": 4, "label": "Arrêter", "custom_id": "\"stop\"" },
                ] }],
                "flags": 4,
            })
        );
        assert_eq!(body.named(SendKey(7)).for_one().json["flags"], 68);
    }

    #[test]
    fn what_discord_would_not_take_is_refused_at_once() {
        let file = |bytes| FileRef { name: "a.csv".to_owned(), path: "/nowhere".into(), media_type: "text/csv", bytes };
        for message in [
            Outgoing::text("é".repeat(1_851)),
            Outgoing { files: vec![file(FILE + 1)], ..Outgoing::text("") },
            Outgoing { files: (0..11).map(|_| file(1)).collect(), ..Outgoing::text("") },
        ] {
            assert!(matches!(Body::of(&message).map(drop), Err(PlatformError::Rejected(_))));
        }
        let longest = Body::of(&Outgoing::text("é".repeat(1_850))).unwrap();
        for locale in [Locale::En, Locale::Fr] {
            let line = text("discord-private-closed").render(locale);
            let said = longest.clone().after(&line).json["content"].as_str().unwrap().to_owned();
            assert!(said.starts_with(&line) && said.chars().count() <= 2_000, "{line}");
        }
    }
}
