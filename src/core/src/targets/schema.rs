//! A target's schema, as far as a role or several roles may see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::domain::{Catalog, ColumnPath, ColumnRef, Role, VerifiedQuery};
use crate::guard::{Guard, Policy};
use crate::knowledge::{self, KnownValues};
use crate::lock::lock;
use crate::ports::QueryTarget;
use crate::settings::Terms;

/// Known values of a column at most: beyond that it is free text, not a list to choose from.
const MAX_KNOWN_VALUES: usize = 5_000;

/// A target's schema, as far as somebody may see it.
pub struct Schema {
    /// Relations and columns that are open.
    pub catalog: Catalog,
    /// Decides on statements.
    pub guard: Guard,
    /// Values of the columns that verified queries name.
    pub known: KnownValues,
    /// Relations whose rows only the person who asked may see, as the guard names them, with the entry that says so.
    pub private: BTreeMap<String, String>,
}

/// Schemas of a target for all who ask, each built on first use and cached. Roles that may see the same share one.
pub struct Schemas {
    whole: Catalog,
    terms: Terms,
    values: Values,
    made: Mutex<Vec<(Policy, Arc<Schema>)>>,
}

/// The values of columns by the name that stewards gave them, with where they were read.
type Values = BTreeMap<ColumnRef, (ColumnPath, Vec<String>)>;

impl Schemas {
    /// Builds the schemas of a whole catalog, with the sample values that may be shown.
    pub(crate) async fn read(
        whole: &Catalog,
        terms: &Terms,
        verified: &[VerifiedQuery],
        port: &dyn QueryTarget,
    ) -> Self {
        let values = if terms.own_accounts {
            // The shared account may see what a person's own does not.
            Values::new()
        } else {
            let everybody = terms.roles.keys().map(|role| terms.policy(role)).chain([terms.policy_of_all([])]);
            let parts: Vec<Catalog> = everybody.map(|policy| policy.open_part(whole.clone())).collect();
            values(whole, verified, port, |path| parts.iter().any(|open| is_open(open, path))).await
        };
        Self { whole: whole.clone(), terms: terms.clone(), values, made: Mutex::default() }
    }

    /// All that the target holds, whoever may see it.
    pub(crate) fn whole(&self) -> &Catalog {
        &self.whole
    }

    /// Returns the schema of a role.
    pub fn of(&self, role: &Role) -> Arc<Schema> {
        self.under(self.terms.policy(role))
    }

    /// Returns the schema that all of these roles share.
    pub fn of_all(&self, roles: &BTreeSet<Role>) -> Arc<Schema> {
        self.under(self.terms.policy_of_all(roles))
    }

    fn under(&self, policy: Policy) -> Arc<Schema> {
        let mut made = lock(&self.made);
        if let Some((_, schema)) = made.iter().find(|(other, _)| *other == policy) {
            return Arc::clone(schema);
        }
        let schema = Arc::new(self.make(&policy));
        made.push((policy, Arc::clone(&schema)));
        schema
    }

    fn make(&self, policy: &Policy) -> Schema {
        let open = policy.open_part(self.whole.clone());
        let mut known = KnownValues::default();
        for (column, (path, values)) in &self.values {
            // Values of one that has the same name elsewhere are not for those who may only read the other.
            if open.resolve(column).as_ref() == Some(path) {
                known.insert(column.clone(), values.iter().cloned());
            }
        }
        let private = self.terms.private_relations(&self.whole);
        Schema { guard: Guard::new(&self.whole, policy), catalog: open, known, private }
    }
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
            Ok(_) => tracing::info!(%path, "the column has too many values to recognise them in questions"),
            // Questions that name none of its values can be answered all the same.
            Err(error) => {
                tracing::warn!(%path, %error, "column values could not be read; questions are matched without");
            }
        }
    }
    known
}

/// True if people may see the column: the values of a closed one are not matched against their words either.
fn is_open(catalog: &Catalog, path: &ColumnPath) -> bool {
    let mut relations = catalog.tables.iter().filter(|one| one.schema == path.schema && one.name == path.relation);
    relations.any(|relation| relation.columns.iter().any(|known| known.name == path.column))
}
