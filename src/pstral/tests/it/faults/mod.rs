//! Each failure of a model, at each stage of an answer, while the person stops it, the platform refuses a write and the
//! program is killed: the message ends in a last state that says what to do next.
//!
//! There are some nineteen thousand rows. One in seven runs everywhere, and all where everything is required. A row that fails
//! is named; `PSTRAL_TEST_FAULT="busy Asked stop:Never"` runs the rows whose names begin so, and an empty one all.

mod broken;
mod case;
mod chat;
mod endings;
mod model;
mod verdict;

use std::sync::{Arc, Mutex};

use pstral_core::domain::{Actor, UserChange};
use pstral_core::ports::People as _;
use tokio::runtime::Builder;

use crate::world::alex;
use broken::Broken;
use case::{Case, Failure, Kill, Refusal, Stage, Stop};
use chat::AWAY;

/// Names the rows to run; all without it.
const ONLY: &str = "PSTRAL_TEST_FAULT";
/// One in so many runs where not all are asked for.
const ONE_IN: usize = 7;
/// Rows that failed, shown at most.
const SHOWN: usize = 20;

/// Runs a row and says what does not hold, with what people see.
fn faults_of(case: &Case, actor: &Actor) -> Vec<String> {
    in_no_time(async {
        let mut broken = Broken::new(case).await;
        if broken.happen(case, actor).await.is_none() {
            return vec![format!("it never ends\n{}", broken.chat.seen.transcript())];
        }
        let seen = broken.chat.seen.transcript();
        let mut faults = verdict::faults(&mut broken, case, actor).await;
        if !faults.is_empty() {
            faults.push(seen);
        }
        faults
    })
}

/// Time passes whenever everybody waits.
fn in_no_time<T>(done: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(done)
}

/// Text kept while the platform was down is only for those who may still read it when it is back.
#[test]
fn whoever_is_disabled_meanwhile_is_not_answered_late() {
    let case = Case {
        failure: Failure::Nothing,
        stage: Stage::AfterStatement,
        stop: Stop::Never,
        refusal: Refusal::LongAway,
        kill: Kill::Never,
    };
    let seen_by = |disabled: bool| {
        in_no_time(async {
            let mut broken = Broken::new(&case).await;
            let state = Arc::clone(&broken.state);
            tokio::spawn(async move {
                tokio::time::sleep(AWAY).await;
                let alex = state.user_named("alex").await.unwrap().unwrap();
                state.change_user(&alex, &UserChange::disabled(disabled), &[]).await.unwrap();
            });
            broken.happen(&case, &alex()).await.unwrap();
            broken.close_orphaned_turns().await;
            broken.chat.seen.transcript()
        })
    };
    let (let_in, disabled) = (seen_by(false), seen_by(true));
    assert!(let_in.contains("[Execute]"), "{let_in}");
    assert!(disabled.contains("Pstral was interrupted") && !disabled.contains("[Execute]"), "{disabled}");
}

#[test]
fn whatever_fails_the_message_ends_and_says_what_to_do_next() {
    let only = std::env::var(ONLY).ok();
    let everything = only.is_some() || std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
    let only = only.unwrap_or_default();
    let mut cases = case::all(if everything { 1 } else { ONE_IN });
    cases.retain(|case| case.to_string().starts_with(&only));
    assert!(!cases.is_empty(), "no row is named {only:?}");
    let (left, failed) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(case) = left.lock().unwrap().next() else { return };
                    let faults = faults_of(case, &alex());
                    if !faults.is_empty() {
                        failed.lock().unwrap().push(format!("── {case}\n{}", faults.join("\n")));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let some: Vec<&str> = failed.iter().take(SHOWN).map(String::as_str).collect();
    assert!(failed.is_empty(), "{} of {} rows; {ONLY} runs one alone:\n{}", failed.len(), cases.len(), some.join("\n"));
    println!("{} rows", cases.len());
}
