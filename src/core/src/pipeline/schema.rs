//! What a target holds, as far as people of a role may see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::terms::Terms;
use crate::domain::{Catalog, ColumnRef, Role, VerifiedQuery};
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
        for (column, values) in values.iter().filter(|(column, _)| has(&open, column)) {
            known.insert(column.clone(), values.iter().cloned());
        }
        let private = named_relations(&terms.delivery.private_tables, whole);
        Self { guard: Guard::new(whole, policy), catalog: open, known, private }
    }
}

type Values = BTreeMap<ColumnRef, Vec<String>>;

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
        values(verified, port, |column| parts.iter().any(|(_, open)| has(open, column))).await
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
async fn values(verified: &[VerifiedQuery], port: &dyn QueryTarget, is_open: impl Fn(&ColumnRef) -> bool) -> Values {
    let mut known = Values::new();
    for column in knowledge::columns(verified).into_iter().filter(|column| is_open(column)) {
        match port.known_values(column, MAX_KNOWN_VALUES + 1).await {
            Ok(values) if values.len() <= MAX_KNOWN_VALUES => {
                known.insert(column.clone(), values);
            }
            Ok(_) => tracing::info!(%column, "too many values to recognise in questions"),
            // Questions that name none of its values can be answered all the same.
            Err(error) => tracing::warn!(%column, %error, "values could not be read"),
        }
    }
    known
}

/// Whether people may see the column: what they may not see is not matched against their words either.
fn has(catalog: &Catalog, column: &ColumnRef) -> bool {
    catalog.tables.iter().any(|relation| {
        relation.name.eq_ignore_ascii_case(&column.relation)
            && relation.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.column))
    })
}
