//! The contract of `Catalogs`.

use super::{State, at};
use crate::domain::{Catalog, CatalogColumn, Dialect, KeptCatalog, Relation, RelationKind, Synonym};
use crate::ports::StoreError;

fn catalog(tables: &[&str]) -> Catalog {
    let column = CatalogColumn { distinct: Some(3), primary_key: true, ..CatalogColumn::new("Nº", "NUMBER(10,2)") };
    let relation = |name: &&str| {
        let relation = Relation::new("CRM", name, RelationKind::View, vec![column.clone()]);
        Relation { comment: "l'été".to_owned(), rows: Some(7), unique_keys: vec![vec!["Nº".to_owned()]], ..relation }
    };
    let synonym = |name: &&str| Synonym {
        schema: "PUBLIC".to_owned(),
        name: format!("ALL_{name}"),
        of_schema: "CRM".to_owned(),
        of: (*name).to_owned(),
    };
    Catalog {
        callables: vec!["PURGE".to_owned()],
        synonyms: tables.iter().map(synonym).collect(),
        ..Catalog::new(Dialect::Oracle, "CRM", tables.iter().map(relation).collect())
    }
}

/// The catalog of each target is kept whole, the last one only.
pub async fn catalogs(state: &dyn State) -> Result<(), StoreError> {
    assert_eq!(state.catalog_read_at("catalogs-crm").await?, None);
    assert_eq!(state.kept_catalog("catalogs-crm").await?, None);
    let first = KeptCatalog::new(catalog(&["CLIENTS"]), at("10:00:00.007"));
    let second = KeptCatalog::new(catalog(&["CLIENTS", "CONTRACTS"]), at("11:00:00"));
    assert_ne!(first.hash, second.hash);
    state.keep_catalog("catalogs-crm", &first).await?;
    state.keep_catalog("catalogs-erp", &second).await?;
    assert_eq!(state.kept_catalog("catalogs-crm").await?, Some(first.clone()));
    assert_eq!(state.catalog_read_at("catalogs-crm").await?, Some(first.read_at));
    state.keep_catalog("catalogs-crm", &second).await?;
    assert_eq!(state.kept_catalog("catalogs-crm").await?, Some(second.clone()));
    assert_eq!(state.kept_catalog("catalogs-erp").await?, Some(second.clone()));
    state.forget_catalog("catalogs-crm").await?;
    assert_eq!(state.kept_catalog("catalogs-crm").await?, None);
    assert_eq!(state.kept_catalog("catalogs-erp").await?, Some(second));
    Ok(())
}
