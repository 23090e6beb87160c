//! Uploads keys of our own messages to the backup soon: matrix-sdk looks for new keys after a sync, and our own events
//! do not end one.

use std::time::Duration;

use matrix_sdk::Client;

use crate::Matrix;

/// Time in which more messages are awaited before an upload, and the time-out of the upload.
const GATHER: Duration = Duration::from_secs(1);
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(1);

impl Matrix {
    /// Uploads new keys for as long as the future is polled.
    pub(crate) async fn keep_keys_backed_up(&self, client: &Client) {
        loop {
            self.written.notified().await;
            tokio::time::sleep(GATHER).await;
            let backups = client.encryption().backups();
            let uploaded = tokio::time::timeout(UPLOAD_TIMEOUT, backups.wait_for_steady_state().into_future()).await;
            if let Ok(Err(error)) = uploaded {
                tracing::debug!(%error, "new room keys could not be backed up; the next sync tries again");
            }
        }
    }
}
