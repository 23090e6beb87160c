//! What a target holds, as far as people of a role may see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::terms::Terms;
use crate::domain::{Catalog, ColumnPath, ColumnRef, Role, VerifiedQuery};
use crate::guard::{Guard, Policy, named_relations};
use crate::knowledge::{self, KnownValues};
use crate::ports::QueryTarget;

/// Known values of a column at most: beyond that it is free text, not a list to choose from.
const MAX_KNOWN_VALUES: usize = 5_000;

/// What a target holds for each role.
pub(super) type Schemas = BTreeMap<Role, Arc<Schema>>;

/// What a target holds, as far as people of a role may see it.
pub struct Schema {
    /// Relations and columns that are open.
    pub catalog: Catalog,
    /// Decides on statements.
    pub guard: Guard,
    /// Values of the columns that verified queries name.
    pub known: KnownValues,
    /// Relations whose rows only the person who asked may see, as the guard names them.
    pub private: BTreeSet<String>,
}

impl Schema {
    fn new(whole: &Catalog, policy: &Policy, open: Catalog, terms: &Terms, values: &Values) -> Self {
        let mut known = KnownValues::default();
        for (column, (path, values)) in values {
            // Values of one that has the same name elsewhere are not for those who may only read the other.
            if open.resolve(column).as_ref() == Some(path) {
                known.insert(column.clone(), values.iter().cloned());
            }
        }
        let private = named_relations(&terms.delivery.private_tables, whole);
        Self { guard: Guard::new(whole, policy), catalog: open, known, private }
    }
}

/// The values of columns by the name that stewards gave them, with where they were read.
type Values = BTreeMap<ColumnRef, (ColumnPath, Vec<String>)>;

/// What a whole catalog is to each role; roles without rules of their own share one.
pub(super) async fn schemas(
    whole: &Catalog,
    terms: &Terms,
    verified: &[VerifiedQuery],
    port: &dyn QueryTarget,
) -> Schemas {
    let parts: Vec<(Policy, Catalog)> = Role::ALL
        .into_iter()
        .map(|role| {
            let policy = terms.policy(role);
            let open = policy.open_part(whole.clone());
            (policy, open)
        })
        .collect();
    let values = if terms.own_accounts {
        // The shared account may see what a person's own does not.
        Values::new()
    } else {
        values(whole, verified, port, |path| parts.iter().any(|(_, open)| is_open(open, path))).await
    };
    let mut schemas: Vec<Arc<Schema>> = Vec::new();
    for (at, (policy, open)) in parts.iter().enumerate() {
        let same = parts[..at].iter().position(|(other, _)| other == policy);
        schemas.push(match same {
            Some(same) => Arc::clone(&schemas[same]),
            None => Arc::new(Schema::new(whole, policy, open.clone(), terms, &values)),
        });
    }
    Role::ALL.into_iter().zip(schemas).collect()
}

/// The values of the columns that verified queries name and that somebody may read.
async fn values(
    whole: &Catalog,
    verified: &[VerifiedQuery],
    port: &dyn QueryTarget,
    is_open: impl Fn(&ColumnPath) -> bool,
) -> Values {
    let mut known = Values::new();
    for column in knowledge::columns(verified) {
        let Some(path) = whole.resolve(column).filter(|path| is_open(path)) else { continue };
        match port.known_values(&path, MAX_KNOWN_VALUES + 1).await {
            Ok(values) if values.len() <= MAX_KNOWN_VALUES => {
                known.insert(column.clone(), (path, values));
            }
            Ok(_) => tracing::info!(%path, "too many values to recognise in questions"),
            // Questions that name none of its values can be answered all the same.
            Err(error) => tracing::warn!(%path, %error, "values could not be read"),
        }
    }
    known
}

/// Whether people may see the column: what they may not see is not matched against their words either.
fn is_open(catalog: &Catalog, path: &ColumnPath) -> bool {
    let mut relations = catalog.tables.iter().filter(|one| one.schema == path.schema && one.name == path.relation);
    relations.any(|relation| relation.columns.iter().any(|known| known.name == path.column))
}
