//! Costly statements: said beforehand, and run only when a steward agrees, or not at all.

use std::sync::Arc;

use insta::assert_snapshot;
use pstral_core::domain::{
    ButtonAction, Catalog, CatalogColumn, ColumnKind, Dialect, EventBody, Relation, RelationKind, Role, UserChange,
    Value,
};
use pstral_core::ports::People as _;
use pstral_core::settings::{OverCost, Terms};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::query_target::{FakeTarget, Reply};

use crate::world::{Setup, World, alex, camille, claire, deny, run_test_with, sacha};

const STATEMENT: &str = "SELECT id FROM clients";
const EDITED: &str = "SELECT id FROM clients WHERE id > 0";

/// A database that expects this of every statement, where more than 1,000 is too much.
fn costly(estimate: Option<(f64, u64)>, over_cost: OverCost) -> Setup {
    let column = CatalogColumn::new("id", "INTEGER");
    let clients = Relation::new("public", "clients", RelationKind::Table, vec![column]);
    let target = FakeTarget::new(Catalog::new(Dialect::Postgres, "public", vec![clients]));
    // As the guard writes them.
    for statement in [STATEMENT, EDITED].map(|statement| statement.replace("clients", "public.clients")) {
        target.answer(&statement, Reply::rows(&[("id", ColumnKind::Number)], vec![vec![Value::Integer(7)]]));
    }
    if let Some((cost, rows)) = estimate {
        target.set_estimate(cost, rows);
    }
    let terms = Terms { max_cost: Some(1_000.0), over_cost, ..Terms::default() };
    Setup { engine: Some(Arc::new(target)), rules: deny(&[]), terms, ..Setup::default() }
}

async fn write(world: &World) {
    world.command(&alex(), &format!("edit {STATEMENT}")).await;
}

/// Returns the short name of the pending statement, which stewards use.
fn name(world: &World) -> String {
    world.newest_proposal().short().to_owned()
}

#[test]
fn the_card_says_what_the_database_expects() {
    run_test_with(costly(Some((999.6, 12_345)), OverCost::Steward), async |world| {
        write(world).await;
        assert_snapshot!(world.newest(), @"
        ```sql
        SELECT
          id
        FROM
          public.clients
        ```
        Statement edited by you.
        Reads the table clients of the database crm.
        Estimate: about 12,345 rows, cost 1,000.
        ");
        world.command(&alex(), "execute").await;
        assert!(world.newest().starts_with("**7**"), "{}", world.newest());
    });
}

#[test]
fn a_steward_agrees_by_a_button_and_nobody_else_does() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let agree = ButtonAction::Agree(world.newest_proposal());
        let labels: Vec<String> = world.newest_buttons().into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Execute", "Edit", "Explain", "Agree"]);
        for somebody in [alex(), camille()] {
            world.click(&somebody, agree.clone()).await;
        }
        assert!(world.newest().contains("responsables des données"), "{}", world.newest());
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        world.click(&sacha(), agree.clone()).await;
        assert!(world.newest().contains("Sacha Roux agrees"), "{}", world.newest());
        world.click(&sacha(), agree).await;
        assert!(world.newest().contains("n’attend plus"), "{}", world.newest());
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn what_costs_too_much_waits_for_a_steward() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let waiting = name(world);
        world.command(&alex(), "execute").await;
        world.command(&alex(), &format!("agree {waiting} yes")).await;
        assert_eq!(world.target.ran(), []);
        world.command(&sacha(), "accorder").await;
        world.command(&sacha(), &format!("accorder {waiting}")).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), [], "reading it is not agreeing");
        world.command(&sacha(), &format!("accorder {waiting} OUI")).await;
        world.command(&sacha(), "accorder").await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
        let transcript = world.transcript().replace(&waiting, "NAME");
        assert_snapshot!(transcript, @"
        ── #1 private
        ```sql
        SELECT
          id
        FROM
          public.clients
        ```
        Statement edited by you.
        Reads the table clients of the database crm.
        Estimate: about 5 rows, cost 120,000.
        ⚖️ It is costly: a steward must agree before you can run it. Ask one to write: /agree NAME
        [Edit] [Explain]
        ── #2 private
        A steward must agree before this statement can run. Ask one to write: /agree NAME
        ── #3 private
        Only stewards can agree to costly statements. Please ask one of them.
        ── #4 private
        Ces requêtes attendent un accord. Pour en lire une en entier, écrivez /accorder et son nom :
        - `NAME` · Alex Taylor · crm
        ── #5 private
        Alex Taylor voudrait exécuter ceci sur crm :
        ```sql
        SELECT
          id
        FROM
          public.clients
        ```
        Pour donner votre accord, écrivez : /accorder NAME oui
        [Donner son accord]
        ── #6 private
        A steward must agree before this statement can run. Ask one to write: /agree NAME
        ── #7 private
        C’est fait : Alex Taylor peut maintenant exécuter la requête.
        ── #8 private
        ⚖️ Sacha Roux agrees: you can now run this statement on crm.
        ```sql
        SELECT
          id
        FROM
          public.clients
        ```
        [Edit] [Explain]
        ── #9 private
        Aucune requête n’attend d’accord.
        ── #10 private
        **7**
        One row. Time: … s.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        ");
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok alex relations=clients
        denied refused alex
        agreed ok sacha
        execution ok alex relations=clients
        result ok alex relations=clients rows=1
        ");
    });
}

#[test]
fn no_estimate_is_not_a_cheap_one() {
    run_test_with(costly(None, OverCost::Steward), async |world| {
        write(world).await;
        assert!(world.newest().contains("It is costly"), "{}", world.newest());
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
    });
    run_test_with(costly(None, OverCost::Refuse), async |world| {
        write(world).await;
        assert!(!world.offers_something());
        assert_snapshot!(world.newest(), @"🛡️ This statement cannot be run. The database cannot say what it will cost, and costs are limited here. Put the question more simply.");
    });
}

#[test]
fn where_nobody_agrees_it_is_refused() {
    run_test_with(costly(Some((1_000.1, 5)), OverCost::Refuse), async |world| {
        write(world).await;
        assert_snapshot!(world.newest(), @"🛡️ This statement cannot be run. The database expects it to cost more than is allowed here. Add a filter or a shorter period.");
        assert_snapshot!(world.audit_lines().await, @"refusal refused alex");
    });
}

#[test]
fn nobody_agrees_to_their_own() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        world.command(&sacha(), &format!("edit {STATEMENT}")).await;
        let own = name(world);
        world.command(&sacha(), "execute").await;
        world.command(&sacha(), &format!("agree {own} yes")).await;
        assert_snapshot!(world.newest(), @"Il faut l’accord d’une autre personne : nul ne peut approuver sa propre requête. Demandez à un collègue qui y est autorisé.");
        world.command(&sacha(), "execute").await;
        assert_eq!(world.target.ran(), []);
        world.command(&claire(), &format!("agree {own} yes")).await;
        world.command(&sacha(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok sacha relations=clients
        denied refused sacha
        agreed ok claire
        execution ok sacha relations=clients
        result ok sacha relations=clients rows=1
        ");
    });
}

#[test]
fn who_may_not_see_it_is_not_asked_to_agree_to_it() {
    let roles = [(Role::steward(), deny(&["clients"]))].into();
    let setup = Setup { roles, ..costly(Some((120_000.0, 5)), OverCost::Steward) };
    run_test_with(setup, async |world| {
        write(world).await;
        let waiting = name(world);
        world.command(&sacha(), "agree").await;
        assert!(world.newest().contains("Aucune requête"), "{}", world.newest());
        world.command(&sacha(), &format!("agree {waiting} yes")).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        world.command(&claire(), &format!("agree {waiting} yes")).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn an_agreement_is_for_one_statement_in_its_time() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let first = name(world);
        world.command(&sacha(), &format!("agree {first} yes")).await;
        world.command(&alex(), &format!("edit {EDITED}")).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), [], "an edited statement is another one");
        world.command(&sacha(), &format!("agree {first} yes")).await;
        assert!(world.newest().contains("Aucune requête en attente"), "{}", world.newest());
        world.command(&sacha(), "agree zzz yes").await;
        assert!(world.newest().contains("Aucune requête en attente"), "{}", world.newest());
    });
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let late = name(world);
        world.clock.advance(std::time::Duration::from_mins(31));
        world.command(&sacha(), &format!("agree {late} yes")).await;
        assert!(world.newest().contains("Aucune requête en attente"), "{}", world.newest());
    });
}

#[test]
fn what_waits_is_shown_to_stewards_in_private() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let channel = FakeChat::channel("team");
        world.act(&sacha(), &channel, EventBody::command("agree")).await;
        assert!(world.newest().contains("en privé"), "{}", world.newest());
        let shown = world.chat.messages();
        let in_channel = shown.iter().filter(|(at, _)| at.place == channel);
        assert!(in_channel.into_iter().all(|(_, message)| !message.text.contains("Alex")));
        world.command(&camille(), "agree").await;
        assert!(world.newest().contains("Seuls les responsables"), "{}", world.newest());
    });
}

#[test]
fn an_agreement_ends_with_the_right_to_give_it() {
    run_test_with(costly(Some((120_000.0, 5)), OverCost::Steward), async |world| {
        write(world).await;
        let waiting = name(world);
        world.command(&sacha(), &format!("agree {waiting} yes")).await;
        let change = async |change: UserChange| {
            let steward = world.store.user_named("sacha").await.unwrap().unwrap();
            world.store.change_user(&steward, &change, &[]).await.unwrap();
        };
        change(UserChange::disabled(true)).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.newest(), @"Whoever agreed to this statement may no longer do so. Ask your question again, and another steward to agree.");
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok alex relations=clients
        agreed ok sacha
        refusal refused alex
        ");
        change(UserChange::disabled(false)).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}
