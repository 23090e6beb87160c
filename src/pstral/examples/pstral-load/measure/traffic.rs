//! The requests of each rate-limit budget, and the times at which it was free.

use std::collections::HashMap;

use pstral_core::domain::Place;

use crate::clock::{Micros, micros};
use crate::double::{Message, Write};
use crate::options::{Options, Scope};

/// Every request that a budget took.
pub(crate) struct Traffic {
    scope: Scope,
    requests: usize,
    window: Micros,
    /// Answers that share a budget.
    sharing: usize,
    budgets: HashMap<String, Taken>,
}

/// The requests of one budget, the earliest first.
#[derive(Default)]
struct Taken {
    /// The beginning and the end of each request.
    all: Vec<(Micros, Micros)>,
    /// The beginnings of requests that showed a growing text.
    streamed: Vec<Micros>,
}

impl Traffic {
    pub(crate) fn of(options: &Options, messages: &[Message]) -> Self {
        let mut answers: HashMap<(&Place, Option<usize>), Vec<Write>> = HashMap::new();
        for message in messages {
            let accepted = message.writes.iter().filter(|write| !write.refused);
            answers.entry((&message.place, message.shown.answer)).or_default().extend(accepted);
        }
        let mut budgets: HashMap<String, Taken> = HashMap::new();
        for ((place, _), mut writes) in answers {
            let taken = budgets.entry(options.scope.budget(place).to_owned()).or_default();
            taken.all.extend(writes.iter().map(|write| (write.begun, write.ended)));
            writes.sort_by_key(|write| write.begun);
            // A message that is full has its last text, and its answer goes on.
            let streaming = writes.iter().rposition(|write| !write.last).map_or(0, |last| last + 1);
            taken.streamed.extend(writes[..streaming].iter().map(|write| write.begun));
        }
        for taken in budgets.values_mut() {
            taken.all.sort_unstable();
            taken.streamed.sort_unstable();
        }
        let sharing = match (options.scope, options.rooms) {
            (Scope::Account, _) => options.people,
            (Scope::Place, Some(rooms)) => options.people.div_ceil(rooms),
            (Scope::Place, None) => 1,
        };
        let requests = usize::try_from(options.edits).unwrap_or(usize::MAX);
        Self { scope: options.scope, requests, window: micros(options.window()), sharing, budgets }
    }

    /// Checks whether a request at that time would leave, in any window, one request for the last text of each answer
    /// that shares the budget, and more than a fifth of all.
    pub(crate) fn is_free(&self, place: &Place, at: Micros) -> bool {
        let Some(taken) = self.budgets.get(self.scope.budget(place)) else { return true };
        let begun = taken.all.partition_point(|(begun, _)| *begun < at);
        let counted = taken.all[..begun].iter().rev().take_while(|(_, ended)| *ended + self.window > at).count();
        counted + 1 + self.left() <= self.requests
    }

    /// Returns the earliest time for an edit made at that time, after everything streamed before it: edits are evenly
    /// spaced within a window's share.
    pub(crate) fn due(&self, place: &Place, made: Micros) -> Micros {
        let Some(taken) = self.budgets.get(self.scope.budget(place)) else { return 0 };
        let before = taken.streamed.partition_point(|begun| *begun < made);
        before.checked_sub(1).map_or(0, |last| taken.streamed[last] + self.distance())
    }

    /// Returns the number of requests that edits leave in a window.
    fn left(&self) -> usize {
        self.sharing.max(self.requests / 5 + 1)
    }

    fn distance(&self) -> Micros {
        self.window / Micros::try_from(self.requests.saturating_sub(self.left()).max(1)).unwrap_or(Micros::MAX)
    }
}
