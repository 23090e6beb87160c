//! Four ways to stop an answer, at each stage of it: the model's server, over a real socket, sees the connection close.

use std::sync::Arc;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, Event, EventBody, Place};
use pstral_core::models::Endpoint;
use pstral_core::ports::ModelError;
use pstral_core::settings::Notes;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};
use pstral_ollama::{Ollama, OllamaConfig};

use crate::world::{Setup, World, alex, camille, run_test, run_test_with};

const MODEL: &str = "qwen2.5-coder:3b";

/// The way in which somebody stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Button,
    Command,
    Deleted,
    Kicked,
}

/// The progress of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Somebody else is being answered.
    Queued,
    /// The server has the question and has sent nothing, not even a header.
    Reading,
    /// Some words are there.
    Saying,
}

impl Way {
    const ALL: [Self; 4] = [Self::Button, Self::Command, Self::Deleted, Self::Kicked];

    /// Creates the event of stopping.
    fn event(self, world: &World, asked: &Event) -> Event {
        let chat = &world.chat;
        match self {
            Self::Button => chat.click(&camille(), &asked.place, ButtonAction::Stop),
            Self::Command => chat.command(&camille(), &asked.place, "stop"),
            Self::Deleted => chat.take_back(asked),
            Self::Kicked => chat.remove_from(&asked.place),
        }
    }
}

/// A world whose model is that server, one answer at a time.
async fn with_server(world: &mut World) -> ScriptedOllama {
    with_server_of(world, |_| {}).await
}

async fn with_server_of(world: &mut World, change: impl FnOnce(&mut OllamaConfig)) -> ScriptedOllama {
    let server = ScriptedOllama::start(MODEL).await;
    let mut config = OllamaConfig::new(&server.url(), MODEL);
    change(&mut config);
    let endpoint = Endpoint { name: server.url(), model: Arc::new(Ollama::new(config).unwrap()), slots: 1 };
    world.restart_with(|setup| setup.endpoints = Some(vec![endpoint])).await;
    server
}

fn soon() -> Setup {
    let soon = Duration::from_millis(20);
    Setup { notes: Notes { queued: soon, thinking: soon, apart: Duration::from_millis(1) }, ..Setup::default() }
}

fn room() -> Place {
    FakeChat::channel("room")
}

/// Returns the room's messages that people see at the end.
fn seen(world: &World) -> String {
    let shown = world.chat.messages().into_iter().filter(|(at, _)| at.place == room());
    shown.map(|(_, message)| message.text.replace('\u{a0}', " ")).collect::<Vec<_>>().join("\n──\n")
}

async fn stopped(world: &mut World, stage: Stage, way: Way) -> String {
    let server = with_server(world).await;
    let mut others = None;
    if stage == Stage::Queued {
        server.answer(Answer::silent().first_after(Duration::from_hours(1)));
        others = Some(world.happens(world.chat.say(&alex(), &FakeChat::place(), "A question without end")));
        server.wait_for(|requests| requests.len() == 1).await;
    }
    match stage {
        Stage::Queued => {}
        Stage::Reading => server.answer(Answer::silent().first_after(Duration::from_hours(1))),
        Stage::Saying => server.answer(Answer::pieces(["Nos clients sont nombreux, et d'abord "]).ends(Ending::Hang)),
    }
    let asked = world.chat.say(&camille(), &room(), "Que pensez-vous de nos clients ?");
    let answering = world.happens(asked.clone());
    world
        .chat
        .shown(match stage {
            Stage::Queued => "bientôt votre tour",
            Stage::Reading => "réfléchit",
            Stage::Saying => "nombreux",
        })
        .await;
    if stage != Stage::Queued {
        // The note may be there before the request is.
        server.wait_for(|requests| !requests.is_empty()).await;
    }
    let before = seen(world);
    let began = Instant::now();
    world.happens(way.event(world, &asked)).await.unwrap();
    if stage == Stage::Queued {
        answering.await.unwrap();
        assert_eq!(server.requests().len(), 1, "what waits is never sent");
        world.command(&alex(), "stop").await;
        others.unwrap().await.unwrap();
    } else {
        server.wait_for(|requests| requests[0].closed_early).await;
        println!("{stage:?} {way:?}: the server saw it after {} ms", began.elapsed().as_millis());
        answering.await.unwrap();
    }
    assert_eq!((server.requests().len(), server.unused()), (1, 0));
    assert_eq!(world.pipeline.parts().model.loads()[0].running, 0);
    let lines = world.audit_lines().await;
    assert!(lines.contains("answer stopped camille"), "{lines}");
    let after = seen(world);
    if way == Way::Kicked {
        assert_eq!((world.chat.knocks(), after), (0, before), "nothing is said there any more");
        // What cannot be changed any more need not look final.
        return String::new();
    }
    after
}

/// Returns the messages that people see after each way to stop an answer at that stage.
fn seen_after_each_way(stage: Stage) -> String {
    let after = Way::ALL.map(|way| {
        let mut seen = String::new();
        run_test_with(soon(), async |world| seen = format!("{way:?}: {}", stopped(world, stage, way).await));
        seen
    });
    after.join("\n")
}

#[test]
fn the_server_is_told_at_every_stage_whatever_stops_it() {
    let queued = seen_after_each_way(Stage::Queued);
    assert_snapshot!(queued, @"
    Button: ↳ Camille Martin
    ⏹ Arrêté à votre demande. Rien n’a été exécuté.
    Command: ↳ Camille Martin
    ⏹ Arrêté à votre demande. Rien n’a été exécuté.
    Deleted: ↳ Camille Martin
    ⏹ La question a été supprimée, sa réponse s’arrête donc là. Reposez-la quand vous voudrez.
    Kicked:
    ");
    assert_eq!(seen_after_each_way(Stage::Reading), queued);
    assert_snapshot!(seen_after_each_way(Stage::Saying), @"
    Button: ↳ Camille Martin
    ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
    Nos clients sont nombreux, et d'abord

    ⏹ Arrêté à votre demande. Rien n’a été exécuté.
    Command: ↳ Camille Martin
    ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
    Nos clients sont nombreux, et d'abord

    ⏹ Arrêté à votre demande. Rien n’a été exécuté.
    Deleted: ↳ Camille Martin
    ⏹ La question a été supprimée, sa réponse s’arrête donc là. Reposez-la quand vous voudrez.
    Kicked:
    ");
}

#[test]
fn a_question_taken_back_before_it_is_read_is_not_answered() {
    run_test_with(soon(), async |world| {
        let server = with_server(world).await;
        let asked = world.chat.say(&camille(), &room(), "Que pensez-vous de nos clients ?");
        world.happens(world.chat.take_back(&asked)).await.unwrap();
        world.happens(asked).await.unwrap();
        assert_eq!((seen(world).as_str(), server.requests().len()), ("", 0));
    });
}

#[test]
fn a_server_that_says_nothing_any_more_leaves_what_was_said_and_a_next_step() {
    for (answer, expected) in [
        (Answer::silent().first_after(Duration::from_hours(1)), "n’a rien dit pendant 1 s"),
        (Answer::pieces(["Nos clients sont nombreux, et d'abord "]).ends(Ending::Hang), "n’a rien dit pendant 1 s"),
        (Answer::pieces(["Nos clients sont nombreux, et d'abord "]).ends(Ending::CutConnection), "a été coupée"),
    ] {
        run_test_with(soon(), async |world| {
            let second = Duration::from_secs(1);
            let impatient = |config: &mut OllamaConfig| {
                (config.first_token_timeout, config.silence_timeout) = (second, second);
            };
            let server = with_server_of(world, impatient).await;
            server.answer(answer.clone());
            world.say(&camille(), "Que pensez-vous de nos clients ?").await;
            let (text, shown) = (world.newest(), world.transcript());
            assert!(text.contains(expected) && shown.contains("[Réessayer]"), "{shown}");
            let said = !answer_is_silent(&answer);
            assert_eq!(text.contains("nombreux"), said, "{shown}");
            assert_eq!(world.pipeline.parts().model.loads()[0].running, 0, "the slot is free");
        });
    }
}

fn answer_is_silent(answer: &Answer) -> bool {
    format!("{answer:?}").contains("pieces: []")
}

#[test]
fn pstral_speaks_again_where_it_is_spoken_to_again() {
    run_test_with(soon(), async |world| {
        let place = room();
        world.happens(world.chat.remove_from(&place)).await.unwrap();
        world.act(&camille(), &place, EventBody::command("aide")).await;
        assert_eq!(world.chat.knocks(), 1, "whoever writes there shows that it is back");
    });
}

#[test]
fn a_question_taken_back_stops_whatever_answers_it_again() {
    for script in [
        Script::silent().fails(ModelError::Unavailable("away".to_owned())),
        Script::words("Nos clients sont nombreux, et d'abord").cut_by_length(),
    ] {
        run_test_with(soon(), async |world| {
            world.model.script(script.clone());
            let asked = world.chat.say(&camille(), &room(), "Que pensez-vous de nos clients ?");
            world.happens(asked.clone()).await.unwrap();
            let again = |action: &ButtonAction| matches!(action, ButtonAction::Retry(_) | ButtonAction::Continue(_));
            let again = world.newest_button(again).unwrap();
            world.model.script(Script::words("ils sont partout, et").hangs());
            let answers = world.happens(world.chat.click(&camille(), &room(), again));
            world.chat.shown("partout").await;
            world.happens(world.chat.take_back(&asked)).await.unwrap();
            answers.await.unwrap();
            let last = world.newest();
            assert!(last.contains("La question a été supprimée") && !last.contains("partout"), "{last}");
            assert_eq!(world.pipeline.parts().model.loads()[0].running, 0);
        });
    }
}

#[test]
fn a_click_that_is_taken_back_before_it_runs_runs_nothing() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT count(id) AS clients FROM clients\n```");
        world.say(&camille(), "Deux clients lyonnais, peu importe lesquels").await;
        let proposal = world.newest_proposal();
        let click = world.chat.click(&camille(), &FakeChat::place(), ButtonAction::Execute(proposal.clone()));
        world.happens(world.chat.take_back(&click)).await.unwrap();
        world.happens(click).await.unwrap();
        assert!(world.target.ran().is_empty());
        world.click(&camille(), ButtonAction::Execute(proposal)).await;
        assert_eq!(world.target.ran().len(), 1);
    });
}
