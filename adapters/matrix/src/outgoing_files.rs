//! Files: each is a message of its own after the text, encrypted if the room is.

use std::io::Cursor;

use matrix_sdk::Room;
use matrix_sdk::ruma::OwnedEventId;
use pstral_core::domain::FileRef;
use pstral_core::ports::PlatformError;

use crate::Matrix;
use crate::content::{Uploaded, file, in_thread};
use crate::fault::fault;
use crate::place::Spot;

/// The largest file in bytes that Synapse accepts by default (`max_upload_size`).
pub(crate) const FILE: u64 = 50 * 1024 * 1024;

impl Matrix {
    /// Sends the files of a message that were not sent yet, and returns the id of the first of them.
    pub(crate) async fn send_files(
        &self,
        spot: &Spot,
        room: &Room,
        of: Option<&OwnedEventId>,
        named: &str,
        files: &[FileRef],
    ) -> Result<Option<OwnedEventId>, PlatformError> {
        let mut first = None;
        for (at, one) in files.iter().enumerate() {
            let known = of.and_then(|id| self.own_messages.get(id)).map(|message| message.files).unwrap_or_default();
            if known.contains(&one.name) {
                continue;
            }
            // The text has taken one; the file needs another.
            self.rate_budget.wait_for_one().await;
            let uploaded = upload(room, one).await?;
            let content = in_thread(file(&one.name, one.media_type, one.bytes, uploaded), spot.thread.as_ref());
            // The same file of the same message, when it is sent again.
            let named = format!("{named}-{at}").into();
            let sent = self.put(spot, room, "m.room.message", content, named).await?;
            self.rate_budget.beside();
            if let Some(id) = of {
                self.own_messages.change(id, |message| message.files.push(one.name.clone()));
            }
            first.get_or_insert(sent);
        }
        Ok(first)
    }
}

/// Uploads a file to the server.
async fn upload(room: &Room, one: &FileRef) -> Result<Uploaded, PlatformError> {
    let bytes = tokio::fs::read(&one.path).await;
    let bytes = bytes.map_err(|error| PlatformError::Rejected(format!("{}: {error}", one.path.display())))?;
    let client = room.client();
    if room.latest_encryption_state().await.map_err(fault)?.is_encrypted() {
        let mut reader = Cursor::new(bytes);
        let uploaded = client.upload_encrypted_file(&mut reader).await.map_err(fault)?;
        let told = serde_json::to_value(uploaded);
        return told.map(Uploaded::Encrypted).map_err(|error| PlatformError::Rejected(error.to_string()));
    }
    let kind = one.media_type.parse().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let uploaded = client.media().upload(&kind, bytes, None).await.map_err(fault)?;
    Ok(Uploaded::At(uploaded.content_uri.to_string()))
}
