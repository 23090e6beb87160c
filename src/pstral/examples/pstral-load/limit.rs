//! So many requests in so long, and no more: windows that begin with their first request, as Discord's do.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::{Micros, micros};

/// Counts requests against a limit, a budget each for those that have different names.
#[derive(Debug)]
pub(crate) struct Limit {
    requests: u32,
    window: Micros,
    budgets: HashMap<String, Window>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    ends: Micros,
    used: u32,
    /// Since when there has been room for an interim edit.
    room_since: Micros,
}

/// What the limit says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ruling {
    /// How long to wait, where there is no room.
    pub(crate) refused: Option<Duration>,
    /// Since when there had been room for an interim edit, the last request of a window being left for a final one; a
    /// time to come where there is none yet.
    pub(crate) room_since: Micros,
}

impl Limit {
    /// So many requests in each window.
    pub(crate) fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window: micros(window), budgets: HashMap::new() }
    }

    /// One more request.
    pub(crate) fn ask(&mut self, budget: &str, now: Micros) -> Ruling {
        if !self.budgets.contains_key(budget) {
            self.budgets.insert(budget.to_owned(), Window::default());
        }
        let Some(window) = self.budgets.get_mut(budget) else { return Ruling { refused: None, room_since: 0 } };
        if now >= window.ends {
            *window = Window { ends: now + self.window, used: 0, room_since: window.room_since.min(now) };
        }
        if window.used >= self.requests {
            let wait = Duration::from_micros(window.ends - now);
            return Ruling { refused: Some(wait), room_since: window.ends };
        }
        let room_since = window.room_since;
        window.used += 1;
        if window.used + 1 >= self.requests {
            window.room_since = window.ends;
        }
        Ruling { refused: None, room_since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_has_windows_of_its_own() {
        let mut limit = Limit::new(3, Duration::from_micros(100));
        let taken = |room_since| Ruling { refused: None, room_since };
        for (budget, now, expected) in [
            ("one", 10, taken(0)),
            ("one", 20, taken(0)),
            ("one", 30, taken(110)),
            ("one", 70, Ruling { refused: Some(Duration::from_micros(40)), room_since: 110 }),
            ("other", 70, taken(0)),
            ("one", 110, taken(110)),
            ("one", 400, taken(110)),
        ] {
            assert_eq!(limit.ask(budget, now), expected, "{budget} at {now}");
        }
    }
}
