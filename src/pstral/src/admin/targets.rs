//! The databases: what is known of their schemas, and who may read what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Capability, Catalog, Relation, RelationKind, Role};
use pstral_core::ports::{Catalogs as _, Knowledge as _};
use pstral_core::settings::Terms;
use pstral_core::text::text;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::{Problem, Segments};
use crate::health::Found as _;
use crate::verified::to_json;

/// The databases of the configuration.
#[derive(Serialize, ToSchema)]
pub(super) struct Targets {
    targets: Vec<TargetView>,
}

/// A database.
#[derive(Serialize, ToSchema)]
pub(super) struct TargetView {
    name: String,
    description: String,
    /// `oracle`, `postgres` or `sqlite`.
    dialect: &'static str,
    /// The chats in which it is queried; `null` is every one.
    platforms: Option<Vec<String>>,
}

/// The schema of a database as it was last read.
#[derive(Serialize, ToSchema)]
pub(super) struct CatalogView {
    target: String,
    #[schema(format = DateTime)]
    read_at: String,
    tables: Vec<TableView>,
}

/// A table or view with those who may read it.
#[derive(Serialize, ToSchema)]
pub(super) struct TableView {
    /// As `deny` and `allow` of the configuration name it.
    name: String,
    /// `table` or `view`.
    kind: &'static str,
    comment: String,
    /// By the database's statistics.
    rows: Option<u64>,
    columns: Vec<ColumnView>,
    /// A row for each role of the configuration.
    access: Vec<AccessView>,
}

/// A column.
#[derive(Serialize, ToSchema)]
pub(super) struct ColumnView {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    comment: String,
}

/// What a role may read of a table in private; a channel may show less.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessView {
    role: String,
    /// False if no column of it is open.
    reads: bool,
    /// The columns that are closed, where some are open.
    closed: Vec<String>,
}

/// Lists the databases.
#[utoipa::path(get, path = "/api/v1/targets", tag = "targets", responses((status = 200, body = Targets)))]
pub(super) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Targets>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "targets").await?;
    let targets = admin.pipeline.parts().targets.values().map(|target| {
        let platforms = target.terms.platforms.as_ref();
        TargetView {
            name: target.name.clone(),
            description: target.description.clone(),
            dialect: target.port.dialect().word(),
            platforms: platforms.map(|all| all.iter().map(ToString::to_string).collect()),
        }
    });
    Ok(Json(Targets { targets: targets.collect() }))
}

/// Shows the schema of a database as it was last read, with what each role may read of it.
#[utoipa::path(
    get, path = "/api/v1/targets/{target}/catalog", tag = "targets", params(("target" = String, Path)),
    responses((status = 200, body = CatalogView))
)]
pub(super) async fn catalog(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(name): Segments<String>,
) -> Result<Json<CatalogView>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "targets catalog").await?;
    let (target, parts) = (admin.target(&name)?, admin.pipeline.parts());
    let Some(kept) = admin.store.kept_catalog(&name).await? else {
        return Err(Problem::new(StatusCode::NOT_FOUND, text("catalog-none").with("target", name)));
    };
    let roles: Vec<Role> = parts.settings.roles.all().into_iter().collect();
    let open: Vec<(Role, Catalog)> =
        roles.into_iter().map(|role| open_to(role, &target.terms, &kept.catalog)).collect();
    let tables = kept.catalog.tables.iter().map(|table| table_view(&kept.catalog, table, &open));
    Ok(Json(CatalogView { target: name, read_at: kept.read_at.to_string(), tables: tables.collect() }))
}

/// What reading a schema again found.
#[derive(Serialize, ToSchema)]
pub(super) struct RefreshView {
    /// Tables and views that were read.
    tables: usize,
    /// True if it differs from the one before, or if there was none.
    changed: bool,
    /// Verified queries and terms in use that still run.
    running: usize,
    /// Those that no longer do, as `GET /api/v1/verified` shows them.
    #[schema(value_type = Vec<Object>)]
    faulty: Vec<Value>,
}

/// Reads the schema of a database again, and checks its verified queries and terms against it.
#[utoipa::path(
    post, path = "/api/v1/targets/{target}/catalog", tag = "targets", params(("target" = String, Path)),
    responses((status = 200, body = RefreshView))
)]
pub(super) async fn refresh(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segments(name): Segments<String>,
) -> Result<Json<RefreshView>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "targets catalog").await?;
    let target = admin.target(&name)?;
    let read = AuditEvent { target: Some(name.clone()), ..admin.event_of(&caller, AuditAction::CatalogRead) };
    admin.record(AuditEvent { detail: Some("begun".to_owned()), ..read.clone() }).await?;
    let refreshed = admin.pipeline.verified_queries().refresh_catalog(target).await;
    let status = if refreshed.is_ok() { AuditStatus::Ok } else { AuditStatus::Failed };
    let detail = refreshed.as_ref().map_or_else(ToString::to_string, |refreshed| refreshed.kept.hash.clone());
    // Not refused: by now the schema may have been replaced, and the caller is told of that.
    if admin.record(AuditEvent { status, detail: Some(detail), ..read }).await.is_err() {
        tracing::error!(target = name, status = status.word(), "result of a schema refresh not recorded");
    }
    let refreshed = refreshed.map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.found()))?;
    let all = admin.store.kept_verified(&name).await?;
    let faulty = all.iter().filter(|kept| kept.fault.is_some());
    Ok(Json(RefreshView {
        tables: refreshed.kept.catalog.tables.len(),
        changed: refreshed.changed != Some(false),
        running: all.iter().filter(|kept| kept.is_used()).count(),
        faulty: faulty.map(|kept| to_json(kept, caller.user.locale)).collect(),
    }))
}

fn open_to(role: Role, terms: &Terms, whole: &Catalog) -> (Role, Catalog) {
    let open = terms.policy(&role).open_part(whole.clone());
    (role, open)
}

fn table_view(whole: &Catalog, table: &Relation, open: &[(Role, Catalog)]) -> TableView {
    let column = |column: &pstral_core::domain::CatalogColumn| ColumnView {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        comment: column.comment.clone(),
    };
    TableView {
        name: whole.shown(table),
        kind: match table.kind {
            RelationKind::Table => "table",
            RelationKind::View => "view",
        },
        comment: table.comment.clone(),
        rows: table.rows,
        columns: table.columns.iter().map(column).collect(),
        access: open.iter().map(|(role, open)| access(role, table, open)).collect(),
    }
}

fn access(role: &Role, table: &Relation, open: &Catalog) -> AccessView {
    let seen = open.tables.iter().find(|one| one.schema == table.schema && one.name == table.name);
    let is_seen = |name: &str| seen.is_some_and(|seen| seen.columns.iter().any(|column| column.name == name));
    let closed = table.columns.iter().filter(|column| !is_seen(&column.name)).map(|column| column.name.clone());
    let reads = seen.is_some();
    AccessView { role: role.to_string(), reads, closed: if reads { closed.collect() } else { Vec::new() } }
}
