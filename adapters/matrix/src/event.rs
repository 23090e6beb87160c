//! Reading the JSON of events, which need not be well-formed: any client may have sent them.

use jiff::Timestamp;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{
    TimelineEvent, UnsignedDecryptionResult, UnsignedEventLocation, VerificationLevel, VerificationState,
};
use matrix_sdk::ruma::OwnedEventId;
use serde_json::Value;

/// Parses an event as JSON; null if that fails. A bundled edit is kept only if it is encrypted as the event is: a
/// server could have forged any other.
pub(crate) fn json_of(event: &TimelineEvent) -> Value {
    let mut json: Value = serde_json::from_str(event.raw().json().get()).unwrap_or(Value::Null);
    if event.encryption_info().is_some() {
        let bundled = event.kind.unsigned_encryption_map();
        let change = bundled.and_then(|bundled| bundled.get(&UnsignedEventLocation::RelationsReplace));
        if !matches!(change, Some(UnsignedDecryptionResult::Decrypted(_)))
            && let Some(change) = json.pointer_mut("/unsigned/m.relations/m.replace")
        {
            *change = Value::Null;
        }
    }
    json
}

/// Checks whether a message is authentic: in an encrypted room, one that is unencrypted or encrypted by another sender
/// may have been forged by a server.
pub(crate) fn is_genuine(event: &TimelineEvent, is_encrypted: bool) -> bool {
    match event.encryption_info() {
        Some(info) => info.verification_state != VerificationState::Unverified(VerificationLevel::MismatchedSender),
        None => !is_encrypted,
    }
}

/// Checks whether a room is encrypted; true if that cannot be known, so that unencrypted messages are not trusted.
pub(crate) async fn is_encrypted(room: &Room) -> bool {
    room.latest_encryption_state().await.map_or(true, |state| state.is_encrypted())
}

/// Parses an event id.
pub(crate) fn id(value: &Value) -> Option<OwnedEventId> {
    value.as_str()?.try_into().ok()
}

/// Returns the root of an event's thread.
pub(crate) fn thread_of(event: &Value) -> Option<OwnedEventId> {
    let related = &event["content"]["m.relates_to"];
    if related["rel_type"] == "m.thread" { id(&related["event_id"]) } else { None }
}

/// Returns the message that is explicitly replied to. Messages in a thread also refer to its last one, as a fallback
/// for clients without threads, which does not count.
pub(crate) fn answered(content: &Value) -> Option<OwnedEventId> {
    let related = &content["m.relates_to"];
    if related["is_falling_back"] == true { None } else { id(&related["m.in_reply_to"]["event_id"]) }
}

/// Returns the event that an edit replaces.
pub(crate) fn replaced(event: &Value) -> Option<OwnedEventId> {
    let related = &event["content"]["m.relates_to"];
    if related["rel_type"] == "m.replace" { id(&related["event_id"]) } else { None }
}

/// Returns the event that a redaction removes: old room versions state it beside the content, newer ones in it.
pub(crate) fn redacted(event: &Value) -> Option<OwnedEventId> {
    id(&event["content"]["redacts"]).or_else(|| id(&event["redacts"]))
}

/// Tells whether a message was redacted: servers strip its content, and need not say by which event.
pub(crate) fn is_redacted(event: &Value) -> bool {
    let kind_is_gone = event["type"] == "m.room.message" && !event["content"]["msgtype"].is_string();
    let is_empty = event["content"].as_object().is_none_or(serde_json::Map::is_empty);
    kind_is_gone || is_empty || event["unsigned"]["redacted_because"].is_object()
}

/// Returns the content of a message after its last edit by its own sender.
pub(crate) fn newest_content(event: &Value) -> &Value {
    let change = &event["unsigned"]["m.relations"]["m.replace"];
    let newest = &change["content"]["m.new_content"];
    if newest.is_object() && change["sender"] == event["sender"] { newest } else { &event["content"] }
}

/// Returns the time that the sender's server states, or the Unix epoch.
pub(crate) fn moment(event: &Value) -> Timestamp {
    let millis = event["origin_server_ts"].as_i64().unwrap_or_default();
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_writer_changes_a_message() {
        let event = |sender: &str| {
            let change = json!({ "sender": sender, "content": { "m.new_content": { "body": "new" } } });
            json!({
                "sender": "@a:x",
                "content": { "body": "old" },
                "unsigned": { "m.relations": { "m.replace": change } },
            })
        };
        assert_eq!(newest_content(&event("@a:x"))["body"], "new");
        assert_eq!(newest_content(&event("@b:x"))["body"], "old");
    }

    #[test]
    fn redacted_messages_are_told_from_those_that_cannot_be_read() {
        let event = |kind: &str, content: Value| json!({ "type": kind, "content": content });
        let voice = event("m.room.message", json!({ "msgtype": "m.audio", "body": "voice" }));
        let poll = event("m.poll.start", json!({ "m.poll": {} }));
        let sticker = event("m.sticker", json!({ "body": "smile" }));
        let because = json!({ "type": "m.room.redaction" });
        let of_old = json!({ "type": "m.sticker", "content": { "a": 1 }, "unsigned": { "redacted_because": because } });
        for (event, expected) in [
            (voice, false),
            (poll, false),
            (sticker, false),
            (event("m.room.message", json!({})), true),
            (event("m.sticker", json!({})), true),
            (of_old, true),
        ] {
            assert_eq!(is_redacted(&event), expected, "{event}");
        }
    }

    #[test]
    fn relations_are_told_apart() {
        let related = |kind: &str| json!({ "content": { "m.relates_to": { "rel_type": kind, "event_id": "$a" } } });
        assert_eq!(thread_of(&related("m.thread")).unwrap(), "$a");
        assert_eq!(replaced(&related("m.replace")).unwrap(), "$a");
        assert!(thread_of(&related("m.replace")).is_none() && replaced(&related("m.annotation")).is_none());
        assert_eq!(redacted(&json!({ "redacts": "$b", "content": {} })).unwrap(), "$b");
        assert_eq!(redacted(&json!({ "content": { "redacts": "$b" } })).unwrap(), "$b");
        assert_eq!(redacted(&json!({ "content": {} })), None);
    }
}
