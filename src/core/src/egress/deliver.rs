//! One message handed to a platform, attempts again while the platform is slow or away.

use std::time::Duration;

use crate::domain::{MessageRef, Outgoing, Place};
use crate::ports::{ChatPlatform, Clock, PlatformError};

/// The first wait for a platform that is away; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait for a platform that is away.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Tries that last about ten minutes: long enough for a platform to be restarted.
pub const PATIENT: u32 = 24;

/// Sends a message, or edits the one at `sent`: where that is gone, a new one takes its place. A platform that asks to
/// wait is obeyed to the letter.
pub async fn deliver(
    platform: &dyn ChatPlatform,
    clock: &dyn Clock,
    place: &Place,
    mut sent: Option<MessageRef>,
    message: &Outgoing,
    tries: u32,
) -> Result<MessageRef, PlatformError> {
    let (mut pause, mut attempts) = (FIRST_WAIT, 0);
    loop {
        let result = match &sent {
            Some(at) => platform.edit(at, message).await.map(|()| at.clone()),
            None => platform.send(place, message).await,
        };
        attempts += 1;
        let wait = match result {
            Ok(at) => return Ok(at),
            Err(PlatformError::Gone) if sent.take().is_some() => continue,
            Err(PlatformError::RateLimited { retry_after }) if attempts < tries => retry_after,
            Err(PlatformError::Unavailable(_)) if attempts < tries => {
                pause = (pause * 2).min(LONGEST_WAIT);
                pause / 2
            }
            Err(error) => return Err(error),
        };
        clock.sleep(wait).await;
    }
}
