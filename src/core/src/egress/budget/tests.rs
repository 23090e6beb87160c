//! Budgets by themselves: when the next write is free.

use super::*;

const S: fn(u64) -> Duration = Duration::from_secs;

fn bucket() -> Budget {
    Budget::new(Some(Rate::Bucket { burst: 10, refill: S(5) }))
}

fn window() -> Budget {
    Budget::new(Some(Rate::Window { writes: 5, span: S(5) }))
}

/// Writes at once, each ended a second after.
fn spend(budget: &mut Budget, writes: u32, now: Duration) {
    (0..writes).for_each(|_| budget.take(now));
    (0..writes).for_each(|_| budget.ended(now + S(1)));
}

fn says(limit: u32, remaining: u32, reset_after: Duration) -> BudgetSignal {
    BudgetSignal { place: None, limit, remaining, reset_after }
}

#[test]
fn a_bucket_regains_one_write_after_another() {
    let mut budget = bucket();
    assert_eq!(budget.holds_at(10, S(100)), Some(S(0)));
    assert_eq!(budget.holds_at(11, S(100)), None, "it never holds as many");
    spend(&mut budget, 10, S(100));
    for (needed, at) in [(1, S(105)), (2, S(110)), (10, S(150))] {
        assert_eq!(budget.holds_at(needed, S(100)), Some(at), "{needed}");
    }
    budget.put_back();
    assert_eq!(budget.holds_at(1, S(100)), Some(S(100)));
}

#[test]
fn a_window_counts_from_the_end_of_a_write() {
    let mut budget = window();
    (0..5).for_each(|_| budget.take(S(10)));
    assert_eq!(budget.holds_at(1, S(10)), None, "until one of them has ended, nobody knows");
    budget.ended(S(11));
    budget.ended(S(12));
    assert_eq!(budget.holds_at(1, S(12)), Some(S(16)));
    assert_eq!(budget.holds_at(2, S(12)), Some(S(17)));
    assert_eq!(budget.holds_at(3, S(12)), None);
    budget.put_back();
    assert_eq!(budget.holds_at(1, S(12)), Some(S(12)), "one of them was none");
}

#[test]
fn what_was_refused_is_tried_again_when_the_platform_says() {
    for mut budget in [bucket(), window(), Budget::new(None)] {
        budget.take(S(10));
        budget.refused(S(10), S(7));
        assert_eq!(budget.holds_at(1, S(10)), Some(S(17)));
        assert!(!budget.is_whole(S(12)));
    }
}

#[test]
fn a_bucket_that_fills_more_slowly_than_was_assumed_is_found_out_and_forgiven() {
    let mut budget = bucket();
    let mut now = S(0);
    for _ in 0..3 {
        budget.take(now);
        budget.refused(now, S(9));
        now += S(9);
        budget.take(now);
        budget.ended(now);
        now += S(1);
    }
    // One each ten seconds, as it seems.
    budget.take(now);
    budget.refused(now, S(9));
    let one = budget.holds_at(1, now).unwrap();
    assert_eq!(budget.holds_at(2, now), Some(one + S(10)));
    // What it had lost by then stays lost; from then on it fills as it was said to.
    assert_eq!(budget.holds_at(2, now + REMEMBERED), Some(one + S(10 * 9 - 5 * 8)));
}

#[test]
fn a_window_that_holds_less_than_was_assumed_is_found_out_and_forgiven() {
    let mut budget = window();
    spend(&mut budget, 2, S(0));
    budget.take(S(1));
    budget.refused(S(1), S(4));
    assert_eq!(budget.most(), 2);
    assert_eq!(budget.holds_at(1, S(1)), Some(S(5)), "one at least, as it says");
    assert_eq!(budget.holds_at(2, S(1)), Some(S(6)));
    assert_eq!(budget.holds_at(5, S(2) + REMEMBERED), Some(S(2) + REMEMBERED));
}

#[test]
fn the_platform_is_taken_at_its_word() {
    let mut budget = window();
    budget.take(S(0));
    budget.told(&says(3, 2, S(2)), S(0));
    budget.ended(S(0));
    assert_eq!(budget.most(), 3);
    assert_eq!(budget.holds_at(2, S(0)), Some(S(0)));
    assert_eq!(budget.holds_at(3, S(0)), Some(S(2)));
    budget.take(S(0));
    budget.take(S(0));
    assert_eq!(budget.holds_at(1, S(0)), Some(S(2)));
    budget.ended(S(1));
    budget.ended(S(1));
    assert_eq!(budget.holds_at(3, S(2)), Some(S(2)), "then it is whole again, whatever was assumed");

    let mut budget = bucket();
    budget.told(&says(4, 1, S(6)), S(0));
    assert_eq!([1, 2, 4, 5].map(|needed| budget.holds_at(needed, S(0))), [Some(S(0)), Some(S(2)), Some(S(6)), None]);

    let mut budget = Budget::new(None);
    budget.told(&says(9, 0, S(3)), S(1));
    assert_eq!(budget.holds_at(1, S(1)), Some(S(4)));
}

#[test]
fn a_window_that_refuses_the_first_write_is_taken_to_hold_what_it_was_said_to() {
    let mut budget = window();
    budget.take(S(1));
    budget.refused(S(1), S(2));
    assert_eq!((budget.most(), budget.holds_at(5, S(1))), (5, Some(S(3))));
}

#[test]
fn a_window_that_is_soon_whole_again_keeps_half_of_it_for_last_texts() {
    let short = Budget::new(Some(Rate::Window { writes: 35, span: S(1) }));
    assert_eq!([3, 17, 50].map(|owed| short.kept(owed)), [3, 17, 17]);
    assert_eq!([3, 50].map(|owed| window().kept(owed)), [3, 50]);
    assert_eq!([3, 50].map(|owed| bucket().kept(owed)), [3, 50]);
}

#[test]
fn first_texts_take_half_of_a_bucket_and_of_a_window_what_last_texts_leave() {
    assert_eq!([0, 1, 2, 10, 50].map(|kept| bucket().reserved_from_first(kept)), [0, 1, 1, 5, 5]);
    assert_eq!(window().reserved_from_first(3), 3);
}
