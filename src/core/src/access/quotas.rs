//! Counts what a person and a place ask and run, a minute and a day: in memory, with when to come back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::access::gauge::{Gauge, QuotaKind, QuotaSubject};
use crate::domain::{Place, Role, UserId};
use crate::lock::lock;
use crate::ports::Clock;
use crate::settings::QuotaLimits;
use crate::text::{Text, text};

/// Calls between two cleanups of counters too old to matter.
const FORGET_EVERY: u32 = 1_000;

/// A quota that is exhausted for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuotaExceeded {
    /// True if the place's quota is exhausted, false if the user's is.
    pub(crate) of_place: bool,
    /// The quota as the audit says it: `10 questions a minute`.
    pub(crate) quota: String,
    /// Time from now until the request can be repeated.
    pub(crate) wait: Duration,
}

/// The counters of one program. They begin anew with it, and every instance has its own.
pub(crate) struct Quotas {
    limits: QuotaLimits,
    gauges: BTreeMap<(Option<Role>, bool, QuotaKind), Vec<Gauge>>,
    /// Held while all that applies is asked: either each of them counts, or none.
    turn: Mutex<u32>,
}

impl Quotas {
    pub(crate) fn new(limits: &QuotaLimits, clock: &Arc<dyn Clock>) -> Self {
        let of_roles = limits.roles.iter().map(|(role, quantities)| (Some(role.clone()), false, quantities));
        let all = [(None, false, &limits.user), (None, true, &limits.place)].into_iter().chain(of_roles);
        let gauges = all.flat_map(|(role, of_place, quantities)| {
            [(QuotaKind::Questions, quantities.questions), (QuotaKind::Executions, quantities.executions)]
                .map(|(counted, quantity)| ((role.clone(), of_place, counted), Gauge::all(quantity, counted, clock)))
        });
        Self { limits: limits.clone(), gauges: gauges.collect(), turn: Mutex::new(0) }
    }

    /// Counts one more, or says when to come back; then nothing is counted.
    pub(crate) fn take(
        &self,
        asker: (UserId, &Role),
        place: &Place,
        counted: QuotaKind,
        now: Duration,
    ) -> Result<(), QuotaExceeded> {
        let mut turn = lock(&self.turn);
        *turn = turn.wrapping_add(1);
        if turn.is_multiple_of(FORGET_EVERY) {
            self.forget();
        }
        let (user, role) = asker;
        let of_role = self.limits.roles.contains_key(role).then(|| role.clone());
        let by_user = self.gauges(of_role, false, counted).map(|gauge| (gauge, QuotaSubject::User(user), false));
        let by_place = self.gauges(None, true, counted).filter(|_| !place.private);
        let by_place = by_place.map(|gauge| (gauge, QuotaSubject::Place(place.channel()), true));
        let (mut counted, mut refused) = (Vec::new(), Vec::new());
        for (gauge, whose, of_place) in by_user.chain(by_place) {
            match gauge.take(&whose, now) {
                Ok(before) => counted.push((gauge, whose, before)),
                Err(wait) => refused.push(QuotaExceeded { of_place, quota: gauge.name.clone(), wait }),
            }
        }
        // The one to wait for longest: until then another refusal would follow.
        let Some(longest) = refused.into_iter().max_by_key(|one| one.wait) else { return Ok(()) };
        for (gauge, whose, before) in counted {
            gauge.put_back(&whose, before);
        }
        Err(longest)
    }

    fn gauges(&self, role: Option<Role>, of_place: bool, counted: QuotaKind) -> impl Iterator<Item = &Gauge> {
        self.gauges.get(&(role, of_place, counted)).into_iter().flatten()
    }

    fn forget(&self) {
        for gauge in self.gauges.values().flatten() {
            gauge.forget();
        }
    }

    #[cfg(test)]
    fn counters(&self) -> usize {
        self.gauges.values().flatten().map(Gauge::counters).sum()
    }
}

/// Renders the time until a retry, rounded up so that nobody comes back too early.
pub(crate) fn back_in(wait: Duration) -> Text {
    let minutes = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).div_ceil(60).max(1);
    if minutes < 120 {
        text("in-minutes").count("minutes", minutes)
    } else {
        text("in-hours").count("hours", minutes.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Locale, PlatformName};
    use crate::settings::{Quantities, Quantity};
    use crate::testkit::clock::FakeClock;

    const ALICE: UserId = UserId(1);
    const BOB: UserId = UserId(2);

    fn channel(id: &str) -> Place {
        Place { platform: PlatformName("test".to_owned()), id: id.to_owned(), thread: None, private: false }
    }

    fn of(per_minute: u32, per_day: u32) -> Quantities {
        Quantities { questions: Quantity { per_minute, per_day }, ..Quantities::default() }
    }

    struct World {
        quotas: Quotas,
        clock: Arc<dyn Clock>,
    }

    impl World {
        fn new(user: Quantities, place: Quantities, roles: &[(Role, Quantities)]) -> Self {
            let clock: Arc<dyn Clock> = Arc::new(FakeClock::at("2026-11-21T10:00:00Z"));
            let limits = QuotaLimits { user, place, roles: roles.iter().cloned().collect() };
            Self { quotas: Quotas::new(&limits, &clock), clock }
        }

        fn ask(&self, user: UserId, place: &str) -> Result<(), (bool, u64)> {
            self.ask_as(user, &Role::member(), place)
        }

        fn ask_as(&self, user: UserId, role: &Role, place: &str) -> Result<(), (bool, u64)> {
            let taken = self.quotas.take((user, role), &channel(place), QuotaKind::Questions, self.clock.elapsed());
            taken.map_err(|too_much| (too_much.of_place, too_much.wait.as_secs()))
        }
    }

    async fn wait(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_minute_gives_back_what_it_took() {
        let world = World::new(of(2, 0), of(0, 0), &[]);
        assert_eq!([world.ask(ALICE, "a"), world.ask(ALICE, "b")], [Ok(()), Ok(())]);
        assert_eq!(world.ask(ALICE, "a"), Err((false, 30)));
        assert_eq!(world.ask(BOB, "a"), Ok(()), "another person has their own");
        wait(29).await;
        assert_eq!(world.ask(ALICE, "a"), Err((false, 1)));
        wait(1).await;
        assert_eq!(world.ask(ALICE, "a"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_quota_refuses_is_not_counted_by_another() {
        let world = World::new(of(2, 0), of(0, 1), &[]);
        assert_eq!(world.ask(ALICE, "a"), Ok(()));
        for _ in 0..5 {
            assert_eq!(world.ask(ALICE, "a"), Err((true, 86_400)), "the place is full for today");
        }
        assert_eq!(world.ask(ALICE, "b"), Ok(()), "and none of that was counted for the person");
        assert_eq!(world.ask(ALICE, "c"), Err((false, 30)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_may_have_quotas_of_its_own_and_nought_is_no_limit() {
        let world = World::new(of(1, 0), of(0, 0), &[(Role::steward(), of(0, 0)), (Role::admin(), of(3, 0))]);
        assert!((0..100).all(|_| world.ask_as(ALICE, &Role::steward(), "a").is_ok()));
        assert_eq!((0..9).filter(|_| world.ask_as(BOB, &Role::admin(), "a").is_ok()).count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_makes_no_difference_any_more_is_forgotten() {
        let world = World::new(of(10, 0), of(10, 0), &[]);
        for number in 0..i64::from(FORGET_EVERY) * 3 {
            assert_eq!(world.ask(UserId(number), &format!("place-{number}")), Ok(()));
            wait(1).await;
        }
        assert!(world.quotas.counters() < 2 * FORGET_EVERY as usize + 200, "{}", world.quotas.counters());
        wait(3_600).await;
        world.quotas.forget();
        assert_eq!(world.quotas.counters(), 0);
    }

    #[test]
    fn nobody_is_told_to_come_back_too_early() {
        for (seconds, fr, en) in [
            (0, "dans une minute", "in a minute"),
            (60, "dans une minute", "in a minute"),
            (61, "dans 2 minutes", "in 2 minutes"),
            (7_140, "dans 119 minutes", "in 119 minutes"),
            (7_141, "dans 2 heures", "in 2 hours"),
            (86_400, "dans 24 heures", "in 24 hours"),
        ] {
            let when = back_in(Duration::from_secs(seconds));
            assert_eq!(
                [when.render(Locale::Fr), when.render(Locale::En)].map(|said| said.replace('\u{a0}', " ")),
                [fr, en]
            );
        }
    }
}
