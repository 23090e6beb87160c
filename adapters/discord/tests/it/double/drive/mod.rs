//! The actions of tests on the double, in the words of a conversation: people say, click and look; things go wrong.

mod breaking;
mod clicking;
mod commanding;
mod interact;
mod looking;
mod people;
mod saying;
mod waiting;

pub(crate) use clicking::Modal;
