//! What was said while we were away: read again as far as the server left it out, and answered if it is not too old.

use jiff::{SignedDuration, Timestamp};
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::uint;

use crate::event::{json_of, moment};

/// What is older is answered no more: who asked it has gone elsewhere.
const MISSED: SignedDuration = SignedDuration::from_mins(5);
/// Pages of a hundred events that are read again where the server left some out.
const PAGES: usize = 5;

/// What came before the events that the server told of, the oldest first, as far back as what we know already.
pub(crate) async fn missed(room: &Room, from: String, known: Option<&String>) -> Vec<TimelineEvent> {
    let (mut from, mut found) = (Some(from), Vec::new());
    for _ in 0..PAGES {
        let Some(token) = from.take() else { break };
        let mut options = MessagesOptions::backward().from(token.as_str());
        (options.limit, options.to) = (uint!(100), known.cloned());
        let page = match room.messages(options).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "what was said meanwhile cannot be read");
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

/// Leaves out what nobody waits for any more.
pub(crate) fn leave_old(room: &Room, events: &mut Vec<TimelineEvent>) {
    let all = events.len();
    events.retain(is_recent);
    if events.len() < all {
        let left = all - events.len();
        tracing::info!(left, room = %room.room_id(), "what was said more than five minutes ago is not answered");
    }
}

/// By our server's own clock where it says: those of others may go wrong.
fn is_recent(event: &TimelineEvent) -> bool {
    let said = json_of(event);
    let age = said["unsigned"]["age"].as_i64().map(SignedDuration::from_millis);
    age.unwrap_or_else(|| Timestamp::now().duration_since(moment(&said))) < MISSED
}
