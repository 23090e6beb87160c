//! The privileges of the account beyond reading.

use std::collections::{BTreeMap, BTreeSet};

use pstral_core::ports::{Excess, ExcessKind, Privileges, TargetError};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::fault::fault;
use crate::session::ask;

/// Objects named of each kind of right; a line of hundreds would be read by nobody.
const NAMED: usize = 10;

/// The oldest server where the right to set a parameter is granted by itself.
/// Source: <https://www.postgresql.org/docs/15/catalog-pg-parameter-acl.html>.
const GRANTS_PARAMETERS: u32 = 150_000;

/// A parameter that anybody may set needs no grant: those here are a superuser's, such as `session_replication_role`, or
/// set for the whole server.
const PARAMETERS: &str = "SELECT DISTINCT 'administer', x.privilege_type || ' on parameter', p.parname
    FROM pg_parameter_acl p, aclexplode(p.paracl) x
    WHERE x.grantee = 0 OR x.grantee IN (SELECT r.oid FROM pg_roles r
        WHERE pg_has_role((SELECT oid FROM pg_roles WHERE rolname = session_user), r.oid, 'MEMBER'))";

/// An expression: what puts the account above the database's checks, as [`Privileges::is_privileged`] judges it by
/// attributes; null if nothing does. Cheap enough to be asked before each statement, and whatever the search path.
pub(crate) const SUPERUSER: &str = "(SELECT 'SUPERUSER' FROM pg_catalog.pg_roles r
    WHERE r.rolsuper AND pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') LIMIT 1)";

/// Reads them for the account of the connection, with every role it may take.
pub(crate) async fn read(connection: &mut PgConnection) -> Result<Privileges, TargetError> {
    let read = async {
        let account = ask("SELECT session_user::text, rolsuper FROM pg_roles WHERE rolname = session_user");
        let row = account.fetch_one(&mut *connection).await?;
        let (account, superuser): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
        if superuser {
            // Nothing is kept from it: to name all that would bury the one word.
            let excesses = vec![Excess { kind: ExcessKind::Superuser, what: "SUPERUSER".to_owned() }];
            return Ok(Privileges { account, excesses });
        }
        let mut rights: BTreeMap<(ExcessKind, String), BTreeSet<String>> = BTreeMap::new();
        let mut rows = ask(include_str!("privileges.sql")).fetch_all(&mut *connection).await?;
        if connection.server_version_num().is_some_and(|version| version >= GRANTS_PARAMETERS) {
            rows.extend(ask(PARAMETERS).fetch_all(connection).await?);
        }
        for row in rows {
            let key = (kind(row.try_get(0)?), row.try_get(1)?);
            rights.entry(key).or_default().insert(row.try_get(2)?);
        }
        let excesses = rights.into_iter();
        let excesses =
            excesses.map(|((kind, what), objects)| Excess { kind, what: format!("{what} {}", list(objects)) });
        Ok(Privileges { account, excesses: excesses.collect() })
    };
    read.await.map_err(|error: sqlx::Error| fault(&error, false))
}

fn kind(word: &str) -> ExcessKind {
    match word {
        "superuser" => ExcessKind::Superuser,
        "owner" => ExcessKind::Owner,
        "administer" => ExcessKind::Administer,
        "read all" => ExcessKind::ReadAll,
        "lock" => ExcessKind::Lock,
        "execute" => ExcessKind::Execute,
        "outside" => ExcessKind::Outside,
        "unbounded" => ExcessKind::Unbounded,
        _ => ExcessKind::Write,
    }
}

fn list(objects: BTreeSet<String>) -> String {
    let more = objects.len().saturating_sub(NAMED);
    let named = objects.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}
