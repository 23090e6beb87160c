//! The order of the queue: round-robin between people.

use std::collections::HashMap;

use crate::domain::UserId;

/// The first round; before it come those who had their turn already.
const FIRST: u64 = 1;

/// A question's number in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Number(u64);

/// Those who wait. Each of a person's questions belongs to a round of its own, and rounds are served one after another:
/// whoever comes new joins the round that is going on, so that nobody waits for more than one turn of each other person.
#[derive(Debug)]
pub(super) struct RoundRobin {
    /// In the order of arrival.
    waiting: Vec<Waiting>,
    next: u64,
    /// The round that is going on.
    round: u64,
    /// The round of the last turn each person had, as long as it is not over.
    had: HashMap<UserId, u64>,
}

#[derive(Debug)]
struct Waiting {
    number: Number,
    person: UserId,
    /// Had its turn already, and no answer: it goes first.
    again: bool,
}

impl Default for RoundRobin {
    fn default() -> Self {
        Self { waiting: Vec::new(), next: 0, round: FIRST, had: HashMap::new() }
    }
}

impl RoundRobin {
    /// One more question of a person.
    pub(super) fn join(&mut self, person: UserId) -> Number {
        let number = Number(self.next);
        self.next += 1;
        self.waiting.push(Waiting { number, person, again: false });
        number
    }

    /// A question whose turn came to nothing: it keeps it.
    pub(super) fn join_again(&mut self, number: Number, person: UserId) {
        let at = self.waiting.partition_point(|one| one.number < number);
        self.waiting.insert(at, Waiting { number, person, again: true });
    }

    /// Takes a question out that does not wait any more; those behind it move up.
    pub(super) fn leave(&mut self, number: Number) {
        self.waiting.retain(|one| one.number != number);
    }

    /// Gives a question its turn.
    pub(super) fn take(&mut self, number: Number) {
        let rounds = self.rounds();
        let Some(at) = self.waiting.iter().position(|one| one.number == number) else { return };
        let taken = self.waiting.remove(at);
        if taken.again {
            return;
        }
        let round = rounds[at];
        self.had.insert(taken.person, round);
        // One that was passed over, as its endpoint is busy, still belongs to an earlier round.
        let left = rounds.iter().enumerate().filter(|(other, round)| *other != at && **round >= FIRST);
        self.round = left.map(|(_, round)| *round).fold(round, u64::min).max(self.round);
        self.had.retain(|_, had| *had >= self.round);
    }

    /// Nobody waits and nothing is written: who had more turns until now is forgotten.
    pub(super) fn rest(&mut self) {
        self.had.clear();
    }

    /// Those who wait, whose turn is next first.
    pub(super) fn order(&self) -> Vec<Number> {
        let mut order: Vec<(u64, Number)> =
            self.rounds().into_iter().zip(self.waiting.iter().map(|one| one.number)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, number)| number).collect()
    }

    /// Returns the number of waiting questions.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Counts a person's waiting questions.
    pub(super) fn of(&self, person: UserId) -> usize {
        self.waiting.iter().filter(|one| one.person == person).count()
    }

    /// The round of each that waits: that before the first for those that go first.
    fn rounds(&self) -> Vec<u64> {
        let mut next: HashMap<UserId, u64> = HashMap::new();
        let round = |one: &Waiting| {
            if one.again {
                return FIRST - 1;
            }
            let first = || self.had.get(&one.person).map_or(self.round, |had| self.round.max(had + 1));
            let next = next.entry(one.person).or_insert_with(first);
            *next += 1;
            *next - 1
        };
        self.waiting.iter().map(round).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The whole order of service for questions of people given by letters; a letter after `.` comes after that many
    /// turns were given.
    fn served(arrivals: &str) -> String {
        let (mut line, mut names, mut out) = (RoundRobin::default(), HashMap::new(), String::new());
        let mut serve = |line: &mut RoundRobin, names: &HashMap<Number, String>| {
            let Some(next) = line.order().first().copied() else { return false };
            line.take(next);
            out.push_str(&names[&next]);
            true
        };
        let mut count: HashMap<char, usize> = HashMap::new();
        for letter in arrivals.chars() {
            if letter == '.' {
                assert!(serve(&mut line, &names), "nobody waits");
                continue;
            }
            let nth = count.entry(letter).or_default();
            *nth += 1;
            names.insert(line.join(UserId(i64::from(u32::from(letter)))), format!("{letter}{nth} "));
        }
        while serve(&mut line, &names) {}
        out.trim_end().to_owned()
    }

    #[test]
    fn turns_go_round_between_people() {
        for (arrivals, expected) in [
            ("", ""),
            ("abc", "a1 b1 c1"),
            ("aaabc", "a1 b1 c1 a2 a3"),
            ("aaabbc", "a1 b1 c1 a2 b2 a3"),
            ("aaabbbccc", "a1 b1 c1 a2 b2 c2 a3 b3 c3"),
            // Who comes while somebody's first question is answered goes before their second one.
            ("aaa.b", "a1 b1 a2 a3"),
            ("aaa..b", "a1 a2 b1 a3"),
            ("aa.bb.c", "a1 b1 c1 a2 b2"),
            // Writing again while one waits jumps nobody.
            ("abca", "a1 b1 c1 a2"),
            ("ab.a.a.c", "a1 b1 a2 c1 a3"),
            ("a.a.a.b.a", "a1 a2 a3 b1 a4"),
        ] {
            assert_eq!(served(arrivals), expected, "{arrivals}");
        }
    }

    #[test]
    fn who_leaves_makes_room_and_who_had_no_answer_keeps_their_turn() {
        let mut line = RoundRobin::default();
        let [alice, bob] = [UserId(1), UserId(2)];
        let [first, second, third] = [line.join(alice), line.join(alice), line.join(bob)];
        assert_eq!(line.order(), [first, third, second]);
        line.leave(first);
        assert_eq!(line.order(), [second, third], "the second question is now the first one");
        line.take(second);
        line.join_again(second, alice);
        let fourth = line.join(alice);
        assert_eq!(line.order(), [second, third, fourth]);
        assert_eq!((line.len(), line.of(alice), line.of(bob)), (3, 2, 1));
        line.take(second);
        assert_eq!(line.order(), [third, fourth], "and it is counted once");
    }

    #[test]
    fn the_turns_of_an_earlier_hour_do_not_count() {
        let mut line = RoundRobin::default();
        let [alice, bob] = [UserId(1), UserId(2)];
        for _ in 0..5 {
            let one = line.join(alice);
            line.take(one);
        }
        line.rest();
        let [first, second] = [line.join(alice), line.join(bob)];
        assert_eq!(line.order(), [first, second]);
        assert!(line.had.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Arrivals (a person), turns given (`None`) and people who leave, a thousand of them.
        #[test]
        fn nobody_waits_for_more_than_one_turn_of_each_other_person(
            steps in proptest::collection::vec(prop_oneof![(0i64..12).prop_map(Some), Just(None)], 1000)
        ) {
            let mut line = RoundRobin::default();
            let mut people: HashMap<Number, UserId> = HashMap::new();
            // Those whose only question waits, with the turns others had since it came.
            let mut passed: HashMap<Number, HashMap<UserId, usize>> = HashMap::new();
            for step in steps {
                if let Some(person) = step {
                    let person = UserId(person);
                    let number = line.join(person);
                    people.insert(number, person);
                    if line.of(person) == 1 && !line.had.contains_key(&person) {
                        passed.insert(number, HashMap::new());
                    }
                    continue;
                }
                let Some(next) = line.order().first().copied() else { continue };
                line.take(next);
                passed.remove(&next);
                for turns in passed.values_mut() {
                    let turns = turns.entry(people[&next]).or_default();
                    *turns += 1;
                    prop_assert!(*turns <= 1, "somebody had two turns meanwhile");
                }
                prop_assert!(line.had.len() <= 12);
            }
            let order = line.order();
            prop_assert_eq!(order.len(), line.len());
        }
    }
}
