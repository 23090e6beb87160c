//! Witnesses of this audit: servers of others that see each published head grow from the one before and sign it too
//! (<https://c2sp.org/tlog-witness>). What a witness signed last is kept beside the key.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use jiff::Timestamp;
use pstral_auditproof::{AddCheckpoint, Checkpoint, Hash, Note, Pruned, SignedHead, VerifierKey};
use pstral_core::text::{Text, text};
use reqwest::StatusCode;
use tokio::task::spawn_blocking;

use super::destination::{DeliveryError, DeliveryMode, Destination, SignedHeads};
use super::http::Http;
use crate::atomic_file;
use crate::config::RemoteWitnessConfig;
use crate::health::Found as _;
use crate::key_folder::{note_name, short_hash};

/// The most by which the clock of a witness may differ from that of this machine.
const MOST_OFF: Duration = Duration::from_hours(24);

/// A witness, and what is known of what it saw.
pub(super) struct RemoteWitness {
    http: Http,
    key: VerifierKey,
    heads: SignedHeads,
    /// The head that it cosigned last, with its cosignature.
    cosigned: PathBuf,
}

/// The answer of a witness to a head.
enum Answer {
    Cosigned(Note),
    /// The last head that it cosigned has another size.
    OtherSize(u64),
}

impl RemoteWitness {
    /// The witness of a configuration; what it signs goes into a folder below the one of the heads.
    pub(super) fn new(config: &RemoteWitnessConfig, kept: &Path, heads: SignedHeads) -> anyhow::Result<Self> {
        let key: VerifierKey = config.key.parse().map_err(anyhow::Error::msg).context("audit.witness")?;
        let url = format!("{}/add-checkpoint", config.url.trim_end_matches('/'));
        let file = format!("{}.{}", short_hash(&heads.instance), note_name(&config.key));
        let cosigned = kept.join("witnesses").join(file);
        Ok(Self { http: Http::new(url.parse().with_context(|| url)?)?, key, heads, cosigned })
    }

    /// Returns the size that the witness cosigned last, as far as is known here.
    ///
    /// Zero where the file cannot be read: the witness then refuses the head and names the size.
    async fn last_size(&self) -> u64 {
        let file = self.cosigned.clone();
        let read = spawn_blocking(move || std::fs::read_to_string(file)).await.map_err(io::Error::other).flatten();
        let note = read.ok().and_then(|note| note.parse::<Note>().ok());
        note.as_ref().and_then(Checkpoint::of).map_or(0, |checkpoint| checkpoint.size)
    }

    /// Has the witness cosign a head, or a later one where it has seen more than this.
    async fn cosigned(&self, head: &SignedHead) -> Result<Note, DeliveryError> {
        let mut head = head.clone();
        let mut first = self.last_size().await.min(head.head.seq);
        let mut answer = self.add(&head, first).await;
        if let Err(DeliveryError::Pruned(_)) = answer {
            // The witness may have signed a later head than is known here, or have forgotten this log.
            first = 0;
            answer = self.add(&head, first).await;
        }
        let size = match answer? {
            Answer::Cosigned(note) => return Ok(note),
            Answer::OtherSize(size) if size == first => return Err(seen_others(size)),
            Answer::OtherSize(size) => size,
        };
        if size > head.head.seq {
            head = self.heads.newest().await?.unwrap_or(head);
        }
        if size > head.head.seq {
            return Err(DeliveryError::OtherHistory(text("head-seen-later").with("seq", size.to_string())));
        }
        match self.add(&head, size).await? {
            Answer::Cosigned(note) => Ok(note),
            Answer::OtherSize(again) if again == size => Err(seen_others(size)),
            Answer::OtherSize(_) => Err(DeliveryError::Failed(text("witness-other-head"))),
        }
    }

    /// Sends a head with the proof that it grew from the size that the witness cosigned last.
    async fn add(&self, head: &SignedHead, old: u64) -> Result<Answer, DeliveryError> {
        let body = AddCheckpoint { old, path: self.proof(head, old).await?, note: head.note() }.to_string();
        let (status, answer) = self.http.post("text/plain; charset=utf-8", body.into_bytes()).await?;
        let answer = String::from_utf8_lossy(&answer);
        match status {
            StatusCode::OK => self.verified(head, &answer).map(Answer::Cosigned),
            StatusCode::CONFLICT => {
                let size = answer.trim_end().parse();
                size.map(Answer::OtherSize).map_err(|_| DeliveryError::Failed(text("witness-no-size")))
            }
            StatusCode::UNPROCESSABLE_ENTITY => Err(seen_others(old)),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                let key = head.head.verifier().to_string();
                Err(DeliveryError::Failed(answers("witness-unknown-key", status).with("key", key)))
            }
            status => Err(DeliveryError::Failed(answers("witness-status", status))),
        }
    }

    async fn proof(&self, head: &SignedHead, old: u64) -> Result<Vec<Hash>, DeliveryError> {
        if old == 0 || old == head.head.seq {
            return Ok(Vec::new());
        }
        let tree = self.heads.store.audit_tree(&self.heads.instance, head.head.seq).await;
        let path = tree.map_err(|error| DeliveryError::Failed(error.found()))?.consistency(old);
        path.ok_or_else(|| DeliveryError::Failed(text("head-no-entry").with("seq", old.to_string())))?
            .map_err(|Pruned| DeliveryError::Pruned(old))
    }

    /// Returns the head with the cosignature of this witness, which is one line of its answer.
    fn verified(&self, head: &SignedHead, answer: &str) -> Result<Note, DeliveryError> {
        let mut why = text("witness-unsigned");
        for line in answer.lines().filter_map(|line| line.parse().ok()) {
            let mut note = head.note();
            note.signatures.push(line);
            match self.key.cosigned_at(&note) {
                Some(at) if is_near(at) => return Ok(note),
                Some(at) => why = text("witness-time").with("at", shown(at)),
                None => {}
            }
        }
        Err(DeliveryError::Failed(why))
    }
}

#[async_trait]
impl Destination for RemoteWitness {
    fn part(&self) -> String {
        format!("audit-heads witness {}", self.key.name)
    }

    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) -> Result<(), DeliveryError> {
        let cosigned = self.cosigned(head).await?;
        if mode == DeliveryMode::Check {
            return Ok(());
        }
        let file = self.cosigned.clone();
        let kept = spawn_blocking(move || atomic_file::replace(&file, cosigned.to_string().as_bytes()));
        kept.await.map_err(io::Error::other).flatten().map_err(|error| DeliveryError::failed(&error))
    }
}

/// The witness refuses a head that goes on from the one that it has signed last, of this size.
fn seen_others(size: u64) -> DeliveryError {
    match size {
        // Any head goes on from nothing.
        0 => DeliveryError::Failed(text("witness-contradicts")),
        _ => DeliveryError::OtherHistory(text("head-seen-others").with("seq", size.to_string())),
    }
}

/// True if a time, in seconds since 1970, is at most a day from now: what a witness says of another time, it did not see.
fn is_near(at: u64) -> bool {
    i64::try_from(at).is_ok_and(|at| at.abs_diff(Timestamp::now().as_second()) <= MOST_OFF.as_secs())
}

fn shown(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok());
    time.map_or_else(|| at.to_string(), |time| time.to_string())
}

fn answers(sentence: &'static str, status: StatusCode) -> Text {
    text(sentence).with("status", status.to_string())
}

#[cfg(test)]
mod tests;
