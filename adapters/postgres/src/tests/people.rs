//! The database knows who asks.

use std::collections::BTreeMap;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;
use tokio_util::sync::CancellationToken;

use super::{Asked, PostgresConfig, PostgresTarget, WIDE, config, drain, server};
use crate::Identity;

const SCRIPT: &str = "CREATE TABLE visits (id integer, person text, owner text);
    INSERT INTO public.visits VALUES (1, 'camille.durand', 'camille'), (2, 'alex.martin', 'alex'), (3, 'nobody', 'nobody');
    CREATE ROLE camille; CREATE ROLE \"Alex's \"\"own\"\"\"; GRANT camille, \"Alex's \"\"own\"\"\" TO pstral;
    GRANT SELECT ON visits TO camille; GRANT SELECT (id) ON visits TO \"Alex's \"\"own\"\"\";
    ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON visits USING (person = current_setting('pstral.person', true))";

async fn ask(target: &PostgresTarget, person: &str, sql: &str) -> Result<Vec<Vec<Value>>, TargetError> {
    let asked = Asked { text: sql.to_owned(), values: BTreeMap::new(), limits: WIDE };
    let stream = target.run(asked, person, CancellationToken::new()).await?;
    drain(stream).await.map(|whole| whole.rows)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn policies_on_rows_see_the_person() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = PostgresTarget::new(config(&server)).unwrap();
    let sql = "SELECT id, current_user::text FROM public.visits ORDER BY id";
    for (person, id) in [("camille.durand", 1), ("alex.martin", 2), ("camille.durand", 1)] {
        assert_eq!(ask(&target, person, sql).await.unwrap(), [[Value::Integer(id), text("pstral")]]);
    }
    assert_eq!(ask(&target, "x' OR true --", sql).await.unwrap(), [[]; 0]);
}

#[tokio::test]
async fn a_person_s_statements_run_as_their_own_role() {
    let Some(server) = server(SCRIPT).await else { return };
    let roles = [
        ("camille.durand", "camille"),
        ("alex.martin", "Alex's \"own\""),
        ("lou", "none"),
        ("max", "missing"),
        ("eve", "postgres"),
    ];
    let roles = roles.map(|(person, role)| (person.to_owned(), role.to_owned())).into();
    let shared = config(&server);
    let single = PostgresConfig { identity: Identity::Role(roles), max_concurrent: 1, ..shared };
    let target = PostgresTarget::new(single).unwrap();
    let who = "SELECT current_user::text, current_setting('pstral.person')";
    assert_eq!(ask(&target, "camille.durand", who).await.unwrap(), [[text("camille"), text("camille.durand")]]);
    assert_eq!(ask(&target, "alex.martin", who).await.unwrap(), [[text("Alex's \"own\""), text("alex.martin")]]);
    assert!(ask(&target, "camille.durand", "SELECT owner FROM public.visits").await.is_ok());
    let refused = ask(&target, "alex.martin", "SELECT owner FROM public.visits").await;
    assert!(matches!(refused, Err(TargetError::Rejected(_))), "not what the other may see: {refused:?}");
    let numbers = "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name = 'pstral'";
    let kept = server.value(numbers).await;
    // Not in the list, the account itself by another name, a role that is not there, one that was not granted.
    for person in ["dominique", "lou", "", "max", "eve"] {
        let none = || TargetError::NoAccount { person: person.to_owned() };
        assert_eq!(ask(&target, person, who).await, Err(none()));
        assert_eq!(target.plan(who.to_owned(), BTreeMap::new(), person).await, Err(none()));
    }
    assert_eq!(ask(&target, "camille.durand", who).await.unwrap().len(), 1);
    assert_eq!(server.value(numbers).await, kept, "the connection serves on");
}

#[tokio::test]
async fn a_plan_is_the_person_s() {
    let Some(server) = server(SCRIPT).await else { return };
    let roles = [("camille.durand", "camille"), ("alex.martin", "Alex's \"own\"")];
    let roles = roles.map(|(person, role)| (person.to_owned(), role.to_owned())).into();
    let own = PostgresConfig { identity: Identity::Role(roles), ..config(&server) };
    let target = PostgresTarget::new(own).unwrap();
    let plan = async |sql: &str, person: &str| target.plan(sql.to_owned(), BTreeMap::new(), person).await;
    assert!(plan("SELECT owner FROM public.visits", "camille.durand").await.is_ok());
    let refused = plan("SELECT owner FROM public.visits", "alex.martin").await;
    assert!(matches!(refused, Err(TargetError::Rejected(_))), "what they may not read they cannot plan: {refused:?}");
    // The planner estimates a limit by what it will be: a division by zero shows what the setting holds.
    let divided = "1 / CASE current_setting('pstral.person') WHEN 'camille.durand' THEN 0 ELSE 1 END";
    for (person, holds) in [("camille.durand", true), ("alex.martin", false)] {
        let planned = plan(&format!("SELECT id FROM public.visits LIMIT ({divided})"), person).await;
        assert_eq!(planned.is_err(), holds, "{person}: {planned:?}");
    }
}
