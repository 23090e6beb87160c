//! Files that belong to a question: sent with a caption, replied to, or sent just before it.

use std::collections::VecDeque;
use std::io::{Cursor, Read as _};
use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::reqwest::Response;
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedMxcUri, OwnedUserId, UserId};
use matrix_sdk_crypto::{AttachmentDecryptor, MediaEncryptionInfo};
use parking_lot::Mutex;
use pstral_core::attached::{BYTES, FILES, content, ending, with};
use serde_json::Value;
use tokio::time::Instant;

use crate::Matrix;
use crate::event::{answered, json_of, newest_content};
use crate::place::Spot;

/// The time-out for reading one file.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for which a file without a caption waits for a question.
const WAITS: Duration = Duration::from_mins(5);
/// The maximum number of waiting files.
const MAX_WAITING: usize = 256;

/// A file that somebody sent, as its message describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attached {
    name: String,
    content: Value,
}

impl Attached {
    /// Reads the file of a message, if it is of a type that Pstral reads.
    pub(crate) fn of(content: &Value) -> Option<Self> {
        if content["msgtype"] != "m.file" {
            return None;
        }
        let name = content["filename"].as_str().or_else(|| content["body"].as_str())?;
        ending(name).map(|_| Self { name: name.to_owned(), content: content.clone() })
    }
}

/// Returns the caption of a file: the body of its message, unless that is the name of the file.
pub(crate) fn caption(content: &Value) -> Option<&str> {
    let (name, body) = (content["filename"].as_str()?, content["body"].as_str()?);
    (name != body).then_some(body)
}

/// The files sent without a caption that wait for a question.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<VecDeque<(Spot, OwnedUserId, Attached, Instant)>>);

impl Waiting {
    pub(crate) fn put(&self, spot: Spot, sender: &UserId, file: Attached) {
        let mut waiting = self.0.lock();
        if waiting.len() >= MAX_WAITING {
            waiting.pop_front();
        }
        waiting.push_back((spot, sender.to_owned(), file, Instant::now()));
    }

    /// Removes and returns somebody's waiting files in a place: only one question gets them.
    fn take(&self, spot: &Spot, sender: &UserId) -> Vec<Attached> {
        let mut waiting = self.0.lock();
        waiting.retain(|(_, _, _, since)| since.elapsed() < WAITS);
        let (taken, others) = waiting.drain(..).partition(|(there, who, ..)| there == spot && who == sender);
        *waiting = others;
        let taken: VecDeque<(Spot, OwnedUserId, Attached, Instant)> = taken;
        taken.into_iter().map(|(_, _, file, _)| file).collect()
    }
}

/// The files of a question, and the message it replies to, which may be a file.
#[derive(Debug, Default)]
pub(crate) struct Files {
    known: Vec<Attached>,
    answered: Option<OwnedEventId>,
}

impl Files {
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.answered.is_none()
    }
}

impl Matrix {
    /// Collects the files that belong to a message.
    pub(crate) fn files_with(&self, spot: &Spot, sender: &UserId, content: &Value) -> Files {
        let mut known: Vec<Attached> = Attached::of(content).into_iter().collect();
        known.extend(self.waiting.take(spot, sender));
        Files { known, answered: answered(content) }
    }

    /// Returns the texts of the files. One that cannot be read is named with the reason.
    pub(crate) async fn read_files(&self, room: &Room, files: Files) -> String {
        let Files { known: mut files, answered } = files;
        if let Some(answered) = answered {
            files.extend(answered_to(room, &answered).await);
        }
        let mut read = String::new();
        for file in files.iter().take(FILES) {
            let content = self.read(room, file).await;
            if let Err(error) = &content {
                tracing::warn!(error, room = %room.room_id(), "an attached file could not be read");
            }
            read = with(&read, &file.name, content.ok().as_deref(), self.config.locale);
        }
        read
    }

    /// Reads the text of a file from our own homeserver. No address in an event is followed.
    async fn read(&self, room: &Room, file: &Attached) -> Result<String, String> {
        let said = &file.content["info"]["size"];
        if said.as_u64().is_some_and(|bytes| bytes > BYTES as u64) {
            return Err(format!("{said} bytes are too many"));
        }
        let (sealed, address) = (&file.content["file"], &file.content["file"]["url"]);
        let address = if sealed.is_object() { address } else { &file.content["url"] };
        let address = OwnedMxcUri::from(address.as_str().unwrap_or_default());
        let bytes = tokio::time::timeout(READ_TIMEOUT, fetched(room, &address));
        let bytes = bytes.await.unwrap_or_else(|_| Err("it took too long".to_owned()))?;
        let bytes = if sealed.is_object() { opened(sealed, bytes)? } else { bytes };
        content(bytes).ok_or_else(|| "it is not text in UTF-8".to_owned())
    }
}

/// Returns the file of the message that is replied to.
async fn answered_to(room: &Room, answered: &EventId) -> Option<Attached> {
    let event = tokio::time::timeout(READ_TIMEOUT, room.event(answered, None)).await.ok()?.ok()?;
    Attached::of(newest_content(&json_of(&event)))
}

/// Downloads a file from the homeserver, up to the limit for files that are read.
async fn fetched(room: &Room, address: &OwnedMxcUri) -> Result<Vec<u8>, String> {
    let client = room.client();
    let (server, media) = address.parts().map_err(|error| error.to_string())?;
    let base = client.homeserver();
    let url = format!("{}/_matrix/client/v1/media/download/{server}/{media}", base.as_str().trim_end_matches('/'));
    let request = client.http_client().get(url).bearer_auth(client.access_token().unwrap_or_default());
    let fault = |error: matrix_sdk::reqwest::Error| error.without_url().to_string();
    let mut response = request.send().await.and_then(Response::error_for_status).map_err(fault)?;
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(fault)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > BYTES {
            return Err("it is larger than it was said to be".to_owned());
        }
    }
    Ok(bytes)
}

/// Decrypts a file and verifies the hash that its message states.
fn opened(sealed: &Value, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let how: MediaEncryptionInfo = serde_json::from_value(sealed.clone()).map_err(|error| error.to_string())?;
    let (mut bytes, mut open) = (Cursor::new(bytes), Vec::new());
    let mut reader = AttachmentDecryptor::new(&mut bytes, how).map_err(|error| error.to_string())?;
    reader.read_to_end(&mut open).map_err(|error| error.to_string())?;
    Ok(open)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_texts_are_attached_and_their_words_are_told_from_their_names() {
        let file = |name: Value, body: &str| json!({ "msgtype": "m.file", "filename": name, "body": body });
        for (content, name, words) in [
            (file(Value::Null, "a.sql"), Some("a.sql"), None),
            (file("a.sql".into(), "a.sql"), Some("a.sql"), None),
            (file("a.sql".into(), "Pstral, que fait ceci ?"), Some("a.sql"), Some("Pstral, que fait ceci ?")),
            (file("a.pdf".into(), "Pstral, que dit ceci ?"), None, Some("Pstral, que dit ceci ?")),
            (json!({ "msgtype": "m.text", "body": "a.sql" }), None, None),
        ] {
            assert_eq!(Attached::of(&content).map(|file| file.name).as_deref(), name, "{content}");
            assert_eq!(caption(&content), words, "{content}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_waits_for_one_question_of_whoever_sent_it_there() {
        let waiting = Waiting::default();
        let spot = |room: &str| Spot::new(room.try_into().unwrap(), None);
        let user = |name: &str| OwnedUserId::try_from(name).unwrap();
        let file = Attached::of(&json!({ "msgtype": "m.file", "body": "a.sql" })).unwrap();
        waiting.put(spot("!a:x"), &user("@zoe:x"), file.clone());
        assert!(waiting.take(&spot("!b:x"), &user("@zoe:x")).is_empty());
        assert!(waiting.take(&spot("!a:x"), &user("@leo:x")).is_empty());
        assert_eq!(waiting.take(&spot("!a:x"), &user("@zoe:x")), std::slice::from_ref(&file));
        assert!(waiting.take(&spot("!a:x"), &user("@zoe:x")).is_empty());
        waiting.put(spot("!a:x"), &user("@zoe:x"), file);
        tokio::time::advance(WAITS).await;
        assert!(waiting.take(&spot("!a:x"), &user("@zoe:x")).is_empty(), "too late");
    }
}
