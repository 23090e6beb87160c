//! The destinations of signed heads outside this machine's state, each delivered to by itself: a slow one holds up nobody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pstral_auditproof::SignedHead;
use pstral_core::domain::Locale;
use pstral_core::text::text;
use pstral_store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::health::{Check, State};

/// The time-out for delivering a head.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reason why a head is not at a destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// It could not be delivered now.
    #[error("{0}")]
    Failed(String),
    /// The destination has seen a history that this head does not go on from: the audit was changed, or the destination.
    #[error("{0}")]
    #[cfg_attr(not(feature = "endpoint"), expect(dead_code, reason = "only witnesses say so, over HTTP"))]
    OtherHistory(String),
}

impl DeliveryError {
    pub(super) fn failed(error: &dyn std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a delivery is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The head is published: it, and what the destination answers, is kept.
    Publish,
    /// Somebody wants to know whether it would work: nothing is written on this machine.
    Check,
}

/// Takes signed heads.
#[async_trait]
pub(super) trait Destination: Send + Sync {
    /// The name in the health of the program, such as `audit-heads file`.
    fn part(&self) -> String;

    /// Delivers a head, or a later one.
    async fn deliver(&self, head: &SignedHead, purpose: Purpose) -> Result<(), DeliveryError>;
}

/// The signed heads of one instance, as its state has them.
#[derive(Clone)]
pub(super) struct SignedHeads {
    pub(super) store: Arc<Store>,
    pub(super) instance: String,
}

impl SignedHeads {
    pub(super) async fn newest(&self) -> Result<Option<SignedHead>, DeliveryError> {
        let heads = self.store.signed_heads().await.map_err(|error| DeliveryError::failed(&error))?;
        Ok(heads.into_iter().find(|signed| signed.head.instance == self.instance))
    }
}

/// The destinations that are configured, and how the last delivery to each went.
#[derive(Clone, Default)]
pub struct HeadDestinations {
    all: Arc<Vec<Watched>>,
    heads: Option<SignedHeads>,
    published: Arc<watch::Sender<Option<SignedHead>>>,
}

struct Watched {
    destination: Box<dyn Destination>,
    /// The number of the last entry that was delivered, or why none was.
    last: Mutex<Option<Result<u64, DeliveryError>>>,
}

impl HeadDestinations {
    pub(super) fn new(heads: SignedHeads, all: Vec<Box<dyn Destination>>) -> Self {
        let watched = |destination| Watched { destination, last: Mutex::default() };
        let all = Arc::new(all.into_iter().map(watched).collect::<Vec<_>>());
        Self { all, heads: Some(heads), published: Arc::default() }
    }

    /// Delivers what is published until the set is dropped. Who is slow gets the newest head once it is ready again.
    pub(super) fn deliver_on(&self) -> JoinSet<()> {
        let mut delivering = JoinSet::new();
        for at in 0..self.all.len() {
            let (all, mut published) = (Arc::clone(&self.all), self.published.subscribe());
            delivering.spawn(async move {
                while published.changed().await.is_ok() {
                    let head = published.borrow_and_update().clone();
                    if let Some(head) = head {
                        all[at].deliver(&head, Purpose::Publish).await;
                    }
                }
            });
        }
        delivering
    }

    /// Hands the newest signed head to [`Self::deliver_on`].
    pub(super) async fn publish(&self) {
        match self.newest().await {
            Ok(Some(head)) => drop(self.published.send_replace(Some(head))),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "signed audit head not read; publishing the next one"),
        }
    }

    /// Finds out whether each destination would take the newest head, and keeps nothing of what they answer.
    pub(crate) async fn check(&self) {
        let Ok(Some(head)) = self.newest().await else { return };
        futures::future::join_all(self.all.iter().map(|one| one.deliver(&head, Purpose::Check))).await;
    }

    async fn newest(&self) -> Result<Option<SignedHead>, DeliveryError> {
        match &self.heads {
            Some(heads) if !self.all.is_empty() => heads.newest().await,
            _ => Ok(None),
        }
    }

    /// The health of each destination, by the last delivery.
    pub(crate) fn checks(&self, locale: Locale) -> Vec<Check> {
        self.all.iter().map(|one| one.health(locale)).collect()
    }
}

impl Watched {
    async fn deliver(&self, head: &SignedHead, purpose: Purpose) {
        let part = self.destination.part();
        let delivering = tokio::time::timeout(PATIENCE, self.destination.deliver(head, purpose));
        let too_slow = |_| Err(DeliveryError::Failed(format!("no answer within {} s", PATIENCE.as_secs())));
        let delivered = delivering.await.unwrap_or_else(too_slow);
        match &delivered {
            Ok(()) => {}
            Err(DeliveryError::Failed(error)) => {
                tracing::warn!(part, error, "audit head not delivered; trying again with the next one");
            }
            Err(DeliveryError::OtherHistory(error)) => {
                tracing::error!(part, error, "audit head refused: the audit or its witness was changed");
            }
        }
        *self.last() = Some(delivered.map(|()| head.head.seq));
    }

    fn health(&self, locale: Locale) -> Check {
        let (state, fact, remedy) = match &*self.last() {
            None => (State::Ok, text("head-none-due"), None),
            Some(Ok(seq)) => (State::Ok, text("head-delivered").with("seq", seq.to_string()), None),
            Some(Err(DeliveryError::Failed(error))) => {
                let fact = text("found-fault").with("detail", error);
                (State::Degraded, fact, Some(text("remedy-head-undelivered")))
            }
            Some(Err(DeliveryError::OtherHistory(error))) => {
                let fact = text("head-other-history").with("detail", error);
                (State::Failed, fact, Some(text("remedy-other-history")))
            }
        };
        let remedy = remedy.map(|remedy| remedy.render(locale)).unwrap_or_default();
        Check { part: self.destination.part(), state, fact: fact.render(locale), remedy }
    }

    fn last(&self) -> MutexGuard<'_, Option<Result<u64, DeliveryError>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
