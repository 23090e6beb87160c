//! Time stamps of published heads by a server of somebody else (RFC 3161, <https://www.rfc-editor.org/rfc/rfc3161>).
//!
//! The head and the answer of the server are kept beside the key, one pair a day and instance: `openssl ts -verify` says later
//! when the head was there. Neither the signature in an answer nor its certificate is verified here: the connection (HTTPS, or
//! on this machine) vouches for the server, and so for the stamp that replaces the one before it.

mod protocol;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use async_trait::async_trait;
use jiff::Timestamp;
use pstral_auditproof::{Hash, SignedHead};
use pstral_core::text::text;
use reqwest::StatusCode;
use tokio::task::spawn_blocking;

use super::destination::{DeliveryError, DeliveryMode, Destination};
use super::http::Http;
use crate::atomic_file;
use crate::key_folder::short_hash;

/// A server, and the folder of what it has stamped.
pub(super) struct TimeStampServer {
    http: Http,
    folder: PathBuf,
}

impl TimeStampServer {
    /// The server at an address; its stamps go into a folder below the one of the heads.
    pub(super) fn new(url: &str, heads: &Path) -> anyhow::Result<Self> {
        let url = url.parse().with_context(|| url.to_owned())?;
        Ok(Self { http: Http::new(url)?, folder: heads.join("time-stamps") })
    }

    /// Returns the whole answer of the server about a note, once it is one to this request.
    async fn stamp(&self, note: &str) -> Result<Vec<u8>, DeliveryError> {
        let (digest, nonce) = (Hash::of(note.as_bytes()), nonce());
        let request = protocol::request(&digest, nonce).map_err(|error| DeliveryError::failed(&error))?;
        let (status, answer) = self.http.post("application/timestamp-query", request).await?;
        if status != StatusCode::OK {
            return Err(DeliveryError::Failed(text("time-stamp-status").with("status", status.to_string())));
        }
        protocol::check(&answer, &digest, nonce).map_err(|error| DeliveryError::Failed(error.text()))?;
        Ok(answer)
    }
}

#[async_trait]
impl Destination for TimeStampServer {
    fn part(&self) -> String {
        "audit-heads time-stamp".to_owned()
    }

    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) -> Result<(), DeliveryError> {
        let note = head.to_string();
        let answer = self.stamp(&note).await?;
        if mode == DeliveryMode::Check {
            return Ok(());
        }
        let (folder, head) = (self.folder.clone(), head.clone());
        let kept = spawn_blocking(move || keep(&folder, &head, &note, &answer, Timestamp::now()));
        kept.await.map_err(io::Error::other).flatten().map_err(|error| DeliveryError::failed(&error))
    }
}

/// A number that makes an answer one to this request. Not zero, which some servers leave out, and positive.
fn nonce() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("invariant: the operating system gives random numbers");
    u64::from_be_bytes(bytes) >> 1 | 1
}

/// Keeps a note with its time stamp in the place of the earlier ones of the same day. A stamp vouches for all entries before
/// it, so the last of a day is enough; those of earlier days show how the audit was then.
fn keep(folder: &Path, head: &SignedHead, note: &str, answer: &[u8], at: Timestamp) -> io::Result<()> {
    let day = format!("{}.{}", short_hash(&head.head.instance), at.strftime("%Y-%m-%d"));
    let stem = format!("{day}.{}", head.head.seq);
    atomic_file::replace(&folder.join(format!("{stem}.note")), note.as_bytes())?;
    atomic_file::replace(&folder.join(format!("{stem}.tsr")), answer)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!("{day}.")) && !name.starts_with(&format!("{stem}.")) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stamp_of_each_day_is_kept_with_its_note() {
        let folder = tempfile::tempdir().unwrap();
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        for (seq, time) in [
            (1, "2026-11-25T10:00:00Z"),
            (10, "2026-11-25T23:59:59Z"),
            (11, "2026-11-26T00:00:00Z"),
            (11, "2026-11-26T00:00:01Z"),
        ] {
            let head = super::super::tests::signed_head(seq);
            keep(folder.path(), &head, &head.to_string(), time.as_bytes(), at(time)).unwrap();
        }
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let one = short_hash("one");
        let expected = ["2026-11-25.10.note", "2026-11-25.10.tsr", "2026-11-26.11.note", "2026-11-26.11.tsr"];
        assert_eq!(names, expected.map(|name| format!("{one}.{name}")));
        assert_eq!(fs::read(folder.path().join(&names[3])).unwrap(), b"2026-11-26T00:00:01Z");
    }
}
