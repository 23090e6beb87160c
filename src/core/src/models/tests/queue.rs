//! Tests of the queue: positions, limits and slots that are released.

use super::*;

#[tokio::test(start_paused = true)]
async fn one_at_a_time_and_everybody_knows_their_place() {
    let world = World::new(&[1]);
    world.models[0].script(Script::says("one").hangs());
    world.says(0, "two");
    world.says(0, "three");
    let [mut alice, mut second, mut bob] = [world.ask(ALICE), world.ask(ALICE), world.ask(BOB)];
    assert_eq!([now(&mut alice), now(&mut second), now(&mut bob)], ["asked", "2", "1"]);
    let stream = begun(&mut alice).await.unwrap();
    let mut claire = world.ask(CLAIRE);
    assert_eq!([now(&mut claire), now(&mut second), now(&mut bob)], ["2", "3", "-"]);
    assert_eq!((world.running(), world.pool.waiting()), (vec![1], 3));
    drop(claire);
    assert_eq!([now(&mut second), now(&mut bob)], ["2", "-"], "who gives up makes room");
    drop(stream);
    assert_eq!([now(&mut second), now(&mut bob)], ["1", "asked"]);
    assert_eq!(answer(&mut bob).await.unwrap(), "two");
    assert_eq!(answer(&mut second).await.unwrap(), "three");
    assert_eq!(world.running(), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_question_given_up_while_it_waits_is_never_sent() {
    let world = World::new(&[1]);
    world.models[0].script(Script::silent().hangs());
    let mut alice = world.ask(ALICE);
    assert_eq!(now(&mut alice), "asked");
    let mut bob = world.ask(BOB);
    assert_eq!([now(&mut alice), now(&mut bob)], ["-", "1"]);
    drop(bob);
    // Its turn has come and it does not know yet.
    let mut claire = world.ask(CLAIRE);
    assert_eq!(now(&mut claire), "1");
    drop(alice);
    drop(claire);
    assert_eq!((world.models[0].requests().len(), world.running(), world.pool.waiting()), (1, vec![0], 0));
}

#[tokio::test(start_paused = true)]
async fn no_more_wait_than_may_and_the_refusal_says_when_to_come_back() {
    let world = World::with(&[1], QueueLimits { waiting: 4, each: 2 });
    world.models[0].script(Script::says("one").waits(Duration::from_secs(200)));
    world.models[0].script(Script::silent().hangs());
    let mut first = world.ask(ALICE);
    assert_eq!(now(&mut first), "asked");
    let mut waiting = vec![world.ask(ALICE), world.ask(ALICE)];
    assert_eq!(world.pool.ask(ALICE, request("?")).err(), Some(Full::Person { waiting: 2 }));
    waiting.extend([world.ask(BOB), world.ask(CLAIRE)]);
    let full = |wait| Some(Full::Queue { waiting: 4, wait: Duration::from_secs(wait) });
    assert_eq!(world.pool.ask(UserId(9), request("?")).err(), full(240), "a minute each until more is known");
    assert_eq!(world.pool.waiting(), 4);
    assert_eq!(answer(&mut first).await.unwrap(), "one");
    assert_eq!([now(&mut waiting[2]), now(&mut waiting[2])], ["asked", "-"], "Bob's turn");
    let late = world.ask(UserId(9));
    assert_eq!(world.pool.ask(UserId(8), request("?")).err(), full(95 * 4), "as long as answers take");
    drop(late);
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_free_again_after_a_panic() {
    let world = World::new(&[1]);
    world.says(0, "one");
    let panics = async {
        let mut asking = world.ask(ALICE);
        let _stream = begun(&mut asking).await;
        panic!("a bug");
    };
    assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
    assert_eq!(world.running(), [0]);
}

/// A thousand questions of ten people at random moments, some of which are given up: each is answered once, in bounds,
/// and every slot comes back.
#[tokio::test(start_paused = true)]
async fn a_thousand_questions_are_answered_and_no_slot_is_lost() {
    let limits = QueueLimits { waiting: 20, each: 4 };
    let pool = steady(&[1, 2, 3], limits, Some(Duration::from_millis(300)));
    let mut random = 7_u64;
    let mut next = |below: u64| {
        // xorshift: the same questions in every run.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let (mut tasks, mut refused) = (Vec::new(), [0, 0]);
    for _ in 0..1000 {
        tokio::time::sleep(Duration::from_millis(next(80))).await;
        let patience = (next(5) == 0).then(|| Duration::from_millis(next(400)));
        let mut asking = match pool.ask(UserId(i64::try_from(next(10)).unwrap()), request("?")) {
            Ok(asking) => asking,
            Err(full) => {
                assert!(matches!(full, Full::Queue { waiting: 20, .. } | Full::Person { waiting: 4 }), "{full}");
                refused[usize::from(matches!(full, Full::Person { .. }))] += 1;
                continue;
            }
        };
        let (running, waiting) = (running(&pool), pool.waiting());
        assert!(waiting <= 20 && running.iter().zip([1, 2, 3]).all(|(running, slots)| *running <= slots));
        assert!(waiting == 0 || running == [1, 2, 3], "{waiting} wait beside a free slot: {running:?}");
        tasks.push(tokio::spawn(async move {
            match patience {
                Some(patience) => drop(tokio::time::timeout(patience, answer(&mut asking)).await),
                None => assert_eq!(answer(&mut asking).await.unwrap(), "onetwo"),
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(refused.iter().all(|refused| *refused > 0), "the bounds were met: {refused:?}");
    assert_eq!((running(&pool), pool.waiting()), (vec![0, 0, 0], 0));
}
