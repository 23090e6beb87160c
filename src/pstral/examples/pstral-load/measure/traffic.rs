//! What each budget was asked to take, and when it was free.

use std::collections::HashMap;

use pstral_core::domain::Place;

use crate::clock::{Micros, micros};
use crate::double::Message;
use crate::options::{Options, Scope};

/// Every request that a budget took.
pub(crate) struct Traffic {
    scope: Scope,
    requests: usize,
    window: Micros,
    /// Answers that share a budget.
    sharing: usize,
    /// When each of a budget began and ended, the earliest first.
    taken: HashMap<String, Vec<(Micros, Micros)>>,
}

impl Traffic {
    pub(crate) fn of(options: &Options, messages: &[Message]) -> Self {
        let mut taken: HashMap<String, Vec<(Micros, Micros)>> = HashMap::new();
        for message in messages {
            let times = message.writes.iter().filter(|write| !write.refused).map(|write| (write.begun, write.ended));
            taken.entry(options.scope.budget(&message.place).to_owned()).or_default().extend(times);
        }
        for times in taken.values_mut() {
            times.sort_unstable();
        }
        let sharing = match (options.scope, options.rooms) {
            (Scope::Account, _) => options.people,
            (Scope::Place, Some(rooms)) => options.people.div_ceil(rooms),
            (Scope::Place, None) => 1,
        };
        let requests = usize::try_from(options.edits).unwrap_or(usize::MAX);
        Self { scope: options.scope, requests, window: micros(options.window()), sharing, taken }
    }

    /// Whether a request could be made at that time and leave, in any window, one for the last text of each answer that
    /// shares the budget, and a fifth of all.
    pub(crate) fn is_free(&self, place: &Place, at: Micros) -> bool {
        let Some(taken) = self.taken.get(self.scope.budget(place)) else { return true };
        let begun = taken.partition_point(|(begun, _)| *begun < at);
        let counted = taken[..begun].iter().rev().take_while(|(_, ended)| *ended + self.window > at).count();
        counted + 1 + self.sharing + self.requests / 5 <= self.requests
    }
}
