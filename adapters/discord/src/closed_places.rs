//! Channels and threads where we may not write: one try shows it, until something is asked there again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pstral_core::domain::Place;

/// Places remembered: of those before them, another try shows it again.
const REMEMBERED: usize = 256;

/// Places where Discord refused what we sent, because we lack the permission.
#[derive(Default)]
pub(crate) struct ClosedPlaces(Mutex<VecDeque<Place>>);

impl ClosedPlaces {
    /// Notes that we may not write there.
    pub(crate) fn close(&self, place: &Place) {
        let mut places = self.places();
        if !places.contains(place) {
            places.push_back(place.clone());
        }
        if places.len() > REMEMBERED {
            places.pop_front();
        }
    }

    /// Forgets it: something is asked there, and the permission may have been given since.
    pub(crate) fn open(&self, place: &Place) {
        self.places().retain(|closed| closed != place);
    }

    /// Says that we may not write there, as far as is known.
    pub(crate) fn holds(&self, place: &Place) -> bool {
        self.places().contains(place)
    }

    fn places(&self) -> MutexGuard<'_, VecDeque<Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
