//! `pstral catalog`: what is known of the databases, and reading it again.

use clap::Subcommand;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Catalog, Locale, Relation};
use pstral_core::ports::{AuditLog as _, Catalogs as _};
use pstral_core::targets::Target;
use pstral_core::text::text;
use strsim::levenshtein as distance;

use super::catalog_text::{describe, overview};
use super::out::{say, say_error, say_json};
use super::{Ending, Installed, state_is_missing};
use crate::compose::{App, open_store_to_read};
use crate::config::Config;
use crate::health::{Found as _, target_remedy};

#[derive(Debug, Subcommand)]
pub(super) enum CatalogCommand {
    /// Read the schema of every database again, or of one; the running bot uses it too
    Refresh {
        /// The name of the database in the configuration
        target: Option<String>,
    },
    /// Show the cached schema of a database
    Show {
        /// The name of the database in the configuration
        target: String,
        /// A table or view, in full: table or schema.table
        table: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(Installed { config, locale }: Installed, command: CatalogCommand) -> anyhow::Result<Ending> {
    let named = match &command {
        CatalogCommand::Refresh { target } => target.as_deref(),
        CatalogCommand::Show { target, .. } => Some(target.as_str()),
    };
    if named.is_some_and(|name| target_is_unknown(&config, name, locale)) {
        return Ok(Ending::Usage);
    }
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    match command {
        CatalogCommand::Refresh { target } => refresh(&config, target.as_deref(), locale).await,
        CatalogCommand::Show { target, table, json } => show(&config, &target, table.as_deref(), json, locale).await,
    }
}

pub(super) fn target_is_unknown(config: &Config, name: &str, locale: Locale) -> bool {
    if config.targets.contains_key(name) {
        return false;
    }
    let known = config.targets.keys().cloned().collect::<Vec<_>>().join(", ");
    say_error(&text("catalog-no-target").with("name", name).with("known", known).render(locale));
    true
}

async fn refresh(config: &Config, only: Option<&str>, locale: Locale) -> anyhow::Result<Ending> {
    let app = App::build(config, locale).await?;
    let mut ending = Ending::Fine;
    for target in app.pipeline.parts().targets.values().filter(|target| only.is_none_or(|only| target.name == only)) {
        if !refresh_one(&app, target, locale).await? {
            ending = Ending::Failed;
        }
    }
    app.store.close().await;
    Ok(ending)
}

/// Reads the catalog of a target again, and returns true if that succeeded.
pub(super) async fn refresh_one(app: &App, target: &Target, locale: Locale) -> anyhow::Result<bool> {
    let refreshed = app.pipeline.verified_queries().refresh_catalog(target).await;
    let status = if refreshed.is_ok() { AuditStatus::Ok } else { AuditStatus::Failed };
    let event = AuditEvent::new(app.pipeline.parts().clock.now(), AuditAction::CatalogRead, status);
    let detail = refreshed.as_ref().map_or_else(ToString::to_string, |refreshed| refreshed.kept.hash.clone());
    app.store.append(AuditEvent { target: Some(target.name.clone()), detail: Some(detail), ..event }).await?;
    match refreshed {
        Ok(refreshed) => {
            let tables = refreshed.kept.catalog.tables.len() as u64;
            let sentence = match refreshed.changed {
                Some(false) => text("catalog-unchanged"),
                Some(true) => text("catalog-changed"),
                None => text("catalog-first"),
            };
            say(&sentence.with("target", &target.name).count("tables", tables).render(locale));
            Ok(true)
        }
        Err(error) => {
            say_error(&format!("{} · {}", target.name, error.found().render(locale)));
            say_error(&format!("    → {}", target_remedy(&error, target).render(locale)));
            Ok(false)
        }
    }
}

async fn show(
    config: &Config,
    target: &str,
    table: Option<&str>,
    json: bool,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let store = open_store_to_read(config).await?;
    let kept = store.kept_catalog(target).await?;
    store.close().await;
    let Some(kept) = kept else {
        say_error(&text("catalog-none").with("target", target).render(locale));
        return Ok(Ending::Failed);
    };
    match table {
        Some(wanted) => return show_table(target, &kept.catalog, wanted, json, locale),
        None if json => say_json(&serde_json::to_string_pretty(&kept.catalog)?),
        None => say_all(&overview(target, &kept, locale)),
    }
    Ok(Ending::Fine)
}

fn show_table(target: &str, catalog: &Catalog, wanted: &str, json: bool, locale: Locale) -> anyhow::Result<Ending> {
    let with_schema = |relation: &Relation| format!("{}.{}", relation.schema, relation.name);
    let is_meant = |relation: &&Relation| {
        relation.name.eq_ignore_ascii_case(wanted) || with_schema(relation).eq_ignore_ascii_case(wanted)
    };
    let found: Vec<&Relation> = catalog.tables.iter().filter(is_meant).collect();
    if found.is_empty() {
        let names = catalog.tables.iter().map(|relation| catalog.shown(relation));
        let near = names.min_by_key(|name| distance(&name.to_lowercase(), &wanted.to_lowercase()));
        let sentence = match near {
            Some(near) => text("catalog-no-table").with("near", near),
            None => text("catalog-no-tables"),
        };
        say_error(&sentence.with("name", wanted).with("target", target).render(locale));
        return Ok(Ending::Failed);
    }
    for relation in found {
        if json {
            say_json(&serde_json::to_string_pretty(relation)?);
        } else {
            say_all(&describe(catalog, relation, locale));
        }
    }
    Ok(Ending::Fine)
}

fn say_all(lines: &[String]) {
    for line in lines {
        say(line);
    }
}
