//! A homeserver that goes away in the middle of an answer, and comes back.

use std::time::Duration;

use pstral_core::testkit::language_model::Script;
use pstral_synapse::{Limits, Server};

use super::{House, unhurried};
use crate::world::run_test_with;

#[test]
fn an_answer_is_whole_after_the_server_was_away() {
    let Some(server) = Server::start(Limits::Off) else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, &server, "b1").await;
        let room = house.camille.room(true, &[&house.account.id]).await;
        let said = "Il y a bien des choses à dire de cette question, et je les dis l’une après l’autre : voilà tout.";
        world.model.script(Script::words(said).every(Duration::from_millis(150)));
        house.camille.asks(&room, &house.account.id, "Dites-moi tout").await;
        house.camille.hears(&room, "Il y a bien").await;
        server.stop();
        tokio::time::sleep(Duration::from_secs(4)).await;
        tokio::task::block_in_place(|| server.start_again());
        let answer = house.camille.reads(&room, "voilà tout.").await;
        assert!(!answer.is_live());
        assert_eq!(house.camille.sees(&room).iter().filter(|shown| shown.text().contains("Il y a bien")).count(), 1);
        house.idle().await;
        house.end(world).await;
    });
}
