//! People on a homeserver: a second client that reads what anybody would, and does what anybody does.

mod person;
mod shown;

pub(crate) use person::Person;
pub(crate) use shown::Shown;
