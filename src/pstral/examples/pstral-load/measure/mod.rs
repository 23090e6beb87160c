//! From what the model sent and the platform was told to what people waited for.

mod answer;
mod delay;
mod spread;
mod traffic;
mod used;

pub(crate) use answer::Outcome;
pub(crate) use spread::Spread;
pub(crate) use traffic::Traffic;
pub(crate) use used::Used;
