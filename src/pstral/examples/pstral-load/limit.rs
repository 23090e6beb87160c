//! A rate limit of so many requests per window, which begins with its first request, as Discord's do.

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
}

impl Limit {
    /// Creates a limit of so many requests in each window.
    pub(crate) fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window: micros(window), budgets: HashMap::new() }
    }

    /// Counts a request; returns the time to wait if it exceeds the limit.
    pub(crate) fn ask(&mut self, budget: &str, now: Micros) -> Option<Duration> {
        if !self.budgets.contains_key(budget) {
            self.budgets.insert(budget.to_owned(), Window::default());
        }
        let window = self.budgets.get_mut(budget)?;
        if now >= window.ends {
            *window = Window { ends: now + self.window, used: 0 };
        }
        window.used += 1;
        (window.used > self.requests).then(|| Duration::from_micros(window.ends - now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_has_windows_of_its_own() {
        let mut limit = Limit::new(2, Duration::from_micros(100));
        for (budget, now, wait) in [
            ("one", 10, None),
            ("one", 20, None),
            ("one", 70, Some(40)),
            ("other", 70, None),
            ("one", 110, None),
            ("one", 400, None),
            ("one", 499, None),
            ("one", 499, Some(1)),
        ] {
            assert_eq!(limit.ask(budget, now), wait.map(Duration::from_micros), "{budget} at {now}");
        }
    }
}
