//! Catalogs and tables as lines for people.

use pstral_core::domain::{Catalog, CatalogColumn, KeptCatalog, Locale, Relation, RelationKind};
use pstral_core::text::text;

/// A line a table, and what there is beside.
pub(super) fn overview(target: &str, kept: &KeptCatalog, locale: Locale) -> Vec<String> {
    let catalog = &kept.catalog;
    let read_at = kept.read_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let mut lines = vec![
        text("catalog-read").with("target", target).with("time", read_at).with("hash", &kept.hash[..12]).render(locale),
    ];
    lines.extend(catalog.tables.iter().map(|relation| heading(catalog, relation, locale)));
    lines.push(
        text("catalog-beside")
            .count("tables", catalog.tables.len() as u64)
            .count("synonyms", catalog.synonyms.len() as u64)
            .count("callables", catalog.callables.len() as u64)
            .render(locale),
    );
    lines
}

/// All that is known of one table.
pub(super) fn describe(catalog: &Catalog, relation: &Relation, locale: Locale) -> Vec<String> {
    let width = |of: fn(&CatalogColumn) -> &str| {
        relation.columns.iter().map(|column| of(column).chars().count()).max().unwrap_or_default()
    };
    let (names, types) = (width(|column| &column.name), width(|column| &column.data_type));
    let mut lines = vec![heading(catalog, relation, locale)];
    lines.extend(relation.columns.iter().map(|column| {
        let key = if column.primary_key { "PK" } else { "" };
        let distinct =
            column.distinct.map(|distinct| text("catalog-distinct").count("values", distinct).render(locale));
        let line = format!(
            "  {:names$}  {:types$}  {key:2}  {}  {}",
            column.name,
            column.data_type,
            distinct.unwrap_or_default(),
            column.comment
        );
        line.trim_end().to_owned()
    }));
    lines.extend(relation.unique_keys.iter().map(|key| format!("  UNIQUE ({})", key.join(", "))));
    lines.extend(
        relation
            .foreign_keys
            .iter()
            .map(|key| format!("  ({}) → {} ({})", key.columns.join(", "), key.relation, key.references.join(", "))),
    );
    lines
}

fn heading(catalog: &Catalog, relation: &Relation, locale: Locale) -> String {
    let kind = match relation.kind {
        RelationKind::Table => text("catalog-table"),
        RelationKind::View => text("catalog-view"),
    };
    let rows = relation.rows.map(|rows| text("catalog-rows").count("rows", rows).render(locale));
    let comment = Some(relation.comment.clone()).filter(|comment| !comment.is_empty());
    let parts = [Some(catalog.shown(relation)), Some(kind.render(locale)), rows, comment];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
