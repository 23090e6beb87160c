//! A database that can be asked, and what is known of it for now.

use std::sync::Arc;
use std::time::Duration;

use futures::lock::Mutex;

use crate::domain::{Catalog, ColumnRef, VerifiedQuery};
use crate::guard::{Guard, Policy};
use crate::knowledge::{self, KnownValues};
use crate::ports::{Clock, QueryTarget, TargetError};

/// How long a catalog is taken to hold before it is read again.
const FRESH: Duration = Duration::from_mins(5);
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
    read: Mutex<Option<(Duration, Arc<Schema>)>>,
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
        Self { name, description, port, policy, read: Mutex::new(None) }
    }

    /// What it holds, at most five minutes old. While the target is away, the last that was read.
    pub async fn schema(&self, verified: &[VerifiedQuery], clock: &dyn Clock) -> Result<Arc<Schema>, TargetError> {
        let mut read = self.read.lock().await;
        let now = clock.elapsed();
        if let Some((at, schema)) = &*read
            && now.saturating_sub(*at) < FRESH
        {
            return Ok(Arc::clone(schema));
        }
        match self.read(verified).await {
            Ok(schema) => {
                let schema = Arc::new(schema);
                *read = Some((now, Arc::clone(&schema)));
                Ok(schema)
            }
            Err(error) => match &*read {
                Some((_, last)) => {
                    tracing::warn!(target = self.name, %error, "the catalog could not be read again; the last one is used");
                    Ok(Arc::clone(last))
                }
                None => Err(error),
            },
        }
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
            if has(&catalog, column) {
                known.insert(column.clone(), self.port.known_values(column, MAX_KNOWN_VALUES).await?);
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
