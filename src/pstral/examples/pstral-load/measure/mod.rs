//! From what the model sent and the platform was told to what people waited for.

mod answer;
mod delay;
mod spread;
mod used;

pub(crate) use answer::Outcome;
pub(crate) use spread::Spread;
pub(crate) use used::Used;
