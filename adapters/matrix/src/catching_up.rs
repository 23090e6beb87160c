//! Catching up on messages sent while the bot was offline, or before it joined: what the server omitted is fetched, and
//! answered if it is recent.

use jiff::{SignedDuration, Timestamp};
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{RoomId, uint};

use crate::event::{json_of, moment};

/// The oldest message that is still answered: who asked before that has gone elsewhere.
pub(crate) const MISSED: SignedDuration = SignedDuration::from_mins(5);
/// The maximum number of pages of a hundred events that are fetched.
const PAGES: usize = 5;

/// Fetches the events before those that the server reported, the oldest first, back to the `known` token.
pub(crate) async fn missed(room: &Room, from: String, known: Option<&String>) -> Vec<TimelineEvent> {
    let (mut from, mut found) = (Some(from), Vec::new());
    for _ in 0..PAGES {
        let Some(token) = from.take() else { break };
        let mut options = MessagesOptions::backward().from(token.as_str());
        (options.limit, options.to) = (uint!(100), known.cloned());
        let page = match room.messages(options).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, room = %room.room_id(), "missed messages could not be fetched; they are not answered");
                break;
            }
        };
        let is_over = page.chunk.is_empty() || !page.chunk.iter().any(is_recent);
        from = page.end.filter(|_| !is_over);
        found.extend(page.chunk);
    }
    found.reverse();
    found
}

/// Removes messages that are too old to be answered.
pub(crate) fn leave_old(room: &RoomId, events: &mut Vec<TimelineEvent>) {
    let all = events.len();
    events.retain(is_recent);
    if events.len() < all {
        let left = all - events.len();
        tracing::info!(left, %room, "messages older than five minutes are not answered");
    }
}

/// Checks the age by our own server's clock if it states that: other servers' clocks may be wrong.
fn is_recent(event: &TimelineEvent) -> bool {
    let event_json = json_of(event);
    let age = event_json["unsigned"]["age"].as_i64().map(SignedDuration::from_millis);
    age.unwrap_or_else(|| Timestamp::now().duration_since(moment(&event_json))) < MISSED
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::room_id;
    use matrix_sdk::ruma::serde::Raw;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_old_by_our_server_s_clock_is_left_out() {
        let now = Timestamp::now().as_millisecond();
        let event = |name: &str, sent: i64, age: Option<i64>| {
            let unsigned = age.map_or_else(|| json!({}), |age| json!({ "age": age }));
            let event = json!({ "event_id": name, "origin_server_ts": sent, "unsigned": unsigned });
            TimelineEvent::from_plaintext(Raw::from_json_string(event.to_string()).unwrap())
        };
        let mut events = vec![
            event("$old", now, Some(300_000)),
            event("$new_by_a_clock_that_is_behind", 0, Some(299_000)),
            event("$old_without_an_age", now - 300_000, None),
            event("$new_without_an_age", now - 200_000, None),
        ];
        leave_old(room_id!("!a:x"), &mut events);
        let left: Vec<_> = events.iter().map(|event| json_of(event)["event_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(left, ["$new_by_a_clock_that_is_behind", "$new_without_an_age"]);
    }
}
