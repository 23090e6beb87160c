//! Publishes the head of this instance's audit chain where somebody who can change the state database cannot change it: in
//! the log and a chat, and signed in a file, with a time stamp server and with witnesses.

mod destination;
mod file;
#[cfg(feature = "endpoint")]
mod http;
#[cfg(feature = "endpoint")]
mod time_stamp;
#[cfg(feature = "endpoint")]
mod witness;

use std::sync::Arc;
use std::time::Duration;

use metrics::{Gauge, gauge};
use pstral_core::domain::{ChainHead, Locale, Outgoing, Place, sha256};
use pstral_core::ports::{ChatPlatform, SendKey};
use pstral_core::text::text;
use pstral_store::{HeadKeeper, KeptHeadsError, Store};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::audit_head_files::HeadFiles;
use crate::audit_key::NotAKey;
use crate::compose::StartError;
use crate::config::Config;
use crate::installed_key::installed_key;
use destination::{Destination, SignedHeads};

pub use destination::HeadDestinations;

/// Opens the key that signs the heads, and the folder in which they are kept.
pub(crate) async fn head_keeper(config: &Config) -> Result<Arc<dyn HeadKeeper>, StartError> {
    Ok(Arc::new(HeadFiles::beside(&config.audit.key, installed_key(config).await?)))
}

/// The audit key cannot be read or made.
pub(crate) fn key_error(error: &anyhow::Error) -> StartError {
    let found = error.downcast_ref().map(|error: &NotAKey| Box::new(error.text()));
    StartError { found, ..StartError::new("audit", format!("{error:#}"), text("remedy-audit-key")) }
}

/// The heads beside the audit key cannot be used.
pub(crate) fn kept_heads_error(error: &KeptHeadsError) -> StartError {
    let (found, remedy) = match error {
        KeptHeadsError::NotOurs(found) => (found.clone(), "remedy-kept-head"),
        KeptHeadsError::Unreadable(detail) => {
            (text("found-heads-unavailable").with("detail", detail), "remedy-heads-unavailable")
        }
    };
    StartError { found: Some(Box::new(found)), ..StartError::new("audit", error.to_string(), text(remedy)) }
}

/// The interval and the destinations of publishing the chain's head.
#[derive(Clone)]
pub struct AuditHeads {
    /// The newest entry of this instance.
    pub head: watch::Receiver<Option<ChainHead>>,
    /// The number of events after which it is published.
    pub every_events: u64,
    /// The time after which it is published if anything happened.
    pub every: Duration,
    /// The place it is sent to besides, by its id on a platform.
    pub channel: Option<(Arc<dyn ChatPlatform>, String)>,
    /// The language of what is sent.
    pub locale: Locale,
    /// Where the signed head goes.
    pub destinations: HeadDestinations,
}

impl AuditHeads {
    /// Creates the publisher of a configuration.
    pub(crate) fn new(
        config: &Config,
        head: watch::Receiver<Option<ChainHead>>,
        platforms: &[Arc<dyn ChatPlatform>],
        store: &Arc<Store>,
    ) -> anyhow::Result<Self> {
        let audit = &config.audit;
        let named = |name: &String| platforms.iter().find(|platform| platform.name().0 == *name).cloned();
        let channel = audit.head_platform.as_ref().and_then(named).zip(audit.head_place.clone());
        let heads = SignedHeads { store: Arc::clone(store), instance: config.store.instance.clone() };
        Ok(Self {
            head,
            every_events: audit.head_every_events,
            every: Duration::from_secs(audit.head_every_minutes * 60),
            channel,
            locale: config.locale,
            destinations: HeadDestinations::new(heads.clone(), destinations(config, &heads)?),
        })
    }

    /// Tells it again and again, for as long as anything is written.
    pub async fn tell_on(mut self) {
        let mut told = self.current().map_or(0, |head| head.seq);
        let mut due = Instant::now() + self.every;
        unsent().set(0);
        let _delivering = self.destinations.run_deliveries();
        // What an earlier run left undelivered.
        self.destinations.publish().await;
        loop {
            let is_due = tokio::select! {
                changed = self.head.changed() => match changed {
                    Ok(()) => false,
                    Err(_) => return,
                },
                () = sleep_until(due) => true,
            };
            let head = self.current();
            let grown = |head: &ChainHead| u64::try_from(head.seq - told).unwrap_or(0);
            if let Some(head) = head.filter(|head| grown(head) >= if is_due { 1 } else { self.every_events }) {
                self.tell(&head).await;
                told = head.seq;
                due = Instant::now() + self.every;
            } else if is_due {
                due = Instant::now() + self.every;
            }
        }
    }

    /// Writes the newest head to the log, as at the end of the program.
    pub fn log(&self) {
        if let Some(head) = self.current() {
            tracing::info!(%head, "the head of the audit chain");
        }
    }

    /// A place that cannot be reached hears the next one.
    async fn tell(&self, head: &ChainHead) {
        tracing::info!(%head, "the head of the audit chain");
        self.destinations.publish().await;
        let Some((platform, place)) = &self.channel else { return };
        let place = Place { platform: platform.name(), id: place.clone(), thread: None, private: false };
        let sentence = text("audit-head").with("head", head.to_string()).render(self.locale);
        // The same head is the same message.
        let digits = &sha256(&head.to_string())[..16];
        let key = SendKey(u64::from_str_radix(digits, 16).expect("invariant: sixteen hexadecimal digits fit"));
        let sent = platform.send(key, &place, &Outgoing::text(sentence)).await;
        unsent().set(f64::from(sent.is_err()));
        if let Err(error) = sent {
            tracing::warn!(%error, place = place.path(), "the head of the audit chain could not be sent");
        }
    }

    fn current(&self) -> Option<ChainHead> {
        self.head.borrow().clone()
    }
}

/// Creates the destinations of a configuration, each once.
fn destinations(config: &Config, heads: &SignedHeads) -> anyhow::Result<Vec<Box<dyn Destination>>> {
    let mut all: Vec<Box<dyn Destination>> = Vec::new();
    if let Some(path) = &config.audit.head_file {
        all.push(Box::new(file::HeadFile::new(path.clone())));
    }
    all.extend(servers(config, heads)?);
    Ok(all)
}

/// Creates the destinations that are reached over HTTP.
#[cfg(feature = "endpoint")]
fn servers(config: &Config, heads: &SignedHeads) -> anyhow::Result<Vec<Box<dyn Destination>>> {
    let folder = crate::key_folder::heads_folder(&config.audit.key);
    let mut all: Vec<Box<dyn Destination>> = Vec::new();
    if let Some(server) = &config.audit.time_stamp_server {
        all.push(Box::new(time_stamp::TimeStampServer::new(server, &folder)?));
    }
    for witness in &config.audit.witness {
        all.push(Box::new(witness::RemoteWitness::new(witness, &folder, heads.clone())?));
    }
    Ok(all)
}

#[cfg(not(feature = "endpoint"))]
fn servers(_: &Config, _: &SignedHeads) -> anyhow::Result<Vec<Box<dyn Destination>>> {
    Ok(Vec::new())
}

fn unsent() -> Gauge {
    gauge!("pstral_audit_head_unsent")
}

#[cfg(test)]
mod tests {
    use pstral_auditproof::{Hash, Head, PublicKey, SignedHead};
    use pstral_core::domain::AuditHash;
    use pstral_core::ports::PlatformError;
    use pstral_core::testkit::chat_platform::{FakeChat, Request};
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    /// A head of the instance `one`, signed by a key of its own.
    pub(super) fn signed_head(seq: u64) -> SignedHead {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let head = Head {
            instance: "one".to_owned(),
            seq,
            root: Hash::of(b"root"),
            chain: Hash::of(b"chain"),
            at: "2026-11-25T10:00:00Z".to_owned(),
            key: PublicKey(key.public_key().as_ref().try_into().unwrap()),
        };
        SignedHead { signature: key.sign(head.message().as_bytes()).as_ref().try_into().unwrap(), head }
    }

    fn head(seq: i64) -> ChainHead {
        ChainHead { instance: "one".to_owned(), seq, hash: AuditHash::origin() }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_after_so_many_events_and_after_so_long() {
        let (written, newest) = watch::channel(Some(head(5)));
        let chat = Arc::new(FakeChat::default());
        let platform = Arc::clone(&chat) as Arc<dyn ChatPlatform>;
        let heads = AuditHeads {
            head: newest,
            every_events: 10,
            every: Duration::from_hours(1),
            channel: Some((platform, "admins".to_owned())),
            locale: Locale::En,
            destinations: HeadDestinations::default(),
        };
        let telling = tokio::spawn(heads.tell_on());
        tokio::time::sleep(Duration::from_secs(1)).await;
        for seq in [14, 15, 20, 24] {
            written.send_replace(Some(head(seq)));
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(chat.messages().len(), 1, "only after ten");
        tokio::time::sleep(Duration::from_mins(61)).await;
        tokio::time::sleep(Duration::from_mins(61)).await;
        let told: Vec<String> = chat.messages().into_iter().map(|(_, message)| message.text).collect();
        assert_eq!(told.len(), 2, "nothing new, nothing told: {told:?}");
        assert!(told[0].contains(&head(15).to_string()) && told[1].contains(&head(24).to_string()), "{told:?}");
        drop(written);
        telling.await.unwrap();
    }

    #[cfg(feature = "endpoint")]
    #[tokio::test]
    async fn a_head_that_is_not_in_its_chat_is_told_until_the_next_one_is() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let chat = Arc::new(FakeChat::default());
        let platform = Arc::clone(&chat) as Arc<dyn ChatPlatform>;
        let heads = AuditHeads {
            head: watch::channel(None).1,
            every_events: 10,
            every: Duration::from_hours(1),
            channel: Some((platform, "admins".to_owned())),
            locale: Locale::En,
            destinations: HeadDestinations::default(),
        };
        chat.refuse(Request::Send, PlatformError::Gone);
        for unsent in ["1", "0"] {
            heads.tell(&head(5)).await;
            let counted = recorder.handle().render();
            assert!(counted.contains(&format!("pstral_audit_head_unsent {unsent}")), "{counted}");
        }
    }
}
