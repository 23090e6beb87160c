//! A database that can be asked, and what is known of it for now.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Catalog, KeptCatalog, Role, VerifiedQuery};
use crate::guard::named_relations;
use crate::lock::lock;
use crate::ports::{Catalogs, Clock, QueryTarget, TargetError};
use crate::settings::Terms;
use crate::targets::{Schema, Schemas};

/// Pause after a failed read of a target: everybody waiting for it gets that one error.
const AWAY: Duration = Duration::from_secs(10);

/// A database that can be asked.
pub struct Target {
    /// The name people and the audit use.
    pub name: String,
    /// Description of its data, in a sentence.
    pub description: String,
    /// Runs statements.
    pub port: Arc<dyn QueryTarget>,
    /// On what terms it may be asked.
    pub terms: Terms,
    last: Mutex<Option<Last>>,
    /// Held by the one who reads: when the last reading failed, and why.
    reading: futures::lock::Mutex<Option<(Duration, TargetError)>>,
}

/// The services that reading a catalog needs besides the target.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Values of the columns they name are read along.
    pub verified: &'a [VerifiedQuery],
    /// Store of cached catalogs.
    pub catalogs: &'a dyn Catalogs,
    /// Time.
    pub clock: &'a dyn Clock,
}

/// The catalog that is used for now.
#[derive(Clone)]
struct Last {
    /// Since when, by the clock that never goes back.
    since: Duration,
    /// Time at which the catalog was read.
    read_at: Timestamp,
    /// True if it is from an earlier run: it serves only until the target can be read.
    borrowed: bool,
    schemas: Arc<Schemas>,
}

/// The result of an explicit catalog refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// The catalog as read.
    pub kept: KeptCatalog,
    /// True if it differs from the one cached before; `None` if there was none.
    pub changed: Option<bool>,
}

impl Target {
    /// A target and on what terms it may be asked.
    pub fn new(name: &str, description: &str, port: Arc<dyn QueryTarget>, terms: Terms) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        Self { name, description, port, terms, last: Mutex::default(), reading: futures::lock::Mutex::default() }
    }

    /// Returns a role's schema. While the target is being read again or is unreachable, it is the last one read by this
    /// process or by another on the same state.
    pub async fn schema(&self, role: &Role, reading: Reading<'_>) -> Result<Arc<Schema>, TargetError> {
        Ok(self.schemas(reading).await?.of(role))
    }

    /// Reads the catalog now, however old the last one is, and keeps it.
    pub async fn refresh(&self, reading: Reading<'_>) -> Result<Refreshed, TargetError> {
        let mut failed = self.reading.lock().await;
        let before = self.kept(reading).await;
        match self.read(reading).await {
            Ok((kept, _)) => Ok(Refreshed { changed: before.map(|before| before.hash != kept.hash), kept }),
            Err(error) => {
                *failed = Some((reading.clock.elapsed(), error.clone()));
                Err(error)
            }
        }
    }

    /// Entries of the policies that name nothing the target holds: a misspelt denial protects nothing.
    pub async fn unmatched_policy(&self) -> Result<Vec<String>, TargetError> {
        Ok(self.unmatched(&self.port.catalog().await?))
    }

    /// Returns the schemas for all who may ask, read again if they are too old.
    pub async fn schemas(&self, reading: Reading<'_>) -> Result<Arc<Schemas>, TargetError> {
        let kept_at = self.kept_at(reading).await;
        if let Some(last) = self.fresh(reading.clock, kept_at) {
            return Ok(last.schemas);
        }
        let mut failed = match (self.reading.try_lock(), self.last()) {
            (Some(turn), _) => turn,
            (None, Some(last)) => return Ok(last.schemas),
            (None, None) => self.reading.lock().await,
        };
        if let Some(last) = self.fresh(reading.clock, kept_at) {
            return Ok(last.schemas);
        }
        // Somebody has read it again with another program.
        if self.last().is_some_and(|last| kept_at > Some(last.read_at))
            && let Some(kept) = self.kept(reading).await
        {
            return Ok(self.use_from_now(&kept, false, reading).await);
        }
        let just_failed = failed.clone().filter(|(at, _)| reading.clock.elapsed().saturating_sub(*at) < AWAY);
        let error = match just_failed {
            Some((_, error)) => error,
            None => match self.read(reading).await {
                Ok((_, schemas)) => return Ok(schemas),
                Err(error) => {
                    *failed = Some((reading.clock.elapsed(), error.clone()));
                    error
                }
            },
        };
        self.instead(error, reading).await
    }

    /// Returns the schemas that serve while the target cannot be read. An overprivileged account is an error instead:
    /// it must be checked.
    async fn instead(&self, error: TargetError, reading: Reading<'_>) -> Result<Arc<Schemas>, TargetError> {
        if matches!(error, TargetError::Privileged(_)) {
            return Err(error);
        }
        match (self.last(), self.kept(reading).await) {
            (Some(last), _) => Ok(last.schemas),
            (None, Some(kept)) => {
                tracing::warn!(target = self.name, read_at = %kept.read_at, "the database cannot be read; using the catalog of an earlier run");
                Ok(self.use_from_now(&kept, true, reading).await)
            }
            (None, None) => Err(error),
        }
    }

    async fn read(&self, reading: Reading<'_>) -> Result<(KeptCatalog, Arc<Schemas>), TargetError> {
        let whole = match self.read_whole().await {
            Ok(whole) => whole,
            Err(error) => {
                tracing::warn!(target = self.name, %error, "the catalog could not be read");
                if matches!(error, TargetError::Privileged(_)) {
                    self.forget(reading).await;
                }
                return Err(error);
            }
        };
        for entry in self.unmatched(&whole) {
            tracing::warn!(target = self.name, entry, "a policy entry matches no table or column of this database");
        }
        let kept = KeptCatalog::new(whole, reading.clock.now());
        if let Err(error) = reading.catalogs.keep_catalog(&self.name, &kept).await {
            tracing::warn!(target = self.name, %error, "the catalog could not be saved to the state database");
        }
        let schemas = self.use_from_now(&kept, false, reading).await;
        Ok((kept, schemas))
    }

    async fn read_whole(&self) -> Result<Catalog, TargetError> {
        let privileges = self.port.privileges().await?;
        if privileges.is_privileged() && !self.terms.allow_privileged {
            let worst = privileges.excesses.iter().min().map(|excess| excess.what.clone()).unwrap_or_default();
            return Err(TargetError::Privileged(format!("{}: {worst}", privileges.account)));
        }
        self.port.catalog().await
    }

    /// Nothing known of it serves any more, here or after a restart.
    async fn forget(&self, reading: Reading<'_>) {
        *lock(&self.last) = None;
        if let Err(error) = reading.catalogs.forget_catalog(&self.name).await {
            tracing::error!(target = self.name, %error, "a catalog that may no longer be used could not be deleted");
        }
    }

    async fn use_from_now(&self, kept: &KeptCatalog, borrowed: bool, reading: Reading<'_>) -> Arc<Schemas> {
        let schemas = Arc::new(Schemas::read(&kept.catalog, &self.terms, reading.verified, &*self.port).await);
        let (since, read_at) = (reading.clock.elapsed(), kept.read_at);
        *lock(&self.last) = Some(Last { since, read_at, borrowed, schemas: Arc::clone(&schemas) });
        schemas
    }

    async fn kept(&self, reading: Reading<'_>) -> Option<KeptCatalog> {
        let kept = reading.catalogs.kept_catalog(&self.name).await;
        let kept = kept
            .inspect_err(|error| tracing::warn!(target = self.name, %error, "the saved catalog could not be read"))
            .ok()
            .flatten();
        // The name may have been given to a database of another kind since.
        kept.filter(|kept| kept.catalog.dialect == self.port.dialect())
    }

    async fn kept_at(&self, reading: Reading<'_>) -> Option<Timestamp> {
        let kept = reading.catalogs.catalog_read_at(&self.name).await;
        kept.inspect_err(|error| tracing::warn!(target = self.name, %error, "the saved catalog could not be read"))
            .ok()
            .flatten()
    }

    fn last(&self) -> Option<Last> {
        lock(&self.last).clone()
    }

    fn fresh(&self, clock: &dyn Clock, kept_at: Option<Timestamp>) -> Option<Last> {
        let lasts = |last: &Last| if last.borrowed { AWAY } else { self.terms.catalog_age };
        let young = |last: &Last| clock.elapsed().saturating_sub(last.since) < lasts(last);
        self.last().filter(|last| young(last) && kept_at <= Some(last.read_at))
    }

    fn unmatched(&self, catalog: &Catalog) -> Vec<String> {
        let rules = self.terms.all_rules();
        let private = self.terms.delivery.private_tables.iter();
        let private = private.filter(|entry| named_relations(std::slice::from_ref(*entry), catalog).is_empty());
        rules.unmatched(catalog).into_iter().map(str::to_owned).chain(private.cloned()).collect()
    }
}
