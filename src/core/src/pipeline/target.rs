//! A database that can be asked, and what is known of it for now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::domain::{Catalog, ColumnRef, Limits, Role, VerifiedQuery};
use crate::guard::{Guard, Policy, Rules};
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
    grants: Grants,
    last: Mutex<Option<(Duration, Arc<Schemas>)>>,
    /// Held by the one who reads: when the last reading failed, and why.
    reading: futures::lock::Mutex<Option<(Duration, TargetError)>>,
}

/// Who may read what of a target, and how much at once.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// What holds for everybody.
    pub rules: Rules,
    /// What holds besides for those of a role.
    pub roles: BTreeMap<Role, Rules>,
    /// How much a statement may cost.
    pub limits: Limits,
}

impl Grants {
    fn policy(&self, role: Role) -> Policy {
        Policy::new(self.rules.clone(), self.roles.get(&role).cloned().into_iter().collect(), self.limits)
    }
}

/// What a target holds for each role.
type Schemas = BTreeMap<Role, Arc<Schema>>;

/// What a target holds, as far as people of a role may see it.
pub struct Schema {
    /// Relations and columns that are open.
    pub catalog: Catalog,
    /// Decides on statements.
    pub guard: Guard,
    /// Values of the columns that verified queries name.
    pub known: KnownValues,
}

impl Target {
    /// A target and who may read what of it.
    pub fn new(name: &str, description: &str, port: Arc<dyn QueryTarget>, grants: Grants) -> Self {
        let (name, description) = (name.to_owned(), description.to_owned());
        Self { name, description, port, grants, last: Mutex::default(), reading: futures::lock::Mutex::default() }
    }

    /// What it holds for a role, at most five minutes old. While somebody else reads it again, and while it is away, the
    /// last that was read.
    pub async fn schema(
        &self,
        role: Role,
        verified: &[VerifiedQuery],
        clock: &dyn Clock,
    ) -> Result<Arc<Schema>, TargetError> {
        let schemas = self.schemas(verified, clock).await?;
        Ok(Arc::clone(schemas.get(&role).expect("invariant: every role is read")))
    }

    async fn schemas(&self, verified: &[VerifiedQuery], clock: &dyn Clock) -> Result<Arc<Schemas>, TargetError> {
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

    fn known_schema(&self) -> std::sync::MutexGuard<'_, Option<(Duration, Arc<Schemas>)>> {
        self.last.lock().expect("invariant: nothing panics while the lock is held")
    }

    fn last(&self) -> Option<Arc<Schemas>> {
        self.known_schema().as_ref().map(|(_, schema)| Arc::clone(schema))
    }

    fn fresh(&self, clock: &dyn Clock) -> Option<Arc<Schemas>> {
        let last = self.known_schema();
        let (at, schema) = last.as_ref()?;
        (clock.elapsed().saturating_sub(*at) < FRESH).then(|| Arc::clone(schema))
    }

    /// Entries of the policies that name nothing the target holds: a misspelt denial protects nothing.
    pub async fn unmatched_policy(&self) -> Result<Vec<String>, TargetError> {
        Ok(self.unmatched(&self.port.catalog().await?))
    }

    fn unmatched(&self, catalog: &Catalog) -> Vec<String> {
        let everybody =
            Policy::new(self.grants.rules.clone(), self.grants.roles.values().cloned().collect(), self.grants.limits);
        everybody.unmatched(catalog).into_iter().map(str::to_owned).collect()
    }

    async fn read(&self, verified: &[VerifiedQuery]) -> Result<Schemas, TargetError> {
        let whole = self.port.catalog().await?;
        for entry in self.unmatched(&whole) {
            tracing::warn!(target = self.name, entry, "a policy entry names nothing in the database");
        }
        let parts: Vec<(Policy, Catalog)> = Role::ALL
            .into_iter()
            .map(|role| self.grants.policy(role))
            .map(|policy| {
                let open = policy.open_part(whole.clone());
                (policy, open)
            })
            .collect();
        let values = self.values(verified, |column| parts.iter().any(|(_, open)| has(open, column))).await;
        let mut schemas: Vec<Arc<Schema>> = Vec::new();
        for (at, (policy, open)) in parts.iter().enumerate() {
            let same = parts[..at].iter().position(|(other, _)| other == policy);
            schemas.push(match same {
                Some(same) => Arc::clone(&schemas[same]),
                None => Arc::new(Schema::new(Guard::new(&whole, policy), open.clone(), &values)),
            });
        }
        Ok(Role::ALL.into_iter().zip(schemas).collect())
    }

    /// The values of the columns that verified queries name and that somebody may read.
    async fn values(
        &self,
        verified: &[VerifiedQuery],
        is_open: impl Fn(&ColumnRef) -> bool,
    ) -> BTreeMap<ColumnRef, Vec<String>> {
        let mut known = BTreeMap::new();
        for column in knowledge::columns(verified) {
            if !is_open(column) {
                continue;
            }
            match self.port.known_values(column, MAX_KNOWN_VALUES + 1).await {
                Ok(values) if values.len() <= MAX_KNOWN_VALUES => {
                    known.insert(column.clone(), values);
                }
                Ok(_) => tracing::info!(target = self.name, %column, "too many values to recognise in questions"),
                // Questions that name none of its values can be answered all the same.
                Err(error) => tracing::warn!(target = self.name, %column, %error, "values could not be read"),
            }
        }
        known
    }
}

impl Schema {
    fn new(guard: Guard, catalog: Catalog, values: &BTreeMap<ColumnRef, Vec<String>>) -> Self {
        let mut known = KnownValues::default();
        for (column, values) in values.iter().filter(|(column, _)| has(&catalog, column)) {
            known.insert(column.clone(), values.iter().cloned());
        }
        Self { catalog, guard, known }
    }
}

/// Whether people may see the column: what they may not see is not matched against their words either.
fn has(catalog: &Catalog, column: &ColumnRef) -> bool {
    catalog.tables.iter().any(|relation| {
        relation.name.eq_ignore_ascii_case(&column.relation)
            && relation.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.column))
    })
}
