//! Channels and threads where we may not write: one try shows it, for ten minutes or until something is asked there again.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use pstral_core::domain::Place;
use tokio::time::Instant;

/// The number of places remembered. Those forgotten are found again by another attempt.
const REMEMBERED: usize = 256;
/// Time before the next attempt: the permission may have been granted since.
const AGAIN: Duration = Duration::from_mins(10);

/// Places where Discord refused what we sent, because we lack the permission.
#[derive(Default)]
pub(crate) struct ClosedPlaces(Mutex<VecDeque<(Place, Instant)>>);

impl ClosedPlaces {
    /// Notes that we may not write there.
    pub(crate) fn close(&self, place: &Place) {
        let mut places = self.places();
        if !places.iter().any(|(closed, _)| closed == place) {
            places.push_back((place.clone(), Instant::now()));
        }
        if places.len() > REMEMBERED {
            places.pop_front();
        }
    }

    /// Forgets it: something is asked there, and the permission may have been given since.
    pub(crate) fn open(&self, place: &Place) {
        self.places().retain(|(closed, _)| closed != place);
    }

    /// Says that we may not write there, as far as is known.
    pub(crate) fn holds(&self, place: &Place) -> bool {
        self.places().iter().any(|(closed, _)| closed == place)
    }

    fn places(&self) -> MutexGuard<'_, VecDeque<(Place, Instant)>> {
        let mut places = self.0.lock();
        places.retain(|(_, since)| since.elapsed() < AGAIN);
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::private;

    #[tokio::test(start_paused = true)]
    async fn a_place_is_tried_again_after_a_while_or_when_something_is_asked_there() {
        let (closed, [one, other]) = (ClosedPlaces::default(), [private(1), private(2)]);
        closed.close(&one);
        assert!(closed.holds(&one) && !closed.holds(&other));
        closed.open(&one);
        assert!(!closed.holds(&one));
        closed.close(&one);
        tokio::time::advance(AGAIN).await;
        assert!(!closed.holds(&one));
    }
}
