//! The time until people read something, and the number of edits: printed, never asserted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pstral_core::testkit::language_model::{Script, ScriptedModel};

use super::{House, shared, unhurried};
use crate::world::run_test_with;

const QUESTIONS: usize = 20;
const SAID: &str =
    "Il y a bien des choses à dire de cette question, et je vais les dire l’une après l’autre : voilà tout.";

#[test]
fn first_texts_in_a_room() {
    first_texts("f1", false);
}

#[test]
fn first_texts_in_an_encrypted_room() {
    first_texts("f2", true);
}

/// One question after the other; from the model's first word, which it says when it is asked, to when a second client shows
/// something.
fn first_texts(name: &str, encrypted: bool) {
    let Some(server) = shared() else { return };
    run_test_with(unhurried(), async |world| {
        let mut house = House::open(world, server, name).await;
        let room = house.camille.room(encrypted, &[&house.account.id]).await;
        let (mut late, mut edits) = (Vec::new(), 0);
        for at in 0..QUESTIONS {
            world.model.script(Script::words(SAID).every(Duration::from_millis(40)));
            let asked = tokio::spawn(asked(Arc::clone(&world.model), at + 1));
            let question = house.camille.asks(&room, &house.account.id, &format!("Dites-moi tout, {at}")).await;
            let is_there = |shown: &crate::matrix_people::Shown| shown.thread.as_ref() == Some(&question);
            house.camille.sees_one(&room, "the first text", is_there).await;
            let seen = Instant::now();
            late.push(seen.saturating_duration_since(asked.await.unwrap()));
            let is_whole = |shown: &crate::matrix_people::Shown| {
                is_there(shown) && !shown.is_live() && shown.text().contains("voilà tout")
            };
            edits += house.camille.sees_one(&room, "the whole", is_whole).await.edits();
            house.idle().await;
        }
        late.sort();
        let kind = if encrypted { "an encrypted" } else { "a" };
        println!(
            "{QUESTIONS} questions in {kind} room: first text after the first token: median {} ms, p95 {} ms, {:.1} edits an answer",
            late[QUESTIONS / 2].as_millis(),
            late[QUESTIONS * 95 / 100 - 1].as_millis(),
            f64::from(u32::try_from(edits).unwrap()) / f64::from(u32::try_from(QUESTIONS).unwrap())
        );
        house.end(world).await;
    });
}

/// Waits until the model has been asked so often, and returns the time.
async fn asked(model: Arc<ScriptedModel>, often: usize) -> Instant {
    while model.requests().len() < often {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Instant::now()
}
