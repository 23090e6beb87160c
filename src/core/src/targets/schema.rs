//! A target's schema, as far as a role or several roles may see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::context::CatalogWords;
use crate::domain::{Catalog, ColumnPath, ColumnRef, Place, Role, VerifiedQuery};
use crate::guard::{Guard, Policy};
use crate::knowledge::{self, KnownValues};
use crate::lock::lock;
use crate::ports::QueryTarget;
use crate::settings::{Settings, Terms};

/// Known values of a column at most: beyond that it is free text, not a list to choose from.
const MAX_KNOWN_VALUES: usize = 5_000;

/// A target's schema, as far as somebody may see it.
pub struct Schema {
    /// Relations and columns that are open.
    pub catalog: Catalog,
    /// The words of their names and comments.
    pub words: CatalogWords,
    /// Decides on statements.
    pub guard: Guard,
    /// Values of the columns that verified queries name, and of those that hold few.
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
            values(whole, verified, terms.value_hints, port, |path| parts.iter().any(|open| is_open(open, path))).await
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

    /// Returns the schema that all readers in a place may see of what somebody with a role is answered there.
    pub(crate) fn of_readers(&self, settings: &Settings, role: &Role, place: &Place) -> Arc<Schema> {
        if place.private { self.of(role) } else { self.of_all(&settings.welcome(role, place)) }
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
        Schema { guard: Guard::new(&self.whole, policy), words: CatalogWords::of(&open), catalog: open, known, private }
    }
}

/// Values that the statistics give a column at most, for its values to be known though no verified query names it.
const FEW_VALUES: u64 = 200;
/// Such columns at most, and rows of their tables: each is read from end to end when the schema is.
const MOST_COLUMNS: usize = 200;
const MOST_ROWS: u64 = 100_000;

/// The columns of text that hold few distinct values, such as states and cities.
fn few_valued(whole: &Catalog) -> impl Iterator<Item = ColumnRef> {
    let is_text = |data_type: &str| {
        let data_type = data_type.to_ascii_lowercase();
        data_type.contains("char") || data_type == "text"
    };
    let small = whole.tables.iter().filter(|relation| relation.rows.is_some_and(|rows| rows <= MOST_ROWS));
    let columns = small.flat_map(|relation| relation.columns.iter().map(move |column| (relation, column)));
    let few = columns.filter(move |(_, column)| {
        column.distinct.is_some_and(|distinct| (2..=FEW_VALUES).contains(&distinct)) && is_text(&column.data_type)
    });
    few.map(|(relation, column)| ColumnRef { relation: relation.name.clone(), column: column.name.clone() })
        .take(MOST_COLUMNS)
}

/// The values of the columns that verified queries name or that hold few, and that somebody may read.
async fn values(
    whole: &Catalog,
    verified: &[VerifiedQuery],
    has_hints: bool,
    port: &dyn QueryTarget,
    is_open: impl Fn(&ColumnPath) -> bool,
) -> Values {
    let mut known = Values::new();
    let columns: BTreeSet<ColumnRef> =
        knowledge::columns(verified).into_iter().cloned().chain(few_valued(whole).filter(|_| has_hints)).collect();
    for column in &columns {
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
