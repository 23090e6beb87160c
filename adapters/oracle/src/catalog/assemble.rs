//! Rows of the dictionary joined into a catalog.

use std::collections::{BTreeSet, HashMap, HashSet};

use pstral_core::domain::{Catalog, CatalogColumn, Dialect, ForeignKey, PUBLIC, Relation, RelationKind, Synonym};

use super::declared::declared;
use super::remote::remote;
use super::rows::{Column, Constraint, Dictionary, Name, Object, SynonymRow};

/// Names of what the database makes for itself: the recycle bin, logs of materialized views, text indexes.
const INTERNAL: &[&str] = &["BIN$", "MLOG$_", "RUPD$_", "DR$", "SYS_IOT_OVER_", "ISEQ$$_"];

/// Assembles the catalog from rows of the dictionary, as the guard and the prompt need it. External tables, which read
/// files of the server, and views through a database link are left out.
pub(crate) fn assemble(dictionary: &Dictionary, default_schema: &str) -> Catalog {
    let mut tables = relations(dictionary);
    fill_columns(dictionary, &mut tables);
    fill_keys(dictionary, &mut tables);
    tables.retain(|relation| !relation.columns.is_empty());
    let synonyms = synonyms(dictionary, &tables, default_schema);
    let callables = callables(dictionary);
    Catalog { callables, synonyms, ..Catalog::new(Dialect::Oracle, default_schema, tables) }
}

fn relations(dictionary: &Dictionary) -> Vec<Relation> {
    let mut left_out = remote(dictionary);
    left_out.extend(dictionary.external_tables.iter().map(Object::key));
    let comments: HashMap<Name<'_>, &str> =
        dictionary.table_comments.iter().map(|one| (one.key(), one.comment.as_str())).collect();
    let tables = dictionary.tables.iter().map(|one| (one.key(), RelationKind::Table, one.rows));
    let views = dictionary.views.iter().map(|one| (one.key(), RelationKind::View, None));
    let mut relations: Vec<Relation> = tables
        .chain(views)
        .filter(|(key, ..)| !left_out.contains(key) && !is_internal(key.1))
        .map(|(key @ (owner, name), kind, rows)| Relation {
            comment: comments.get(&key).copied().unwrap_or_default().to_owned(),
            rows: rows.and_then(|rows| u64::try_from(rows).ok()),
            ..Relation::new(owner, name, kind, Vec::new())
        })
        .collect();
    relations.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    relations
}

fn is_internal(name: &str) -> bool {
    INTERNAL.iter().any(|beginning| name.starts_with(beginning))
}

fn places(relations: &[Relation]) -> HashMap<(String, String), usize> {
    let place = |(at, one): (usize, &Relation)| ((one.schema.clone(), one.name.clone()), at);
    relations.iter().enumerate().map(place).collect()
}

fn fill_columns(dictionary: &Dictionary, relations: &mut [Relation]) {
    let places = places(relations);
    let mut of_column: HashMap<(Name<'_>, &str), (Option<u64>, &str)> = HashMap::new();
    for one in &dictionary.statistics {
        let distinct = one.distinct.and_then(|distinct| u64::try_from(distinct).ok());
        of_column.entry((one.key(), &one.column)).or_default().0 = distinct;
    }
    for one in &dictionary.column_comments {
        of_column.entry((one.key(), &one.column)).or_default().1 = &one.comment;
    }
    let mut columns: Vec<_> = dictionary.columns.iter().collect();
    columns.sort_by_key(|column| column.position);
    for column in columns {
        let Some(at) = places.get(&(column.owner.clone(), column.relation.clone())) else { continue };
        let (distinct, comment) = of_column.get(&(column.key(), &column.name)).copied().unwrap_or_default();
        let comment = comment.to_owned();
        relations[*at].columns.push(CatalogColumn {
            distinct,
            comment,
            ..CatalogColumn::new(&column.name, &declared(column))
        });
    }
}

fn fill_keys(dictionary: &Dictionary, relations: &mut [Relation]) {
    let places = places(relations);
    let mut columns: HashMap<Name<'_>, Vec<(Option<i64>, &str)>> = HashMap::new();
    for one in &dictionary.constraint_columns {
        columns.entry(one.key()).or_default().push((one.position, &one.column));
    }
    for columns in columns.values_mut() {
        columns.sort_unstable();
    }
    let columns = |owner: &str, name: &str| -> Vec<String> {
        columns.get(&(owner, name)).into_iter().flatten().map(|(_, column)| (*column).to_owned()).collect()
    };
    let by_name: HashMap<Name<'_>, &Constraint> = dictionary.constraints.iter().map(|one| (one.key(), one)).collect();
    for key in &dictionary.constraints {
        let Some(at) = places.get(&(key.owner.clone(), key.relation.clone())) else { continue };
        let (relation, own) = (&mut relations[*at], columns(&key.owner, &key.name));
        // A key that is switched off promises nothing; a reference still says what belongs together.
        let holds = key.status.as_deref() == Some("ENABLED") && !own.is_empty();
        match key.kind.as_str() {
            "P" if holds => relation
                .columns
                .iter_mut()
                .filter(|column| own.contains(&column.name))
                .for_each(|column| column.primary_key = true),
            "U" if holds => relation.unique_keys.push(own),
            "R" => relation.foreign_keys.extend(reference(key, own, &by_name, columns)),
            _ => {}
        }
    }
    for relation in relations {
        relation.unique_keys.sort();
        relation.foreign_keys.sort_by(|a, b| (&a.columns, &a.relation).cmp(&(&b.columns, &b.relation)));
    }
}

/// Builds a foreign key; `None` if the key it refers to is not visible. A relation of another owner is named with that
/// owner.
fn reference(
    key: &Constraint,
    own: Vec<String>,
    by_name: &HashMap<Name<'_>, &Constraint>,
    columns: impl Fn(&str, &str) -> Vec<String>,
) -> Option<ForeignKey> {
    let other = by_name.get(&(key.other_owner.as_deref()?, key.other_name.as_deref()?))?;
    let references = columns(&other.owner, &other.name);
    let relation =
        if other.owner == key.owner { other.relation.clone() } else { format!("{}.{}", other.owner, other.relation) };
    (!own.is_empty() && own.len() == references.len()).then_some(ForeignKey { columns: own, relation, references })
}

/// Returns the synonyms of relations in the catalog. In the default schema a name used by anything else, such as a
/// synonym through a link, hides the public synonym of that name; otherwise the guard would take one for the other.
fn synonyms(dictionary: &Dictionary, relations: &[Relation], default_schema: &str) -> Vec<Synonym> {
    let objects = dictionary.external_tables.iter().chain(&dictionary.views).chain(&dictionary.callables);
    let taken: HashSet<&str> = objects
        .map(Object::key)
        .chain(dictionary.columns.iter().map(Column::key))
        .chain(dictionary.synonyms.iter().map(SynonymRow::key))
        .filter_map(|(owner, name)| (owner == default_schema).then_some(name))
        .collect();
    let all: Vec<Synonym> = dictionary
        .synonyms
        .iter()
        .filter(|one| one.link.is_none())
        .filter(|one| one.owner != PUBLIC || !taken.contains(one.name.as_str()))
        .filter_map(|one| {
            let of_schema = one.of_owner.clone()?;
            Some(Synonym { schema: one.owner.clone(), name: one.name.clone(), of_schema, of: one.of.clone() })
        })
        .collect();
    let known: HashSet<Name<'_>> = relations.iter().map(|one| (one.schema.as_str(), one.name.as_str())).collect();
    let next: HashMap<Name<'_>, Name<'_>> = all
        .iter()
        .map(|one| ((one.schema.as_str(), one.name.as_str()), (one.of_schema.as_str(), one.of.as_str())))
        .collect();
    let leads = |one: &Synonym| {
        let mut at = (one.of_schema.as_str(), one.of.as_str());
        // Some lead in a circle.
        for _ in 0..8 {
            match (known.contains(&at), next.get(&at)) {
                (true, _) => return true,
                (false, Some(further)) => at = *further,
                (false, None) => return false,
            }
        }
        false
    };
    let mut kept: Vec<Synonym> = all.iter().filter(|one| leads(one)).cloned().collect();
    kept.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    kept
}

/// Names that run code when they are mentioned, and their other names, each once.
fn callables(dictionary: &Dictionary) -> Vec<String> {
    let code: HashSet<Name<'_>> = dictionary.callables.iter().map(Object::key).collect();
    let named = dictionary.synonyms.iter().filter(|one| {
        one.link.is_none() && one.of_owner.as_deref().is_some_and(|owner| code.contains(&(owner, one.of.as_str())))
    });
    let each: BTreeSet<&str> = code
        .iter()
        .map(|(_, name)| *name)
        .filter(|name| !is_internal(name))
        .chain(named.map(|one| one.name.as_str()))
        .collect();
    each.into_iter().map(str::to_owned).collect()
}
