//! Tests of the choice of the endpoint, and of the next one after a failure.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_endpoint_with_the_least_to_do_is_asked() {
    let pool = steady(&[1, 3], QueueLimits { waiting: 50, each: 3 }, None);
    let ask = |person| pool.ask(UserId(person), request("?")).unwrap();
    let (mut askings, mut loads) = (Vec::new(), Vec::new());
    for person in 0..4 {
        askings.push(ask(person));
        loads.push(running(&pool));
    }
    assert_eq!(loads, [[1, 0], [1, 1], [1, 2], [1, 3]], "by the part of its slots that is taken");
    let mut waits = ask(9);
    assert_eq!(now(&mut waits), "1");
    askings.remove(2);
    assert_eq!((now(&mut waits), running(&pool)), ("asked".to_owned(), vec![1, 3]));
    drop((askings, waits));
    assert_eq!(running(&pool), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn another_endpoint_answers_until_something_was_said_and_never_after() {
    for (error, elsewhere) in [
        (away(), true),
        (ModelError::Busy, true),
        (ModelError::ModelMissing { model: "scripted".to_owned() }, true),
        (ModelError::Forbidden, true),
        (ModelError::Timeout { seconds: 300 }, true),
        (ModelError::Failed("out of memory".to_owned()), true),
        (ModelError::Protocol("<html>".to_owned()), true),
        (ModelError::Interrupted, true),
        (ModelError::PromptTooLong, false),
        (ModelError::Rejected("no such option".to_owned()), false),
        (ModelError::Unsupported("thinking".to_owned()), false),
    ] {
        for script in [Script::refuses(error.clone()), Script::silent().fails(error.clone())] {
            let world = World::new(&[1, 1]);
            world.models[0].script(script);
            if elsewhere {
                world.says(1, "Paris");
            }
            let expected = if elsewhere { Ok("Paris".to_owned()) } else { Err(error.clone()) };
            assert_eq!(answer(&mut world.ask(ALICE)).await, expected, "{error}");
            assert_eq!(world.running(), [0, 0], "{error}");
        }
        let world = World::new(&[1, 1]);
        world.models[0].script(Script::says("Par").fails(error.clone()));
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(error.clone()), "what was said was said");
        let world = World::new(&[1, 1]);
        world.models[0].script(Script::silent().thinks("Hm").fails(error.clone()));
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(error), "and what was thought too");
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_an_endpoint_failed_goes_first_to_the_next_one() {
    let world = World::new(&[1, 1]);
    world.models[0].script(Script::silent().waits(Duration::from_secs(5)).fails(away()));
    world.models[1].script(Script::says("Lyon").waits(Duration::from_secs(9)));
    let (mut alice, mut bob, mut claire) = (world.ask(ALICE), world.ask(BOB), world.ask(CLAIRE));
    assert_eq!([now(&mut alice), now(&mut bob), now(&mut claire)], ["asked", "asked", "1"]);
    assert_eq!(now(&mut alice), "-", "and nothing is said");
    let lyon = tokio::spawn(async move { answer(&mut bob).await });
    tokio::time::sleep(Duration::from_secs(6)).await;
    world.says(0, "Nantes");
    world.says(1, "Paris");
    // The one that failed it is well enough for others, not for the same question again.
    assert_eq!([now(&mut alice), now(&mut claire)], ["1", "asked"]);
    assert_eq!(answer(&mut claire).await.unwrap(), "Nantes");
    assert_eq!(lyon.await.unwrap().unwrap(), "Lyon");
    assert_eq!(answer(&mut alice).await.unwrap(), "Paris");
}

#[tokio::test]
async fn without_an_endpoint_there_is_no_answer_and_no_panic() {
    let world = World::new(&[]);
    assert!(matches!(answer(&mut world.ask(ALICE)).await, Err(ModelError::Unavailable(_))));
    assert_eq!((world.pool.name(), world.pool.context_tokens()), ("none", 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_before_a_word_is_not_said_to_cut_the_answer() {
    let told = Script { end: ScriptEnd::Told, ..Script::silent() };
    for script in [Script::refuses(ModelError::Interrupted), Script::silent().fails(ModelError::Interrupted), told] {
        let world = World::new(&[1]);
        world.models[0].script(script);
        assert_eq!(answer(&mut world.ask(ALICE)).await, Err(ModelError::HungUp));
    }
}
