//! Whatever the platform does, each answer ends with its whole text shown, in order.

use futures::future::join_all;
use proptest::prelude::*;
use pstral_core::domain::{Length, LengthUnit, OutgoingState};
use pstral_core::ports::{PlatformError, Rate, WriteBudget};
use pstral_core::testkit::chat_platform::FakeChat;

use super::server::Manners;
use super::*;

fn rate() -> impl Strategy<Value = Rate> {
    let bucket = (1u32..12, 50u64..4000).prop_map(|(burst, refill)| Rate::Bucket { burst, refill: MS(refill) });
    let window = (1u32..8, 200u64..8000).prop_map(|(writes, span)| Rate::Window { writes, span: MS(span) });
    prop_oneof![bucket, window]
}

fn refusal() -> impl Strategy<Value = Option<PlatformError>> {
    prop_oneof![
        6 => Just(None),
        2 => (0u64..5000).prop_map(|wait| Some(PlatformError::RateLimited { retry_after: MS(wait) })),
        1 => Just(Some(PlatformError::Unavailable("away".to_owned()))),
    ]
}

prop_compose! {
    fn manners()(
        place in prop::option::of(rate()),
        account in prop::option::of(rate()),
        assumed in (prop::option::of(rate()), prop::option::of(rate())),
        is_known in any::<bool>(),
        latencies in prop::collection::vec((0u64..3000).prop_map(MS), 1..6),
        refusals in prop::collection::vec(refusal(), 0..30),
        headers in any::<bool>(),
        edits in prop::bool::weighted(0.9),
        max_edits in prop_oneof![1u32..40, Just(u32::MAX)],
        most in 120usize..400,
        max_messages in 1usize..5,
        unit in prop_oneof![Just(LengthUnit::Characters), Just(LengthUnit::Utf16), Just(LengthUnit::Bytes)],
    ) -> Manners {
        let mut capabilities = FakeChat::new().capabilities().clone();
        let (of_place, of_account) = if is_known { (place, account) } else { assumed };
        capabilities.budget = WriteBudget { place: of_place, account: of_account };
        (capabilities.edits, capabilities.max_edits, capabilities.max_messages) = (edits, max_edits, max_messages);
        capabilities.length = Length { most, unit };
        Manners { capabilities, place, account, latencies, refusals, headers }
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zé🚀]{1,9} ",
        1 => Just("\n\n".to_owned()),
        1 => "[.@`*]{1,3}",
        1 => "\n```(sql)?\n",
        1 => "\\| [a-z] \\| [a-z] \\|\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_ends_with_its_whole_text(
        manners in manners(),
        answers in prop::collection::vec(
            (0usize..3, 0u64..3000, 1u64..300, prop::collection::vec(prop::collection::vec(piece(), 1..120), 1..4)),
            1..7,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(manners, answers))?;
    }
}

/// In each place answers that begin and speak so fast; the last of what each says stands.
async fn check(manners: Manners, answers: Vec<(usize, u64, u64, Vec<Vec<String>>)>) -> Result<(), TestCaseError> {
    let server = Server::with(manners.clone());
    let scheduler = scheduler(&server);
    let all = answers.into_iter().map(|(room, begins, every, said)| {
        let (server, scheduler) = (&server, &scheduler);
        async move {
            sleep(MS(begins)).await;
            let place = place(&format!("room {room}"));
            let mut said: Vec<_> = said.into_iter().map(|pieces| says(pieces, MS(every))).collect();
            let last = said.pop().unwrap();
            (place.clone(), answer_after(server, scheduler, &place, said, last).await)
        }
    });
    let all = join_all(all).await;
    let messages = server.messages();
    let mut expected = 0;
    for (place, went) in &all {
        let Ok(last) = &went.finished else {
            // An empty answer has no last state here.
            prop_assert!(went.messages.is_empty(), "{:?}", went.finished);
            continue;
        };
        let last: usize = last.id.parse().unwrap();
        prop_assert_eq!(&messages[last].place, place);
        expected += went.messages.len();
        // Its messages stand in the order of the text: the last one is known, each before it was sent earlier.
        let mut before = last + 1;
        for wanted in went.messages.iter().rev() {
            let found = messages[..before].iter().rposition(|message| {
                message.place == *place && message.deleted.is_none() && message.states.last().unwrap().1 == *wanted
            });
            prop_assert!(found.is_some(), "{} is not shown", wanted.text);
            before = found.unwrap_or_default();
        }
    }
    let shown: Vec<_> = messages.iter().filter(|message| message.deleted.is_none()).collect();
    prop_assert_eq!(shown.len(), expected, "nothing else is shown");
    for message in shown {
        prop_assert_eq!(message.states.last().unwrap().1.state, OutgoingState::Final);
        let edits = u32::try_from(message.states.len() - 1).unwrap();
        prop_assert!(edits <= manners.capabilities.max_edits, "{} changes", edits);
    }
    Ok(())
}
