//! A database that can be asked, and what is known of it for now.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::domain::{Catalog, ColumnRef, VerifiedQuery};
use crate::guard::{Guard, Policy};
use crate::knowledge::{self, KnownValues};
use crate::ports::{Clock, QueryTarget, TargetError};

/// How long a catalog is taken to hold before it is read again.
const FRESH: Duration = Duration::from_mins(5);
/// How long a target that could not be read is left alone: everybody waiting for it hears of that one failure.
const AWAY: Duration = Duration::from_secs(10);
/// Known values of a column at most: beyond that it is free text, not a list to choose from.
const MAX_KNOWN_VALUES: usize = 5_000;

/// A database that can be asked.
pub struct Target {
    /// The name people and the audit use.
    pub name: String,
    /// What it holds, in a sentence.
    pub description: String,
    /// Runs statements.
    pub port: Arc<dyn QueryTarget>,
    policy: Policy,
    last: Mutex<Option<(Duration, Arc<Schema>)>>,
    /// Held by the one who reads: when the last reading failed, and why.
    reading: futures::lock::Mutex<Option<(Duration, TargetError)>>,
}

/// What a target holds, as far as people may see it.
pub struct Schema {
    /// Relations and columns that the policy opens.
    pub catalog: Catalog,
    /// Decides on statements.
    pub guard: Guard,
    /// Values of the columns that verified queries name.
    pub known: KnownValues,
}

impl Target {
    /// A target under a policy.
    pub fn new(name: &str, description: &str, port: Arc<dyn QueryTarget>, policy: Policy) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        Self { name, description, port, policy, last: Mutex::default(), reading: futures::lock::Mutex::default() }
    }

    /// What it holds, at most five minutes old. While somebody else reads it again, and while it is away, the last that
    /// was read.
    pub async fn schema(&self, verified: &[VerifiedQuery], clock: &dyn Clock) -> Result<Arc<Schema>, TargetError> {
        if let Some(schema) = self.fresh(clock) {
            return Ok(schema);
        }
        let last = self.last();
        let mut failed = match (self.reading.try_lock(), last) {
            (Some(turn), _) => turn,
            (None, Some(last)) => return Ok(last),
            (None, None) => self.reading.lock().await,
        };
        if let Some(schema) = self.fresh(clock) {
            return Ok(schema);
        }
        let just_failed = failed.clone().filter(|(at, _)| clock.elapsed().saturating_sub(*at) < AWAY);
        let error = match just_failed {
            Some((_, error)) => error,
            None => match self.read(verified).await {
                Ok(schema) => {
                    let schema = Arc::new(schema);
                    *self.known_schema() = Some((clock.elapsed(), Arc::clone(&schema)));
                    return Ok(schema);
                }
                Err(error) => {
                    tracing::warn!(target = self.name, %error, "the catalog could not be read");
                    *failed = Some((clock.elapsed(), error.clone()));
                    error
                }
            },
        };
        self.last().ok_or(error)
    }

    fn known_schema(&self) -> std::sync::MutexGuard<'_, Option<(Duration, Arc<Schema>)>> {
        self.last.lock().expect("invariant: nothing panics while the lock is held")
    }

    fn last(&self) -> Option<Arc<Schema>> {
        self.known_schema().as_ref().map(|(_, schema)| Arc::clone(schema))
    }

    fn fresh(&self, clock: &dyn Clock) -> Option<Arc<Schema>> {
        let last = self.known_schema();
        let (at, schema) = last.as_ref()?;
        (clock.elapsed().saturating_sub(*at) < FRESH).then(|| Arc::clone(schema))
    }

    /// Entries of the policy that name nothing the target holds: a misspelt denial protects nothing.
    pub async fn unmatched_policy(&self) -> Result<Vec<String>, TargetError> {
        let catalog = self.port.catalog().await?;
        Ok(self.policy.unmatched(&catalog).into_iter().map(str::to_owned).collect())
    }

    async fn read(&self, verified: &[VerifiedQuery]) -> Result<Schema, TargetError> {
        let catalog = self.port.catalog().await?;
        for entry in self.policy.unmatched(&catalog) {
            tracing::warn!(target = self.name, entry, "a policy entry names nothing in the database");
        }
        let guard = Guard::new(&catalog, &self.policy);
        let catalog = self.policy.open_part(catalog);
        let mut known = KnownValues::default();
        for column in knowledge::columns(verified) {
            if !has(&catalog, column) {
                continue;
            }
            match self.port.known_values(column, MAX_KNOWN_VALUES + 1).await {
                Ok(values) if values.len() <= MAX_KNOWN_VALUES => known.insert(column.clone(), values),
                Ok(_) => tracing::info!(target = self.name, %column, "too many values to recognise in questions"),
                // Questions that name none of its values can be answered all the same.
                Err(error) => tracing::warn!(target = self.name, %column, %error, "values could not be read"),
            }
        }
        Ok(Schema { catalog, guard, known })
    }
}

/// Whether people may see the column: what they may not see is not matched against their words either.
fn has(catalog: &Catalog, column: &ColumnRef) -> bool {
    catalog.tables.iter().any(|relation| {
        relation.name.eq_ignore_ascii_case(&column.relation)
            && relation.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.column))
    })
}
