//! Messages as Discord takes them (<https://discord.com/developers/docs/resources/message>).

use pstral_core::domain::{FileRef, Length, Outgoing};
use pstral_core::ports::{PlatformError, SendKey};
use serde_json::{Value, json};

use crate::buttons::rows;

/// Characters of a message.
const MOST: Length = Length::characters(2_000);
/// Those of one of ours: there is always room for the line that says why something is shown where it is.
pub(crate) const LENGTH: Length = Length::characters(1_850);
/// The largest file, in bytes: what servers without a boost take.
pub(crate) const FILE: u64 = 10 * 1024 * 1024;
/// Files of a message at most.
const FILES: usize = 10;

/// Addresses in a text are not unfolded: what a model writes would have Discord fetch pages.
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// Only the person of the interaction sees it.
const EPHEMERAL: u64 = 1 << 6;
/// Nobody is called.
fn nobody() -> Value {
    json!({ "parse": [] })
}

/// A message ready to go: the whole of it.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// All but the files themselves.
    pub(crate) json: Value,
    /// In the order in which they are named.
    pub(crate) files: Vec<FileRef>,
}

impl Body {
    /// The body of a message, which replaces what stood there before. Files that stand there stay, unless others come.
    /// Refused where it is too long.
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

    /// The same, for one person alone.
    pub(crate) fn for_one(mut self) -> Self {
        self.json["flags"] = json!(SUPPRESS_EMBEDS | EPHEMERAL);
        self
    }

    /// The same in reply to a message of the same channel, which may be gone.
    pub(crate) fn in_reply_to(mut self, message: u64) -> Self {
        self.json["message_reference"] = json!({ "message_id": message.to_string(), "fail_if_not_exists": false });
        self
    }

    /// The same with a line before its text, for which there is room.
    pub(crate) fn after(mut self, line: &str) -> Self {
        let said = self.json["content"].as_str().unwrap_or_default();
        let longer = format!("{line}\n{said}");
        if MOST.holds(&longer) {
            self.json["content"] = json!(longer);
        }
        self
    }

    /// The same under a name: when it comes again within some minutes, Discord gives back the message that it has
    /// (<https://discord.com/developers/docs/resources/message#create-message>).
    pub(crate) fn named(mut self, SendKey(key): SendKey) -> Self {
        self.json["nonce"] = json!(format!("{key:016x}"));
        self.json["enforce_nonce"] = json!(true);
        self
    }
}

/// A short text for one person alone, such as in answer to an interaction.
pub(crate) fn short(text: &str) -> Value {
    json!({ "content": text, "allowed_mentions": nobody(), "flags": SUPPRESS_EMBEDS | EPHEMERAL })
}

/// A short text that everybody reads.
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
