//! A target that answers on some platforms only: on others nobody asks about it, runs anything, or sees what it gave.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use pstral_core::domain::Suggested;
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, ButtonAction, Mode, Place, PlatformName};
use pstral_core::pipeline::Pipeline;
use pstral_core::ports::{AuditLog as _, Clock as _, Conversations as _, People as _};
use pstral_core::settings::Terms;

use crate::world::{Setup, alex, claire, run_test, run_test_with};

const QUESTION: &str = "How many clients are there?";

/// Everything but the platform of the tests.
fn elsewhere() -> Terms {
    let platforms = BTreeSet::from(["matrix", "terminal"].map(|name| PlatformName(name.to_owned())));
    Terms { platforms: Some(platforms), ..Terms::default() }
}

#[test]
fn nobody_asks_about_it_nor_writes_a_statement_for_it() {
    run_test_with(Setup { terms: elsewhere(), ..Setup::default() }, async |world| {
        world.say(&alex(), QUESTION).await;
        world.command(&alex(), "edit SELECT count(*) FROM clients").await;
        world.command(&claire(), "verified").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        🔒 The database “crm” does not answer here. Ask me on: matrix, terminal.
        ── #2 private
        🔒 The database “crm” does not answer here. Ask me on: matrix, terminal.
        ── #3 private
        Aucune requête n’attend d’approbation.
        En service : aucune ; retirées : 0.
        Pour en lire une en entier, écrivez /vérifiées et son nom.
        ");
        assert_eq!((world.target.ran().len(), world.model.requests().len()), (0, 0));
        assert_snapshot!(world.audit_lines().await, @"
        question ok alex
        denied refused alex
        denied refused alex
        ");
        let suggested = Pipeline::advice(&world.pipeline).suggestions(&alex(), Suggested::Targets).await;
        assert!(suggested.is_empty(), "{suggested:?}");
    });
}

#[test]
fn what_was_offered_and_shown_before_is_out_of_reach() {
    run_test(async |world| {
        world.command(&claire(), "edit SELECT city, count(*) FROM clients WHERE city = 'Paris' GROUP BY city").await;
        world.command(&claire(), "execute").await;
        world.command(&claire(), "edit SELECT count(*) FROM clients WHERE city = 'Lyon'").await;
        let (offered, ran) = (world.newest_proposal(), world.target.ran().len());
        world.restart_with(|setup| setup.terms = elsewhere()).await;
        let first = world.chat.messages().len() + 1;
        world.click(&claire(), ButtonAction::Execute(offered)).await;
        for command in ["execute", "explain", "chart", "export", "open 1", "audit execution"] {
            world.command(&claire(), command).await;
        }
        assert_eq!(world.target.ran().len(), ran);
        let shown = world.transcript_from(first);
        assert!(!shown.contains("Paris") && !shown.contains("Lyon"), "{shown}");
        assert_snapshot!(shown, @"
        ── #4 private
        🔒 La base « crm » ne répond pas ici. Posez votre question sur : matrix, terminal.
        ── #5 private
        🔒 La base « crm » ne répond pas ici. Posez votre question sur : matrix, terminal.
        ── #6 private
        🔒 La base « crm » ne répond pas ici. Posez votre question sur : matrix, terminal.
        ── #7 private
        Il n’y a pas de résultat récent à dessiner ici. Un graphique est possible avec une colonne de catégories ou de dates, une à trois colonnes de nombres et 2 à 200 lignes.
        ── #8 private
        🔒 La base « crm » ne répond pas ici. Posez votre question sur : matrix, terminal.
        ── #9 private
        🔒 La base « crm » ne répond pas ici. Posez votre question sur : matrix, terminal.
        ── #10 private
        ```
        n°           2
        heure (UTC)  2026-11-21 10:00:00
        utilisateur  claire
        action       execution
        état         ok
        détail       (non affiché sur cette plateforme)
        ```
        <audit-20261121-100000-030303.csv>
        <audit-20261121-100000-030303.xlsx>
        ");
    });
}

#[test]
fn what_was_said_on_other_platforms_is_not_told() {
    run_test_with(Setup { terms: elsewhere(), ..Setup::default() }, async |world| {
        let user = world.store.user_named("claire").await.unwrap().unwrap();
        let place =
            Place { platform: PlatformName("matrix".to_owned()), id: "!a".to_owned(), thread: None, private: true };
        let now = world.clock.now();
        let held = world.store.begin(user.id, &place, Mode::Sql, now).await.unwrap();
        world.store.rename(held.id, "Salaries in Paris").await.unwrap();
        let mut answer = AuditEvent::new(now, AuditAction::Answer, AuditStatus::Ok);
        answer.platform = Some("matrix".to_owned());
        answer.detail = Some("SELECT salary FROM people WHERE city = 'Paris'".to_owned());
        world.audit.append(answer).await.unwrap();
        for command in
            ["history", &format!("open {}", held.id.0), &format!("export {}", held.id.0), "audit", "policy alex crm"]
        {
            world.command(&claire(), command).await;
        }
        let shown = world.transcript();
        assert!(!shown.contains("Salaries") && !shown.contains("Paris"), "{shown}");
        assert_eq!(shown.matches("Cette conversation a eu lieu sur matrix").count(), 2, "{shown}");
        let files = world.newest_files();
        let csv = files.iter().find(|file| file.extension().is_some_and(|ending| ending == "csv"));
        assert!(csv.is_none_or(|csv| !std::fs::read_to_string(csv).unwrap().contains("salary")));
        let suggested = Pipeline::advice(&world.pipeline).suggestions(&claire(), Suggested::Conversations).await;
        assert!(suggested.iter().all(|one| !one.label.contains("Salaries")), "{suggested:?}");
    });
}
