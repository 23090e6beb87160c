//! Further rows of a result, by the buttons of its message.

use std::time::Duration;

use insta::assert_snapshot;

use super::telling::private;
use super::{House, timeless};
use crate::double::Id;
use crate::world::{World, run_test, run_test_with};

const SAID: &str = "```sql\nSELECT id, city FROM clients WHERE id <= 22 ORDER BY id\n```";

/// Runs a statement of 22 rows for Camille; where its result is, and which message it is.
async fn run(world: &World, house: &House) -> (Id, Id) {
    world.model_says(SAID);
    let question = house.discord.says(house.camille, house.channel, "@Pstral Quelques villes de clients, par numéro");
    let thread = house.discord.thread_on(question).await;
    let offer = house.discord.hears(thread, "[Exécuter]").await;
    house.discord.clicks(house.camille, offer, "Exécuter");
    let table = house.discord.hears(thread, "[▶]").await;
    house.idle().await;
    (thread, table)
}

/// The lines below the table of a message.
fn below(house: &House, message: Id) -> String {
    let text = timeless(&house.discord.reads(message));
    text.rsplit("```").next().unwrap_or_default().trim().to_owned()
}

#[test]
fn pages_are_turned_in_the_message_by_the_person_whose_result_it_is() {
    run_test(async |world| {
        let house = House::open(world).await;
        let (thread, table) = run(world, &house).await;
        house.discord.clicks(house.alex, table, "▶");
        let refused = house.discord.hears(thread, "Only the person").await;
        assert_snapshot!(house.discord.reads(refused), @"Pstral, seen by Alex alone: Only the person who asked can turn these pages. Ask the question yourself to get your own result.");
        assert!(below(&house, table).contains("Lignes 1 à 20 sur 22."), "{}", house.sees(thread));
        house.discord.clicks(house.camille, table, "▶");
        house.discord.hears(thread, "Lignes 21 à 22 sur 22.").await;
        house.idle().await;
        let page = house.sees(thread);
        assert_snapshot!(page.split_once("[Expliquer]\n").unwrap().1, @"
        Pstral: ↳ Camille Martin
        ```
        id │ city
        ───┼───────────
        21 │ Strasbourg
        22 │ Paris
        ```
        22 lignes. Temps : … s.
        Lignes 21 à 22 sur 22.
        Les fichiers contiennent les 22 lignes, avec toutes les colonnes.
          [◀] [Graphique] [Proposer à la vérification] [👍] [👎]
          file: quelques-villes-clients-par-numero-2026-11-21.csv, text/csv
          file: quelques-villes-clients-par-numero-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        Pstral, seen by Alex alone: Only the person who asked can turn these pages. Ask the question yourself to get your own result.
        ");
        house.discord.clicks(house.camille, table, "◀");
        house.discord.hears(thread, "Lignes 1 à 20 sur 22.").await;
        house.idle().await;
        assert_eq!(world.target.ran().len(), 1);
        house.close().await;
    });
}

#[test]
fn what_is_gone_with_a_restart_is_said_to_who_clicked_and_the_buttons_go() {
    run_test(async |world| {
        let mut house = House::open(world).await;
        let (thread, table) = run(world, &house).await;
        house.discord.clicks(house.camille, table, "▶");
        house.discord.hears(thread, "Lignes 21 à 22 sur 22.").await;
        house.restart(world).await;
        house.discord.clicks(house.camille, table, "◀");
        let told = house.discord.hears(thread, "Je n’ai plus").await;
        house.idle().await;
        assert_snapshot!(timeless(&house.discord.reads(told)), @"Pstral, seen by Camille alone: Je n’ai plus les autres lignes de ce résultat. Ses fichiers les contiennent toutes ; s’il n’y en a pas, posez votre question à nouveau et exécutez-la.");
        assert_snapshot!(below(&house, table), @"
        22 lignes. Les 20 premières lignes sont affichées.
          [Proposer à la vérification] [👍] [👎]
          file: quelques-villes-clients-par-numero-2026-11-21.csv, text/csv
          file: quelques-villes-clients-par-numero-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        ");
        house.close().await;
    });
}

#[test]
fn the_buttons_go_when_the_rows_do() {
    run_test(async |world| {
        let house = House::open(world).await;
        let (_, table) = run(world, &house).await;
        world.clock.advance(Duration::from_mins(31));
        world.pipeline.expire_proposals().await.unwrap();
        assert_snapshot!(below(&house, table), @"
        22 lignes. Temps : … s.
        Lignes 1 à 20 sur 22.
        Les fichiers contiennent les 22 lignes, avec toutes les colonnes.
          [Proposer à la vérification] [👍] [👎]
          file: quelques-villes-clients-par-numero-2026-11-21.csv, text/csv
          file: quelques-villes-clients-par-numero-2026-11-21.xlsx, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        ");
        house.close().await;
    });
}

/// Her messages are closed to bots: Discord takes changes of what she alone sees for a quarter of an hour.
#[test]
fn the_pages_of_a_private_table_are_seen_by_one_person_alone() {
    run_test_with(private(), async |world| {
        let mut house = House::open(world).await;
        house.discord.closes_dms(house.camille);
        let (thread, table) = run(world, &house).await;
        house.discord.clicks(house.camille, table, "▶");
        let page = house.discord.hears(thread, "Lignes 21 à 22 sur 22.").await;
        house.idle().await;
        assert_eq!(page, table);
        assert!(house.discord.reads(page).starts_with("Pstral, seen by Camille alone: "), "{}", house.sees(thread));
        let seen = house.discord.sees_as(house.alex, thread);
        assert!(!seen.contains("Strasbourg") && !seen.contains("Lignes"), "{seen}");
        house.discord.passes(Duration::from_mins(16));
        house.discord.clicks(house.camille, table, "◀");
        house.discord.hears(thread, "Je n’ai plus les autres lignes").await;
        house.idle().await;
        house.end().await;
    });
}
