//! Results as people get them: what is missing is told, small ones can be drawn, files go when they were delivered.

use std::io::Read as _;
use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{Actor, AuditAction, ButtonAction, Limits};
use pstral_core::guard::Rules;
use pstral_core::ports::Capabilities;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, World, alex, camille, capabilities, claire, deny, run_test, run_test_with};

const CHART: &str = "SELECT status, count(id) AS clients FROM clients GROUP BY status ORDER BY status";

async fn run(world: &World, actor: &Actor, statement: &str) {
    world.command(actor, &format!("edit {statement}")).await;
    world.command(actor, "execute").await;
}

fn limited(limits: Limits) -> Setup {
    Setup { limits, ..Setup::default() }
}

const LIMITS: Limits = Limits { rows: 1000, bytes: 10_000_000, cell_bytes: 10_000, time: Duration::from_secs(30) };

/// SQLite names a column without an alias after its text, which the statement has over several lines.
#[test]
fn a_column_without_an_alias_is_headed_in_one_line() {
    run_test(async |world| {
        let choice = "CASE WHEN status = 'active' THEN 'yes' ELSE 'no' END";
        run(world, &camille(), &format!("SELECT {choice}, count(*) FROM clients GROUP BY 1 ORDER BY 1")).await;
        let heading = "CASE WHEN status = 'active' THEN 'yes' ELSE 'no' END";
        let transcript = world.transcript();
        let headed = |line: &str| line.contains("CASE WHEN status = 'active'") && line.contains('│');
        assert!(transcript.lines().any(headed), "{transcript}");
        let csv = std::fs::read_to_string(&world.newest_files()[0]).unwrap();
        assert!(csv.lines().next().unwrap().contains(heading), "{csv}");
    });
}

#[test]
fn every_form_of_a_result_says_that_there_is_more() {
    run_test_with(limited(Limits { rows: 3, cell_bytes: 12, ..LIMITS }), async |world| {
        run(world, &camille(), "SELECT id, company_name FROM clients ORDER BY id").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          id,
          company_name
        FROM
          clients
        ORDER BY id
        ```
        Requête modifiée par vous.
        Lit la table clients de la base crm.
        [Modifier] [Expliquer]
        ── #2 private
        ```
        id │ company_name
        ───┼─────────────
         1 │ Axolis Co…
         2 │ Océane I…
         3 │ Nettoyage…
        ```
        3 premières lignes : il y en a d’autres au-delà de la limite. Précisez la question pour les voir. Temps : … s.
        3 cellules dépassaient la longueur permise : elles sont coupées.
        <crm-2026-11-21-premieres-3-lignes.csv>
        <crm-2026-11-21-premieres-3-lignes.xlsx>
        [Graphique]
        ");
        let xlsx = std::fs::File::open(&world.newest_files()[1]).unwrap();
        let mut origin = String::new();
        let mut zip = zip::ZipArchive::new(xlsx).unwrap();
        zip.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut origin).unwrap();
        for fact in ["3 premières lignes", "3 cellules dépassaient", "Camille Martin"] {
            assert!(origin.replace('\u{a0}', " ").contains(fact), "{fact}: {origin}");
        }
    });
}

#[test]
fn a_statement_that_limits_itself_says_that_there_may_be_more() {
    run_test(async |world| {
        run(world, &alex(), "SELECT id, company_name FROM clients ORDER BY id LIMIT 40").await;
        let said = world.newest().lines().rev().take(3).map(str::to_owned).collect::<Vec<_>>().join("\n");
        assert_snapshot!(said, @"
        The files hold all 40 rows, with every column.
        Rows 1–20 of 40.
        40 rows, the most this statement asks for: there may be more. Time: … s.
        ");
        // Fewer rows than it asks for are all there are, and who asks for one means that one.
        for (statement, expected) in [("LIMIT 4000", "500 rows. Time"), ("LIMIT 1", "One row. Time")] {
            run(world, &alex(), &format!("SELECT id, company_name FROM clients ORDER BY id {statement}")).await;
            assert!(world.newest().contains(expected), "{}", world.newest());
        }
    });
}

#[test]
fn a_first_row_beyond_the_limit_is_not_no_row() {
    run_test_with(limited(Limits { bytes: 3, ..LIMITS }), async |world| {
        run(world, &alex(), "SELECT id, company_name FROM clients ORDER BY id").await;
        assert_snapshot!(world.newest(), @"There are rows, but the first alone is larger than a result may be. Ask for fewer columns. Time: … s.");
        assert_eq!(world.files_on_disk(), Vec::<String>::new());
    });
}

#[test]
fn a_file_that_is_too_large_is_compressed() {
    let setup = Setup { capabilities: Capabilities { max_file_bytes: 8_000, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        run(world, &alex(), "SELECT id, company_name, city, postal_code FROM clients ORDER BY id").await;
        let said: Vec<String> = world.newest().lines().rev().take(3).map(str::to_owned).collect();
        assert_snapshot!(said.join("\n"), @"
        One file is too large to be sent here. Narrow the question, or ask an administrator for it.
        One file is compressed (.gz), because it was too large to be sent as it is.
        The files hold all 500 rows, with every column.
        ");
        let files = world.newest_files();
        assert!(files.len() == 1 && files[0].to_str().unwrap().ends_with(".csv.gz"), "{files:?}");
    });
}

#[test]
fn files_go_when_the_platform_has_them() {
    let setup = Setup { capabilities: Capabilities { uploads: true, ..capabilities() }, ..Setup::default() };
    run_test_with(setup, async |world| {
        run(world, &alex(), CHART).await;
        assert_eq!(world.newest_files().len(), 2);
        world.command(&alex(), "chart").await;
        assert_eq!(world.newest_files().len(), 1);
        assert_eq!(world.files_on_disk(), Vec::<String>::new());
    });
}

/// The newest chart button.
fn offered(world: &World) -> Option<ButtonAction> {
    world.newest_button(|action| matches!(action, ButtonAction::Chart(_)))
}

#[test]
fn a_small_result_can_be_drawn() {
    run_test(async |world| {
        run(world, &camille(), CHART).await;
        world.click(&camille(), offered(world).unwrap()).await;
        world.command(&camille(), "graphique").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ```sql
        SELECT
          status,
          count(id) AS clients
        FROM
          clients
        GROUP BY
          status
        ORDER BY status
        ```
        Requête modifiée par vous.
        Lit la table clients de la base crm.
        [Modifier] [Expliquer]
        ── #2 private
        ```
        status   │ clients
        ─────────┼────────
        active   │     300
        inactive │      38
        prospect │     162
        ```
        3 lignes. Temps : … s.
        <crm-2026-11-21.csv>
        <crm-2026-11-21.xlsx>
        [Graphique]
        ── #3 private
        « clients · status »
        <crm-2026-11-21-graphique.png>
        ── #4 private
        « clients · status »
        <crm-2026-11-21-graphique.png>
        ");
        let picture = std::fs::read(&world.newest_files()[0]).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        assert_snapshot!(world.audit_lines().await, @"
        proposal ok camille relations=clients
        execution ok camille relations=clients
        result ok camille relations=clients rows=3
        chart ok camille relations=clients rows=3
        chart ok camille relations=clients rows=3
        ");
    });
}

#[test]
fn a_chart_is_its_authors_where_the_result_was() {
    run_test(async |world| {
        run(world, &camille(), CHART).await;
        let chart = offered(world).unwrap();
        world.click(&alex(), chart.clone()).await;
        assert!(world.newest().contains("Only the person who asked"), "{}", world.newest());
        let elsewhere = FakeChat::channel("sales");
        world.act(&camille(), &elsewhere, pstral_core::domain::EventBody::Clicked(chart.clone())).await;
        assert_snapshot!(world.newest(), @"Je n’ai plus les données de ce graphique. Posez la question à nouveau, exécutez-la, puis demandez le graphique.");
        world.command(&alex(), "chart").await;
        assert_snapshot!(world.newest(), @"There is no recent result to draw here. A chart takes one column of categories or dates, one to three columns of numbers, and 2 to 200 rows.");
        assert!(!world.audit_lines().await.contains("chart ok"));
    });
}

#[test]
fn a_chart_is_gone_after_a_while_and_after_a_restart() {
    run_test(async |world| {
        run(world, &alex(), CHART).await;
        let chart = offered(world).unwrap();
        world.clock.advance(Duration::from_mins(31));
        world.click(&alex(), chart).await;
        assert_snapshot!(world.newest(), @"I no longer have the data of this chart. Ask the question again, run it, then ask for the chart.");
        run(world, &alex(), CHART).await;
        let chart = offered(world).unwrap();
        world.restart().await;
        world.click(&alex(), chart).await;
        assert!(world.newest().contains("I no longer have the data"), "{}", world.newest());
    });
}

#[test]
fn a_chart_is_recorded_before_it_is_shown() {
    run_test(async |world| {
        run(world, &alex(), CHART).await;
        world.audit.refuse(&[AuditAction::Chart]);
        world.click(&alex(), offered(world).unwrap()).await;
        assert!(world.newest().contains("The audit log cannot be written") && world.newest_files().is_empty());
        assert!(!world.files_on_disk().iter().any(|name| name.contains("-chart")), "{:?}", world.files_on_disk());
    });
}

#[test]
fn what_may_no_longer_be_read_is_not_drawn() {
    run_test(async |world| {
        run(world, &claire(), CHART).await;
        let chart = offered(world).unwrap();
        world.restart_under(Rules::default(), &[(pstral_core::domain::Role::admin(), deny(&["clients.status"]))]).await;
        world.click(&claire(), chart).await;
        assert!(world.newest_files().is_empty());
    });
}
