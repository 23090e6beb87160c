//! Tests of when endpoints rest, and how they recover.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_again_and_again_rests_and_is_tried_with_one_question() {
    let world = World::new(&[2]);
    world.refuses(0, &[away(), away(), away()]);
    for _ in 0..3 {
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(away()));
    }
    assert_eq!(world.rests(), [true]);
    assert_eq!(answer(&mut world.ask(ALICE)).await, Err(away()), "told at once, without asking");
    assert_eq!(world.models[0].requests().len(), 3);

    tokio::time::sleep(Duration::from_secs(10)).await;
    world.models[0].script(Script::silent().waits(Duration::from_secs(1)).fails(away()));
    let (mut alice, mut bob) = (world.ask(ALICE), world.ask(BOB));
    assert_eq!([now(&mut alice), now(&mut bob)], ["asked", "1"], "the second waits for what comes of the first");
    assert_eq!(answer(&mut alice).await, Err(away()));
    assert_eq!(answer(&mut bob).await, Err(away()), "nobody waits for an endpoint that rests");
    assert_eq!(answer(&mut world.ask(CLAIRE)).await, Err(away()));

    tokio::time::sleep(Duration::from_secs(20)).await;
    world.says(0, "Paris");
    assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris");
    assert_eq!(world.rests(), [false]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_breaks_off_every_answer_gets_fewer_questions_and_rests() {
    let world = World::new(&[1, 1]);
    let breaks = || Script::says("Par").fails(ModelError::Failed("out of memory".to_owned()));
    world.models[0].script(breaks());
    assert!(answer(&mut world.ask(ALICE)).await.is_err());
    for _ in 0..5 {
        world.says(1, "Paris");
        assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris", "it failed so fast that it was always free");
    }
    let alone = World::new(&[1]);
    for _ in 0..3 {
        assert_eq!(alone.rests(), [false]);
        alone.models[0].script(breaks());
        assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    }
    assert_eq!(alone.rests(), [true]);
}

#[tokio::test(start_paused = true)]
async fn an_old_question_that_ends_while_another_tries_lets_no_third_one_in() {
    let world = World::new(&[3]);
    world.models[0].script(Script::silent().hangs());
    let mut old = world.ask(CLAIRE);
    assert_eq!([now(&mut old), now(&mut old)], ["asked", "-"]);
    world.models[0].script(Script::silent().waits(Duration::from_secs(11)).fails(away()));
    let mut older = world.ask(CLAIRE);
    assert_eq!([now(&mut older), now(&mut older)], ["asked", "-"]);
    world.refuses(0, &[ModelError::Timeout { seconds: 300 }]);
    assert!(answer(&mut world.ask(ALICE)).await.is_err());
    tokio::time::sleep(Duration::from_secs(10)).await;
    world.models[0].script(Script::silent().waits(Duration::from_secs(5)).text("Paris"));
    let (mut alice, mut bob) = (world.ask(ALICE), world.ask(BOB));
    assert_eq!([now(&mut alice), now(&mut bob)], ["asked", "1"]);
    drop(old);
    assert_eq!([now(&mut alice), now(&mut bob)], ["-", "-"], "one question tries");
    assert!(answer(&mut older).await.is_err());
    assert_eq!((now(&mut bob), world.rests()), ("-".to_owned(), vec![false]), "and what it comes to is what counts");
    drop(alice);
    assert_eq!(now(&mut bob), "asked", "the next one tries");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_told_when_the_last_endpoint_begins_to_rest() {
    let world = World::new(&[1]);
    world.models[0].script(Script::silent().waits(Duration::from_mins(5)).fails(ModelError::Timeout { seconds: 300 }));
    let mut askings: Vec<Asking> = (1..=20).map(|person| world.ask(UserId(person))).collect();
    for asking in &mut askings {
        assert_eq!(answer(asking).await, Err(ModelError::Timeout { seconds: 300 }));
    }
    assert_eq!((world.pool.waiting(), world.models[0].requests().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_back_is_used_by_those_who_wait() {
    let world = World::new(&[1, 1]);
    world.models[0].script(Script::silent().hangs());
    let mut holding = world.ask(CLAIRE);
    assert_eq!([now(&mut holding), now(&mut holding)], ["asked", "-"]);
    for _ in 0..3 {
        world.refuses(1, &[ModelError::Timeout { seconds: 1 }]);
        let mut alice = world.ask(ALICE);
        assert_eq!([now(&mut alice), now(&mut alice)], ["asked", "1"], "the other one is busy, not away");
        assert_eq!(world.rests(), [false, true]);
        let mut bob = world.ask(BOB);
        assert_eq!(now(&mut bob), "2");
        world.says(1, "Paris");
        // Nothing happens but that time passes.
        assert_eq!(answer(&mut bob).await.unwrap(), "Paris");
        drop(alice);
    }
}

#[tokio::test(start_paused = true)]
async fn what_endpoints_say_of_themselves_is_heard_before_a_question_is_sent_there() {
    let world = World::new(&[1, 1]);
    world.models[0].forget();
    for _ in 0..3 {
        world.pool.check().await;
    }
    assert_eq!(world.rests(), [true, false]);
    world.says(1, "Paris");
    assert_eq!(answer(&mut world.ask(ALICE)).await.unwrap(), "Paris");

    let busy = World::new(&[1, 1]);
    busy.models[0].script(Script::says("one").hangs());
    let mut asking = busy.ask(ALICE);
    let _stream = begun(&mut asking).await.unwrap();
    busy.models[0].forget();
    for _ in 0..3 {
        busy.pool.check().await;
    }
    assert_eq!(busy.rests(), [false, false], "one that is answering is not away");

    let unwell = World::new(&[1]);
    unwell.models[0].forget();
    for _ in 0..3 {
        assert_eq!(unwell.pool.check().await.len(), 1, "until it has once said that it is well");
    }
    assert_eq!(unwell.rests(), [false], "with nowhere else to go, a question finds out by itself");

    let alone = World::new(&[1]);
    assert_eq!([alone.pool.check().await.len(), alone.pool.check().await.len()], [1, 0]);
    alone.refuses(0, &[away(), away(), away()]);
    for _ in 0..3 {
        assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    }
    alone.pool.check().await;
    assert_eq!(alone.rests(), [false], "it says that it is well: a question may try");
    alone.says(0, "Paris");
    assert_eq!(answer(&mut alone.ask(ALICE)).await.unwrap(), "Paris");
    alone.refuses(0, &[ModelError::Timeout { seconds: 300 }]);
    assert!(answer(&mut alone.ask(ALICE)).await.is_err());
    alone.pool.check().await;
    assert_eq!(alone.rests(), [true], "a server that is stuck says so too");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_cannot_be_reached_rests_at_once_and_as_long_as_it_is_away() {
    let world = World::new(&[1, 1]);
    world.models[0].fails(Some(away()));
    for _ in 0..60 {
        world.pool.check().await;
        assert_eq!(world.rests(), [true, false]);
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    world.models[0].fails(None);
    world.pool.check().await;
    assert_eq!(world.rests(), [false, false]);
}
