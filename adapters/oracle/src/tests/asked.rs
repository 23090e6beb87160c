//! Every query of the adapter's own, as a session is given it.

use std::collections::BTreeSet;

use pstral_core::domain::ColumnPath;
use pstral_core::ports::QueryTarget as _;

use super::fake::{Act, Script};
use super::{CAMILLE, config, over};
use crate::error::Code;

/// The queries of everything the adapter does but run a person's statement: of a database that says which accounts are
/// Oracle's own, and of one that does not; of one with a table of plans that finds a statement at fault. They are taken
/// from the sessions, not from a list: a query that is added later is among them without anybody thinking of it.
pub(super) async fn queries() -> BTreeSet<String> {
    let mut queries = BTreeSet::new();
    for failing in [None, Some(("SELECT oracle_maintained", 904)), Some(("EXPLAIN", 942))] {
        let mut script = Script::default();
        if let Some((word, code)) = failing {
            script = script.on(word, Act::Fails(Code::Ora(code)));
        }
        let script =
            script.on("FOR UPDATE", Act::Fails(Code::Ora(1456))).on("SELECT", Act::Table(Vec::new(), Vec::new()));
        let log = script.log.clone();
        let target = over(script, config());
        target.catalog().await.unwrap();
        target.privileges().await.unwrap();
        target.health().await.unwrap();
        let column =
            ColumnPath { schema: "CRM".to_owned(), relation: "CLIENTS".to_owned(), column: "VILLE".to_owned() };
        target.known_values(&column, 5).await.unwrap();
        let planned = target.plan("SELECT 1 FROM clients".to_owned(), CAMILLE).await;
        assert_eq!(planned.is_err(), failing.is_some_and(|(_, code)| code == 942), "{planned:?}");
        let asked = |line: &String| Some(line.split_once(" query ")?.1.to_owned());
        queries.extend(log.all().iter().filter_map(asked));
    }
    queries
}
