//! Questions that are changed by their messages.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{Event, EventBody};
use pstral_core::ports::Inbox;

use crate::asked::Question;

/// How long an answer that was stopped may take to end.
const ENDING: Duration = Duration::from_secs(30);

/// Stops the answer to a question, and when it has ended asks what it says now.
pub(crate) async fn ask_again(before: Arc<Question>, question: Arc<Question>, inbox: &Inbox) {
    if !before.answered.is_cancelled() {
        let body = EventBody::Deleted { event: before.event.id.clone() };
        let id = format!("{} reworded", before.event.id);
        inbox(Event { id, body, ..before.event.clone() }).await;
        let _ = tokio::time::timeout(ENDING, before.answered.cancelled()).await;
    }
    if !question.is_gone() {
        inbox(question.event.clone()).await;
    }
    question.answered.cancel();
}
