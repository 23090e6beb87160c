//! The destinations of signed heads outside this machine's state, each delivered to by itself: a slow one holds up nobody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use pstral_auditproof::SignedHead;
use pstral_core::domain::Locale;
use pstral_core::ports::StoreError;
use pstral_core::text::{Text, text};
use pstral_store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::health::{Check, Found as _, State, state_remedy};

/// The time-out for delivering a head.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reason why a head, or one before it, is not at a destination.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// It could not be delivered now.
    #[error("{}", .0.render(Locale::En))]
    Failed(Text),
    /// It was delivered, and those that were delivered before it are no longer there.
    #[error("{}", .0.render(Locale::En))]
    Lost(Text),
    /// The destination has seen a history that this head does not go on from: the audit was changed, or the destination.
    #[error("{}", .0.render(Locale::En))]
    #[cfg_attr(not(feature = "endpoint"), expect(dead_code, reason = "only witnesses say so, over HTTP"))]
    OtherHistory(Text),
    /// The proof from this entry on, the last one that the destination has seen, needs entries that were pruned.
    #[error("the proof from entry {0} on needs entries that were pruned")]
    #[cfg_attr(not(feature = "endpoint"), expect(dead_code, reason = "only witnesses get proofs, over HTTP"))]
    Pruned(u64),
    /// The heads cannot be read from the state.
    #[error(transparent)]
    Unreadable(StoreError),
    /// Nothing has been signed yet.
    #[error("there is no signed head yet")]
    NoHead,
}

impl DeliveryError {
    /// An error of the system or of a library, in its own words.
    pub(super) fn failed(error: &dyn std::fmt::Display) -> Self {
        Self::Failed(text("found-fault").with("detail", error.to_string()))
    }
}

/// Whether a delivery counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeliveryMode {
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
    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) -> Result<(), DeliveryError>;
}

/// The signed heads of one instance, as its state has them.
#[derive(Clone)]
pub(super) struct SignedHeads {
    pub(super) store: Arc<Store>,
    pub(super) instance: String,
}

impl SignedHeads {
    pub(super) async fn newest(&self) -> Result<Option<SignedHead>, DeliveryError> {
        let heads = self.store.signed_heads().await.map_err(DeliveryError::Unreadable)?;
        Ok(heads.into_iter().find(|signed| signed.head.instance == self.instance))
    }
}

/// The destinations that are configured, and how the last delivery to each went.
#[derive(Clone, Default)]
pub struct HeadDestinations {
    all: Arc<Vec<Slot>>,
    heads: Option<SignedHeads>,
    published: Arc<watch::Sender<Option<SignedHead>>>,
}

/// A destination, and how the last delivery to it went.
struct Slot {
    destination: Box<dyn Destination>,
    /// The number of the last entry that was delivered, or why none was.
    last: Mutex<Option<Result<u64, DeliveryError>>>,
}

impl HeadDestinations {
    pub(super) fn new(heads: SignedHeads, all: Vec<Box<dyn Destination>>) -> Self {
        let slot = |destination| Slot { destination, last: Mutex::default() };
        let all = Arc::new(all.into_iter().map(slot).collect::<Vec<_>>());
        Self { all, heads: Some(heads), published: Arc::default() }
    }

    /// Delivers what is published until the set is dropped. Who is slow gets the newest head once it is ready again.
    pub(super) fn run_deliveries(&self) -> JoinSet<()> {
        let mut delivering = JoinSet::new();
        for at in 0..self.all.len() {
            let (all, mut published) = (Arc::clone(&self.all), self.published.subscribe());
            delivering.spawn(async move {
                while published.changed().await.is_ok() {
                    let head = published.borrow_and_update().clone();
                    if let Some(head) = head {
                        all[at].deliver(&head, DeliveryMode::Publish).await;
                    }
                }
            });
        }
        delivering
    }

    /// Hands the newest signed head to [`Self::run_deliveries`].
    pub(super) async fn publish(&self) {
        match self.newest().await {
            Ok(Some(head)) => drop(self.published.send_replace(Some(head))),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "signed audit head not read; publishing the next one"),
        }
    }

    /// Finds out whether each destination would take the newest head, and keeps nothing of what they answer.
    pub(crate) async fn check(&self) {
        match self.newest().await {
            Ok(Some(head)) => {
                futures::future::join_all(self.all.iter().map(|one| one.deliver(&head, DeliveryMode::Check))).await;
            }
            Ok(None) => self.all.iter().for_each(|one| one.note(Err(DeliveryError::NoHead))),
            Err(error) => self.all.iter().for_each(|one| one.note(Err(error.clone()))),
        }
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

impl Slot {
    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) {
        let part = self.destination.part();
        let delivering = tokio::time::timeout(PATIENCE, self.destination.deliver(head, mode));
        let too_slow = |_| Err(DeliveryError::Failed(text("no-answer").count("seconds", PATIENCE.as_secs())));
        let delivered = delivering.await.unwrap_or_else(too_slow);
        match &delivered {
            Ok(()) => {}
            Err(error @ DeliveryError::OtherHistory(_)) => {
                tracing::error!(part, %error, "audit head refused: the audit or its witness was changed");
            }
            Err(error @ DeliveryError::Lost(_)) => {
                tracing::error!(part, %error, "audit head delivered; earlier ones are no longer there");
            }
            Err(error) => tracing::warn!(part, %error, "audit head not delivered; trying again with the next one"),
        }
        self.note(delivered.map(|()| head.head.seq));
    }

    /// Keeps how a delivery went. What says that the audit was changed stays until a delivery succeeds: a destination that is
    /// then away must not hide it.
    fn note(&self, delivered: Result<u64, DeliveryError>) {
        let mut last = self.last();
        let is_changed = |delivered: &Result<_, _>| matches!(delivered, Err(DeliveryError::OtherHistory(_)));
        if delivered.is_ok() || is_changed(&delivered) || !last.as_ref().is_some_and(is_changed) {
            *last = Some(delivered);
        }
    }

    fn health(&self, locale: Locale) -> Check {
        let (state, fact, remedy) = match &*self.last() {
            None => (State::Ok, text("head-none-due"), None),
            Some(Ok(seq)) => (State::Ok, text("head-delivered").with("seq", seq.to_string()), None),
            Some(Err(DeliveryError::Failed(fact))) => {
                (State::Degraded, fact.clone(), Some(text("remedy-head-undelivered")))
            }
            Some(Err(DeliveryError::Lost(fact))) => (State::Degraded, fact.clone(), Some(text("remedy-heads-lost"))),
            Some(Err(DeliveryError::OtherHistory(what))) => {
                let fact = text("head-other-history").said("detail", what.clone());
                (State::Failed, fact, Some(text("remedy-other-history")))
            }
            Some(Err(DeliveryError::Pruned(size))) => {
                let fact = text("head-pruned").with("seq", size.to_string());
                (State::Degraded, fact, Some(text("remedy-head-pruned")))
            }
            Some(Err(DeliveryError::Unreadable(error))) => (State::Failed, error.found(), Some(state_remedy(error))),
            Some(Err(DeliveryError::NoHead)) => (State::Degraded, text("head-none"), Some(text("remedy-head-none"))),
        };
        let remedy = remedy.map(|remedy| remedy.render(locale)).unwrap_or_default();
        Check { part: self.destination.part(), state, fact: fact.render(locale), remedy }
    }

    fn last(&self) -> MutexGuard<'_, Option<Result<u64, DeliveryError>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers what it is told to.
    struct Fake(Arc<Mutex<Result<(), DeliveryError>>>);

    #[async_trait]
    impl Destination for Fake {
        fn part(&self) -> String {
            "audit-heads fake".to_owned()
        }

        async fn deliver(&self, _: &SignedHead, _: DeliveryMode) -> Result<(), DeliveryError> {
            self.0.lock().unwrap().clone()
        }
    }

    #[tokio::test]
    async fn another_history_is_told_until_a_delivery_succeeds() {
        let answer = Arc::new(Mutex::new(Ok(())));
        let slot = Slot { destination: Box::new(Fake(Arc::clone(&answer))), last: Mutex::default() };
        let failed = || Err(DeliveryError::failed(&"away"));
        let other = || Err(DeliveryError::OtherHistory(text("head-seen-others").with("seq", "5")));
        for (now, state) in [
            (failed(), State::Degraded),
            (Err(DeliveryError::Pruned(5)), State::Degraded),
            (other(), State::Failed),
            (failed(), State::Failed),
            (Err(DeliveryError::Pruned(5)), State::Failed),
            (Ok(()), State::Ok),
            (failed(), State::Degraded),
        ] {
            *answer.lock().unwrap() = now.clone();
            slot.deliver(&super::super::tests::signed_head(7), DeliveryMode::Publish).await;
            assert_eq!(slot.health(Locale::En).state, state, "{now:?}");
        }
    }

    #[tokio::test]
    async fn heads_that_cannot_be_read_or_are_not_there_are_not_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let store = Arc::new(Store::open(&path, "one").await.unwrap());
        let heads = SignedHeads { store: Arc::clone(&store), instance: "one".to_owned() };
        let destinations = HeadDestinations::new(heads, vec![Box::new(Fake(Arc::new(Mutex::new(Ok(())))))]);
        let state = || destinations.checks(Locale::En).remove(0).state;
        destinations.check().await;
        assert_eq!(state(), State::Degraded, "no head yet");
        store.close().await;
        destinations.check().await;
        assert_eq!(state(), State::Failed);
    }
}
